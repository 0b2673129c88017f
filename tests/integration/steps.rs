//! Layers, losses and metrics of each step of a sequence, against PyTorch, and what else holds of them.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value;
use typenet::kernel::Kernels;
use typenet::metric::{Accuracy, BitsPerCharacter, EditDistance, Perplexity, SequenceAccuracy, TopK, argmax};
use typenet::prelude::*;
use typenet::{Predict, Scalar as _, Target};

network! {
    struct Positions<const L: usize> (Sequence<L, 3>) -> ProbabilitySequence<L, 4> {
        block: Residual { norm: LayerNorm, wide: Dense<_, 12>, Gelu, narrow: Dense<_, 3> },
        Softmax,
        mixed: Dense<_, 3>(bias = false),
        rms: RmsNorm,
        head: Dense<_, 4>,
        Softmax,
    }
}

/// The numbers of nested lists, in their order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn assert_near<T: Kernels>(ours: &[T], theirs: &[f64], what: &str) {
    let tolerance = if T::NAME == "f64" { 1e-12 } else { 1e-5 };
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (position, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let apart = (ours.to_f64() - theirs).abs();
        assert!(apart <= tolerance * theirs.abs().max(1.0), "{what} at {position}: {ours} here, {theirs} there");
    }
}

/// Returns the tensors that are recorded by name, in the order of memory.
fn parameters<N: Network>(tensors: &Value) -> Vec<f64> {
    let mut all = vec![0.0; N::PARAMETERS];
    for tensor in N::TENSORS.list() {
        let (values, place) = (numbers(&tensors[&tensor.name]), &mut all[tensor.range]);
        let columns = tensor.shape.get(1).copied().unwrap_or(1);
        let rows = tensor.shape[0];
        assert_eq!(values.len(), rows * columns, "{}", tensor.name);
        for (index, value) in values.into_iter().enumerate() {
            place[index % columns * rows + index / columns] = value;
        }
    }
    all
}

fn recorded() -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join("steps.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Compares a loss and its gradients.
fn loss_agrees<T: Kernels, const L: usize>(
    network: &Positions<L, T>,
    data: &Dataset<Sequence<L, 3>, [Class<4>; L], T>,
    loss: &impl Loss<ProbabilitySequence<L, 4>, Target = [Class<4>; L]>,
    (case, name): (&Value, &str),
) {
    let case = &case[name];
    let mut gradient = Gradient::<Positions<L, T>>::zeroed();
    let (pass, mut workspace) = (Pass::training(0, 0), Workspace::new());
    let value = network.gradient(data.inputs(), data.targets(), loss, &pass, &mut workspace, &mut gradient).unwrap();
    assert_near(&[value], &numbers(&case["loss"]), name);
    assert_near(gradient.parameters(), &parameters::<Positions<L, T>>(&case["gradient"]), name);
    assert_near(&[T::from_f64(network.evaluate(data, loss).loss)], &numbers(&case["loss"]), name);
}

/// Compares predictions of each sample alone and together, and losses with their gradients.
fn agrees<T: Kernels, const L: usize>(case: &Value) {
    let mut network = Positions::<L, T>::zeroed();
    for (place, value) in network.parameters_mut().iter_mut().zip(parameters::<Positions<L, T>>(&case["parameters"])) {
        *place = T::from_f64(value);
    }
    let rows = case["input"].as_array().unwrap().iter();
    let rows = rows.map(|row| numbers(row).into_iter().map(T::from_f64).collect::<Vec<T>>());
    let labels = case["label"].as_array().unwrap().iter();
    let label = |steps: &Value, step: usize| usize::try_from(steps[step].as_u64().unwrap()).unwrap();
    let labels = labels.map(|steps| core::array::from_fn(|step| label(steps, step)));
    let data = Dataset::<Sequence<L, 3>, [Class<4>; L], T>::labelled(rows, labels).unwrap();
    let output = numbers(&case["output"]);
    let predictions = network.predict_batch(data.inputs());
    assert_near(<ProbabilitySequence<L, 4>>::flat_batch(&predictions), &output, "output");
    for (input, expected) in data.inputs().iter().zip(output.chunks(4 * L)) {
        assert_near(<ProbabilitySequence<L, 4>>::flat(&Predict::predict(&*network, input)), expected, "output");
    }
    loss_agrees(&network, &data, &Nll, (case, "plain"));
    loss_agrees(&network, &data, &Nll.label_smoothing(0.1), (case, "smoothed"));
    loss_agrees(&network, &data, &ClassWeights::new(Nll, [1.0, 0.25, 3.0, 0.5]).unwrap(), (case, "weighted"));
    let perplexity = T::from_f64(network.measure(&data, Perplexity));
    assert_near(&[perplexity], &numbers(&case["perplexity"]), "perplexity");
}

#[test]
fn layers_and_losses_of_steps_agree_with_pytorch() {
    let file = recorded();
    agrees::<f64, 5>(&file["f64"][0]);
    agrees::<f64, 1>(&file["f64"][1]);
    agrees::<f64, 7>(&file["f64"][2]);
    agrees::<f32, 5>(&file["f32"][0]);
    agrees::<f32, 1>(&file["f32"][1]);
    agrees::<f32, 7>(&file["f32"][2]);
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_pytorch_are_those_of_one_step() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/weights_torch_steps.safetensors");
    // One file serves any number of steps.
    let five = <Positions<5>>::load(&path).unwrap();
    assert_eq!(five.parameters(), <Positions<7>>::load(&path).unwrap().parameters());
    let expected = parameters::<Positions<5>>(&recorded()["f32"][0]["parameters"]);
    assert_eq!(five.parameters(), expected.into_iter().map(f32::from_f64).collect::<Vec<_>>());
}

#[test]
fn each_step_is_computed_as_a_sample_is() {
    network!(struct Steps<const L: usize> (Sequence<L, 5>) = LayerNorm, Dense<_, 17>, Tanh, RmsNorm, Dense<_, 3>, Softmax);
    network!(struct Single (Vector<5>) = LayerNorm, Dense<_, 17>, Tanh, RmsNorm, Dense<_, 3>, Softmax);
    assert_eq!(<Steps<7>>::PARAMETERS, Single::PARAMETERS);
    assert_eq!(<Steps<7>>::MULTIPLY_ADDS, 7 * Single::MULTIPLY_ADDS);
    let single = Single::init(&mut typenet::rng(37));
    let mut steps = <Steps<7>>::zeroed();
    steps.parameters_mut().copy_from_slice(single.parameters());
    let mut one = <Steps<1>>::zeroed();
    one.parameters_mut().copy_from_slice(single.parameters());
    let values: Vec<f32> = (0..65 * 7 * 5_u16).map(|k| (f32::from(k) * 0.7).sin()).collect();
    let inputs = <Sequence<7, 5>>::batch(&values);
    let mut workspace = Workspace::for_samples(inputs.len());
    let logits = steps.forward(inputs, &Pass::inference(), &mut workspace).unwrap().to_vec();
    let together = steps.predict_batch(inputs);
    for ((input, logits), together) in inputs.iter().zip(logits).zip(together) {
        assert_eq!((steps.logits(input), steps.predict(input)), (logits, together));
        assert_eq!(input.map(|step| single.predict(&step)), together);
        assert_eq!(input.map(|step| one.predict(&[step])[0]), together);
        assert_eq!(steps.predict_class(input).map(Class::index), together.map(|step| argmax(&step)));
        let best = steps.top::<2>(input).map(|[(class, probability), _]| (class.index(), probability));
        assert_eq!(best, together.map(|step| (argmax(&step), step[argmax(&step)])));
    }
}

#[test]
fn batch_normalization_folds_into_a_layer_of_steps() {
    network!(struct Normal (Sequence<5, 2>) = dense: Dense<_, 3>, norm: BatchNorm, Relu);
    network!(struct Folded (Sequence<5, 2>) = dense: Dense<_, 3>, Relu);
    let mut normal = Normal::init(&mut typenet::rng(2));
    normal.norm.running_mean.copy_from_slice(&[0.5, -1.0, 2.0]);
    normal.norm.running_var.copy_from_slice(&[0.25, 4.0, 1.0]);
    let mut folded = Folded::zeroed();
    folded.dense.weight = normal.dense.weight;
    normal.norm.fold_into(&mut folded.dense, BatchNorm::<3>::EPSILON);
    let input = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0], [0.0, 3.0]];
    let (one, other) = (normal.predict(&input), folded.predict(&input));
    for (one, other) in one.as_flattened().iter().zip(other.as_flattened()) {
        assert!((one - other).abs() < 1e-5, "{one} {other}");
    }
}

/// A network of given scores, whose outputs are those of its input.
fn scores(labels: [[usize; 3]; 2]) -> Dataset<Sequence<3, 2>, [Class<2>; 3]> {
    let inputs = [[3.0, 0.0, 0.0, 1.0, 2.0, 2.0], [0.0, 4.0, 0.0, 0.5, f32::MAX, 0.0]];
    Dataset::labelled(inputs, labels).unwrap()
}

#[test]
fn metrics_count_every_step() {
    network!(struct Given (Sequence<3, 2>) = Softmax);
    network!(struct Raw (Sequence<3, 2>) = Identity);
    let data = scores([[0, 1, 0], [0, 1, 0]]);
    let given = Given::zeroed();
    let (accuracy, matrix, top) = given.measure(&data, (Accuracy, ConfusionMatrix::<2>::default(), TopK::<1>));
    assert_eq!((accuracy, top), (5.0 / 6.0, 5.0 / 6.0));
    assert_eq!(matrix.counts(), &[[3, 1], [0, 2]]);
    assert_eq!(given.evaluate(&data, &Nll).accuracy.to_bits(), accuracy.to_bits());
    assert_eq!(Raw::zeroed().measure(&data, Accuracy), accuracy);

    // The exponential of the loss, and the loss in bits, from probabilities and from raw scores.
    let nll = given.evaluate(&data, &Nll).loss;
    let measured = [
        given.measure(&data, (Perplexity, BitsPerCharacter)),
        Raw::zeroed().measure(&data, (Perplexity, BitsPerCharacter)),
    ];
    for (perplexity, bits) in measured {
        assert!((perplexity - nll.exp()).abs() < 1e-5, "{perplexity}");
        assert!((bits - nll / core::f64::consts::LN_2).abs() < 1e-6, "{bits}");
    }
    // The probability of the target is 0 in `f32`.
    assert_eq!(given.measure(&scores([[0, 1, 0], [0, 1, 1]]), Perplexity), f64::INFINITY);
}

#[test]
fn classes_of_vectors_have_the_same_measures() {
    network!(struct Guess (Vector<2>) = Softmax);
    let data = Dataset::<Vector<2>, Class<2>>::labelled([[0.0, 0.0], [3.0_f32.ln(), 0.0]], [1, 0]).unwrap();
    // The targets have the probabilities 1/2 and 3/4.
    let (perplexity, bits) = Guess::zeroed().measure(&data, (Perplexity, BitsPerCharacter));
    assert!((perplexity - (8.0_f64 / 3.0).sqrt()).abs() < 1e-6, "{perplexity}");
    assert!((bits - (8.0_f64 / 3.0).log2() / 2.0).abs() < 1e-6, "{bits}");
}

#[test]
fn a_step_that_is_not_finite_is_wrong_alone() {
    network!(struct Raw (Sequence<2, 2>) = dense: Dense<_, 2>);
    let mut raw = Raw::zeroed();
    raw.dense.weight[(0, 0)] = f32::INFINITY;
    // Infinity times zero, in the first step.
    let data = Dataset::<Sequence<2, 2>, [Class<2>; 2]>::labelled([[0.0, 1.0, 1.0, 0.0]], [[0, 0]]).unwrap();
    assert_eq!(raw.measure(&data, Accuracy), 0.0);
    raw.dense.weight[(0, 0)] = f32::NAN;
    raw.dense.bias[0] = 1.0;
    assert_eq!(raw.measure(&data, Accuracy), 0.0);
}

#[test]
fn lengths_share_the_parameters_of_a_network() {
    network! {
        struct Reader<const L: usize> (Sequence<L, 2>) -> Vector<1> {
            Residual { LayerNorm, Dense<_, 2> },
            Repeat<2> { Gru<_, 2> },
            LastStep,
            Dense<_, 1>,
        }
    }
    /// Whether there were more marks than pauses, for sequences of one length.
    fn data<const L: usize>() -> Dataset<Sequence<L, 2>, Vector<1>> {
        let inputs: Vec<[[f32; 2]; L]> = (0..1_usize << L)
            .map(|bits| core::array::from_fn(|step| if bits >> step & 1 == 1 { [1.0, 0.0] } else { [0.0, 1.0] }))
            .collect();
        let sum = |input: &[[f32; 2]; L]| [input.iter().map(|[mark, pause]| mark - pause).sum::<f32>() / 4.0];
        let targets = inputs.iter().map(sum).collect();
        Dataset::new(inputs, targets).unwrap()
    }
    let (short, long) = (data::<2>(), data::<5>());
    let mut network = <Reader<5>>::init(&mut typenet::rng(37));
    let losses = |network: &Reader<5>| {
        let of_short = network.view_as::<Reader<2>>().evaluate(&short, &MeanSquaredError).loss;
        of_short + network.evaluate(&long, &MeanSquaredError).loss
    };
    let before = losses(&network);
    // One trainer, so one state of the optimizer, for both lengths.
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.02)).batch_size(8);
    for _ in 0..40 {
        trainer.fit(network.view_as_mut::<Reader<2>>(), &short).unwrap();
        trainer.fit(&mut network, &long).unwrap();
    }
    assert_eq!(trainer.optimizer().steps(), 40 * (1 + 4));
    assert!(losses(&network) < 0.1 * before, "{before} before, {} after", losses(&network));

    // The same bits as a copy.
    let mut copy = <Reader<2>>::zeroed();
    copy.parameters_mut().copy_from_slice(network.parameters());
    assert_eq!(copy.predict_batch(short.inputs()), network.view_as::<Reader<2>>().predict_batch(short.inputs()));
}

/// The distances from each beginning of one sequence to each beginning of another, in a full table.
fn edits(one: &[usize], other: &[usize]) -> usize {
    let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (i, j) in (0..=one.len()).flat_map(|i| (0..=other.len()).map(move |j| (i, j))) {
        table[i][j] = match (i, j) {
            (0, _) | (_, 0) => i + j,
            _ => {
                let replaced = table[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
            }
        };
    }
    table[one.len()][other.len()]
}

/// Scores of sequences and their classes.
type Scored = (Vec<[[f32; 3]; 6]>, Vec<[Option<Class<3>>; 6]>);

/// Scores of sequences, and classes that are mostly those with the largest score, so that some sequences are right. Some samples
/// have no class.
fn scored_sequences() -> Scored {
    let mut random = 37_u64;
    let mut below = |limit: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % limit
    };
    let mut inputs: Vec<[[f32; 3]; 6]> = Vec::new();
    let mut targets: Vec<[Option<Class<3>>; 6]> = Vec::new();
    for _ in 0..200 {
        let input: [[f32; 3]; 6] = core::array::from_fn(|_| core::array::from_fn(|_| below(8) as f32));
        let absent = below(4);
        let target = input.map(|step| {
            let class = if below(10) == 0 { below(3) } else { argmax(&step) };
            (below(3) >= absent).then(|| Class::new(class).unwrap())
        });
        inputs.push(input);
        targets.push(target);
    }
    (inputs, targets)
}

#[test]
fn metrics_of_whole_sequences_are_those_of_their_definitions() {
    network!(struct Given (Sequence<6, 3>) = Softmax);
    network!(struct Raw (Sequence<6, 3>) = Identity);
    let (inputs, targets) = scored_sequences();
    let of_all = |is_counted: &dyn Fn(Option<Class<3>>) -> Option<usize>| {
        let (mut right, mut samples, mut distance, mut tokens) = (0, 0, 0, 0);
        for (input, target) in inputs.iter().zip(&targets) {
            let steps = input.iter().zip(target).filter_map(|(step, &class)| Some((argmax(step), is_counted(class)?)));
            let (found, wanted): (Vec<_>, Vec<_>) = steps.unzip();
            right += usize::from(!wanted.is_empty() && found == wanted);
            samples += usize::from(!wanted.is_empty());
            distance += edits(&found, &wanted);
            tokens += wanted.len();
        }
        (right as f64 / samples as f64, distance as f64 / tokens as f64)
    };
    let masked: Dataset<Sequence<6, 3>, [Option<Class<3>>; 6]> = Dataset::new(inputs.clone(), targets.clone()).unwrap();
    let expected = of_all(&|class| class.map(Class::index));
    assert!(0.1 < expected.0 && expected.0 < 0.9 && expected.1 > 0.05, "{expected:?}");
    assert_eq!(Given::zeroed().measure(&masked, (Masked(SequenceAccuracy), Masked(EditDistance))), expected);
    assert_eq!(Raw::zeroed().measure(&masked, (Masked(SequenceAccuracy), Masked(EditDistance))), expected);

    let whole = |target: [Option<Class<3>>; 6]| target.map(|class| class.unwrap_or(Class::new(0).unwrap()));
    let targets = targets.iter().copied().map(whole).collect();
    let data: Dataset<Sequence<6, 3>, [Class<3>; 6]> = Dataset::new(inputs.clone(), targets).unwrap();
    let expected = of_all(&|class| Some(class.map_or(0, Class::index)));
    assert_eq!(Given::zeroed().measure(&data, (SequenceAccuracy, EditDistance)), expected);
    assert_eq!(Raw::zeroed().measure(&data, (SequenceAccuracy, EditDistance)), expected);
}

#[test]
fn metrics_of_whole_sequences_are_recorded_and_undefined_without_targets() {
    network!(struct Given (Sequence<3, 2>) = Dense<_, 2>, Softmax);
    let data = Dataset::<Sequence<3, 2>, [Class<2>; 3]>::labelled([[1.0; 6]; 2], [[0, 1, 0]; 2]).unwrap();
    let mut given = Given::zeroed();
    // Equal scores: the prediction is class 0.
    let mut trainer = Trainer::new(Nll, Sgd::new(1e-6)).metric(SequenceAccuracy).metric(EditDistance);
    let history = trainer.fit(&mut given, &data).unwrap();
    assert_eq!((history["sequence_accuracy"][0], history["edit_distance"][0]), (0.0, 2.0 / 6.0));

    let nothing: Dataset<Sequence<3, 2>, [Option<Class<2>>; 3]> =
        Dataset::new(data.inputs().to_vec(), vec![[None; 3]; 2]).unwrap();
    let (accuracy, distance) = given.measure(&nothing, (Masked(SequenceAccuracy), Masked(EditDistance)));
    assert!(accuracy.is_nan() && distance.is_nan());
    // A step that is not finite equals no class.
    given.dense.weight[(0, 0)] = f32::NAN;
    assert_eq!(given.measure(&data, (SequenceAccuracy, EditDistance)), (0.0, 1.0));
}

#[test]
fn labels_out_of_range_and_absent_classes_are_errors() {
    type Steps = Dataset<Sequence<2, 1>, [Class<3>; 2]>;
    let error = Steps::labelled([[0.0, 1.0], [2.0, 3.0]], [[0, 2], [1, 3]]).unwrap_err();
    assert_eq!(error.to_string(), "label 3 of sample 1 is out of range: there are 3 classes, 0 to 2");
    let data = Steps::labelled([[0.0, 1.0], [2.0, 3.0]], [[0, 2], [2, 2]]).unwrap();
    assert_eq!(data.balanced_class_weights().unwrap_err(), typenet::Error::AbsentClass { class: 1 });
    let data = Steps::labelled([[0.0, 1.0], [2.0, 3.0]], [[0, 1], [2, 2]]).unwrap();
    assert_eq!(data.balanced_class_weights().unwrap(), [4.0 / 3.0, 4.0 / 3.0, 2.0 / 3.0]);
    assert_eq!(<[Class<3>; 2] as Target>::elements::<f32>(&data.targets()[0]).count(), 0);
}

#[test]
fn weights_of_samples_count_for_all_of_their_steps() {
    network!(struct Guess (Sequence<2, 1>) = Dense<_, 3>, Softmax);
    let guess = Guess::init(&mut typenet::rng(3));
    let data = Dataset::<Sequence<2, 1>, [Class<3>; 2]>::labelled([[0.5, 1.0], [2.0, 3.0]], [[0, 1], [2, 2]]).unwrap();
    let alone = |sample: usize| {
        let one = Dataset::new(vec![data.inputs()[sample]], vec![data.targets()[sample]]).unwrap();
        guess.evaluate::<Sequence<2, 1>, [Class<3>; 2], _>(&one, &Nll).loss
    };
    let expected = f64::midpoint(3.0 * alone(0), 0.5 * alone(1));
    let weighted = data.clone().weighted([3.0, 0.5]).unwrap();
    assert!((guess.evaluate(&weighted, &SampleWeights(Nll)).loss - expected).abs() < 1e-6);
}

#[test]
fn a_recurrent_network_learns_to_continue_a_period_at_each_step() {
    network!(struct Next (Sequence<9, 3>) = Lstm<_, 12>, LayerNorm, Dense<_, 3>, Softmax);
    // After `1` comes `2` or `0`, which depends on the symbol before it.
    const PERIOD: [usize; 4] = [0, 1, 2, 1];
    let symbol = |start: usize, step: usize| PERIOD[(start + step) % PERIOD.len()];
    let starts = [0, 2];
    let inputs = starts.map(|start| {
        let mut input = [[0.0; 3]; 9];
        for (step, features) in input.iter_mut().enumerate() {
            features[symbol(start, step)] = 1.0;
        }
        input.as_flattened().to_vec()
    });
    let labels = starts.map(|start| core::array::from_fn(|step| symbol(start, step + 1)));
    let data = Dataset::<Sequence<9, 3>, [Class<3>; 9]>::labelled(inputs, labels).unwrap();
    let mut next = Next::init(&mut typenet::rng(37));
    assert!(next.evaluate(&data, &Nll).accuracy < 0.9);
    let history = Trainer::new(Nll, Adam::new(0.02))
        .epochs(100)
        .batch_size(2)
        .metric(Accuracy)
        .metric(Perplexity)
        .fit(&mut next, &data);
    let history = history.unwrap();
    assert_eq!((next.evaluate(&data, &Nll).accuracy, history["accuracy"][99]), (1.0, 1.0));
    assert!(history["perplexity"][0] > 2.0 && history["perplexity"][99] < 1.1, "{history}");
    assert_eq!(next.predict_class(&data.inputs()[1]), data.targets()[1]);
}

/// Networks whose shapes only the compiler knows, since they come from another network.
mod nested {
    use typenet::prelude::*;

    network!(pub(super) struct Inner (Sequence<5, 3>) = gru: Gru<_, 4>);
    network! {
        pub(super) struct Outer (Sequence<5, 3>) -> ProbabilitySequence<5, 3> {
            Inner,
            Dense<_, 6>,
            LayerNorm,
            PRelu,
            Residual { Dense<6, 6>, BatchNorm },
            Repeat<2> { RmsNorm },
            Parallel { narrow: { Dense<_, 2> }, skip: {} },
            Dense<8, 3>,
            Softmax,
        }
    }
    network! {
        pub(super) struct Plain (Sequence<5, 3>) -> ProbabilitySequence<5, 3> {
            Gru<_, 4>,
            Dense<_, 6>,
            LayerNorm,
            PRelu,
            Residual { Dense<6, 6>, BatchNorm },
            Repeat<2> { RmsNorm },
            Parallel { narrow: { Dense<_, 2> }, skip: {} },
            Dense<8, 3>,
            Softmax,
        }
    }
    network! {
        pub(super) struct Generic<const H: usize> (Sequence<5, 3>) -> ProbabilitySequence<5, 2> {
            Inner,
            Dense<4, H>,
            LayerNorm,
            Tanh,
            Parallel(Add) { skip: {}, other: { Dense<_, H>, PRelu } },
            Residual { Dense<_, 9>, Dense<9, H> },
            Dense<_, 2>,
            Softmax,
        }
    }
    network!(pub(super) struct Small (Vector<3>) = Dense<_, 4>);
    network!(pub(super) struct Large (Vector<3>) -> Probabilities<2> = Small, Dense<_, 6>, LayerNorm, PRelu, Dense<6, 2>, Softmax);
    network!(pub(super) struct Flat (Vector<3>) = Dense<_, 4>, Dense<_, 6>, LayerNorm, PRelu, Dense<6, 2>, Softmax);
}

#[test]
fn steps_of_a_nested_network_are_those_of_its_layers() {
    use nested::{Flat, Generic, Large, Outer, Plain};

    let input = [[0.5, -1.0, 2.0], [2.0, 0.25, 0.0], [-0.75, 1.5, 1.0], [1.0, 1.0, 0.5], [0.0, 3.0, -2.0]];
    let plain = Plain::init(&mut typenet::rng(5));
    let mut outer = Outer::zeroed();
    outer.parameters_mut().copy_from_slice(plain.parameters());
    assert_eq!(outer.predict(&input), plain.predict(&input));

    let generic = <Generic<7>>::init(&mut typenet::rng(5));
    assert_eq!(generic.predict_batch(&[input; 3])[2], generic.predict(&input));

    let flat = Flat::init(&mut typenet::rng(5));
    let mut large = Large::zeroed();
    large.parameters_mut().copy_from_slice(flat.parameters());
    assert_eq!(large.predict(&input[0]), flat.predict(&input[0]));
}

#[test]
fn a_network_predicts_the_next_token() {
    network!(struct Characters (Tokens<6, 4>) = Embedding<_, 8>, Gru<_, 16>, Dense<_, 4>, Softmax);
    let texts: [[usize; 7]; 3] = [[0, 1, 2, 3, 0, 1, 2], [3, 2, 1, 0, 3, 2, 1], [1, 1, 3, 3, 1, 1, 3]];
    let inputs = texts.map(|text| core::array::from_fn::<_, 6, _>(|step| text[step]));
    let targets = texts.map(|text| core::array::from_fn(|step| Class::new(text[step + 1]).unwrap()));
    let data = Dataset::<Tokens<6, 4>, [Class<4>; 6]>::of_tokens(inputs, targets).unwrap();
    let mut network = Characters::init(&mut typenet::rng(37));
    Trainer::new(Nll, Adam::new(0.02)).epochs(150).fit(&mut network, &data).unwrap();
    // The second token of the first two texts follows from the first; that of the third does too.
    assert_eq!(network.evaluate(&data, &Nll).accuracy, 1.0);
    assert!(network.measure(&data, Perplexity) < 1.2);
}
