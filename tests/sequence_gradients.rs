//! Gate R1 for layers of sequences and tokens, as `gradients` holds the other layers.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/checks.rs"]
mod checks;
#[path = "support/dual.rs"]
mod dual;

use checks::{BENT, DUAL_TOLERANCE, SMOOTH, batch, cases, check_all as check, convert, mean_loss, relative, slopes};
use dual::Dual;
use proptest::prelude::*;
use typenet::loss::AnyOutput;
use typenet::prelude::*;
use typenet::{Scalar, random};

network!(struct Simple (Sequence<5, 3>) = Rnn<_, 4>, Rnn<_, 5>(direction = Backward), LastStep, Dense<_, 2>);
network!(struct Gated (Sequence<4, 2>) = Gru<_, 5>(direction = Backward), Gru<_, 9>, LastStep, Dense<_, 3>, Softmax);
network!(struct Long (Sequence<4, 3>) = Lstm<_, 6>, Tanh, Lstm<_, 5>(direction = Backward), Flatten, Dense<_, 2>);
// Wider than a register, with few steps and samples: the truths take as long as there are parameters.
network!(struct Wide (Sequence<2, 1>) = Gru<_, 17>, LastStep);
network!(struct WideReset (Sequence<2, 1>) = Gru<_, 17>(reset = Before), LastStep);
network!(struct Single (Sequence<1, 1>) = Lstm<_, 1>, Gru<_, 1>, Rnn<_, 3>, Flatten);
network! {
    struct Bidirectional<const L: usize, const H: usize> (Sequence<L, 2>) {
        Parallel(Add) { ahead: { Lstm<_, H> }, back: { Lstm<_, H>(direction = Backward) } },
        Dropout(0.2),
        Residual { Gru<_, H> },
        Rnn<_, 4>,
        Repeat<2> { Rnn<4, 4> },
        LastStep,
        Dense<4, 2>,
    }
}

network!(struct Reset (Sequence<3, 3>) = Gru<_, 4>(reset = Before), Gru<_, 9>(Backward, Before), LastStep, Dense<_, 2>);
network! {
    struct ResetInBlocks<const L: usize, const H: usize> (Sequence<L, 2>) {
        Parallel(Add) { ahead: { Gru<_, H>(reset = Before) }, back: { Gru<_, H>(Backward, Before) } },
        Repeat<2> { Residual { Gru<H, H>(reset = Before) } },
        LastStep,
        Dense<_, 3>,
        Softmax,
    }
}
network!(struct Joined (Sequence<3, 2>) = Parallel { ahead: { Gru<_, 3> }, back: { Lstm<_, 4>(Backward), Tanh }, skip: {} }, Rnn<_, 5>, LastStep, Dense<_, 2>);

network!(struct Learned (Tokens<5, 4>) = Embedding<_, 3>, PositionEmbedding, Tanh, Gru<_, 2>, LastStep, Dense<_, 3>, Softmax);
network! {
    struct Branched<const L: usize, const V: usize> (Tokens<L, V>) {
        Parallel {
            wide: { Embedding<_, 4>, SinePositionEncoding(max_wavelength = 50.0) },
            narrow: { Embedding<V, 1>, Sigmoid },
        },
        Rnn<_, 2>,
        LastStep,
    }
}
network! {
    struct Inputs (Pair<Tokens<3, 5>, Pair<Vector<3>, Sequence<3, 2>>>) {
        Parallel {
            text: { First, Embedding<_, 2>, Gru<_, 3>, LastStep },
            numbers: { Second, First, Tanh, Dense<_, 2> },
            steps: { Second, Second, Lstm<_, 2>, LastStep },
            again: { First, Embedding<_, 3>, Flatten },
        },
        Dense<_, 3>,
        Softmax,
    }
}
network!(struct Words (Tokens<1, 1>) = Embedding<1, 5>, SinePositionEncoding, Flatten, Dense<_, 2>);
network!(struct Tagger (Sequence<7, 3>) = Lstm<_, 4>, LayerNorm, Dense<_, 5>, Softmax);
network!(struct Step (Sequence<1, 2>) = Dense<_, 1>, RmsNorm, Dense<_, 3>, Softmax, LayerNorm, Dense<_, 2>(bias = false));
network! {
    struct Positions<const L: usize, const N: usize> (Sequence<L, N>) -> ProbabilitySequence<L, 3> {
        Residual { LayerNorm, Dense<_, 12>, Gelu, Dense<_, N> },
        Repeat<2> { RmsNorm, Dense<N, N>, Tanh },
        Parallel(Add) { skip: {}, other: { Softmax, Dense<_, N> } },
        BatchNorm,
        PRelu,
        Dense<N, 3>,
        Softmax,
    }
}
network!(struct Scores (Sequence<5, 3>) = Softmax, Gru<_, 6>, Dense<_, 4>);

network!(struct Attended (Sequence<5, 6>) = SelfAttention<3>, Tanh, SelfAttention<1>(causal = true), Flatten, Dense<_, 2>);
network! {
    struct Rotary<const L: usize> (Sequence<L, 6>) {
        SelfAttention<3>(rotary = true),
        Residual { LayerNorm, SelfAttention<1>(causal = true, rotary = true, bias = false) },
        LastStep,
        Dense<_, 2>,
    }
}
network!(struct Few (Sequence<1, 3>) = SelfAttention<1>, SelfAttention<3>(true, false, false), LastStep);
network! {
    struct Transformer<const L: usize, const N: usize> (Sequence<L, N>) {
        Residual { LayerNorm, SelfAttention<3>(causal = true) },
        Residual { LayerNorm, Dense<_, 5>, Tanh, Dense<_, N> },
        LastStep,
        Dense<N, 3>,
        Softmax,
    }
}
network!(struct Layered (Sequence<3, 4>) = Repeat<2> { LayerNorm, SelfAttention<2> }, Dense<_, 1>);

network!(struct Crossed (Pair<Sequence<3, 6>, Sequence<5, 6>>) = Parallel(Pair) { a: { First, Tanh }, b: { Second, Sigmoid } }, CrossAttention<3>, Tanh, Flatten, Dense<_, 2>);
network! {
    struct Decoder<const L: usize, const M: usize> (Pair<Sequence<L, 3>, Tokens<M, 4>>) {
        Parallel(Pair) {
            steps: { First, LayerNorm, Rnn<_, 4> },
            text: { Second, Embedding<_, 4>, Residual { SelfAttention<1> } },
        },
        CrossAttention<2>(bias = false),
        Dense<4, 3>,
        Softmax,
    }
}
network!(struct Itself (Sequence<3, 2>) = Parallel(Pair) { ahead: { Gru<_, 4> }, pooled: { Dense<_, 4>, MaxPool1d<2> } }, CrossAttention<1>, Dense<_, 1>);

network!(struct CarriedRnn (Sequence<3, 2>) = Rnn<_, 4>, LayerNorm, Dense<_, 2>);
network!(struct CarriedGru (Sequence<3, 2>) = Gru<_, 3>, Gru<_, 1>, Dropout(0.3), LastStep);
network!(struct CarriedReset (Sequence<2, 3>) = Gru<_, 3>(reset = Before), Dense<_, 2>);
network!(struct CarriedLstm (Sequence<1, 2>) = Lstm<_, 3>, Tanh, Lstm<_, 2>);
network! {
    struct CarriedBlocks (Sequence<3, 2>) {
        Parallel { wide: { Lstm<_, 3>, Rnn<_, 1> }, skip: {}, gated: { Gru<_, 2> } },
        Repeat<2> { Residual { Lstm<5, 5> } },
        Residual(Rnn<_, 3>) { Gru<_, 3>(reset = Before) },
    }
}

/// Returns a workspace whose sequences have random states.
fn carrying<N: Network>(samples: usize, seed: u64) -> Workspace<'static, N> {
    let mut workspace = Workspace::for_samples(samples).carrying(samples);
    let mut rng = typenet::rng(seed);
    for state in workspace.carried_state_mut() {
        *state = N::Scalar::from_f64(random::normal(&mut rng));
    }
    workspace
}

/// The gradient of a window that goes on from a state is the derivative of its loss with the state as a constant.
fn carried<F, D>(seed: u64, samples: usize)
where
    F: Network<Scalar = f64, Output: checks::Drawn>,
    D: Network<Scalar = Dual, Output = F::Output>,
    MeanSquaredError: Loss<F::Output, Target = F::Output, Takes = AnyOutput>,
{
    let network = F::init_with(Initializer::Normal { mean: 0.0, deviation: 0.7 }, &mut typenet::rng(seed));
    let pass = Pass::training(0, 0);
    let (inputs, targets) = batch::<F::Input, F::Output, f64>(seed, samples);
    let (mut gradient, mut workspace) = (Gradient::<F>::zeroed(), carrying::<F>(samples, seed));
    network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();

    let mut dual = convert::<F, D>(&network);
    let (inputs, targets) = batch::<D::Input, F::Output, Dual>(seed, samples);
    let exact = slopes(&mut *dual, |dual| {
        let mut workspace = carrying::<D>(samples, seed);
        let logits = dual.forward(&inputs, &pass, &mut workspace).unwrap();
        mean_loss::<D, _>(&MeanSquaredError, logits, &targets)
    });
    let error = relative(gradient.parameters(), &exact);
    assert!(error <= DUAL_TOLERANCE, "{}: {error:e} against dual numbers, seed {seed}", F::NAME);
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn networks_of_tokens_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..9) {
        check!(Learned, Nll, SMOOTH, seed, samples);
        check!(Branched<3, 9>, MeanSquaredError, SMOOTH, seed, samples);
        check!(Words, MeanSquaredError, SMOOTH, seed, samples);
        check!(Inputs, Nll, SMOOTH, seed, samples);
        check!(Tagger, Masked(Nll), SMOOTH, seed, samples);
        check!(Tagger, Masked(MeanSquaredError), SMOOTH, seed, samples);
        check!(Scores, Masked(Huber::new(0.5)), SMOOTH, seed, samples);
        check!(Scores, Masked(CrossEntropy.label_smoothing(0.1)), SMOOTH, seed, samples);
        check!(Scores, Masked(ClassWeights::new(CrossEntropy, [1.0, 0.5, 2.0, 0.25]).unwrap()), SMOOTH, seed, samples);
    }

    #[test]
    fn layers_that_act_on_each_step_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..9) {
        check!(Tagger, Nll, SMOOTH, seed, samples);
        check!(Tagger, Nll.label_smoothing(0.1), SMOOTH, seed, samples);
        check!(Tagger, MeanSquaredError, SMOOTH, seed, samples);
        check!(Step, CrossEntropy, SMOOTH, seed, samples);
        check!(Positions<3, 7>, Nll, BENT, seed, samples + 1);
        check!(Positions<7, 2>, ClassWeights::new(Nll, [1.0, 0.25, 3.0]).unwrap(), BENT, seed, samples + 1);
        check!(Scores, CrossEntropy, SMOOTH, seed, samples);
        check!(Scores, CrossEntropy.label_smoothing(0.2), SMOOTH, seed, samples);
        check!(Scores, CategoricalHinge, BENT, seed, samples);
    }

    #[test]
    fn networks_with_attention_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..9) {
        check!(Attended, MeanSquaredError, SMOOTH, seed, samples);
        check!(Few, MeanSquaredError, SMOOTH, seed, samples);
        check!(Rotary<17>, MeanSquaredError, SMOOTH, seed, samples);
        check!(Rotary<1>, MeanSquaredError, SMOOTH, seed, samples);
        check!(Transformer<9, 3>, Nll, SMOOTH, seed, samples);
        check!(Transformer<3, 6>, Nll, SMOOTH, seed, samples);
        check!(Layered, MeanSquaredError, SMOOTH, seed, samples);
    }

    #[test]
    fn attention_to_another_sequence_has_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..9) {
        check!(Crossed, MeanSquaredError, SMOOTH, seed, samples);
        check!(Decoder<2, 5>, Nll, SMOOTH, seed, samples);
        check!(Decoder<7, 1>, Nll, SMOOTH, seed, samples);
        check!(Itself, MeanSquaredError, BENT, seed, samples);
    }

    #[test]
    fn windows_that_go_on_from_a_state_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..5) {
        carried::<CarriedRnn<f64>, CarriedRnn<Dual>>(seed, samples);
        carried::<CarriedGru<f64>, CarriedGru<Dual>>(seed, samples);
        carried::<CarriedReset<f64>, CarriedReset<Dual>>(seed, samples);
        carried::<CarriedLstm<f64>, CarriedLstm<Dual>>(seed, samples);
        carried::<CarriedBlocks<f64>, CarriedBlocks<Dual>>(seed, samples);
    }

    #[test]
    fn recurrent_networks_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..9) {
        check!(Simple, MeanSquaredError, SMOOTH, seed, samples);
        check!(Gated, Nll, SMOOTH, seed, samples);
        check!(Long, MeanSquaredError, SMOOTH, seed, samples);
        check!(Single, MeanSquaredError, SMOOTH, seed, samples);
        check!(Reset, MeanSquaredError, SMOOTH, seed, samples);
        check!(ResetInBlocks<3, 5>, Nll, SMOOTH, seed, samples);
        check!(ResetInBlocks<1, 1>, Nll, SMOOTH, seed, samples);
        check!(Joined, MeanSquaredError, SMOOTH, seed, samples);
        check!(Bidirectional<3, 7>, MeanSquaredError, SMOOTH, seed, samples);
    }
}

proptest! {
    // Once, since their many parameters take long.
    #![proptest_config(cases(1))]

    #[test]
    fn wide_recurrent_layers_have_the_right_gradient(seed in 0_u64..1 << 40) {
        check!(Wide, MeanSquaredError, SMOOTH, seed, 1);
        check!(WideReset, MeanSquaredError, SMOOTH, seed, 1);
    }
}
