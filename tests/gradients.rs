//! Gate R1: backpropagation against two independent truths, for every layer, loss and composition.
//!
//! The first truth is exact: dual numbers through the forward formulas. The second knows nothing of our formulas: a
//! five-point stencil over the loss itself. And `f32` is held to `f64`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/dual.rs"]
mod dual;

use std::marker::PhantomData;

use dual::Dual;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use typenet::kernel::{Isa, Kernels, Program, dispatch};
use typenet::prelude::*;
use typenet::{Scalar, Target, random};

/// Against dual numbers in `f64`, relative by norm. What is left is rounding; about 10⁻¹⁵ is usual.
const DUAL_TOLERANCE: f64 = 1e-11;
/// Against the five-point stencil in `f64`, relative by norm.
const STENCIL_TOLERANCE: f64 = 1e-7;
/// `f32` against `f64`, relative by norm: 24 bits, and sums of some hundred terms.
const SINGLE_TOLERANCE: f64 = 1e-4;
/// Below this norm a gradient is rounding noise, as when the softmax of one class is always one.
const NOISE: f64 = 1e-9;
/// Losses and logits of about ten are rounded by 10⁻¹⁵, and the stencil divides by its step of 2 · 10⁻⁴: over some ten
/// parameters that is 10⁻¹⁰ at most, so a gradient below this norm is not seen to `STENCIL_TOLERANCE`.
const STENCIL_SIGHT: f64 = 1e-3;

/// A kind of target that can be drawn, the same in every type of number.
trait Drawn: Target {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> Self::Value<T>;
}

impl<const K: usize> Drawn for Class<K> {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> Self {
        Class::new(random::below(rng, K)).unwrap()
    }
}

impl<const N: usize> Drawn for Vector<N> {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> [T; N] {
        draw_sample::<Self, T>(rng)
    }
}

impl<const C: usize, const H: usize, const W: usize> Drawn for Image<C, H, W> {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> [[[T; W]; H]; C] {
        draw_sample::<Self, T>(rng)
    }
}

impl<const L: usize, const N: usize> Drawn for Sequence<L, N> {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> [[T; N]; L] {
        draw_sample::<Self, T>(rng)
    }
}

fn draw_sample<S: Shape, T: Scalar>(rng: &mut random::Rng) -> S::Array<T> {
    let mut sample = S::zero::<T>();
    for value in S::flat_mut(&mut sample) {
        *value = T::from_f64(random::normal(rng));
    }
    sample
}

/// A network in `f64`, and its copy in other numbers.
fn convert<N: Network<Scalar = f64>, M: Network>(network: &N) -> Box<M> {
    let mut copy = M::zeroed();
    for (to, &from) in copy.parameters_mut().iter_mut().zip(network.parameters()) {
        *to = Scalar::from_f64(from);
    }
    copy
}

/// A batch drawn from a seed.
type Batch<S, Y, T> = (Vec<<S as Shape>::Array<T>>, Vec<<Y as Target>::Value<T>>);

fn batch<S: Shape, Y: Drawn, T: Scalar>(seed: u64, samples: usize) -> Batch<S, Y, T> {
    let mut rng = typenet::rng(seed);
    let inputs = (0..samples).map(|_| draw_sample::<S, T>(&mut rng)).collect();
    let targets = (0..samples).map(|_| Y::draw::<T>(&mut rng)).collect();
    (inputs, targets)
}

fn gradient_of<N: Network, L: Loss<N::Output>>(
    network: &N,
    loss: &L,
    seed: u64,
    samples: usize,
) -> (N::Scalar, Vec<f64>)
where
    L::Target: Drawn,
{
    let (inputs, targets) = batch::<N::Input, L::Target, N::Scalar>(seed, samples);
    let mut gradient = Gradient::<N>::zeroed();
    // As `gradient_check`: dropout leaves out the same numbers.
    let pass = Pass::training(0, 0);
    let value = network.gradient(&inputs, &targets, loss, &pass, &mut Workspace::new(), &mut gradient).unwrap();
    // Statistics have no derivative: the gradient has their changes.
    for tensor in N::TENSORS.list().into_iter().filter(|tensor| tensor.kind.is_statistic()) {
        gradient.parameters_mut()[tensor.range].fill(N::Scalar::ZERO);
    }
    (value, gradient.parameters().iter().map(|g| g.to_f64()).collect())
}

/// The sum of a loss over samples, from the logits of a network whose output has shape `S`.
struct Sum<'a, S, L, T, V> {
    loss: &'a L,
    logits: &'a [T],
    targets: &'a [V],
    output: PhantomData<S>,
}

impl<S: Shape, L: Loss<S>, T: Kernels> Program for Sum<'_, S, L, T, <L::Target as Target>::Value<T>> {
    type Output = T;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> T {
        self.loss.evaluate(isa, self.logits, self.targets, T::ONE, None)
    }
}

/// The mean loss by the forward formulas alone, in the pass of `gradient_of`.
fn loss_of<N: Network, L: Loss<N::Output>>(network: &N, loss: &L, seed: u64, samples: usize) -> N::Scalar
where
    L::Target: Drawn,
{
    let (inputs, targets) = batch::<N::Input, L::Target, N::Scalar>(seed, samples);
    let mut workspace = Workspace::for_samples(samples);
    let logits = N::Logits::flat_batch(network.forward(&inputs, &Pass::training(0, 0), &mut workspace).unwrap());
    let sum = dispatch(Sum { loss, logits, targets: &targets, output: PhantomData::<N::Output> });
    sum / N::Scalar::from_count(samples)
}

/// The norm of the difference, and the larger of the two norms.
fn difference(a: &[f64], b: &[f64]) -> (f64, f64) {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let scale = norm(&mut a.iter().copied()).max(norm(&mut b.iter().copied()));
    (norm(&mut a.iter().zip(b).map(|(a, b)| a - b)), scale)
}

fn relative(a: &[f64], b: &[f64]) -> f64 {
    let (apart, scale) = difference(a, b);
    if scale < NOISE { 0.0 } else { apart / scale }
}

/// How far all parameters are moved before the stencil is asked. It is right about smooth networks everywhere.
const SMOOTH: &[f64] = &[0.0];
/// An activation whose slope has a kink spoils the stencil where that meets it, so it may be asked again elsewhere.
const BENT: &[f64] = &[0.0, 1e-2, -1e-2];
/// An activation that has a kink itself: the stencil is asked by each parameter along which there is none near.
const KINKED: &[f64] = &[];
/// The share of the parameters by which it must have been asked then.
const LEAST_COMPARED: f64 = 0.25;

/// How far the gradient is from the stencil, and the tensor where it is furthest, with all parameters moved by so much.
fn stencil_error<N, L>(network: &mut N, moved: f64, loss: &L, seed: u64, samples: usize) -> (f64, String)
where
    N: Network<Scalar = f64>,
    L: Loss<N::Output>,
    L::Target: Drawn,
{
    let parameters = network.parameters().to_vec();
    network.parameters_mut().iter_mut().for_each(|parameter| *parameter += moved);
    let (_, gradient) = gradient_of(network, loss, seed, samples);
    let (inputs, targets) = batch::<N::Input, L::Target, f64>(seed, samples);
    let stencil = gradient_check(network, &inputs, &targets, loss).unwrap();
    network.parameters_mut().copy_from_slice(&parameters);
    let (apart, scale) = difference(&gradient, &stencil.differences);
    (apart / scale.max(STENCIL_SIGHT), stencil.worst)
}

/// Holds one network with one loss to both truths, and `f32` to `f64`.
fn check<F, D, S, L>(loss: &L, places: &[f64], seed: u64, samples: usize)
where
    F: Network<Scalar = f64>,
    D: Network<Scalar = Dual, Output = F::Output>,
    S: Network<Scalar = f32, Output = F::Output>,
    L: Loss<F::Output>,
    L::Target: Drawn,
{
    let mut network = F::init_with(Initializer::Normal { mean: 0.0, deviation: 0.7 }, &mut typenet::rng(seed));
    // Biases too, or their positions could be mixed up unseen.
    let mut rng = typenet::rng(seed + 1);
    for tensor in F::TENSORS.list() {
        for value in &mut network.parameters_mut()[tensor.range] {
            *value += 0.3 * random::normal(&mut rng);
        }
    }
    let (value, gradient) = gradient_of(&*network, loss, seed, samples);

    let mut dual: Box<D> = convert(&*network);
    let exact: Vec<f64> = (0..F::PARAMETERS)
        .map(|position| {
            let parameter = dual.parameters()[position];
            dual.parameters_mut()[position] = Dual::variable(parameter.value);
            let value = loss_of(&*dual, loss, seed, samples);
            dual.parameters_mut()[position] = parameter;
            value.slope
        })
        .collect();
    let error = relative(&gradient, &exact);
    assert!(error <= DUAL_TOLERANCE, "{}: {error:e} against dual numbers, seed {seed}", F::NAME);

    let errors: Vec<_> = places.iter().map(|&moved| stencil_error(&mut *network, moved, loss, seed, samples)).collect();
    let agrees = errors.is_empty() || errors.iter().any(|&(error, _)| error <= STENCIL_TOLERANCE);
    assert!(agrees, "{}: against the stencil {errors:?}, seed {seed}", F::NAME);

    if places.is_empty() {
        // One sample near a kink is near it for most parameters, but not elsewhere.
        let mut shares = BENT.iter().map(|&moved| stencil_between_kinks(&mut *network, moved, loss, seed, samples));
        assert!(shares.any(|share| share >= LEAST_COMPARED), "{}: few are far from kinks, seed {seed}", F::NAME);
    }
    if places.is_empty() && sits_on_a_kink(&mut *network, &gradient, loss, seed, samples) {
        return;
    }
    let single: Box<S> = convert(&*network);
    let (single_value, single_gradient) = gradient_of(&*single, loss, seed, samples);
    let error = relative(&gradient, &single_gradient);
    assert!(error <= SINGLE_TOLERANCE, "{}: {error:e} between f32 and f64, seed {seed}", F::NAME);
    let apart = (single_value.to_f64() - value).abs();
    assert!(apart <= SINGLE_TOLERANCE * (1.0 + value.abs()), "{}: loss {value} and {single_value}", F::NAME);
}

/// Holds the gradient to a five-point stencil by each parameter along which it has no kink within reach: where its
/// fourth difference is no larger than what the stencil may be wrong by, with all parameters moved by so much. Gives the share
/// of those parameters.
fn stencil_between_kinks<N, L>(network: &mut N, moved: f64, loss: &L, seed: u64, samples: usize) -> f64
where
    N: Network<Scalar = f64>,
    L: Loss<N::Output>,
    L::Target: Drawn,
{
    const STEP: f64 = 1e-3;
    let parameters = network.parameters().to_vec();
    network.parameters_mut().iter_mut().for_each(|parameter| *parameter += moved);
    let (_, gradient) = gradient_of(network, loss, seed, samples);
    let allowed = STENCIL_TOLERANCE * gradient.iter().fold(1.0, |largest: f64, g| largest.max(g.abs()));
    let mut compared = 0.0;
    for (position, &g) in gradient.iter().enumerate() {
        let original = network.parameters()[position];
        let [far_left, left, right, far_right] = [-2.0, -1.0, 1.0, 2.0].map(|steps| {
            network.parameters_mut()[position] = original + steps * STEP;
            let (value, gradient) = gradient_of(network, loss, seed, samples);
            (value, gradient[position])
        });
        network.parameters_mut()[position] = original;
        let jump = far_left.1 + far_right.1 - 4.0 * (left.1 + right.1) + 6.0 * g;
        if jump.abs() <= allowed {
            compared += 1.0;
            let slope = (8.0 * (right.0 - left.0) - (far_right.0 - far_left.0)) / (12.0 * STEP);
            assert!((g - slope).abs() <= 2.0 * allowed, "{}: {g} of {position}, not {slope}, seed {seed}", N::NAME);
        }
    }
    network.parameters_mut().copy_from_slice(&parameters);
    compared / gradient.len().max(1) as f64
}

/// The gradient jumps when parameters move by what `f32` rounds: it has no one value that both types should agree on.
fn sits_on_a_kink<N, L>(network: &mut N, gradient: &[f64], loss: &L, seed: u64, samples: usize) -> bool
where
    N: Network<Scalar = f64>,
    L: Loss<N::Output>,
    L::Target: Drawn,
{
    let parameters = network.parameters().to_vec();
    let jumps = [1e-6, -1e-6].into_iter().any(|share| {
        for (parameter, &original) in network.parameters_mut().iter_mut().zip(&parameters) {
            *parameter = original + share;
        }
        relative(gradient, &gradient_of(network, loss, seed, samples).1) > SINGLE_TOLERANCE
    });
    network.parameters_mut().copy_from_slice(&parameters);
    jumps
}

/// `check` for one declared network, generic or not.
macro_rules! check {
    ($network:ident $(<$($size:literal),*>)?, $loss:expr, $places:expr, $seed:expr, $samples:expr) => {
        check::<$network<$($($size,)*)? f64>, $network<$($($size,)*)? Dual>, $network<$($($size,)*)? f32>, _>(
            &$loss, $places, $seed, $samples,
        )
    };
}

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

/// The usual number of cases of `proptest`.
const USUAL_CASES: u32 = 256;

/// The same cases in every run; `PROPTEST_CASES` asks for more of them, in proportion.
fn cases(usual: u32) -> ProptestConfig {
    let mut config =
        ProptestConfig { rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() };
    config.cases = usual.saturating_mul(config.cases).div_ceil(USUAL_CASES);
    config
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn sigmoid_networks_have_the_right_gradient(choice in 0_u32..6, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $h:literal, $k:literal) => {
            check!(SigmoidMlp<$n, $h, $k>, Nll, SMOOTH, seed, samples)
        } }
        for_sizes!(choice, one);
    }

    #[test]
    fn tanh_networks_have_the_right_gradient(choice in 0_u32..6, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $h:literal, $k:literal) => {
            check!(TanhMlp<$n, $h, $k>, MeanSquaredError, SMOOTH, seed, samples)
        } }
        for_sizes!(choice, one);
    }

    #[test]
    fn relu_networks_have_the_right_gradient(choice in 0_u32..6, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $h:literal, $k:literal) => {
            check!(ReluMlp<$n, $h, $k>, CrossEntropy, KINKED, seed, samples)
        } }
        for_sizes!(choice, one);
    }

    #[test]
    fn affine_maps_have_the_right_gradient(choice in 0_u32..6, seed in 0_u64..1 << 40, samples in 1_usize..9) {
        macro_rules! one { ($n:literal, $_h:literal, $k:literal) => {
            check!(Affine<$n, $k>, MeanSquaredError, SMOOTH, seed, samples)
        } }
        for_sizes!(choice, one);
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
network!(struct Pair = Dense<4, 2>, Tanh, Dense<2, 4>);
network!(struct Chain13 = Residual { Dense<4, 3>, Tanh, Dense<3, 4>, Sigmoid }, Tanh, Residual { Gelu }, Dense<4, 3>, Softmax);
network!(struct Chain14 = Dense<3, 5>, Residual { Silu, Dense<_, 2>, Dropout(0.3), Residual { Tanh, Dense<_, 2> }, Dense<_, 5> }, Softmax);
network!(struct Chain15 (Probabilities<4>) = Residual { Pair, Dropout(0.2) }, Sigmoid, Residual { inner: Pair }, Residual { Dense<4, 4>, Softplus });
network!(struct Bypass1 = Residual(Dense<4, 6>) { Dense<4, 3>, Tanh, Dense<3, 6>, Sigmoid }, Tanh, Residual(Sigmoid) { Gelu }, Dense<6, 3>, Softmax);
network!(struct Bypass2 (Vector<3>) = Tanh, Residual(Residual(Dense<_, 5>) { Dense<_, 5>, Dropout(0.3) }) { Silu, Dense<_, 5> }, LayerNorm, Residual(Dropout(0.2)) { Tanh }, Dense<_, 2>);
network!(struct Bypass3 (Image<2, 5, 3>) = Residual(Conv2d<_, 3, 1>(stride = 2)) { Conv2d<_, 3, 3>(2, 1), Tanh, Conv2d<_, 3, 3>(padding = Same) }, Gelu, Flatten, Dense<_, 2>);
network!(struct Repeat1 = Dense<3, 5>, Repeat<3> { Tanh, Dense<_, 4>, Dropout(0.2), Dense<_, 5> }, Repeat<2> { Sigmoid }, Dense<_, 2>, Softmax);
network!(struct Repeat2<const N: usize, const R: usize> = Repeat<R> { Residual { Dense<N, N>, Sigmoid }, Repeat<2> { Dense<N, N>, Tanh } });
network!(struct Repeat3 (Probabilities<4>) = Repeat<2> { Pair }, Repeat<1> { Residual(Dense<_, 4>) { Pair, Softplus } });
network!(struct Parallel1 = Parallel { a: { Dense<4, 3>, Tanh }, b: {}, c: { Dense<4, 2>, Dropout(0.2), Dense<2, 2>, Sigmoid } }, Gelu, Dense<9, 2>, Softmax);
network!(struct Parallel2 (Vector<3>) = Tanh, Parallel(Add) { a: { Sigmoid }, b: { Dense<_, 3>, Gelu }, c: {}, d: { Silu, Dense<_, 3> } }, Dense<_, 2>);
network!(struct Parallel3 (Image<2, 3, 4>) = Parallel { a: { Conv2d<_, 2, 3>(padding = Same) }, b: { Tanh, Parallel { c: { Conv2d<_, 1, 1>, Sigmoid }, d: {} } } }, Tanh, Residual(Conv2d<_, 3, 1>) { Parallel(Add) { e: { Conv2d<_, 3, 1> }, f: { Conv2d<_, 3, 3>(padding = 1) } } }, Flatten, Dense<_, 2>);
network!(struct Parallel4 (Vector<4>) = Parallel(Add) { a: { Pair }, b: { Repeat<2> { Pair, Tanh } } }, Parallel { a: { Pair }, b: {}, c: { Dense<_, 1> } });

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
                let apart = (f::$derivative(x $(, $setting)?) - exact.slope).abs();
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

typenet::activation!(Mish(x) = x * tanh(softplus(x)));
typenet::activation!(Bent(x; slope: positive = 0.2) = if x > 0 { x } else { slope * sin(x) });
typenet::loss!(Focal(p, t) = -sum(t * (1 - softmax(p)).powi(2) * log_softmax(p)));
typenet::loss!(Distance(p, t) = norm(p - t) + mean(softplus(p - t)) * max(p));

typenet::layer! {
    struct Glu<const N: usize, const H: usize> { value: Matrix<H, N>, gate: Matrix<H, N>, bias: Vector<H> }
    fn forward(x: Vector<N>) -> Vector<H> { (value * x + bias) * sigmoid(gate * x) }
}
typenet::layer! {
    struct Normalized<const N: usize> { #[init(1.0)] scale: Vector<N>, bias: Vector<N>, epsilon: positive = 1e-2 }
    fn forward(x: Vector<N>) -> Vector<N> {
        let centred = x - mean(x);
        centred / sqrt(mean(centred * centred) + epsilon) * scale + bias
    }
}
typenet::layer! {
    struct Tied<const N: usize, const H: usize> { weight: Matrix<H, N>, hidden: Vector<H>, bias: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> { transpose(weight) * tanh(weight * x + hidden) + bias * erf(x) }
}
typenet::layer! {
    struct Attentive { weight: Matrix<17, 17>, direction: Vector<17> }
    fn forward(x: Vector<17>) -> Vector<17> {
        softmax(weight * x / 4) * dot(x, direction) + log_sum_exp(direction) * cos(x)
    }
}

typenet::formula! { fn swish(x: Scalar) -> Scalar { x * sigmoid(x) } }
typenet::layer! {
    use swish;
    /// Matrices of samples: the three products, a vector, rows, values from outside of `each`, a sum of rows.
    struct Attended<const L: usize, const N: usize> { query: Matrix<N, N>, key: Matrix<N, N>, gain: Scalar, bias: Vector<N> }
    fn forward(x: Sequence<L, N>) -> Sequence<L, N> {
        let scores = (x * transpose(query)) * transpose(x * key) / sqrt(N) + gain;
        let mixed = each(scores, |row| softmax(row)) * x;
        let within = transpose(mixed) * x;
        let both = transpose(transpose(x) * transpose(scores)) - mixed * within;
        let center = row_mean(mixed);
        each(x, both, |token, other| swish(token * gain + bias) + center * norm(other) + row_sum(x) - within * token)
    }
}
typenet::layer! {
    /// Channels of images, nested `each`, parts of images, a matrix of parameters as a value, elements.
    struct Channels<const C: usize, const H: usize, const W: usize> { mix: Matrix<C, C>, table: Matrix<H, W>, gain: Vector<H> }
    fn forward(x: Image<C, H, W>) -> Image<C, H, W> {
        let means = each(x, |channel| mean(channel));
        let factors = sigmoid(mix * means);
        let scaled = each(x, factors, |channel, factor| component_mul(channel, table) * factor + table[0][1]);
        let centred = each(scaled, |channel| each(channel, gain, |row, g| (row - mean(row)) * g + means[0]));
        concat(centred[1..], scaled[..1] * max(means))
    }
}
typenet::layer! {
    /// Parts, `concat` of vectors and numbers, `outer`, loops of both kinds, one in another, indices as numbers.
    struct Looped<const N: usize, const H: usize, const K: usize> {
        input: Matrix<H, N>, state: Matrix<H, H>, bias: Vector<H>, decay: Scalar, centers: Matrix<K, H>,
    }
    fn cell(h: Vector<H>, x: Vector<H>) -> Vector<H> { tanh(h + x) }
    fn forward(x: Vector<N>) -> Vector<5> {
        let mut h = bias / 2;
        let mut total = 0;
        for count in 0..K {
            let mut inner = h;
            // A name of the code around it.
            for samples in 1..K {
                inner = sin(state * inner) + decay * samples;
            }
            h = cell(inner, input * x + count / 4);
            total = total + dot(h, centers[count]) * x[count];
        }
        for part in 0..2 {
            h = h * x[part] + total;
        }
        let near = each(centers, |center| exp(-dot(h - center, h - center) / 4));
        concat(h[..2], total, sum(outer(near, x[1..])), max(near))
    }
}
typenet::loss! {
    struct Mixed<const K: usize, const P: usize> { floor: positive = 0.3 }
    fn loss(prediction: Vector<P>, target: Vector<2>) -> Scalar {
        let deviation = softplus(prediction[2 * K..3 * K]) + floor;
        let logits = log_softmax(prediction[..K]) - ((target[0] - prediction[K..2 * K]) / deviation).powi(2) / 2;
        norm(target) * prediction[0].powi(2) - log_sum_exp(logits - ln(deviation))
    }
}

network!(struct Rows1 (Sequence<3, 2>) = Attended<3, 2>, Attended<3, 2>, Flatten, Dense<6, 6>);
network!(struct Rows2 (Image<2, 2, 3>) = Channels<2, 2, 3>, Conv2d<_, 2, 1>, Channels<2, 2, 3>, Flatten, Dense<12, 2>);
network!(struct Rows3 (Vector<3>) = Looped<3, 4, 3>, Dense<5, 3>, Looped<3, 2, 2>, Dense<5, 2>);

network!(struct Formulas1 (Vector<5>) = Normalized<5>, Glu<5, 17>, Attentive, Mish, Dense<17, 3>);
network!(struct Formulas2 (Vector<3>) = Tied<3, 4>, Bent, Glu<3, 1>, Bent(0.5), Dense<1, 2>);

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn networks_of_formulas_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..5) {
        check!(Formulas1, Focal, BENT, seed, samples);
        check!(Formulas2, Distance, KINKED, seed, samples);
    }

    #[test]
    fn networks_of_formulas_with_rows_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 1_usize..5) {
        check!(Rows1, Mixed::<2, 6>::default(), BENT, seed, samples);
        check!(Rows2, MeanSquaredError, KINKED, seed, samples);
        check!(Rows3, MeanSquaredError, KINKED, seed, samples);
    }
}

proptest! {
    // Each has some hundred parameters, and dual numbers go through the network once for each.
    #![proptest_config(cases(4))]

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
    #![proptest_config(cases(6))]

    #[test]
    fn networks_that_normalize_over_batches_have_the_right_gradient(seed in 0_u64..1 << 40, samples in 4_usize..10) {
        // Smooth, but as steep as a kink where a batch of few samples has a small variance.
        check!(Batch1, Nll, KINKED, seed, samples);
        check!(Batch2, MeanSquaredError, KINKED, seed, samples);
        check!(Batch3, MeanSquaredError, KINKED, seed, samples);
        check!(Batch4, Nll, KINKED, seed, samples + 4);
    }
}

/// Holds the network around the example of each layer to the three truths, in a test of its own.
macro_rules! every_layer_is_checked {
    ($([$title:literal $module:ident::Example])*) => {
        mod layers_of_the_table_have_the_right_gradient {
            use super::{Dual, KINKED, MeanSquaredError, check};

            $(
                #[test]
                fn $module() {
                    use super::$module::Example;
                    println!("{}", $title);
                    check::<Example<f64>, Example<Dual>, Example<f32>, _>(&MeanSquaredError, KINKED, 37, 3);
                }
            )*
        }
    };
}

typenet_macros::every_layer!(every_layer_is_checked);
