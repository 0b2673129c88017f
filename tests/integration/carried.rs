//! Long sequences in windows: each goes on from the state in which the one before ended.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::kernel::Kernels;
use typenet::prelude::*;
use typenet::{Error, random};

use crate::recorded::{self, assert_near, numbers, parameters};
use crate::support::samples::normal;

/// The number of sequences, and of windows of each.
const SEQUENCES: usize = 5;
const WINDOWS: usize = 3;

network! {
    #[tile(2)]
    struct Deep<const L: usize> (Sequence<L, 2>) -> ProbabilitySequence<L, 3> {
        Rnn<_, 5>,
        Gru<_, 17>,
        Residual { RmsNorm, Lstm<_, 17> },
        Repeat<2> { Gru<17, 17>(reset = Before), Tanh },
        Parallel { one: { Lstm<_, 3>, Rnn<_, 2> }, skip: {}, other: { Dense<_, 2> } },
        Residual(Dense<_, 4>) { Gru<_, 4> },
        Inner<L>,
        Dense<3, 3>,
        Softmax,
    }
}
network!(struct Inner<const L: usize> (Sequence<L, 4>) = Dropout(0.0), Lstm<_, 3>);

/// Cuts sequences into windows: of each window, those of all sequences.
fn windows<const ALL: usize, const L: usize, X: Copy>(sequences: &[[X; ALL]]) -> Vec<Vec<[X; L]>> {
    let window =
        |start: usize| sequences.iter().map(move |sequence| std::array::from_fn(|step| sequence[start + step]));
    (0..ALL).step_by(L).map(|start| window(start).collect()).collect()
}

/// Asserts that the outputs for windows have the bits of those for the whole sequences.
fn agrees<T: Kernels>() {
    let whole = Deep::<12, T>::init(&mut typenet::rng(3));
    let mut network = Deep::<4, T>::zeroed();
    network.parameters_mut().copy_from_slice(whole.parameters());
    let sequences = normal::<Sequence<12, 2>, T>(SEQUENCES, 5);
    let pass = Pass::training(0, 0);
    let mut workspace = Workspace::for_samples(SEQUENCES);
    let expected = whole.forward(&sequences, &pass, &mut workspace).unwrap().to_vec();
    let mut workspace = Workspace::for_samples(SEQUENCES).carrying(SEQUENCES);
    for _ in 0..2 {
        for (inputs, expected) in windows::<12, 4, _>(&sequences).iter().zip(windows::<12, 4, _>(&expected)) {
            assert_eq!(network.forward(inputs, &pass, &mut workspace).unwrap(), expected);
        }
        workspace.restart();
    }
}

#[test]
fn windows_have_the_bits_of_the_whole_sequence() {
    agrees::<f32>();
    agrees::<f64>();
}

/// Targets that say nothing.
fn targets() -> Vec<[Class<3>; 4]> {
    let class = |sample: usize, step: usize| Class::new((sample + 2 * step) % 3).unwrap();
    (0..SEQUENCES).map(|sample| std::array::from_fn(|step| class(sample, step))).collect()
}

#[test]
fn tiles_and_separate_passes_carry_the_same_state() {
    let network = Deep::<4>::init(&mut typenet::rng(3));
    let (targets, pass) = (targets(), Pass::training(0, 0));
    let inputs: Vec<_> = (0..WINDOWS).map(|window| normal::<Sequence<4, 2>, f32>(SEQUENCES, window as u64)).collect();
    let mut all = Workspace::new().carrying(SEQUENCES);
    let mut alone: Vec<_> = (0..SEQUENCES).map(|_| Workspace::new().carrying(1)).collect();
    let (mut gradient, mut sum, mut of_one) = (Gradient::zeroed(), Gradient::<Deep<4>>::zeroed(), Gradient::zeroed());
    for inputs in &inputs {
        let loss = network.gradient(inputs, &targets, &Nll, &pass, &mut all, &mut gradient).unwrap();
        let mut losses = 0.0;
        sum.set_to_zero();
        for (sample, workspace) in alone.iter_mut().enumerate() {
            let (input, target) = (&inputs[sample..=sample], &targets[sample..=sample]);
            losses += network.gradient(input, target, &Nll, &pass, workspace, &mut of_one).unwrap();
            sum.add_scaled(&of_one, 1.0 / SEQUENCES as f64);
        }
        assert!((loss - losses / SEQUENCES as f32).abs() < 1e-5);
        let apart = gradient.parameters().iter().zip(sum.parameters()).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-6);
    }
    // The states of a tile are those of its samples, layer by layer, so a tile of one has them in their order.
    assert_eq!(all.carried_state()[4 * <Deep<4> as Network>::CARRIED_LEN..], *alone[4].carried_state());
    assert_eq!(<Deep<4> as Network>::CARRIED_LEN, 5 + 17 + 2 * 17 + 2 * 17 + (2 * 3 + 2) + 4 + 2 * 3);
}

#[test]
fn a_backward_pass_belongs_to_the_window_before_it() {
    let network = Deep::<4>::init(&mut typenet::rng(3));
    let (targets, pass) = (targets(), Pass::training(0, 0));
    let (mut one, mut other) = (Workspace::new().carrying(1), Workspace::new().carrying(1));
    let (mut gradient, mut apart) = (Gradient::zeroed(), Gradient::<Deep<4>>::zeroed());
    for window in 0..WINDOWS {
        let inputs = normal::<Sequence<4, 2>, f32>(1, window as u64);
        network.gradient(&inputs, &targets[..1], &Nll, &pass, &mut one, &mut gradient).unwrap();
        let logits = network.forward(&inputs, &pass, &mut other).unwrap().to_vec();
        let mut grad_logits = network.predict_batch(&inputs);
        grad_logits[0] = softmax_minus_target(&logits[0], &targets[0]);
        apart.set_to_zero();
        network.backward(&inputs, &grad_logits, &pass, &mut other, &mut apart).unwrap();
        let difference = gradient.parameters().iter().zip(apart.parameters()).map(|(a, b)| (a - b).abs());
        assert!(difference.fold(0.0, f32::max) < 1e-6);
        assert_eq!(one.carried_state(), other.carried_state());
    }
}

/// The gradient of the mean cross-entropy over the steps.
fn softmax_minus_target(logits: &[[f32; 3]; 4], targets: &[Class<3>; 4]) -> [[f32; 3]; 4] {
    std::array::from_fn(|step| {
        let sum: f32 = logits[step].iter().map(|logit| logit.exp()).sum();
        let target = |class| if class == targets[step].index() { 1.0 } else { 0.0 };
        std::array::from_fn(|class| (logits[step][class].exp() / sum - target(class)) / 4.0)
    })
}

network!(struct Recorded (Sequence<4, 2>) = lstm: Lstm<_, 5>, output: Dense<_, 2>);

/// Learns from three windows as PyTorch did with a detached state.
fn agrees_with_pytorch<T: Kernels>(case: &serde_json::Value) {
    let convert = |name: &str| -> Vec<T> { numbers(&case[name]).into_iter().map(T::from_f64).collect() };
    let mut network = Recorded::<T>::zeroed();
    for (place, value) in network.parameters_mut().iter_mut().zip(parameters::<Recorded<T>>(&case["parameters"])) {
        *place = T::from_f64(value);
    }
    let (inputs, targets) = (convert("input"), convert("target"));
    let (inputs, targets) = (<Sequence<4, 2>>::batch::<T>(&inputs), <Sequence<4, 2>>::batch::<T>(&targets));
    let (mut optimizer, mut workspace) = (Sgd::new(0.5).state(), Workspace::new().carrying(3));
    let (mut gradient, mut losses) = (Gradient::zeroed(), Vec::new());
    for (inputs, targets) in inputs.chunks(3).zip(targets.chunks(3)) {
        let pass = Pass::training(0, optimizer.steps());
        let loss = network.gradient(inputs, targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
        optimizer.step(&mut *network, &*gradient).unwrap();
        losses.push(loss);
    }
    assert_near(&losses, &numbers(&case["losses"]), "losses");
    let state = [numbers(&case["hidden"]), numbers(&case["cell"])].concat();
    assert_near(workspace.carried_state(), &state, "state");
    assert_near(network.parameters(), &parameters::<Recorded<T>>(&case["trained"]), "parameters");
}

#[test]
fn training_in_windows_agrees_with_pytorch() {
    let file = recorded::file("carried.json");
    agrees_with_pytorch::<f64>(&file["f64"]);
    agrees_with_pytorch::<f32>(&file["f32"]);
}

#[test]
fn a_failed_step_keeps_the_state() {
    network!(struct Small (Sequence<2, 1>) = Lstm<_, 2>, output: Dense<_, 1>);
    let mut network = Small::init(&mut typenet::rng(3));
    let (input, pass) = ([[[1.0], [2.0]]], Pass::training(0, 0));
    let (mut workspace, mut gradient) = (Workspace::new().carrying(1), Gradient::zeroed());
    network.gradient(&input, &input, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    let state = workspace.carried_state().to_vec();
    assert!(state.iter().all(|&value| value != 0.0) && state.len() == <Small as Network>::CARRIED_LEN);
    network.output.bias[0] = f32::INFINITY;
    let error = network.gradient(&input, &input, &MeanSquaredError, &pass, &mut workspace, &mut gradient);
    assert!(matches!(error, Err(Error::NonFiniteLoss { .. })));
    assert_eq!(workspace.carried_state(), state);
    // A state can be written back.
    let mut other = Workspace::<Small>::new().carrying(1);
    other.carried_state_mut().copy_from_slice(&state);
    let [one, other] = [&mut workspace, &mut other].map(|it| network.forward(&input, &pass, it).unwrap().to_vec());
    assert_eq!(one, other);
}

#[test]
fn a_batch_with_another_number_of_windows_is_an_error() {
    let network = Deep::<4>::zeroed();
    let (inputs, mut workspace) = (normal::<Sequence<4, 2>, f32>(2, 1), Workspace::new().carrying(3));
    let error = network.forward(&inputs, &Pass::training(0, 0), &mut workspace).unwrap_err();
    assert_eq!(error.to_string(), "there are 2 windows in the batch but 3 sequences with a carried state");
    let mut gradient = Gradient::zeroed();
    let (targets, pass) = (&targets()[..2], Pass::training(0, 0));
    let error = network.gradient(&inputs, targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap_err();
    assert_eq!(
        error,
        Error::CountMismatch {
            first: "windows in the batch",
            first_count: 2,
            second: "sequences with a carried state",
            second_count: 3
        }
    );
}

network!(#[tile(3)] struct Follow (Sequence<2, 1>) -> ProbabilitySequence<2, 2> = Gru<_, 6>, Dense<_, 2>, Softmax);

type Bits = Dataset<Sequence<2, 1>, [Class<2>; 2]>;

/// Shows a bit at the first step of every third window, and asks for it at all steps until the next one.
fn bits(windows: usize) -> Bits {
    let (mut rng, mut bit) = (typenet::rng(5), 0);
    let sample = |window: usize| {
        let shows = window.is_multiple_of(3);
        bit = if shows { random::below(&mut rng, 2) } else { bit };
        let shown = if shows { [-1.0, 1.0][bit] } else { 0.0 };
        ([[shown], [0.0]], [Class::new(bit).unwrap(); 2])
    };
    let (inputs, targets) = (0..windows).map(sample).unzip();
    Dataset::new(inputs, targets).unwrap()
}

fn trainer(epochs: usize) -> Trainer<Nll, Adam, f32> {
    Trainer::new(Nll, Adam::new(0.03)).clip_norm(1.0).epochs(epochs).seed(3)
}

#[test]
fn a_network_remembers_for_longer_than_a_window() {
    let data = bits(240);
    let streams = data.streams(8).unwrap();
    let mut network = Follow::init(&mut typenet::rng(1));
    let whole = data.streams(1).unwrap();
    let history = trainer(15).validation_streams(&whole).fit_streams(&mut network, &streams).unwrap();
    let evaluation = network.evaluate_streams(&whole, &Nll);
    assert!(evaluation.accuracy > 0.99, "{evaluation:?}");
    assert_eq!((history["val_loss"][14], history["val_accuracy"][14]), (evaluation.loss, evaluation.accuracy));
    let (accuracy, perplexity) = network.measure_streams(&whole, (Accuracy, Perplexity));
    assert!((accuracy - evaluation.accuracy).abs() < 1e-12 && (perplexity - evaluation.loss.exp()).abs() < 1e-6);

    // Without the state, two windows of three say nothing.
    let mut forgetful = Follow::init(&mut typenet::rng(1));
    trainer(15).batch_size(8).fit(&mut forgetful, &data).unwrap();
    assert!(forgetful.evaluate(&data, &Nll).accuracy < 0.8);
}

#[test]
fn streams_are_windows_in_their_order() {
    let data: Dataset<Sequence<1, 1>, Sequence<1, 1>> = {
        let samples: Vec<_> = (0..11_u8).map(|sample| [[f32::from(sample)]]).collect();
        Dataset::new(samples.clone(), samples).unwrap()
    };
    let streams = data.streams(3).unwrap();
    assert_eq!((streams.count(), streams.windows()), (3, 3));
    let batches: Vec<_> = (0..3).map(|window| streams.batch(window)).collect();
    assert_eq!(batches[0].0.concat(), [[0.0], [3.0], [6.0]]);
    assert_eq!(batches[1].0.concat(), [[1.0], [4.0], [7.0]]);
    assert_eq!((batches[2].0.concat(), &batches[2].0), (vec![[2.0], [5.0], [8.0]], &batches[2].1));
    assert_eq!(data.streams(0).unwrap_err().to_string(), "the number of streams is 0, but must be at least 1");
    assert_eq!(data.streams(12).unwrap_err(), Error::TooFewWindows { windows: 11, streams: 12 });
    let error = data.split(0.1).0.streams(2).unwrap_err();
    assert_eq!(error.to_string(), "1 sample is too few for 2 streams: each stream needs at least one window");
}

#[test]
fn a_trainer_does_what_a_loop_does() {
    let data = bits(50);
    let streams = data.streams(4).unwrap();
    for accumulate in [1, 5] {
        let mut network = Follow::init(&mut typenet::rng(1));
        let mut trainer = trainer(2).batch_size(7).accumulate(accumulate);
        trainer.fit_streams(&mut network, &streams).unwrap();

        let mut expected = Follow::init(&mut typenet::rng(1));
        let (mut optimizer, mut workspace) = (Adam::new(0.03).state(), Workspace::new().carrying(4));
        let (mut gradient, mut sum) = (Gradient::zeroed(), Gradient::<Follow>::zeroed());
        for _ in 0..2 {
            workspace.restart();
            for windows in (0..12).collect::<Vec<_>>().chunks(accumulate) {
                sum.set_to_zero();
                for &window in windows {
                    let (inputs, targets) = streams.batch(window);
                    let pass = Pass::training(3, optimizer.steps());
                    expected.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
                    sum.add_scaled(&gradient, 1.0 / windows.len() as f64);
                }
                sum.clip_norm(1.0).unwrap();
                optimizer.step(&mut *expected, &*sum).unwrap();
            }
        }
        assert_eq!(network.parameters(), expected.parameters(), "{accumulate} batches per step");
        assert_eq!(trainer.optimizer().steps(), optimizer.steps());
    }
}

#[cfg(feature = "rayon")]
#[test]
fn threads_change_no_bit() {
    network!(#[tile(2)] struct Wide (Sequence<8, 16>) = Lstm<_, 64>);
    let (inputs, targets) = (normal::<Sequence<8, 16>, f32>(64, 3), normal::<Sequence<8, 64>, f32>(64, 4));
    let data = Dataset::<Sequence<8, 16>, Sequence<8, 64>>::new(inputs, targets).unwrap();
    let streams = data.streams(16).unwrap();
    let train = |threads| {
        let mut network = Wide::init(&mut typenet::rng(1));
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).threads(threads).validation_streams(&streams);
        let history = trainer.fit_streams(&mut network, &streams).unwrap();
        let mut watched = Trainer::new(MeanSquaredError, Sgd::new(0.1))
            .threads(threads)
            .metric(MeanAbsoluteError)
            .validation_streams(&streams);
        let last = watched.fit_streams(&mut network, &streams).unwrap();
        let measures = ["loss", "val_loss"].map(|name| (history[name].to_vec(), last[name].to_vec()));
        (network.parameters().to_vec(), measures, last["val_mean_absolute_error"].to_vec(), network)
    };
    let (one, two) = (train(1), train(2));
    assert_eq!((&one.0, &one.1, &one.2), (&two.0, &two.1, &two.2));
    assert_eq!(one.1[1].1[0], one.3.evaluate_streams(&streams, &MeanSquaredError).loss);
}

#[cfg(feature = "safetensors")]
#[test]
fn training_killed_within_an_epoch_goes_on_from_its_state() {
    use crate::support::folder::Folder;
    use typenet::train::StepRecord;

    let (data, folder) = (bits(40), Folder::new("carried"));
    let (streams, path) = (data.streams(4).unwrap(), folder.path("checkpoint"));
    let train = |killed: u64| {
        std::panic::catch_unwind(|| {
            let mut network = Follow::init(&mut typenet::rng(1));
            let mut trainer = trainer(3).checkpoints(Checkpoints::every_steps(1, &path)).callback(
                typenet::train::on_step(|_: &Follow, record: &StepRecord| {
                    if record.total_steps == killed {
                        std::panic::resume_unwind(Box::new("killed"));
                    }
                    std::ops::ControlFlow::Continue(())
                }),
            );
            if path.exists() {
                trainer.resume(&mut network, &path).unwrap();
            }
            trainer.fit_streams(&mut network, &streams).unwrap();
            network.parameters().to_vec()
        })
    };
    let whole = train(0).unwrap();
    std::fs::remove_file(&path).unwrap();
    for killed in [4, 10, 11, 19, 30] {
        assert!(train(killed).is_err());
    }
    assert_eq!(train(0).unwrap(), whole);

    // Another number of streams carries another state.
    std::fs::remove_file(&path).unwrap();
    assert!(train(4).is_err());
    let (mut network, mut other) = (Follow::zeroed(), trainer(3));
    other.resume(&mut network, &path).unwrap();
    let error = other.fit_streams(&mut network, &data.streams(5).unwrap()).unwrap_err();
    assert_eq!(error, Error::OtherCarriedState { before: 4 * 6, now: 5 * 6 });
    let error = other.fit(&mut network, &data).unwrap_err();
    assert_eq!(error, Error::OtherCarriedState { before: 4 * 6, now: 0 });
    assert!(
        error.to_string().ends_with("call the same function, `fit` or `fit_streams`, with the same number of streams")
    );
}
