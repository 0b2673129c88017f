//! Long sequences in windows: each goes on from the state in which the one before ended.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::Error;
use typenet::kernel::Kernels;
use typenet::prelude::*;

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
