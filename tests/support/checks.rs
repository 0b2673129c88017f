//! Holds a gradient to dual numbers, to a five-point stencil, and `f32` to `f64`.

use std::marker::PhantomData;

use crate::dual::{Dual, SLOPES};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use typenet::kernel::{Isa, Kernels, Program, dispatch};
use typenet::loss::Admits;
use typenet::prelude::*;
use typenet::{Error, Scalar, Target, TensorInfo, TensorTable, random};

/// Against dual numbers in `f64`, relative by norm. What is left is rounding; about 10⁻¹⁵ is usual.
pub(crate) const DUAL_TOLERANCE: f64 = 1e-11;
/// Against the five-point stencil in `f64`, relative by norm.
pub(crate) const STENCIL_TOLERANCE: f64 = 1e-7;
/// `f32` against `f64`, relative by norm: 24 bits, and sums of some hundred terms.
pub(crate) const SINGLE_TOLERANCE: f64 = 1e-4;
/// Below this norm a gradient is rounding noise, as when the softmax of one class is always one.
pub(crate) const NOISE: f64 = 1e-9;
/// Losses and logits of about ten are rounded by 10⁻¹⁵, and the stencil divides by its step of 2 · 10⁻⁴: over some ten
/// parameters that is 10⁻¹⁰ at most, so a gradient below this norm is not seen to `STENCIL_TOLERANCE`.
const STENCIL_SIGHT: f64 = 1e-3;

/// A kind of target that can be drawn, the same in every type of number.
pub(crate) trait Drawn: Target {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> Self::Value<T>;
}

impl<const K: usize> Drawn for Class<K> {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> Self {
        Class::new(random::below(rng, K)).unwrap()
    }
}

impl<const K: usize, const L: usize> Drawn for [Class<K>; L] {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> Self {
        std::array::from_fn(|_| Class::draw::<T>(rng))
    }
}

impl<Y: Drawn, const L: usize> Drawn for [Option<Y>; L] {
    fn draw<T: Scalar>(rng: &mut random::Rng) -> Self::Value<T> {
        core::array::from_fn(|_| Some(Y::draw::<T>(rng)).filter(|_| random::below(rng, 3) > 0))
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

pub(crate) fn draw_sample<S: Shape, T: Scalar>(rng: &mut random::Rng) -> S::Array<T> {
    let mut sample = S::zero::<T>();
    let mut halves = vec![T::from_f64(0.5); S::LEN];
    let holds_tokens = S::check_elements(0, &halves).is_err();
    for (position, value) in S::flat_mut(&mut sample).iter_mut().enumerate() {
        // In a pair, tokens stand beside values.
        let vocabulary = if holds_tokens { vocabulary_at::<S, T>(&mut halves, position) } else { None };
        *value = T::from_f64(match vocabulary {
            Some(vocabulary) => random::below(rng, vocabulary) as f64,
            None => random::normal(rng),
        });
    }
    sample
}

/// Returns the size of the vocabulary if the element at `position` is a token.
fn vocabulary_at<S: Shape, T: Scalar>(elements: &mut [T], position: usize) -> Option<usize> {
    elements.fill(T::ZERO);
    elements[position] = T::from_f64(0.5);
    match S::check_elements(0, elements) {
        Err(Error::TokenOutOfRange { vocabulary, .. }) => Some(vocabulary),
        _ => None,
    }
}

/// A network in `f64`, and its copy in other numbers.
pub(crate) fn convert<N: Network<Scalar = f64>, M: Network>(network: &N) -> Box<M> {
    let mut copy = M::zeroed();
    copy_into(network.parameters(), copy.parameters_mut());
    copy
}

fn copy_into<T: Scalar>(parameters: &[f64], copy: &mut [T]) {
    for (to, &from) in copy.iter_mut().zip(parameters) {
        *to = T::from_f64(from);
    }
}

/// A batch drawn from a seed.
type Batch<S, Y, T> = (Vec<<S as Shape>::Array<T>>, Vec<<Y as Target>::Value<T>>);

pub(crate) fn batch<S: Shape, Y: Drawn, T: Scalar>(seed: u64, samples: usize) -> Batch<S, Y, T> {
    let mut rng = typenet::rng(seed);
    let inputs = (0..samples).map(|_| draw_sample::<S, T>(&mut rng)).collect();
    let targets = (0..samples).map(|_| Y::draw::<T>(&mut rng)).collect();
    (inputs, targets)
}

/// The derivatives of what `function` computes by each parameter.
pub(crate) fn slopes<D: Network<Scalar = Dual>>(network: &mut D, function: impl Fn(&D) -> Dual) -> Vec<f64> {
    let mut slopes = Vec::new();
    for first in (0..D::PARAMETERS).step_by(SLOPES) {
        let positions = first..D::PARAMETERS.min(first + SLOPES);
        for (index, parameter) in network.parameters_mut()[positions.clone()].iter_mut().enumerate() {
            *parameter = Dual::nth_variable(index, parameter.value);
        }
        slopes.extend_from_slice(&function(network).slopes[..positions.len()]);
        for parameter in &mut network.parameters_mut()[positions] {
            *parameter = Dual::from_f64(parameter.value);
        }
    }
    slopes
}

/// The loss, and the gradient in `f64`.
pub(crate) fn gradient_of<N: Network, L: Loss<N::Output, Takes: Admits<N::Head>>>(
    network: &N,
    loss: &L,
    seed: u64,
    samples: usize,
) -> (f64, Vec<f64>)
where
    L::Target: Drawn,
{
    let (inputs, targets) = batch::<N::Input, L::Target, N::Scalar>(seed, samples);
    let mut gradient = Gradient::<N>::zeroed();
    // As `gradient_check`: dropout leaves out the same numbers.
    let pass = Pass::training(0, 0);
    let value = network.gradient(&inputs, &targets, loss, &pass, &mut Workspace::new(), &mut gradient).unwrap();
    (value.to_f64(), without_statistics(N::TENSORS, gradient.parameters()))
}

/// A gradient in `f64`. Statistics have no derivative: the gradient has their changes.
fn without_statistics<T: Scalar>(tensors: TensorTable, gradient: &[T]) -> Vec<f64> {
    let mut gradient: Vec<f64> = gradient.iter().map(|g| g.to_f64()).collect();
    for tensor in tensors.list().into_iter().filter(|tensor| tensor.kind.is_statistic()) {
        gradient[tensor.range].fill(0.0);
    }
    gradient
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
pub(crate) fn loss_of<N: Network, L: Loss<N::Output>>(network: &N, loss: &L, seed: u64, samples: usize) -> N::Scalar
where
    L::Target: Drawn,
{
    let (inputs, targets) = batch::<N::Input, L::Target, N::Scalar>(seed, samples);
    let mut workspace = Workspace::for_samples(samples);
    let logits = network.forward(&inputs, &Pass::training(0, 0), &mut workspace).unwrap();
    mean_loss::<N, L>(loss, logits, &targets)
}

/// The mean loss from the logits of a network.
pub(crate) fn mean_loss<N: Network, L: Loss<N::Output>>(
    loss: &L,
    logits: &[<N::Logits as Shape>::Array<N::Scalar>],
    targets: &[<L::Target as Target>::Value<N::Scalar>],
) -> N::Scalar {
    let (logits, samples) = (N::Logits::flat_batch(logits), N::Scalar::from_count(targets.len()));
    dispatch(Sum { loss, logits, targets, output: PhantomData::<N::Output> }) / samples
}

/// The norm of the difference, and the larger of the two norms.
pub(crate) fn difference(a: &[f64], b: &[f64]) -> (f64, f64) {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let scale = norm(&mut a.iter().copied()).max(norm(&mut b.iter().copied()));
    (norm(&mut a.iter().zip(b).map(|(a, b)| a - b)), scale)
}

pub(crate) fn relative(a: &[f64], b: &[f64]) -> f64 {
    let (apart, scale) = difference(a, b);
    if scale < NOISE { 0.0 } else { apart / scale }
}

/// How far all parameters are moved before the stencil is asked. It is right about smooth networks everywhere.
#[allow(dead_code, reason = "formulas have none of these networks")]
pub(crate) const SMOOTH: &[f64] = &[0.0];
/// An activation whose slope has a kink spoils the stencil where that meets it, so it may be asked again elsewhere.
pub(crate) const BENT: &[f64] = &[0.0, 1e-2, -1e-2];
/// An activation that has a kink itself: the stencil is asked by each parameter along which there is none near.
#[allow(dead_code, reason = "recurrent layers have no kinks")]
pub(crate) const KINKED: &[f64] = &[];
/// The share of the parameters by which it must have been asked then.
const LEAST_COMPARED: f64 = 0.25;

/// What the checks ask of a network, with a loss and a batch. They are compiled once, and not for every network.
trait Subject {
    fn name(&self) -> &'static str;
    fn tensors(&self) -> Vec<TensorInfo>;
    fn parameters(&mut self) -> &mut [f64];
    /// The loss and its gradient by backpropagation.
    fn gradient(&self) -> (f64, Vec<f64>);
    /// The same in `f32`.
    fn single_gradient(&self) -> (f64, Vec<f64>);
    /// The gradient by dual numbers.
    fn exact_gradient(&self) -> Vec<f64>;
    /// The loss by the forward formulas alone.
    fn loss(&self) -> f64;
}

/// A network in `f64`, which is also `D` in dual numbers and `S` in `f32`, or `f64` again.
struct Checked<'a, F, D, S, L> {
    network: Box<F>,
    others: PhantomData<(D, S)>,
    loss: &'a L,
    seed: u64,
    samples: usize,
}

impl<'a, F: Network<Scalar = f64>, D, S, L> Checked<'a, F, D, S, L> {
    fn drawn(loss: &'a L, seed: u64, samples: usize) -> Self {
        let network = F::init_with(Initializer::Normal { mean: 0.0, deviation: 0.7 }, &mut typenet::rng(seed));
        Self { network, others: PhantomData, loss, seed, samples }
    }
}

impl<F, D, S, L> Subject for Checked<'_, F, D, S, L>
where
    F: Network<Scalar = f64>,
    D: Network<Scalar = Dual, Output = F::Output>,
    S: Network<Output = F::Output, Head = F::Head>,
    L: Loss<F::Output, Takes: Admits<F::Head>>,
    L::Target: Drawn,
{
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn tensors(&self) -> Vec<TensorInfo> {
        F::TENSORS.list()
    }

    fn parameters(&mut self) -> &mut [f64] {
        self.network.parameters_mut()
    }

    fn gradient(&self) -> (f64, Vec<f64>) {
        gradient_of(&*self.network, self.loss, self.seed, self.samples)
    }

    fn single_gradient(&self) -> (f64, Vec<f64>) {
        gradient_of(&*convert::<F, S>(&self.network), self.loss, self.seed, self.samples)
    }

    fn exact_gradient(&self) -> Vec<f64> {
        let mut dual = convert::<F, D>(&self.network);
        slopes(&mut *dual, |dual| loss_of(dual, self.loss, self.seed, self.samples))
    }

    fn loss(&self) -> f64 {
        loss_of(&*self.network, self.loss, self.seed, self.samples)
    }
}

/// Holds one network with one loss to both truths, and `f32` to `f64`.
pub(crate) fn check<F, D, S, L>(loss: &L, places: &[f64], seed: u64, samples: usize)
where
    F: Network<Scalar = f64>,
    D: Network<Scalar = Dual, Output = F::Output>,
    S: Network<Scalar = f32, Output = F::Output, Head = F::Head>,
    L: Loss<F::Output, Takes: Admits<F::Head>>,
    L::Target: Drawn,
{
    hold(&mut Checked::<F, D, S, L>::drawn(loss, seed, samples), places, seed);
}

/// Holds one network with one loss to both truths.
#[allow(dead_code, reason = "only the layers of the table are so many that `f32` would take too long to compile")]
pub(crate) fn check_in_double<F, D, L>(loss: &L, places: &[f64], seed: u64, samples: usize)
where
    F: Network<Scalar = f64>,
    D: Network<Scalar = Dual, Output = F::Output>,
    L: Loss<F::Output, Takes: Admits<F::Head>>,
    L::Target: Drawn,
{
    hold(&mut Checked::<F, D, F, L>::drawn(loss, seed, samples), places, seed);
}

fn hold(network: &mut dyn Subject, places: &[f64], seed: u64) {
    // Biases too, or their positions could be mixed up unseen.
    let mut rng = typenet::rng(seed + 1);
    for tensor in network.tensors() {
        for value in &mut network.parameters()[tensor.range] {
            *value += 0.3 * random::normal(&mut rng);
        }
    }
    let name = network.name();
    let (value, gradient) = network.gradient();
    let error = relative(&gradient, &network.exact_gradient());
    assert!(error <= DUAL_TOLERANCE, "{name}: {error:e} against dual numbers, seed {seed}");

    let errors: Vec<_> = places.iter().map(|&moved| stencil_error(network, moved, seed)).collect();
    let agrees = errors.is_empty() || errors.iter().any(|&(error, _)| error <= STENCIL_TOLERANCE);
    assert!(agrees, "{name}: against the stencil {errors:?}, seed {seed}");

    if places.is_empty() {
        // One sample near a kink is near it for most parameters, but not elsewhere.
        let mut shares = BENT.iter().map(|&moved| stencil_between_kinks(network, moved, seed));
        assert!(shares.any(|share| share >= LEAST_COMPARED), "{name}: few are far from kinks, seed {seed}");
    }
    if places.is_empty() && sits_on_a_kink(network, &gradient) {
        return;
    }
    let (single_value, single_gradient) = network.single_gradient();
    let error = relative(&gradient, &single_gradient);
    assert!(error <= SINGLE_TOLERANCE, "{name}: {error:e} between f32 and f64, seed {seed}");
    let apart = (single_value - value).abs();
    assert!(apart <= SINGLE_TOLERANCE * (1.0 + value.abs()), "{name}: loss {value} and {single_value}");
}

/// How many parameters of a network are asked at most, since dual numbers have held all of them.
const MOST_ASKED: usize = 60;

/// Every so many parameters, from one that depends on the seed.
fn asked(parameters: usize, seed: u64) -> impl Iterator<Item = usize> {
    let every = parameters.div_ceil(MOST_ASKED).max(1);
    (usize::try_from(seed).unwrap_or(0) % every..parameters).step_by(every)
}

/// The slope of the loss along a parameter.
fn five_point_stencil(values: [f64; 4], step: f64) -> f64 {
    let [far_left, left, right, far_right] = values;
    (8.0 * (right - left) - (far_right - far_left)) / (12.0 * step)
}

/// What `function` gives with the parameter two steps before, one before, one behind and two behind where it is.
fn around<T>(
    network: &mut dyn Subject,
    position: usize,
    step: f64,
    function: impl Fn(&mut dyn Subject) -> T,
) -> [T; 4] {
    let original = network.parameters()[position];
    let values = [-2.0, -1.0, 1.0, 2.0].map(|steps| {
        network.parameters()[position] = original + steps * step;
        function(network)
    });
    network.parameters()[position] = original;
    values
}

/// How far the gradient is from the stencil, and the parameter where it is furthest, with all parameters moved by so much.
fn stencil_error(network: &mut dyn Subject, moved: f64, seed: u64) -> (f64, usize) {
    const STEP: f64 = 2e-4;
    let parameters = network.parameters().to_vec();
    network.parameters().iter_mut().for_each(|parameter| *parameter += moved);
    let (_, gradient) = network.gradient();
    let mut differences = gradient.clone();
    for position in asked(gradient.len(), seed) {
        let step = STEP * network.parameters()[position].abs().max(1.0);
        differences[position] = five_point_stencil(around(network, position, step, |network| network.loss()), step);
    }
    network.parameters().copy_from_slice(&parameters);
    let apart = |&position: &usize| (gradient[position] - differences[position]).abs();
    let worst = asked(gradient.len(), seed).max_by(|a, b| apart(a).total_cmp(&apart(b))).unwrap_or(0);
    let (apart, scale) = difference(&gradient, &differences);
    (apart / scale.max(STENCIL_SIGHT), worst)
}

/// Holds the gradient to a five-point stencil by each parameter along which it has no kink within reach: where its
/// fourth difference is no larger than what the stencil may be wrong by, with all parameters moved by so much. Gives the share
/// of those parameters.
fn stencil_between_kinks(network: &mut dyn Subject, moved: f64, seed: u64) -> f64 {
    const STEP: f64 = 1e-3;
    let parameters = network.parameters().to_vec();
    network.parameters().iter_mut().for_each(|parameter| *parameter += moved);
    let (_, gradient) = network.gradient();
    let allowed = STENCIL_TOLERANCE * gradient.iter().fold(1.0, |largest: f64, g| largest.max(g.abs()));
    let (mut number, mut compared) = (0.0_f64, 0.0);
    for position in asked(gradient.len(), seed) {
        number += 1.0;
        let g = gradient[position];
        let points = around(network, position, STEP, |network| {
            let (value, gradient) = network.gradient();
            (value, gradient[position])
        });
        let [far_left, left, right, far_right] = points.map(|(_, slope)| slope);
        let jump = far_left + far_right - 4.0 * (left + right) + 6.0 * g;
        if jump.abs() <= allowed {
            compared += 1.0;
            let slope = five_point_stencil(points.map(|(value, _)| value), STEP);
            let name = network.name();
            assert!((g - slope).abs() <= 2.0 * allowed, "{name}: {g} of {position}, not {slope}, seed {seed}");
        }
    }
    network.parameters().copy_from_slice(&parameters);
    compared / number.max(1.0)
}

/// The gradient jumps when parameters move by what `f32` rounds: it has no one value that both types should agree on.
fn sits_on_a_kink(network: &mut dyn Subject, gradient: &[f64]) -> bool {
    let parameters = network.parameters().to_vec();
    let jumps = [1e-6, -1e-6].into_iter().any(|share| {
        for (parameter, &original) in network.parameters().iter_mut().zip(&parameters) {
            *parameter = original + share;
        }
        relative(gradient, &network.gradient().1) > SINGLE_TOLERANCE
    });
    network.parameters().copy_from_slice(&parameters);
    jumps
}

/// `check` for one declared network, generic or not.
macro_rules! check_all {
    ($network:ident $(<$($size:literal),*>)?, $loss:expr, $places:expr, $seed:expr, $samples:expr) => {
        $crate::checks::check::<$network<$($($size,)*)? f64>, $network<$($($size,)*)? $crate::dual::Dual>, $network<$($($size,)*)? f32>, _>(
            &$loss, $places, $seed, $samples,
        )
    };
}

/// The usual number of cases of `proptest`.
const USUAL_CASES: u32 = 256;

/// The same cases in every run; `PROPTEST_CASES` asks for more of them, in proportion.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let mut config =
        ProptestConfig { rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() };
    config.cases = usual.saturating_mul(config.cases).div_ceil(USUAL_CASES);
    config
}

pub(crate) use check_all;
