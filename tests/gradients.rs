//! Gate R1: backpropagation against two independent truths, for every layer, loss and composition.
//!
//! The first truth is exact: dual numbers through the forward formulas. The second knows nothing of our formulas: a
//! five-point stencil over the loss itself. And `f32` is held to `f64`.
//!
//! Lints take as long for this list of networks as for the rest of the tests, so `scripts/check` runs them with --full.
#![cfg(any(not(clippy), all_lints))]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/checks.rs"]
mod checks;
#[path = "support/dual.rs"]
mod dual;

use checks::{BENT, KINKED, SMOOTH, cases, check_all as check, check_in_double};
use dual::Dual;
use proptest::prelude::*;
use typenet::prelude::*;

network!(struct Affine<const N: usize, const K: usize> = Dense<N, K>);
network!(struct SigmoidMlp<const N: usize, const H: usize, const K: usize> = Dense<N, H>, Sigmoid, Dense<H, K>, Softmax);
network!(struct TanhMlp<const N: usize, const H: usize, const K: usize> = Dense<N, H>, Tanh, Dense<H, K>, Softmax);
network!(struct ReluMlp<const N: usize, const H: usize, const K: usize> = Dense<N, H>, Relu, Dense<H, K>);

/// The sizes that the tests draw from: 1, an even one, primes around the kernels' block widths.
macro_rules! for_sizes {
    ($choice:expr, $check:ident) => {
        match $choice % 6 {
            0 => $check!(1, 1, 1),
            1 => $check!(2, 1, 3),
            2 => $check!(1, 5, 1),
            3 => $check!(7, 16, 3),
            4 => $check!(2, 17, 7),
            _ => $check!(17, 3, 4),
        }
    };
}

/// Some of them, for networks that differ from one with all of them in an activation or lack it.
macro_rules! for_some_sizes {
    ($choice:expr, $check:ident) => {
        match $choice % 3 {
            0 => $check!(1, 1, 1),
            1 => $check!(2, 17, 7),
            _ => $check!(17, 3, 4),
        }
    };
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn sigmoid_networks_have_the_right_gradient(choice in 0_u32..3, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $h:literal, $k:literal) => {
            check!(SigmoidMlp<$n, $h, $k>, Nll, SMOOTH, seed, samples)
        } }
        for_some_sizes!(choice, one);
    }

    #[test]
    fn tanh_networks_have_the_right_gradient(choice in 0_u32..6, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $h:literal, $k:literal) => {
            check!(TanhMlp<$n, $h, $k>, MeanSquaredError, SMOOTH, seed, samples)
        } }
        for_sizes!(choice, one);
    }

    #[test]
    fn relu_networks_have_the_right_gradient(choice in 0_u32..3, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $h:literal, $k:literal) => {
            check!(ReluMlp<$n, $h, $k>, CrossEntropy, KINKED, seed, samples)
        } }
        for_some_sizes!(choice, one);
    }

    #[test]
    fn affine_maps_have_the_right_gradient(choice in 0_u32..3, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $_h:literal, $k:literal) => {
            check!(Affine<$n, $k>, MeanSquaredError, SMOOTH, seed, samples)
        } }
        for_some_sizes!(choice, one);
    }
}

// Chains drawn once by throwing dice over all layers: in first, middle and last place, twice in a row, with in-place
// layers behind layers that need their output, softmax in the middle, and none with parameters at an end.
network!(struct Chain1 (Vector<3>) = Tanh, Dense<_, 4>, Sigmoid, Tanh, Dense<_, 2>, Sigmoid);
network!(struct Chain2 = Dense<2, 6>, Identity, Tanh, Identity, Dense<_, 3>, Identity);
network!(struct Chain3 = Dense<4, 5>, Softmax, Dense<_, 6>, Tanh, Softmax, Sigmoid, Dense<_, 3>, Softmax);
network!(struct Chain4 = Dense<3, 3>, Dense<_, 1>, Dense<_, 5>, Tanh, Tanh, Tanh, Dense<_, 4>, Tanh);
network!(struct Chain5 (Vector<5>) = Identity, Sigmoid, Sigmoid, Dense<_, 7>, Softmax, Softmax);
network!(struct Chain6 (Probabilities<4>) = Dense<_, 8>, Sigmoid, Dense<_, 8>, Tanh, Dense<_, 8>, Sigmoid, Dense<_, 2>, Softmax);
network!(struct Chain7 (Image<2, 2, 3>) = Sigmoid, Identity, Tanh);
network!(struct Chain8 = Dense<3, 9>, Relu, Identity, Dense<_, 9>, Tanh, Relu, Dense<_, 4>, Relu);
network!(struct Chain9 = Dense<3, 9>, Gelu, Dense<_, 5>, Silu, Identity, Silu, Dense<_, 4>, Softplus(1.5), GeluTanh);
network!(struct Chain10 (Vector<4>) = Softplus, Gelu, Tanh, GeluTanh, Dense<_, 3>, Elu, Silu, Dense<_, 2>, Softmax);
network!(struct Chain11 = Dense<3, 9>, LeakyRelu, Elu(0.5), Dense<_, 9>, LeakyRelu(slope = 0.3), Tanh, Dense<_, 4>, Elu);
network!(struct Chain12 = Dense<5, 4>, Dropout(0.5), Tanh, Dropout(rate = 0.25), Dense<_, 7>, Gelu, Dropout(0.0), Dense<_, 3>, Softmax);

network!(struct Chain17 = Dense<3, 6>, Selu, Softsign, Dense<_, 5>, HardSilu, Selu, Dense<_, 4>, HardTanh, HardSigmoid, Dense<_, 3>);

// Images and normalization, with sizes that no vector divides and windows that leave rows over.
network!(struct Chain18 (Image<2, 5, 7>) = Conv2d<_, 3, 3>(2, 1), LayerNorm, Gelu, Conv2d<_, 2, 2>(padding = Same), Tanh, Flatten, Dense<_, 3>, Softmax);
network!(struct Chain19 (Vector<6>) = LayerNorm, Dense<_, 5>, LayerNorm(1e-3), Silu, Residual { LayerNorm, Dense<_, 5>, Tanh }, Dense<_, 2>);
network!(struct Chain20 (Image<1, 1, 9>) = Conv2d<_, 17, 1>(stride = 3), Residual { Conv2d<_, 2, 3>(1, 1), Gelu, Conv2d<_, 17, 1> }, LayerNorm, Flatten, Dense<_, 1>);
network!(struct Chain21 (Image<3, 6, 4>) = Conv2d<_, 5, 4>(1, Same), Dropout(0.2), Conv2d<_, 2, 3>(2, Same), Sigmoid, Conv2d<_, 1, 2>(padding = 3), Flatten, Dense<_, 2>);
network!(struct Pooled1 (Image<2, 9, 7>) = Conv2d<_, 3, 2>, AvgPool2d<3, 2>(stride = (2, 1), padding = 1), Gelu, AvgPool2d<2>(1, Same), Conv2d<_, 4, 1>, GlobalAvgPool2d, Dense<_, 3>, Softmax);
network!(struct Pooled2 (Image<2, 9, 7>) = Conv2d<_, 5, 2>, MaxPool2d<3>(2, 1, rounding = Up), Relu, MaxPool2d<2, 3>(stride = 1, padding = Same), Conv2d<_, 4, 2>, Gelu, GlobalMaxPool2d, Dense<_, 3>);
network!(struct Pooled3 (Image<1, 17, 13>) = Conv2d<_, 7, 3>, Relu, MaxPool2d<2>, LayerNorm, AvgPool2d<2, 4>(divisor = 3, rounding = Up), Residual { Conv2d<_, 7, 1>, MaxPool2d<3>(1, Same) }, Flatten, Dense<_, 2>);
network!(struct Placed1 (Image<2, 4, 3>) = Conv2d<_, 3, 2>, Pad<1, 2, 0, 1>, Conv2d<_, 2, 2>, Gelu, Upsample<2, 3>, Conv2d<_, 1, 3>, GlobalAvgPool2d, Dense<_, 2>);
network!(struct Placed2 (Image<1, 4, 3>) = Conv2d<_, 2, 1>, Pad<2, 1>(mode = Reflect), Conv2d<_, 3, 2>, Upsample<3, 2>(mode = Bilinear), Conv2d<_, 2, 2>(2), Gelu, Pad<1>(mode = Replicate), LayerNorm(0.1), Pad<2, 0>(mode = Circular), Flatten, Dense<_, 2>, Softmax);

network!(struct Chain22 (Image<4, 7, 6>) = Conv2d<_, 6, 2, 3>((2, 1), (1, 0), groups = 2), Tanh, Conv2d<_, 6, 3, 2>(padding = Same, dilation = (1, 2), groups = _), Gelu, Conv2d<_, 2, 1>, ConvTranspose2d<_, 2, 3>(2, 1, 1), Flatten, Dense<_, 2>);
network!(struct Chain23<const C: usize> (Image<C, 5, 5>) = ConvTranspose2d<_, C, 2, 3>((1, 2), padding = Same, groups = _), Silu, Conv2d<_, C, 3>(stride = 2, groups = _), Tanh, Conv2d<_, 3, 2>);

network!(struct Chain24 (Sequence<9, 3>) = Conv1d<_, 17, 3>(padding = Causal), Tanh, Conv1d<_, 4, 2>(2, dilation = 3), LayerNorm, Conv1d<_, 8, 3>(padding = Same, groups = _), Flatten, Dense<_, 2>);

network!(struct PooledSteps1 (Sequence<11, 2>) = Conv1d<_, 5, 2>, AvgPool1d<3>(stride = 2, padding = 1, rounding = Up), Gelu, AvgPool1d<2>(1, Causal), Conv1d<_, 4, 1>, GlobalAvgPool1d, Dense<_, 3>, Softmax);
network!(struct PooledSteps2 (Sequence<12, 1>) = AvgPool1d<3>(1, Same, 2), Conv1d<_, 3, 2>, MaxPool1d<3>(2, 1), Conv1d<_, 1, 1>, MaxPool1d<2>(1, Causal), Conv1d<_, 4, 2>, Gelu, GlobalMaxPool1d, Dense<_, 3>);

network!(struct Unbiased (Image<2, 5, 4>) = Conv2d<_, 4, 2>(groups = 2, bias = false), Tanh, ConvTranspose2d<_, 3, 2>(2, bias = false), Gelu, Reshape<Sequence<_, 6>>, Conv1d<_, 5, 3>(2, Same, bias = false), Tanh, Flatten, Dense<_, 3>(bias = false), Softmax);

network!(struct Chain25 (Image<6, 5, 3>) = GroupNorm<2>, PRelu(0.1), Conv2d<_, 4, 3>, GroupNorm<4>(1e-2), Silu, Dropout2d(0.3), RmsNorm, Flatten, RmsNorm(0.1), Dense<_, 5>, PRelu, Dense<_, 2>);

// Over batches of several tiles: in first, middle and last place, in every block, twice in a row, in a nested network.
network! {
    #[tile(2)]
    struct Batch1 (Image<2, 3, 5>) = BatchNorm(0.1), Conv2d<_, 5, 2>, BatchNorm(0.05), BatchNorm(0.1), Tanh, Residual { BatchNorm(0.1), Gelu, Conv2d<_, 5, 1> }, GlobalAvgPool2d, Dense<_, 2>, Softmax
}
network! {
    #[tile(3)]
    struct Batch2 (Sequence<4, 3>) = Conv1d<_, 17, 2>, BatchNorm(0.1), Residual(Conv1d<_, 17, 1>) { Repeat<2> { BatchNorm(0.1), Silu }, Dropout(0.2) }, BatchNorm(0.1), Flatten, Dense<_, 3>
}
network! {
    #[tile(1)]
    struct Batch3 (Image<2, 3, 3>) = Parallel { a: { BatchNorm(0.1), Residual(BatchNorm(0.1)) { Tanh, BatchNorm(0.1) } }, b: { Conv2d<_, 1, 1> }, c: { Sigmoid, BatchNorm(0.1), Gelu } }, Parallel(Add) { d: { BatchNorm(0.1) }, e: {}, f: { BatchNorm(0.2), Tanh } }, Conv2d<_, 2, 2>, BatchNorm(0.1)
}
network!(struct Normal<const N: usize> = Dense<N, N>, BatchNorm(0.1), Tanh);
network! {
    #[tile(2)]
    struct Batch4 (Vector<4>) = Normal<4>, Residual { Normal<4> }, Dense<4, 3>, BatchNorm(0.1), Dense<_, 2>, Softmax
}

// Blocks: first, in the middle, last, in each other; around layers that need their output, that work in place and that draw
// random numbers; a nested network in one.
network!(struct Narrowed = Dense<4, 2>, Tanh, Dense<2, 4>);
network!(struct Chain13 = Residual { Dense<4, 3>, Tanh, Dense<3, 4>, Sigmoid }, Tanh, Residual { Gelu }, Dense<4, 3>, Softmax);
network!(struct Chain14 = Dense<3, 5>, Residual { Silu, Dense<_, 2>, Dropout(0.3), Residual { Tanh, Dense<_, 2> }, Dense<_, 5> }, Softmax);
network!(struct Chain15 (Probabilities<4>) = Residual { Narrowed, Dropout(0.2) }, Sigmoid, Residual { inner: Narrowed }, Residual { Dense<4, 4>, Softplus });
network!(struct Bypass1 = Residual(Dense<4, 6>) { Dense<4, 3>, Tanh, Dense<3, 6>, Sigmoid }, Tanh, Residual(Sigmoid) { Gelu }, Dense<6, 3>, Softmax);
network!(struct Bypass2 (Vector<3>) = Tanh, Residual(Residual(Dense<_, 5>) { Dense<_, 5>, Dropout(0.3) }) { Silu, Dense<_, 5> }, LayerNorm, Residual(Dropout(0.2)) { Tanh }, Dense<_, 2>);
network!(struct Bypass3 (Image<2, 5, 3>) = Residual(Conv2d<_, 3, 1>(stride = 2)) { Conv2d<_, 3, 3>(2, 1), Tanh, Conv2d<_, 3, 3>(padding = Same) }, Gelu, Flatten, Dense<_, 2>);
network!(struct Repeat1 = Dense<3, 5>, Repeat<3> { Tanh, Dense<_, 4>, Dropout(0.2), Dense<_, 5> }, Repeat<2> { Sigmoid }, Dense<_, 2>, Softmax);
network!(struct Repeat2<const N: usize, const R: usize> = Repeat<R> { Residual { Dense<N, N>, Sigmoid }, Repeat<2> { Dense<N, N>, Tanh } });
network!(struct Repeat3 (Probabilities<4>) = Repeat<2> { Narrowed }, Repeat<1> { Residual(Dense<_, 4>) { Narrowed, Softplus } });
network!(struct Parallel1 = Parallel { a: { Dense<4, 3>, Tanh }, b: {}, c: { Dense<4, 2>, Dropout(0.2), Dense<2, 2>, Sigmoid } }, Gelu, Dense<9, 2>, Softmax);
network!(struct Parallel2 (Vector<3>) = Tanh, Parallel(Add) { a: { Sigmoid }, b: { Dense<_, 3>, Gelu }, c: {}, d: { Silu, Dense<_, 3> } }, Dense<_, 2>);
network!(struct Parallel3 (Image<2, 3, 4>) = Parallel { a: { Conv2d<_, 2, 3>(padding = Same) }, b: { Tanh, Parallel { c: { Conv2d<_, 1, 1>, Sigmoid }, d: {} } } }, Tanh, Residual(Conv2d<_, 3, 1>) { Parallel(Add) { e: { Conv2d<_, 3, 1> }, f: { Conv2d<_, 3, 3>(padding = 1) } } }, Flatten, Dense<_, 2>);
network!(struct Parallel4 (Vector<4>) = Parallel(Add) { a: { Narrowed }, b: { Repeat<2> { Narrowed, Tanh } } }, Parallel { a: { Narrowed }, b: {}, c: { Dense<_, 1> } });

network!(struct Chain16<const N: usize, const H: usize> = Residual { Dense<N, H>, Tanh, Residual { Dense<H, H> }, Dense<H, N> }, Dense<N, H>, Softmax);

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn random_chains_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..6) {
        check!(Chain1, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain2, CrossEntropy, SMOOTH, seed, samples);
        check!(Chain3, Nll, SMOOTH, seed, samples);
        check!(Chain4, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain5, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain6, Nll, SMOOTH, seed, samples);
        check!(Chain8, MeanSquaredError, KINKED, seed, samples);
        check!(Chain9, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain10, Nll, BENT, seed, samples);
        check!(Chain11, CrossEntropy, KINKED, seed, samples);
        check!(Chain12, Nll, SMOOTH, seed, samples);
        check!(Chain17, CrossEntropy, KINKED, seed, samples);
        check!(Chain13, Nll, SMOOTH, seed, samples);
        check!(Chain14, Nll, SMOOTH, seed, samples);
        check!(Chain15, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain16<5, 3>, Nll, SMOOTH, seed, samples);
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn blocks_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..6) {
        check!(Bypass1, Nll, SMOOTH, seed, samples);
        check!(Bypass2, MeanSquaredError, SMOOTH, seed, samples);
        check!(Bypass3, MeanSquaredError, SMOOTH, seed, samples);
        check!(Repeat1, Nll, SMOOTH, seed, samples);
        check!(Repeat2<3, 2>, MeanSquaredError, SMOOTH, seed, samples);
        check!(Repeat3, MeanSquaredError, SMOOTH, seed, samples);
        check!(Parallel1, Nll, SMOOTH, seed, samples);
        check!(Parallel2, MeanSquaredError, SMOOTH, seed, samples);
        check!(Parallel3, MeanSquaredError, SMOOTH, seed, samples);
        check!(Parallel4, MeanSquaredError, SMOOTH, seed, samples);
    }
}

#[test]
fn batches_of_many_tiles_have_the_right_gradient() {
    // Three, and nine, tiles: shards of one tile, and of one and two.
    for samples in [TanhMlp::<3, 2, 5>::TILE * 2 + 5, TanhMlp::<3, 2, 5>::TILE * 8 + 1] {
        check!(TanhMlp<3, 2, 5>, Nll, SMOOTH, 7, samples);
    }
}

#[test]
fn a_network_without_parameters_runs_forward_and_backward() {
    let network = Chain7::zeroed();
    let input = [[[[0.5_f32; 3]; 2]; 2]];
    let mut workspace = Workspace::new();
    let mut gradient = Gradient::zeroed();
    let logits = network.forward(&input, &Pass::inference(), &mut workspace).unwrap().to_vec();
    assert_eq!(logits[0], network.predict(&input[0]));
    network.backward(&input, &logits, &Pass::inference(), &mut workspace, &mut gradient).unwrap();
    assert_eq!(Chain7::PARAMETERS, 0);
}

/// The gradients of the lecture's one-hidden-layer network, written out with the chain rule.
#[test]
fn the_four_gradients_of_the_lecture_follow_the_chain_rule() {
    network!(struct Lecture {
        hidden: Dense<3, 4>,
        Tanh,
        output: Dense<4, 2>,
        Softmax,
    });
    let network = Lecture::<f64>::init(&mut typenet::rng(3));
    let (x, y) = ([0.5, -1.0, 2.0], Class::<2>::new(1).unwrap());
    let mut gradient = Gradient::zeroed();
    let pass = Pass::training(0, 0);
    network.gradient(&[x], &[y], &Nll, &pass, &mut Workspace::new(), &mut gradient).unwrap();

    let x = nalgebra::Vector3::from(x);
    let h = (network.hidden.weight * x + network.hidden.bias).map(f64::tanh);
    let f = nalgebra::Vector2::from(network.predict(&x.into()));
    // dl/dz_o = f - e(y), then W_oᵀ and tanh' = 1 - h² back to z_h.
    let grad_output = f - nalgebra::Vector2::new(0.0, 1.0);
    let grad_hidden = (network.output.weight.transpose() * grad_output).component_mul(&h.map(|h| 1.0 - h * h));
    let near = |a: f64, b: f64| (a - b).abs() < 1e-14;
    assert!(gradient.output.weight.iter().zip((grad_output * h.transpose()).iter()).all(|(&a, &b)| near(a, b)));
    assert!(gradient.output.bias.iter().zip(grad_output.iter()).all(|(&a, &b)| near(a, b)));
    assert!(gradient.hidden.weight.iter().zip((grad_hidden * x.transpose()).iter()).all(|(&a, &b)| near(a, b)));
    assert!(gradient.hidden.bias.iter().zip(grad_hidden.iter()).all(|(&a, &b)| near(a, b)));
}

/// Of derivatives near one against dual numbers.
const FUNCTION_TOLERANCE: f64 = 1e-14;

#[test]
fn derivatives_of_functions_are_those_of_dual_numbers() {
    use typenet::function as f;
    macro_rules! compare {
        ($($function:ident $derivative:ident $(($setting:literal))?;)*) => {
            // Between the kinks, and far out on both sides.
            for x in (-60..60).map(|k| f64::from(k) * 0.125 + 0.0625).chain([-30.0, 30.0]) {$(
                let exact = f::$function(Dual::variable(x) $(, $setting)?);
                let apart = (f::$derivative(x $(, $setting)?) - exact.slope()).abs();
                assert!(apart < FUNCTION_TOLERANCE, "{} at {x}: {apart:e}", stringify!($derivative));
                let apart = (f::$function(x $(, $setting)?) - exact.value).abs();
                assert!(apart < FUNCTION_TOLERANCE * x.abs().max(1.0), "{} at {x}: {apart:e}", stringify!($function));
            )*}
        };
    }
    compare! {
        sigmoid sigmoid_derivative;
        tanh tanh_derivative;
        relu relu_derivative;
        leaky_relu leaky_relu_derivative (0.3);
        elu elu_derivative (0.7);
        selu selu_derivative;
        gelu gelu_derivative;
        gelu_tanh gelu_tanh_derivative;
        silu silu_derivative;
        softplus softplus_derivative (1.0);
        softplus softplus_derivative (2.5);
        softsign softsign_derivative;
        hard_sigmoid hard_sigmoid_derivative;
        hard_tanh hard_tanh_derivative;
        hard_silu hard_silu_derivative;
    }
}

proptest! {
    // Each has some hundred parameters, and dual numbers go through the network once for each.
    #![proptest_config(cases(2))]

    #[test]
    fn networks_of_images_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..4) {
        check!(Chain18, Nll, SMOOTH, seed, samples);
        check!(Chain19, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain20, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain21, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain22, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain23<3>, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain24, MeanSquaredError, SMOOTH, seed, samples);
        check!(Chain25, MeanSquaredError, KINKED, seed, samples);
        check!(Unbiased, Nll, SMOOTH, seed, samples);
        check!(Pooled1, Nll, SMOOTH, seed, samples);
        check!(Pooled2, MeanSquaredError, KINKED, seed, samples);
        check!(Pooled3, MeanSquaredError, KINKED, seed, samples);
        check!(PooledSteps1, Nll, SMOOTH, seed, samples);
        check!(PooledSteps2, MeanSquaredError, KINKED, seed, samples);
        check!(Placed1, MeanSquaredError, SMOOTH, seed, samples);
        // Smooth, but steep where `LayerNorm` divides by a small deviation, which its ε of 0.1 limits.
        check!(Placed2, Nll, BENT, seed, samples);
    }
}

proptest! {
    #![proptest_config(cases(3))]

    #[test]
    fn networks_that_normalize_over_batches_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 4_usize..10) {
        // Smooth, but as steep as a kink where a batch of few samples has a small variance.
        check!(Batch1, Nll, KINKED, seed, samples);
        check!(Batch2, MeanSquaredError, KINKED, seed, samples);
        check!(Batch3, MeanSquaredError, KINKED, seed, samples);
        check!(Batch4, Nll, KINKED, seed, samples + 4);
    }
}

/// Holds the network around the example of each layer to the two truths, in a test of its own. The chains above hold each layer
/// in `f32` to `f64`.
macro_rules! every_layer_is_checked {
    ($([$title:literal $module:ident::Example])*) => {
        mod layers_of_the_table_have_the_right_gradient {
            use super::{Dual, KINKED, MeanSquaredError, check_in_double};

            $(
                #[test]
                fn $module() {
                    use super::$module::Example;
                    println!("{}", $title);
                    check_in_double::<Example<f64>, Example<Dual>, _>(&MeanSquaredError, KINKED, 37, 3);
                }
            )*
        }
    };
}

typenet_macros::every_layer!(every_layer_is_checked);
