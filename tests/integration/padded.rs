//! Sequences that are shorter than their shape: the same bits as in a shape of their length, in every layer that sees several steps.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::loss::AnyOutput;
use typenet::metric::{MeanAbsoluteError, RootMeanSquaredError};
use typenet::prelude::*;
use typenet::{FlatParameters, Gradient, PaddedSteps, Scalar as _, Shape, Workspace, random};

/// The number of steps that the padded shapes have room for.
const ROOM: usize = 5;

/// Declares the same layers for a shape of `L` steps, and for a padded one. Compares the predictions and the gradients of samples of
/// each length, alone and in a batch.
macro_rules! same_as_of_its_length {
    ($test:ident, $output:ty, { $($layers:tt)* }) => {
        mod $test {
            use super::*;

            network! { pub(super) struct Exact<const L: usize> (Sequence<L, 4>) { $($layers)* } }
            network! { pub(super) struct Short (Padded<Sequence<ROOM, 4>>) { $($layers)* } }

            fn compare<const L: usize>(network: &Short, samples: &[Vec<[f32; 4]>], index: usize) {
                let exact: &Exact<L> = network.view_as();
                let steps: [[f32; 4]; L] = samples[index].clone().try_into().unwrap();
                let short = Padded::<Sequence<ROOM, 4>>::sample(&samples[index]).unwrap();
                assert_eq!(network.predict(&short), exact.predict(&steps), "{L} steps");

                let target = [<$output>::zero::<f32>()];
                let pass = Pass::training(37, 0);
                let (mut of_short, mut of_exact) = (Gradient::zeroed(), Gradient::<Exact<L>>::zeroed());
                let mut workspace = Workspace::new();
                let loss = network.gradient(&[short], &target, &MeanSquaredError, &pass, &mut workspace, &mut of_short);
                let mut workspace = Workspace::new();
                let same = exact.gradient(&[steps], &target, &MeanSquaredError, &pass, &mut workspace, &mut of_exact);
                assert_eq!(loss.unwrap(), same.unwrap(), "{L} steps");
                assert_eq!(of_short.parameters(), of_exact.parameters(), "{L} steps");
            }

            #[test]
            fn each_length() {
                let network = Short::init(&mut typenet::rng(37));
                let samples = samples();
                compare::<3>(&network, &samples, 0);
                compare::<1>(&network, &samples, 1);
                batch(&*network, &samples, <$output>::zero::<f32>());
            }
        }
    };
}

fn samples() -> Vec<Vec<[f32; 4]>> {
    let mut rng = typenet::rng(5);
    let mut draw = || f32::from_f64(random::normal(&mut rng));
    [3, 1, 5, 2].map(|steps| (0..steps).map(|_| std::array::from_fn(|_| draw())).collect()).into()
}

/// The samples in a batch have the predictions of each alone, and the gradient is the mean of theirs, whatever the padding holds.
fn batch<N>(network: &N, samples: &[Vec<[f32; 4]>], target: <N::Output as Shape>::Array<f32>)
where
    N: Network<Scalar = f32, Input = Padded<Sequence<ROOM, 4>>>,
    MeanSquaredError: Loss<N::Output, Target = N::Output, Takes = AnyOutput>,
    N::Output: typenet::Target<Value<f32> = <N::Output as Shape>::Array<f32>>,
{
    let clean: Vec<_> = samples.iter().map(|steps| Padded::<Sequence<ROOM, 4>>::sample(steps).unwrap()).collect();
    let mut elements = N::Input::flat_batch(&clean).to_vec();
    for (sample, steps) in elements.chunks_exact_mut(N::Input::LEN).zip(samples) {
        sample[4 * steps.len()..4 * ROOM].fill(f32::NAN);
    }
    let dirty = N::Input::batch(&elements);
    let predictions = network.predict_batch(dirty);
    let targets = vec![target; samples.len()];
    let pass = Pass::training(37, 0);
    let gradient = |inputs: &[PaddedSteps<[[f32; 4]; ROOM]>]| {
        let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
        let targets = &targets[..inputs.len()];
        network.gradient(inputs, targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
        gradient.parameters().to_vec()
    };
    let mut mean = vec![0.0; N::LEN];
    for (sample, prediction) in clean.iter().zip(&predictions) {
        assert_eq!(network.predict(sample), *prediction);
        let alone = gradient(&[*sample]);
        mean.iter_mut().zip(alone).for_each(|(sum, own)| *sum += own / 4.0);
    }
    let all = gradient(&clean);
    assert_eq!(gradient(dirty), all);
    assert!(all.iter().any(|&slope| slope != 0.0));
    for (&one, &other) in all.iter().zip(&mean) {
        assert!((one - other).abs() <= 1e-5 * (1.0 + other.abs()), "{one} {other}");
    }
}

// Every layer that sees several steps, each in a branch of its own.
same_as_of_its_length!(layers, Vector<28>, {
    Parallel {
        attention: { SelfAttention<2>, LastStep },
        rotary: { SelfAttention<2>(rotary = true), GlobalAvgPool1d },
        causal: { Conv1d<_, 4, 2>(padding = Causal), Relu, SelfAttention<1>(causal = true), GlobalMaxPool1d },
        forward: { Lstm<_, 3>, LastStep },
        backward: { Gru<_, 3>(direction = Backward), GlobalAvgPool1d },
        stacked: { Lstm<_, 3>(direction = Backward), Rnn<_, 2>(direction = Backward), GlobalMaxPool1d },
        reshaped: { LastStep, Dense<_, 8>, Reshape<Sequence<2, 4>>, SelfAttention<2>, GlobalAvgPool1d },
        projected: { Residual(Dense<_, 3>) { SelfAttention<1>, Gru<_, 3>(reset = Before) }, GlobalMaxPool1d, Dense<_, 4> },
    },
});
same_as_of_its_length!(transformer, Vector<2>, {
    SinePositionEncoding,
    #[recompute]
    blocks: Repeat<2> {
        Residual { LayerNorm, SelfAttention<2> },
        Residual { LayerNorm, Dense<_, 6>, Gelu, Dense<_, 4> },
    },
    GlobalAvgPool1d, Dense<_, 2>,
});

type Texts = Pair<Padded<Tokens<4, 6>>, Padded<Tokens<ROOM, 7>>>;

network! {
    /// A decoder whose blocks attend to a text, and give a pair again.
    struct Decoder (Pair<Padded<Tokens<4, 6>>, Padded<Tokens<ROOM, 7>>>) {
        embedded: Parallel(Pair) { steps: { First, Embedding<_, 4> }, text: { Second, Embedding<_, 4>, SelfAttention<2> } },
        blocks: Repeat<2> {
            Parallel(Pair) {
                steps: {
                    Parallel(Pair) { own: { First, SelfAttention<1> }, other: { Second, Lstm<_, 4>(direction = Backward) } },
                    CrossAttention<2>,
                },
                text: { Second, SelfAttention<1> },
            },
        },
        joined: Parallel { steps: { First, GlobalAvgPool1d }, text: { Second, GlobalMaxPool1d } },
    }
}
network! {
    struct Exact<const L: usize, const M: usize> (Pair<Tokens<L, 6>, Tokens<M, 7>>) {
        embedded: Parallel(Pair) { steps: { First, Embedding<_, 4> }, text: { Second, Embedding<_, 4>, SelfAttention<2> } },
        blocks: Repeat<2> {
            Parallel(Pair) {
                steps: {
                    Parallel(Pair) { own: { First, SelfAttention<1> }, other: { Second, Lstm<_, 4>(direction = Backward) } },
                    CrossAttention<2>,
                },
                text: { Second, SelfAttention<1> },
            },
        },
        joined: Parallel { steps: { First, GlobalAvgPool1d }, text: { Second, GlobalMaxPool1d } },
    }
}

fn texts(steps: &[u8], text: &[u8]) -> <Texts as Shape>::Array<f32> {
    Both {
        first: Padded::<Tokens<4, 6>>::sample(steps).unwrap(),
        second: Padded::<Tokens<ROOM, 7>>::sample(text).unwrap(),
    }
}

fn compare_pairs<const L: usize, const M: usize>(network: &Decoder, steps: [u8; L], text: [u8; M]) {
    let exact: &Exact<L, M> = network.view_as();
    let short = texts(&steps, &text);
    let same = Both { first: Tokens::sample(steps).unwrap(), second: Tokens::sample(text).unwrap() };
    assert_eq!(network.predict(&short), exact.predict(&same), "{L} and {M} steps");
    let (mut of_short, mut of_exact) = (Gradient::zeroed(), Gradient::<Exact<L, M>>::zeroed());
    let (target, pass) = ([[0.5; 8]], Pass::training(37, 0));
    network.gradient(&[short], &target, &MeanSquaredError, &pass, &mut Workspace::new(), &mut of_short).unwrap();
    exact.gradient(&[same], &target, &MeanSquaredError, &pass, &mut Workspace::new(), &mut of_exact).unwrap();
    assert_eq!(of_short.parameters(), of_exact.parameters(), "{L} and {M} steps");
}

#[test]
fn each_sequence_of_a_pair_has_its_own_length() {
    let network = Decoder::init(&mut typenet::rng(37));
    compare_pairs(&network, [3, 0], [6, 1, 2, 4]);
    compare_pairs(&network, [1, 2, 3, 4], [5]);
}

network! {
    /// The parts of a pair change places, and one of them is left.
    struct Swapped (Pair<Padded<Sequence<3, 2>>, Padded<Sequence<ROOM, 2>>>) {
        places: Parallel(Pair) { second: { Second }, first: { First } },
        again: Repeat<3> { Parallel(Pair) { first: { First }, second: { Second, Residual { SelfAttention<1> } } } },
        Second, GlobalAvgPool1d,
    }
}

#[test]
fn parts_may_change_places() {
    let mut network = Swapped::zeroed();
    let sample = Both {
        first: Padded::<Sequence<3, 2>>::sample(&[[1.0, 2.0], [3.0, 6.0]]).unwrap(),
        second: Padded::<Sequence<ROOM, 2>>::sample(&[[9.0, 9.0]]).unwrap(),
    };
    assert_eq!(network.predict(&sample), [2.0, 4.0]);
    network.parameters_mut().fill(0.25);
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let pass = Pass::training(37, 0);
    network.gradient(&[sample], &[[0.0; 2]], &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    network! {
        struct Alone (Sequence<2, 2>) {
            again: Repeat<3> { Residual { SelfAttention<1> } },
            GlobalAvgPool1d,
        }
    }
    let mut alone = Alone::zeroed();
    alone.parameters_mut().copy_from_slice(network.parameters());
    let (mut workspace, mut same) = (Workspace::new(), Gradient::<Alone>::zeroed());
    alone
        .gradient(&[[[1.0, 2.0], [3.0, 6.0]]], &[[0.0; 2]], &MeanSquaredError, &pass, &mut workspace, &mut same)
        .unwrap();
    assert_eq!(gradient.parameters(), same.parameters());
}

network! {
    /// A part of a pair that is not padded goes through layers that a padded one may not.
    struct Beside (Pair<Padded<Sequence<ROOM, 2>>, Sequence<6, 2>>) {
        Parallel {
            text: { First, LastStep },
            signal: { Second, Conv1d<_, 3, 3>(padding = Same), MaxPool1d<2>, Flatten },
        },
    }
}

#[test]
fn a_part_that_is_not_padded_has_all_layers() {
    network!(struct Signal (Sequence<6, 2>) = Conv1d<_, 3, 3>(padding = Same), MaxPool1d<2>, Flatten);
    let network = Beside::init(&mut typenet::rng(37));
    let mut alone = Signal::zeroed();
    alone.parameters_mut().copy_from_slice(network.parameters());
    let signal = std::array::from_fn(|step| [step as f32, 1.0]);
    let first = Padded::<Sequence<ROOM, 2>>::sample(&[[5.0, 6.0], [7.0, 8.0]]).unwrap();
    let prediction = network.predict(&Both { first, second: signal });
    assert_eq!((&prediction[..2], &prediction[2..]), (&[7.0, 8.0][..], &alone.predict(&signal)[..]));
}

type Word = Padded<Tokens<8, 27>>;

network! {
    /// Declared with an alias, of which the macro does not know that it is padded.
    struct LastLetter (Word) -> Probabilities<2> {
        Embedding<_, 8>, SinePositionEncoding, SelfAttention<2>, LastStep, Dense<_, 2>, Softmax,
    }
}

/// Words of 1 to 8 letters, and whether the last letter is the same as the first.
fn words(count: usize) -> Dataset<Word, Class<2>> {
    let mut rng = typenet::rng(11);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for sample in 0..count {
        let len = 2 + random::below(&mut rng, 7);
        let mut letters: Vec<usize> = (0..len).map(|_| random::below(&mut rng, 4)).collect();
        if sample % 2 == 0 {
            letters[len - 1] = letters[0];
        }
        targets.push(Class::new(usize::from(letters[0] == letters[len - 1])).unwrap());
        inputs.push(Padded::<Tokens<8, 27>>::sample(&letters).unwrap());
    }
    Dataset::new(inputs, targets).unwrap()
}

#[test]
fn a_classifier_of_words_learns_where_they_end() {
    let data = words(160);
    let (training, test) = data.clone().stratified_split(0.75);
    let mut network = LastLetter::init(&mut typenet::rng(37));
    let mut trainer = Trainer::new(Nll, Adam::new(0.02)).batch_size(20).epochs(40);
    trainer.fit(&mut network, &training).unwrap();
    let evaluation = network.evaluate(&test, &Nll);
    assert!(evaluation.accuracy > 0.9, "{evaluation}");
    assert_eq!(network.activations(&test.inputs()[0]).softmax[..], network.predict(&test.inputs()[0])[..]);
}

#[test]
fn a_stream_reads_the_steps_without_padding() {
    network! {
        struct Counter (Padded<Sequence<ROOM, 4>>) { Lstm<_, 3>, SelfAttention<1>(causal = true), LastStep }
    }
    let network = Counter::init(&mut typenet::rng(37));
    for steps in samples() {
        let mut stream = network.start();
        let streamed = steps.iter().map(|&step| stream.push(step)).last().unwrap();
        let padded = Padded::<Sequence<ROOM, 4>>::sample(&steps).unwrap();
        assert_eq!(network.predict(&padded), streamed);
    }
}

#[cfg(feature = "onnx")]
network! {
    struct EachStep<const L: usize> (Sequence<L, 2>) -> Sequence<L, 3> {
        SelfAttention<1>,
        Gru<_, 4>(direction = Backward),
        Dense<_, 3>,
    }
}
network! {
    struct EachStepPadded (Padded<Sequence<ROOM, 2>>) -> Sequence<ROOM, 3> {
        SelfAttention<1>,
        Gru<_, 4>(direction = Backward),
        Dense<_, 3>,
    }
}

/// Values at steps, and nothing at the others.
type Some3 = [Option<Vector<3>>; ROOM];

/// Compares a padded sample with the same network for its length: each loss of a step, and the metrics of the steps.
fn compare_steps<const L: usize>(network: &EachStepPadded, drawn: &[[f32; 2]; L], targets: &[[f32; 3]; L]) {
    let exact: &EachStep<L> = network.view_as();
    let sample = Padded::<Sequence<ROOM, 2>>::sample(drawn).unwrap();
    let some = std::array::from_fn(|step| targets.get(step).copied());
    let padded: Dataset<Padded<Sequence<ROOM, 2>>, Some3> = Dataset::new(vec![sample], vec![some]).unwrap();
    let whole: Dataset<Sequence<L, 2>, Sequence<L, 3>> = Dataset::new(vec![*drawn], vec![*targets]).unwrap();
    let near = |one: f64, other: f64| assert!((one - other).abs() <= 1e-6 * other.abs(), "{L} steps: {one} {other}");

    macro_rules! compare {
        ($($loss:expr),*) => {$({
            let (of_padded, of_whole) = (network.evaluate(&padded, &Masked($loss)), exact.evaluate(&whole, &$loss));
            near(of_padded.loss, of_whole.loss);
            near(of_padded.mean_absolute_error, of_whole.mean_absolute_error);
            let (mut one, mut other) = (Gradient::zeroed(), Gradient::<EachStep<L>>::zeroed());
            let pass = Pass::training(37, 0);
            network.gradient(&[sample], &[some], &Masked($loss), &pass, &mut Workspace::new(), &mut one).unwrap();
            exact.gradient(&[*drawn], &[*targets], &$loss, &pass, &mut Workspace::new(), &mut other).unwrap();
            for (one, other) in one.parameters().iter().zip(other.parameters()) {
                assert!((one - other).abs() <= 1e-6, "{L} steps: {one} {other}");
            }
        })*};
    }
    compare!(MeanSquaredError, AbsoluteError, Huber::new(0.5));
    let metrics = (MeanAbsoluteError, RootMeanSquaredError);
    let (absolute, root) = network.measure(&padded, Masked(metrics));
    near(absolute, exact.measure(&whole, MeanAbsoluteError));
    let (squares, outputs) =
        exact.predict(drawn).iter().zip(targets).fold(([0.0; 3], 0.0), |(mut sums, count), (p, t)| {
            sums.iter_mut().zip(p.iter().zip(t)).for_each(|(sum, (p, t))| *sum += f64::from(p - t).powi(2));
            (sums, count + 1.0)
        });
    near(root, squares.map(|sum: f64| (sum / outputs).sqrt()).iter().sum::<f64>() / 3.0);
}

#[test]
fn values_at_each_step_are_those_of_the_steps() {
    let network = EachStepPadded::init(&mut typenet::rng(37));
    let mut rng = typenet::rng(9);
    let mut draw = || f32::from_f64(random::uniform(&mut rng));
    compare_steps::<1>(&network, &[[draw(), draw()]], &[[draw(), draw(), draw()]]);
    let drawn = std::array::from_fn(|_| [draw(), -draw()]);
    compare_steps::<3>(&network, &drawn, &std::array::from_fn(|_| [draw(), draw(), draw()]));
}

#[test]
fn errors_of_values_name_the_position_in_the_target() {
    let sample = Padded::<Sequence<ROOM, 2>>::sample(&[[0.5, 1.0]; 3]).unwrap();
    let targets = |wrong| [Some([0.0; 3]), None, Some([0.0, wrong, 1.0]), None, None];
    let data =
        |wrong| Dataset::<Padded<Sequence<ROOM, 2>>, Some3>::new(vec![sample; 2], vec![targets(0.0), targets(wrong)]);
    let error = data(f32::NAN).unwrap_err();
    assert_eq!(error.to_string(), "target 1 holds NaN at position 7: data must be finite");
    let mut trainer = Trainer::new(Masked(BinaryCrossEntropy), Sgd::new(0.1));
    let error = trainer.fit(&mut EachStepPadded::zeroed(), &data(1.5).unwrap()).unwrap_err();
    assert!(error.to_string().contains("1.5 at position 7"), "{error}");

    let behind: Dataset<Padded<Sequence<ROOM, 2>>, Some3> =
        Dataset::new(vec![sample; 2], vec![targets(0.0), [Some([0.0; 3]); ROOM]]).unwrap();
    let error = trainer.fit(&mut EachStepPadded::zeroed(), &behind).unwrap_err();
    assert_eq!(error.to_string(), "sample 1 has a target at step 4, but its sequence ends after 3 steps");
}

#[test]
fn an_onnx_model_of_padded_sequences_is_refused() {
    let error = LastLetter::init(&mut typenet::rng(37)).onnx_bytes().unwrap_err();
    assert!(error.to_string().starts_with("`LastLetter` has no ONNX form: its input is `Padded`"), "{error}");
}
