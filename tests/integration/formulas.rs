//! Formulas: activations, losses and layers against recorded values of PyTorch, their conventions, and what they share with
//! layers written by hand.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::float_cmp, reason = "conventions at kinks are exact")]

mod numerics;
mod properties;

use serde_json::Value;
use typenet::kernel::{Isa, Program, dispatch};
use typenet::prelude::*;
use typenet::{Plan, activation, layer, loss};

/// The allowed difference from PyTorch in double precision, relative to the value, or absolute for values below one.
const TOLERANCE: f64 = 1e-12;

fn recorded() -> Value {
    serde_json::from_str::<Value>(include_str!("../reference/formulas.json")).unwrap()["f64"].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

#[track_caller]
fn assert_near(what: &str, ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (position, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= TOLERANCE * b.abs().max(1.0), "{what}[{position}]: {a} and {b}");
    }
}

activation!(pub Mish(x) = x * tanh(softplus(x)));
activation!(Snake(x; frequency: positive = 1.0) = x + sin(frequency * x).powi(2) / frequency);
activation!(Celu(x; alpha: positive) = max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)));
activation!(LogSigmoid(x) = ln(sigmoid(x)));
activation!(TanhShrink(x) = x - tanh(x));
activation!(ErfGelu(x) = 0.5 * x * (1 + erf(x / 2.sqrt())));
activation!(SincLike(x) = cos(x) * exp(-x.powi(2)));

#[test]
fn activations_agree_with_pytorch() {
    let recorded = &recorded()["activations"];
    let inputs = numbers(&recorded["input"]);
    let check = |name: &str, value: &dyn Fn(f64) -> f64, derivative: &dyn Fn(f64) -> f64| {
        let ours: Vec<_> = inputs.iter().map(|&x| value(x)).collect();
        assert_near(name, &ours, &numbers(&recorded[name]["output"]));
        let ours: Vec<_> = inputs.iter().map(|&x| derivative(x)).collect();
        assert_near(name, &ours, &numbers(&recorded[name]["derivative"]));
    };
    let (snake, celu) = (Snake::settings(1.5), Celu::settings(0.75));
    check("mish", &Mish::value, &Mish::derivative);
    check("snake", &|x| snake.value(x), &|x| snake.derivative(x));
    check("celu", &|x| celu.value(x), &|x| celu.derivative(x));
    check("log_sigmoid", &LogSigmoid::value, &LogSigmoid::derivative);
    check("tanh_shrink", &TanhShrink::value, &TanhShrink::derivative);
    check("gelu", &ErfGelu::value, &ErfGelu::derivative);
    check("sinc_like", &SincLike::value, &SincLike::derivative);
}

#[test]
fn second_derivatives_are_those_of_the_first() {
    let step = 1e-5;
    for x in [-2.5, -0.75, 0.5, 1.25, 3.0] {
        let quotient = |f: &dyn Fn(f64) -> f64| (f(x + step) - f(x - step)) / (2.0 * step);
        for (second, first) in [
            (Mish::second_derivative(x), quotient(&Mish::derivative)),
            (SincLike::second_derivative(x), quotient(&SincLike::derivative)),
            (Celu::settings(0.5).second_derivative(x), quotient(&|x| Celu::settings(0.5).derivative(x))),
        ] {
            assert!((second - first).abs() < 1e-8, "{second} and {first} at {x}");
        }
    }
}

loss!(Poisson(p, t: non_negative) = exp(p) - t * p);
loss!(Cosine(p, t) = 1 - dot(p, t) / (norm(p) * norm(t)));
loss!(SmoothL1(p, t; beta: positive = 1.0) = {
    let distance = abs(p - t);
    if distance < beta { distance.powi(2) / (2 * beta) } else { distance - beta / 2 }
});
loss!(
    LogCosh(p, t) = {
        let d = p - t;
        d + softplus(-2 * d) - LN_2
    }
);
loss!(SoftCrossEntropy(p, t: unit) = -dot(t, ln(softmax(p))));
loss!(Divergence(p, t: unit) = sum(x_ln_x(t) - t * log_softmax(p)));
loss!(Binary(p, t: unit) = t * softplus(-p) + (1 - t) * softplus(p));
loss!(Focal(p, t: unit; gamma: finite) = -sum(t * powf(1 - softmax(p), gamma) * log_softmax(p)));
loss!(Dice(p, t: unit) = {
    let chance = sigmoid(p);
    1 - (2 * dot(chance, t) + 1) / (sum(chance) + sum(t) + 1)
});
loss!(Quantile(p, t; q: open_unit) = max(q * (t - p), (q - 1) * (t - p)));
loss!(Contrastive(p, t: unit; margin: positive = 1.0) = {
    let same = mean(t);
    let distance = norm(p);
    same * distance.powi(2) + (1 - same) * max(0, margin - distance).powi(2)
});
loss!(Tweedie(p, t: non_negative) = 4 * exp(p / 2) + 4 * t * exp(-p / 2));

const LN_2: f64 = core::f64::consts::LN_2;

/// A loss of a batch, as a program.
struct Evaluated<'a, L, const P: usize, const M: usize>(
    &'a L,
    &'a [[f64; P]],
    &'a [[f64; M]],
    f64,
    Option<&'a mut [f64]>,
);

impl<L: Loss<Vector<P>, Target = Vector<M>>, const P: usize, const M: usize> Program for Evaluated<'_, L, P, M> {
    type Output = f64;

    fn run<I: Isa>(self, isa: I) -> f64 {
        let Self(loss, predictions, targets, weight, gradient) = self;
        loss.evaluate(isa, predictions.as_flattened(), targets, weight, gradient)
    }
}

fn rows_of<const N: usize>(recorded: &Value) -> Vec<[f64; N]> {
    numbers(recorded).chunks_exact(N).map(|row| row.try_into().unwrap()).collect()
}

fn check_loss<L, const P: usize, const M: usize>(recorded: &Value, name: &str, loss: &L)
where
    L: Loss<Vector<P>, Target = Vector<M>>,
{
    let recorded = &recorded["losses"][name];
    let (predictions, targets): (Vec<[f64; P]>, Vec<[f64; M]>) =
        (rows_of(&recorded["prediction"]), rows_of(&recorded["target"]));
    let weight = 1.0 / predictions.len() as f64;
    let mut gradient = vec![0.0; P * predictions.len()];
    let value = dispatch(Evaluated(loss, &predictions, &targets, weight, Some(&mut gradient)));
    assert_near(name, &[value * weight], &numbers(&recorded["loss"]));
    assert_near(name, &gradient, &numbers(&recorded["gradient"]));
    let again = dispatch(Evaluated(loss, &predictions, &targets, weight, None));
    assert_eq!(again.to_bits(), value.to_bits(), "{name}: with and without a gradient");
}

#[test]
fn losses_agree_with_pytorch() {
    let recorded = recorded();
    check_loss::<_, 4, 4>(&recorded, "poisson", &Poisson);
    check_loss::<_, 4, 4>(&recorded, "cosine", &Cosine);
    check_loss::<_, 4, 4>(&recorded, "smooth_l1", &SmoothL1::new(0.5));
    check_loss::<_, 4, 4>(&recorded, "log_cosh", &LogCosh);
    check_loss::<_, 4, 4>(&recorded, "cross_entropy", &SoftCrossEntropy);
    check_loss::<_, 4, 4>(&recorded, "kl", &Divergence);
    check_loss::<_, 4, 4>(&recorded, "binary", &Binary);
    check_loss::<_, 4, 4>(&recorded, "focal", &Focal::new(2.0));
    check_loss::<_, 4, 4>(&recorded, "dice", &Dice);
    check_loss::<_, 4, 4>(&recorded, "quantile", &Quantile::new(0.8));
    check_loss::<_, 4, 4>(&recorded, "contrastive", &Contrastive::default().margin(1.5));
    check_loss::<_, 4, 4>(&recorded, "tweedie", &Tweedie);
}

layer! {
    /// A gated linear unit.
    struct Glu<const N: usize, const H: usize> { value: Matrix<H, N>, gate: Matrix<H, N>, bias: Vector<H> }
    fn forward(x: Vector<N>) -> Vector<H> { (value * x + bias) * sigmoid(gate * x) }
}
layer! {
    struct SwiGlu<const N: usize, const H: usize> { value: Matrix<H, N>, gate: Matrix<H, N>, down: Matrix<N, H> }
    fn forward(x: Vector<N>) -> Vector<N> {
        let gated = gate * x;
        down * (gated * sigmoid(gated) * (value * x))
    }
}
layer! {
    struct Normalized<const N: usize> { #[init(1.0)] scale: Vector<N>, bias: Vector<N>, epsilon: positive = 1e-5 }
    fn forward(x: Vector<N>) -> Vector<N> {
        let centred = x - mean(x);
        centred / sqrt(mean(centred * centred) + epsilon) * scale + bias
    }
}
layer! {
    struct Excitation<const N: usize, const H: usize> { down: Matrix<H, N>, up: Matrix<N, H> }
    fn forward(x: Vector<N>) -> Vector<N> { x * sigmoid(up * max(0, down * x)) }
}
layer! {
    struct Highway<const N: usize> { weight: Matrix<N, N>, bias: Vector<N>, gate: Matrix<N, N>, gate_bias: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> {
        let open = sigmoid(gate * x + gate_bias);
        open * tanh(weight * x + bias) + (1 - open) * x
    }
}
layer! {
    struct Radial<const N: usize> { centre: Vector<N>, width: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> { exp(-softplus(width) * (x - centre).powi(2)) }
}
layer! {
    struct Tied<const N: usize, const H: usize> { weight: Matrix<H, N>, hidden: Vector<H>, bias: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> { transpose(weight) * tanh(weight * x + hidden) + bias }
}
layer! {
    struct Attentive { weight: Matrix<4, 4>, direction: Vector<4> }
    fn forward(x: Vector<4>) -> Vector<4> { softmax(weight * x / 2) * dot(x, direction) }
}

// Σ g y, whose gradient is g.
loss!(Against(y, g) = dot(y, g));

/// Compares a network of one layer with its recorded values.
fn check_layer<N, const M: usize>(recorded: &Value, name: &str, tensors: &[&str])
where
    N: Network<Scalar = f64, Input = Vector<4>, Output = Vector<M>, Logits = Vector<M>>,
{
    check_shaped::<N, 4, M>(recorded, name, tensors);
}

/// Compares a network of one layer between vectors with its recorded values.
fn check_shaped<N, const I: usize, const M: usize>(recorded: &Value, name: &str, tensors: &[&str])
where
    N: Network<Scalar = f64, Input = Vector<I>, Output = Vector<M>, Logits = Vector<M>>,
{
    let recorded = &recorded["layers"][name];
    let mut network = N::zeroed();
    let rows = |value: &Value| -> Vec<Vec<f64>> { value.as_array().unwrap().iter().map(numbers).collect() };
    // A matrix is a list of rows in the file, and columns in memory.
    let flat = |value: &Value| -> Vec<f64> {
        if value[0].is_array() {
            let rows = rows(value);
            (0..rows[0].len()).flat_map(|column| rows.iter().map(move |row| row[column]).collect::<Vec<_>>()).collect()
        } else {
            numbers(value)
        }
    };
    let all = |key: &str| -> Vec<f64> { tensors.iter().flat_map(|&tensor| flat(&recorded[key][tensor])).collect() };
    network.parameters_mut().copy_from_slice(&all("parameters"));
    let inputs: Vec<[f64; I]> = rows(&recorded["input"]).into_iter().map(|row| row.try_into().unwrap()).collect();
    let grads: Vec<[f64; M]> = rows(&recorded["grad_output"]).into_iter().map(|row| row.try_into().unwrap()).collect();
    let outputs: Vec<_> = network.predict_batch(&inputs);
    assert_near(name, outputs.as_flattened(), &numbers(&recorded["output"]));
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    network.gradient(&inputs, &grads, &Against, &Pass::training(0, 0), &mut workspace, &mut gradient).unwrap();
    // The loss is a mean over the samples.
    let ours: Vec<_> = gradient.parameters().iter().map(|g| g * inputs.len() as f64).collect();
    assert_near(name, &ours, &all("gradient"));
    let grad_inputs: Vec<_> =
        inputs.iter().zip(&grads).flat_map(|(input, grad)| network.input_gradient(input, grad)).collect();
    assert_near(name, &grad_inputs, &numbers(&recorded["grad_input"]));
}

layer! {
    struct Similarity<const N: usize> { direction: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<1> { dot(direction, x) / norm(x) }
}
network!(struct OfSimilarity (Vector<4>) = Dense<4, 4>, Similarity<4>);

#[test]
fn a_number_is_a_vector_of_one_element() {
    let mut network = OfSimilarity::<f64>::init(&mut typenet::rng(37));
    network.similarity.direction.copy_from_slice(&[0.5, -1.0, 2.0, 0.25]);
    let inputs = crate::support::samples::normal::<Vector<4>, f64>(5, 3);
    let check = gradient_check(&mut *network, &inputs, &[[1.0]; 5], &MeanSquaredError).unwrap();
    assert!(check.relative_error < 1e-7, "{check:?}");
}

activation!(
    #[init(HeUniform)]
    Rectified(x) = max(0, x)
);
layer! {
    #[init(HeUniform)]
    struct Scaled<const N: usize> { #[init(1.0)] scale: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> { scale * max(0, x) }
}
network!(struct BeforeRelu = dense: Dense<8, 8>, Relu);
network!(struct BeforeActivation = dense: Dense<8, 8>, Rectified);
network!(struct BeforeLayer = dense: Dense<8, 8>, Scaled<8>);

#[test]
fn weights_are_drawn_as_the_next_formula_says() {
    let relu = BeforeRelu::<f64>::init(&mut typenet::rng(37));
    assert_eq!(BeforeActivation::<f64>::init(&mut typenet::rng(37)).dense.weight, relu.dense.weight);
    assert_eq!(BeforeLayer::<f64>::init(&mut typenet::rng(37)).dense.weight, relu.dense.weight);
}

network!(struct OfGlu (Vector<4>) = Glu<4, 5>);
network!(struct OfSwiGlu (Vector<4>) = SwiGlu<4, 5>);
network!(struct OfNormalized (Vector<4>) = Normalized<4>(epsilon = 1e-3));
network!(struct OfExcitation (Vector<4>) = Excitation<4, 2>);
network!(struct OfHighway (Vector<4>) = Highway<4>);
network!(struct OfRadial (Vector<4>) = Radial<4>);
network!(struct OfTied (Vector<4>) = Tied<4, 3>);
network!(struct OfAttentive (Vector<4>) = Attentive);

#[test]
fn layers_agree_with_pytorch() {
    let recorded = recorded();
    check_layer::<OfGlu<f64>, 5>(&recorded, "glu", &["value", "gate", "bias"]);
    check_layer::<OfSwiGlu<f64>, 4>(&recorded, "swiglu", &["value", "gate", "down"]);
    check_layer::<OfNormalized<f64>, 4>(&recorded, "layer_norm", &["scale", "bias"]);
    check_layer::<OfExcitation<f64>, 4>(&recorded, "excitation", &["down", "up"]);
    check_layer::<OfHighway<f64>, 4>(&recorded, "highway", &["weight", "bias", "gate", "gate_bias"]);
    check_layer::<OfRadial<f64>, 4>(&recorded, "radial", &["centre", "width"]);
    check_layer::<OfTied<f64>, 4>(&recorded, "tied", &["weight", "hidden", "bias"]);
    check_layer::<OfAttentive<f64>, 4>(&recorded, "attentive", &["weight", "direction"]);
}

layer! {
    struct Centers<const N: usize, const K: usize> { centers: Matrix<K, N>, width: Vector<K> }
    fn forward(x: Vector<N>) -> Vector<K> {
        each(centers, width, |center, w| exp(-softplus(w) * dot(x - center, x - center)))
    }
}
layer! {
    struct Bilinear { weight: Matrix<2, 12>, bias: Vector<2> }
    fn forward(x: Vector<7>) -> Vector<2> { weight * flatten(outer(x[..3], x[3..])) + bias }
}
layer! {
    struct Channels<const C: usize, const H: usize, const W: usize, const R: usize> { down: Matrix<R, C>, up: Matrix<C, R> }
    fn forward(x: Image<C, H, W>) -> Image<C, H, W> {
        let factors = sigmoid(up * max(0, down * each(x, |channel| mean(channel))));
        each(x, factors, |channel, factor| channel * factor)
    }
}
layer! {
    /// Attention with two heads of two features each.
    struct Heads<const L: usize> { query: Matrix<4, 4>, key: Matrix<4, 4>, value: Matrix<4, 4>, out: Matrix<4, 4> }
    fn attended<const S: usize, const D: usize>(q: Matrix<D, S>, k: Matrix<D, S>, v: Matrix<D, S>) -> Matrix<D, S> {
        v * transpose(each(transpose(q) * k / sqrt(D), |row| softmax(row)))
    }
    fn forward(x: Sequence<L, 4>) -> Sequence<L, 4> {
        let q = query * transpose(x);
        let k = key * transpose(x);
        let v = value * transpose(x);
        let heads = concat(attended(q[..2], k[..2], v[..2]), attended(q[2..], k[2..], v[2..]));
        transpose(heads) * transpose(out)
    }
}
layer! {
    struct SingleHead<const L: usize, const N: usize, const D: usize> {
        query: Matrix<D, N>, key: Matrix<D, N>, value: Matrix<N, N>,
    }
    fn forward(x: Sequence<L, N>) -> Sequence<L, N> {
        let scores = (x * transpose(query)) * transpose(x * transpose(key)) / sqrt(D);
        x + each(scores, |row| softmax(row)) * each(x, |token| value * token)
    }
}
layer! {
    struct Normed<const L: usize, const N: usize> { scale: Vector<N>, bias: Vector<N>, epsilon: positive = 1e-3 }
    fn forward(x: Sequence<L, N>) -> Sequence<L, N> {
        each(x, |token| {
            let centred = token - mean(token);
            centred / sqrt(mean(centred * centred) + epsilon) * scale + bias
        })
    }
}
layer! {
    struct Elman<const L: usize, const N: usize, const H: usize> { input: Matrix<H, N>, state: Matrix<H, H>, bias: Vector<H> }
    fn forward(x: Sequence<L, N>) -> Vector<H> {
        let mut h = 0 * bias;
        for step in 0..L {
            h = tanh(input * x[step] + state * h + bias);
        }
        h
    }
}
layer! {
    /// The same, written out.
    struct Unrolled<const N: usize, const H: usize> { input: Matrix<H, N>, state: Matrix<H, H>, bias: Vector<H> }
    fn forward(x: Sequence<5, N>) -> Vector<H> {
        let mut h = 0 * bias;
        for step in 0..5 {
            h = tanh(input * x[step] + state * h + bias);
        }
        h
    }
}
layer! {
    struct Mixer<const L: usize, const N: usize, const S: usize, const C: usize> {
        first: Matrix<S, L>, second: Matrix<L, S>, up: Matrix<C, N>, down: Matrix<N, C>,
    }
    fn bell(x: Scalar) -> Scalar { 0.5 * x * (1 + erf(x / 2.sqrt())) }
    fn forward(x: Sequence<L, N>) -> Sequence<L, N> {
        let tokens = x + second * bell(first * x);
        let normalized = each(tokens, |token| {
            let centred = token - mean(token);
            centred / sqrt(mean(centred * centred) + 1e-5)
        });
        tokens + bell(normalized * transpose(up)) * transpose(down)
    }
}
layer! {
    struct Temperature<const N: usize> { temperature: Scalar }
    fn forward(x: Vector<N>) -> Vector<N> { log_softmax(x / (1 + temperature.powi(2))) }
}
network!(struct OfCenters (Vector<4>) = Centers<4, 5>);
network!(struct OfBilinear (Vector<7>) = Bilinear);
network!(struct OfChannels (Vector<24>) = Reshape<Image<4, 2, 3>>, Channels<4, 2, 3, 2>, Flatten);
network!(struct OfHeads (Vector<20>) = Reshape<Sequence<5, 4>>, Heads<5>, Flatten);
network!(struct OfSingleHead (Vector<20>) = Reshape<Sequence<5, 4>>, SingleHead<5, 4, 3>, Flatten);
network!(struct OfTokens (Vector<12>) = Reshape<Sequence<3, 4>>, Normed<3, 4>, Flatten);
network!(struct OfElman (Vector<10>) = Reshape<Sequence<5, 2>>, Elman<5, 2, 3>);
network!(struct OfUnrolled (Vector<10>) = Reshape<Sequence<5, 2>>, Unrolled<2, 3>);
network!(struct OfMixer (Vector<12>) = Reshape<Sequence<4, 3>>, Mixer<4, 3, 5, 6>, Flatten);
network!(struct OfTemperature (Vector<4>) = Temperature<4>);

/// A visible network, whose last size follows from the shape that a custom layer gives.
mod visible {
    use typenet::prelude::*;

    network!(pub(super) struct AfterCustom (Sequence<5, 4>) = super::Normed<5, 4>, Flatten);
    network!(pub(super) struct Generic<const L: usize> (Sequence<L, 4>) = super::Elman<L, 4, 2>, Dense<2, 2>);
}

layer! {
    /// A loop from the second step, loops in which rows depend on two indices, and a loop of constants.
    struct Recurrence<const L: usize, const N: usize, const K: usize> { scale: Vector<N> }
    fn forward(x: Sequence<L, N>) -> Vector<N> {
        let mut h = scale * x[0];
        for t in 1..L {
            h = tanh(h + x[t] * scale + x[L - 1 - t]);
        }
        for k in 0..K {
            for t in k..k + NONE {
                h = h * x[t];
            }
            h = sin(h) + x[k];
        }
        for _ in 2..2 {
            h = exp(h);
        }
        h
    }
}
const NONE: usize = 0;
const NO_STEPS: usize = 0;
const TWO_STEPS: usize = 2;
network!(struct OfOneStep (Vector<2>) = Reshape<Sequence<1, 2>>, Recurrence<1, 2, NO_STEPS>);
network!(struct OfThreeSteps (Vector<6>) = Reshape<Sequence<3, 2>>, Recurrence<3, 2, TWO_STEPS>);

#[test]
fn a_loop_without_repetitions_leaves_its_variables_as_they_were() {
    let mut one = OfOneStep::<f64>::zeroed();
    one.parameters_mut().copy_from_slice(&[2.0, -3.0]);
    assert_eq!(one.predict(&[0.5, 0.25]), [1.0, -0.75]);
    let check = gradient_check(&mut *one, &[[0.5, 0.25], [-1.0, 2.0]], &[[1.0, 0.0], [0.5, 0.5]], &MeanSquaredError);
    assert!(matches!(check, Ok(check) if check.relative_error < 1e-7));

    let mut three = OfThreeSteps::<f64>::zeroed();
    three.parameters_mut().copy_from_slice(&[2.0, -3.0]);
    let x = [[0.5, 0.25], [-1.0, 2.0], [0.75, -0.5]];
    let found = three.predict(&[0.5, 0.25, -1.0, 2.0, 0.75, -0.5]);
    for (element, (&found, scale)) in found.iter().zip([2.0, -3.0]).enumerate() {
        let mut h: f64 = scale * x[0][element];
        for t in 1..3 {
            h = (h + x[t][element] * scale + x[2 - t][element]).tanh();
        }
        for row in &x[..2] {
            h = h.sin() + row[element];
        }
        assert!((found - h).abs() < 1e-12, "{found} {h}");
    }
    let check = gradient_check(&mut *three, &[[0.5, 0.25, -1.0, 2.0, 0.75, -0.5]], &[[1.0, 0.0]], &MeanSquaredError);
    assert!(matches!(check, Ok(check) if check.relative_error < 1e-7));
}

const WHOLE: usize = 4;
const SINGLE: f32 = 0.5;
activation!(OfConstants(x) = x / WHOLE + SINGLE + i32::MAX / i32::MAX);

#[test]
fn a_constant_of_any_type_of_numbers_is_a_number_of_a_formula() {
    assert_eq!(OfConstants::value(2.0), 2.0);
}

#[test]
fn a_size_may_follow_from_the_shape_of_a_formula() {
    assert_eq!(visible::AfterCustom::<f32>::zeroed().predict(&[[1.0; 4]; 5]).len(), 20);
    assert_eq!(visible::Generic::<3, f32>::zeroed().predict(&[[1.0; 4]; 3]).len(), 2);
}

#[test]
fn layers_of_rows_and_matrices_agree_with_pytorch() {
    let recorded = recorded();
    check_shaped::<OfCenters<f64>, 4, 5>(&recorded, "centers", &["centers", "width"]);
    check_shaped::<OfBilinear<f64>, 7, 2>(&recorded, "bilinear", &["weight", "bias"]);
    check_shaped::<OfChannels<f64>, 24, 24>(&recorded, "channels", &["down", "up"]);
    check_shaped::<OfHeads<f64>, 20, 20>(&recorded, "attention", &["query", "key", "value", "out"]);
    check_shaped::<OfSingleHead<f64>, 20, 20>(&recorded, "single_head", &["query", "key", "value"]);
    check_shaped::<OfTokens<f64>, 12, 12>(&recorded, "tokens", &["scale", "bias"]);
    check_shaped::<OfElman<f64>, 10, 3>(&recorded, "elman", &["input", "state", "bias"]);
    check_shaped::<OfUnrolled<f64>, 10, 3>(&recorded, "elman", &["input", "state", "bias"]);
    check_shaped::<OfMixer<f64>, 12, 12>(&recorded, "mixer", &["first", "second", "up", "down"]);
    check_shaped::<OfTemperature<f64>, 4, 4>(&recorded, "temperature", &["temperature"]);
}

/// Compares the bits of predictions of a batch with those of its samples alone.
fn assert_same_bits_alone<N, const I: usize, const M: usize>(network: &N)
where
    N: Network<Scalar = f32, Input = Vector<I>, Output = Vector<M>>,
{
    let inputs = crate::support::samples::normal::<Vector<I>, f32>(65, 7);
    let bits = |output: &[f32; M]| output.map(f32::to_bits);
    for count in [1, 7, 64, 65] {
        let together = network.predict_batch(&inputs[..count]);
        for (input, output) in inputs.iter().zip(&together) {
            assert_eq!(bits(&network.predict(input)), bits(output), "{} of {count}", N::NAME);
        }
    }
}

#[test]
fn samples_have_the_same_bits_alone_and_in_a_batch() {
    let mut rng = typenet::rng(37);
    assert_same_bits_alone::<OfCenters, 4, 5>(&*OfCenters::init(&mut rng));
    assert_same_bits_alone::<OfChannels, 24, 24>(&*OfChannels::init(&mut rng));
    assert_same_bits_alone::<OfHeads, 20, 20>(&*OfHeads::init(&mut rng));
    assert_same_bits_alone::<OfSingleHead, 20, 20>(&*OfSingleHead::init(&mut rng));
    assert_same_bits_alone::<OfElman, 10, 3>(&*OfElman::init(&mut rng));
    assert_same_bits_alone::<OfMixer, 12, 12>(&*OfMixer::init(&mut rng));
}

#[test]
fn gradients_that_are_several_sums_are_added_in_a_memory_of_their_own() {
    // The tile of a batch is summed before it is added to the others, so that bits do not depend on who adds it.
    const fn sums_from_zero<L: Layer, In: Shape>() -> bool {
        <L::Plan<In> as Plan>::SUMS_FROM_ZERO
    }
    assert!(sums_from_zero::<Glu<4, 5>, Vector<4>>());
    assert!(sums_from_zero::<Heads<5>, Sequence<5, 4>>());
    assert!(!sums_from_zero::<Tied<4, 3>, Vector<4>>());
    assert!(!sums_from_zero::<Unrolled<2, 3>, Sequence<5, 2>>());
    assert!(!sums_from_zero::<Elman<5, 2, 3>, Sequence<5, 2>>());
}

loss! {
    struct Mixture<const K: usize, const P: usize> { floor: positive = 0.25 }
    fn loss(prediction: Vector<P>, target: Vector<1>) -> Scalar {
        let deviation = softplus(prediction[2 * K..3 * K]) + floor;
        let distance = (target[0] - prediction[K..2 * K]) / deviation;
        -log_sum_exp(log_softmax(prediction[..K]) - distance.powi(2) / 2 - ln(deviation) - 0.5 * ln(2 * core::f64::consts::PI))
    }
}
loss! {
    struct Triplet<const N: usize, const P: usize> { margin: positive }
    fn loss(prediction: Vector<P>, _target: Vector<1>) -> Scalar {
        let anchor = prediction[..N];
        max(0, norm(anchor - prediction[N..2 * N]) - norm(anchor - prediction[2 * N..3 * N]) + margin)
    }
}
loss! {
    /// Means and logarithms of deviations of both.
    struct Gaussians<const N: usize, const P: usize> {}
    fn loss(prediction: Vector<P>, target: Vector<P>) -> Scalar {
        let wider = target[N..2 * N] - prediction[N..2 * N];
        let distance = (prediction[..N] - target[..N]) * exp(-target[N..2 * N]);
        sum(wider + (exp(-2 * wider) + distance.powi(2) - 1) / 2)
    }
}

typenet::formula! { fn squared<const N: usize>(x: Vector<N>) -> Scalar { dot(x, x) } }
loss! {
    use squared;
    /// A loss of declared shapes imports a function.
    struct Squared {}
    fn loss(prediction: Vector<2>, target: Vector<2>) -> Scalar { squared(prediction - target) }
}
network!(struct Pair = Dense<2, 2>);

#[test]
fn a_loss_of_declared_shapes_imports_functions() {
    let loss = Pair::<f64>::zeroed()
        .evaluate(&Dataset::<Vector<2>, Vector<2>, f64>::new(vec![[0.0; 2]], vec![[3.0, 4.0]]).unwrap(), &Squared)
        .loss;
    assert_eq!(loss, 25.0);
}

#[test]
fn losses_of_declared_shapes_agree_with_pytorch() {
    let recorded = recorded();
    check_loss::<_, 9, 1>(&recorded, "mixture", &Mixture::<3, 9>::default());
    check_loss::<_, 9, 1>(&recorded, "triplet", &Triplet::<3, 9>::new(1.5));
    check_loss::<_, 6, 6>(&recorded, "gaussians", &Gaussians::<3, 6>);
}
