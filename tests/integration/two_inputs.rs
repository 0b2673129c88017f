//! Networks with two inputs: pairs of shapes, their parts in branches, and their data.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::prelude::*;
use typenet::{Error, Scalar as _, random};

use crate::recorded::{self, agrees_with_recorded};

type Input = Pair<Tokens<5, 7>, Vector<3>>;

network! {
    struct Model (Pair<Tokens<5, 7>, Vector<3>>) {
        block: Parallel {
            text: { First, Embedding<_, 3>, Lstm<_, 4>, LastStep },
            numbers: { Second, Dense<_, 5>, Tanh },
        },
        head: Dense<_, 2>,
    }
}
network! {
    #[tile(2)]
    struct Classifier (Input) = model: Model, Softmax
}

#[test]
fn tokens_beside_numbers_agree_with_pytorch() {
    let file = recorded::file("two_inputs.json");
    agrees_with_recorded::<f64, Model<f64>>(&file["f64"], "two inputs");
    agrees_with_recorded::<f32, Model<f32>>(&file["f32"], "two inputs");
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_pytorch_for_two_inputs_are_read() {
    let recorded = recorded::parameters::<Model>(&recorded::file("two_inputs.json")["f32"]["parameters"]);
    let expected: Vec<_> = recorded.into_iter().map(f32::from_f64).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference");
    assert_eq!(Model::load(folder.join("weights_torch_two_inputs.safetensors")).unwrap().parameters(), expected);
}

/// Samples whose class is whether the first token is below the first number.
fn data(samples: usize) -> Dataset<Input, Class<2>> {
    let mut rng = typenet::rng(3);
    let mut tokens = || Tokens::sample(std::array::from_fn(|_| random::below(&mut rng, 7))).unwrap();
    let texts: Vec<[Token<7>; 5]> = (0..samples).map(|_| tokens()).collect();
    let numbers: Vec<[f32; 3]> = (0..samples).map(|sample| [(sample % 7) as f32, 1.0, -0.5]).collect();
    let classes = texts.iter().zip(&numbers).map(|(text, numbers)| (text[0].index() as f32) < numbers[0]);
    let classes = classes.map(|below| Class::new(usize::from(below)).unwrap()).collect();
    Dataset::of_pairs(&texts, &numbers, classes).unwrap()
}

#[test]
fn a_network_learns_from_both_inputs() {
    let data = data(98).map_inputs(|input| input.second[0] /= 7.0).unwrap();
    let mut network = Classifier::init(&mut typenet::rng(1));
    let mut trainer = Trainer::new(Nll, Adam::new(0.03)).batch_size(14).epochs(60);
    trainer.fit(&mut network, &data).unwrap();
    let evaluation = network.evaluate(&data, &Nll);
    // One input alone tells about five of six classes.
    assert!(evaluation.accuracy > 0.97, "{evaluation}");
}

#[test]
fn pairs_go_through_every_batch_and_split_together() {
    let data = data(10);
    let belongs = |sample: &Both<[Token<7>; 5], [f32; 3]>, class: Class<2>| {
        (class.index() == 1) == ((sample.first[0].index() as f32) < sample.second[0])
    };
    let (train, test) = data.clone().shuffled(&mut typenet::rng(4)).split(0.7);
    assert_ne!(train.inputs(), &data.inputs()[..7]);
    for (inputs, targets) in train.batches(3).unwrap().chain(test.batches(3).unwrap()) {
        assert!(inputs.iter().zip(targets).all(|(sample, &class)| belongs(sample, class)));
    }
    let (train, test) = data.clone().stratified_split(0.7);
    assert_eq!(train.len() + test.len(), 10);
    let network = Classifier::init(&mut typenet::rng(1));
    assert_eq!(network.predict_batch(data.inputs())[3], network.predict(&data.inputs()[3]));
}

#[test]
fn a_loop_of_ones_own_lowers_the_loss() {
    let (data, mut network) = (data(28), Classifier::init(&mut typenet::rng(1)));
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let (mut optimizer, mut losses) = (Adam::new(0.01).state(), Vec::new());
    for epoch in 0..8 {
        let mut batches = data.epoch(7, &mut typenet::rng(epoch)).unwrap();
        while let Some((inputs, targets)) = batches.next() {
            let pass = Pass::training(0, optimizer.steps());
            network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
            optimizer.step(&mut *network, &*gradient).unwrap();
        }
        losses.push(network.evaluate(&data, &Nll).loss);
    }
    assert!(losses[7] < 0.9 * losses[0], "{losses:?}");
}

#[cfg(feature = "safetensors")]
#[test]
fn a_run_with_two_inputs_resumes_with_the_same_bits() {
    let (data, folder) = (data(14), crate::support::folder::Folder::new("two_inputs"));
    let trainer = |epochs| Trainer::new(Nll, Adam::new(0.01)).batch_size(4).epochs(epochs);
    let mut whole = Classifier::init(&mut typenet::rng(1));
    let (mut part, mut resumed) = (whole.clone(), Classifier::zeroed());
    trainer(3).fit(&mut whole, &data).unwrap();
    let mut before = trainer(1);
    before.fit(&mut part, &data).unwrap();
    before.save_checkpoint(&part, folder.path("checkpoint")).unwrap();
    let mut after = trainer(2);
    after.resume(&mut resumed, folder.path("checkpoint")).unwrap();
    after.fit(&mut resumed, &data).unwrap();
    assert_eq!(resumed.parameters(), whole.parameters());
}

#[cfg(feature = "rayon")]
#[test]
fn any_number_of_threads_gives_the_same_bits_for_pairs() {
    let (data, network) = (data(98), Classifier::init(&mut typenet::rng(1)));
    let bits = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
            let pass = Pass::training(0, 0);
            network.gradient(data.inputs(), data.targets(), &Nll, &pass, &mut workspace, &mut gradient).unwrap();
            gradient.parameters().to_vec()
        })
    };
    assert_eq!(bits(1), bits(3));
}

#[test]
fn a_pair_of_values_has_a_gradient() {
    network! {
        struct Values (Pair<Vector<3>, Pair<Sequence<3, 2>, Vector<1>>>) {
            Parallel {
                left: { First, Dense<_, 4>, Tanh },
                steps: { Second, First, Gru<_, 2>, Flatten },
                last: { Second, Second },
                again: { First, Sigmoid },
            },
            Dense<_, 1>,
        }
    }
    type Sample = <Values<f64> as Network>::Input;
    let network = <Values<f64>>::init(&mut typenet::rng(1));
    let sample = Both {
        first: [0.5, -1.0, 2.0],
        second: Both { first: [[0.25, 1.5], [-0.5, 0.75], [1.0, -2.0]], second: [3.0] },
    };
    let found = network.input_gradient(&sample, &[1.0]);
    for (position, found) in Sample::flat(&found).iter().enumerate() {
        const STEP: f64 = 1e-5;
        let moved = |step| {
            let mut moved = sample;
            Sample::flat_mut(&mut moved)[position] += step;
            network.predict(&moved)[0]
        };
        let expected = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        assert!((found - expected).abs() < 1e-8, "{position}: {found}, not {expected}");
    }
}

#[test]
fn sizes_of_parts_may_be_constants_parameters_and_what_the_compiler_knows() {
    const STEPS: usize = 3;
    network! {
        struct Generic<const N: usize> (Pair<Sequence<STEPS, N>, Vector<N>>) {
            Parallel { a: { First, GlobalAvgPool1d, Dense<N, 2> }, b: { Second, Dense<N, 2> } },
        }
    }
    type Inputs = Pair<Vector<3>, Image<2, 3, 3>>;
    network! {
        struct Aliased (Inputs) {
            Parallel { a: { First, Dense<_, 2> }, b: { Second, Conv2d<_, 1, 2>, Flatten } },
            Dense<_, 2>,
        }
    }
    assert_eq!((<Generic<3>>::PARAMETERS, Aliased::PARAMETERS), (16, 8 + 9 + 14));
    let mut generic = <Generic<3>>::zeroed();
    generic.parallel.a.dense.weight[(0, 1)] = 2.0;
    generic.parallel.b.dense.weight[(1, 2)] = -1.0;
    let output = generic.predict(&Both { first: [[1.0; 3], [2.0; 3], [6.0; 3]], second: [4.0; 3] });
    assert_eq!(output, [6.0, 0.0, 0.0, -4.0]);
}

#[test]
fn samples_that_are_no_pairs_are_refused() {
    let (texts, classes) = ([Tokens::sample([0_u8; 5]).unwrap(); 2], [Class::new(0).unwrap(); 2]);
    let error = Dataset::<Input, Class<2>>::of_pairs(texts, [[0.5; 3]], classes.to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "there are 2 first inputs but 1 second inputs");
    let error = Dataset::<Input, Class<2>>::of_pairs(texts, [[0.5; 3]; 2], classes[1..].to_vec()).unwrap_err();
    assert!(matches!(error, Error::CountMismatch { first: "inputs", second: "targets", .. }));
    let error = Dataset::<Input, Class<2>>::of_pairs(texts, [[0.5; 3], [f32::NAN; 3]], classes.to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "input 1 holds NaN at position 5: data must be finite");
    // Rows have the elements of the first part, then those of the second.
    let rows = |token| [[0.0, 1.0, 2.0, 3.0, token, 0.5, 9.0, -1.0]; 2];
    let data = Dataset::<Input, Class<2>>::labelled(rows(6.0), [0, 1]).unwrap();
    assert_eq!((data.inputs()[1].first[4].index(), data.inputs()[1].second), (6, [0.5, 9.0, -1.0]));
    let error = Dataset::<Input, Class<2>>::labelled(rows(7.0), [0, 1]).unwrap_err();
    assert!(error.to_string().starts_with("token 7 at position 4 of sample 0 is out of range"), "{error}");
}

#[test]
fn summaries_show_the_sizes_of_both_parts() {
    let summary = Model::summary();
    assert_eq!((summary.input, summary.input_parts), (&[8][..], &[&[5, 7][..], &[3]][..]));
    let text = summary.to_string();
    let rows: Vec<_> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for row in ["input (5, 7), (3)", "first: First (5, 7) 0 5", "second: Second (3) 0 3"] {
        assert!(rows.iter().any(|found| found == row), "{text}");
    }
    let dot = summary.dot().to_string();
    assert!(dot.contains("input -> layer3 [label=\"(5, 7), (3)\"];"), "{dot}");
}

type Steps = Pair<Sequence<4, 3>, Tokens<5, 7>>;

network! {
    struct Reader (Pair<Sequence<4, 3>, Tokens<5, 7>>) {
        pair: Parallel(Pair) {
            steps: { First, Dense<_, 6>, Tanh },
            text: { Second, Embedding<_, 6>, PositionEmbedding },
        },
        attention: CrossAttention<2>,
        head: Dense<_, 7>,
        Softmax,
    }
}

#[test]
fn a_pair_of_branches_has_the_bits_of_its_branches() {
    network! {
        struct Written (Pair<Sequence<4, 6>, Sequence<5, 6>>) = attention: CrossAttention<2>, head: Dense<_, 7>, Softmax
    }
    let (network, mut written) = (Reader::init(&mut typenet::rng(1)), Written::zeroed());
    written.attention.parameters_mut().copy_from_slice(network.attention.parameters());
    written.head.parameters_mut().copy_from_slice(network.head.parameters());
    let sample = Both {
        first: [[0.5, -1.0, 2.0], [0.25, 0.0, 1.0], [9.0, -3.0, 0.1], [0.0; 3]],
        second: Tokens::sample([0_u8, 6, 3, 3, 1]).unwrap(),
    };
    let pair = Both { first: network.pair.steps.predict(&sample), second: network.pair.text.predict(&sample) };
    assert_eq!(*network.activations(&sample).pair, pair);
    assert_eq!(network.predict(&sample), written.predict(&pair));

    // A pair may be what a network gives, and its parts may be pairs.
    network! {
        struct Three (Vector<2>) {
            Parallel(Pair) { skip: {}, rest: { Parallel(Pair) { doubled: { Twice }, one: { Dense<_, 1> } } } },
        }
    }
    network!(struct Twice (Vector<2>) = Parallel(Add) { a: {}, b: {} });
    let given = Three::zeroed().predict(&[1.0, -2.0]);
    assert_eq!(given, Both { first: [1.0, -2.0], second: Both { first: [2.0, -4.0], second: [0.0] } });
}

#[test]
fn a_network_learns_which_step_of_the_other_sequence_is_asked_for() {
    let mut rng = typenet::rng(5);
    let mut samples = Vec::new();
    for sample in 0..140 {
        let text = Tokens::sample(std::array::from_fn(|_| random::below(&mut rng, 7))).unwrap();
        // Each step asks for a position, and its answer is the token there.
        let asked: [usize; 4] = std::array::from_fn(|step| (sample + 2 * step) % 5);
        let steps = asked.map(|position| [position as f32 / 2.0 - 1.0, f32::from(position == 2), 1.0]);
        samples.push((
            Both { first: steps, second: text },
            asked.map(|position| Class::new(text[position].index()).unwrap()),
        ));
    }
    let (inputs, targets) = samples.into_iter().unzip();
    let data = Dataset::<Steps, [Class<7>; 4]>::new(inputs, targets).unwrap();
    let mut network = Reader::init(&mut rng);
    Trainer::new(Nll, Adam::new(0.02)).batch_size(20).epochs(30).fit(&mut network, &data).unwrap();
    // One of seven is right by chance.
    let evaluation = network.evaluate(&data, &Nll);
    assert!(evaluation.accuracy > 0.9, "{evaluation}");
}

#[test]
fn shapes_that_only_the_compiler_knows_are_parts_of_a_pair() {
    network!(struct Encoder (Tokens<5, 7>) = Embedding<_, 6>, Gru<_, 6>);
    network! {
        struct Aliased (Steps) {
            pair: Parallel(Pair) { steps: { First, Dense<_, 6> }, text: { Second, Encoder } },
            attention: CrossAttention<3>,
        }
    }
    network!(struct Direct (Pair<Sequence<4, 6>, Sequence<5, 6>>) = attention: CrossAttention<3>);
    let network = Aliased::init(&mut typenet::rng(1));
    let mut direct = Direct::zeroed();
    direct.attention.parameters_mut().copy_from_slice(network.attention.parameters());
    let sample = Both { first: [[0.5, -1.0, 2.0]; 4], second: Tokens::sample([0_u8, 6, 3, 3, 1]).unwrap() };
    assert_eq!(network.predict(&sample), direct.predict(&network.activations(&sample).pair));
}

#[test]
fn blocks_that_give_a_pair_again_are_repeated() {
    network! {
        struct Decoder (Pair<Sequence<4, 6>, Sequence<5, 6>>) {
            Repeat<2> {
                Parallel(Pair) {
                    written: { Parallel(Add) { skip: { First }, found: { CrossAttention<2> } } },
                    sentence: { Second },
                },
            },
            First,
        }
    }
    let summary = Decoder::summary().to_string();
    assert!(summary.lines().any(|line| line.starts_with("repeat: Repeat<2>") && line.contains("(4, 6), (5, 6)")));
    let network = Decoder::init(&mut typenet::rng(37));
    let sample = Both { first: [[0.5, -1.0, 2.0, 0.25, 1.0, -0.5]; 4], second: [[1.0, 0.5, -0.25, 2.0, -1.0, 0.0]; 5] };
    // The first repetition changes what the second looks from.
    let once = network.activations(&sample).repeat;
    assert_eq!(once.second, sample.second);
    assert_eq!(network.predict(&sample), once.first);
    assert_ne!(once.first, sample.first);
}

#[test]
fn summaries_show_both_parts_of_a_pair_of_branches() {
    let summary = Reader::summary();
    let text = summary.to_string();
    let rows: Vec<_> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    for row in ["pair: Parallel(Pair) (4, 6), (5, 6)", "steps (4, 6)", "attention: CrossAttention<2> (4, 6) 168"] {
        assert!(rows.iter().any(|found| found.starts_with(row)), "{row}\n{text}");
    }
    let dot = summary.dot().to_string();
    for line in [
        "pair1 [label=\"pair\", shape=plaintext];",
        "-> pair1 [label=\"(5, 6)\"];",
        "pair1 -> layer10 [label=\"(4, 6), (5, 6)\"];",
    ] {
        assert!(dot.contains(line), "{line}\n{dot}");
    }
}

/// A sample without steps is a single step.
#[test]
fn a_stream_of_pairs_predicts_each() {
    let (network, data) = (Classifier::init(&mut typenet::rng(1)), data(3));
    let mut stream = network.start();
    for input in data.inputs() {
        assert_eq!(stream.push(*input), network.predict(input));
    }
}
