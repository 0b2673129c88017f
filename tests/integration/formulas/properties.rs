//! What holds of formulas apart from their values: Hessians, first parameters, bits, kinks, ranges and names.

use typenet::prelude::*;
use typenet::{activation, layer, loss};

use super::{Binary, Celu, Glu, Mish, Quantile, SmoothL1, Snake};

typenet::gradient_of! {
    fn determinant(x: Matrix<2, 2>) -> Scalar { x[0][0] * x[1][1] - x[0][1] * x[1][0] }
    #[hessian_vector_product(energy_hessian)]
    fn energy(x: Matrix<2, 2>) -> Scalar { determinant(x).powi(2) + log_sum_exp(flatten(x * transpose(x))) }
}

#[test]
fn hessians_are_differences_of_gradients() {
    let (point, vector) = ([0.5, -1.25, 2.0, 0.75], [1.0, -2.0, 0.5, 3.0]);
    let gradient = |step: f64| {
        let moved: Vec<_> = point.iter().zip(vector).map(|(x, v)| x + step * v).collect();
        let mut gradient = [0.0; 4];
        energy(&moved, &mut gradient);
        gradient
    };
    let mut product = [0.0; 4];
    energy_hessian(&point, &vector, &mut product);
    let [above, below] = [1e-5, -1e-5].map(gradient);
    for (position, product) in product.iter().enumerate() {
        let quotient = (above[position] - below[position]) / 2e-5;
        assert!((product - quotient).abs() < 1e-6 * quotient.abs().max(1.0), "{product} and {quotient}");
    }
}

layer! {
    struct Drawn { #[init(Normal(3.0, 0.0))] a: Matrix<2, 3>, #[init(-2)] b: Matrix<3, 2>, #[init(Constant(0.5))] c: Vector<2>, #[init(4)] d: Scalar, e: Scalar }
    fn forward(x: Vector<3>) -> Vector<2> { a * (b * (a * x)) * d + c * e }
}
network!(struct OfDrawn (Vector<3>) = Drawn);

#[test]
fn parameters_are_drawn_as_they_say() {
    let network = OfDrawn::<f64>::init(&mut typenet::rng(37));
    let expected = [[3.0; 6].as_slice(), &[-2.0; 6], &[0.5; 2], &[4.0], &[0.0]].concat();
    assert_eq!(network.parameters(), expected);
}

layer! {
    /// The network with one hidden layer of the lecture, as one formula.
    struct OneHidden<const N: usize, const H: usize, const K: usize> {
        hidden: Matrix<H, N>, hidden_bias: Vector<H>, output: Matrix<K, H>, output_bias: Vector<K>,
    }
    fn forward(x: Vector<N>) -> Vector<K> { output * tanh(hidden * x + hidden_bias) + output_bias }
}
network!(struct Formula (Vector<6>) = OneHidden<6, 7, 3>, Softmax);
network!(struct Layers = hidden: Dense<6, 7>, Tanh, output: Dense<7, 3>, Softmax);

#[test]
fn a_network_as_one_formula_has_the_bits_of_its_layers() {
    let inputs = crate::support::samples::normal::<Vector<6>, f32>(33, 5);
    let targets: Vec<_> = (0..33).map(|sample| Class::<3>::new(sample % 3).unwrap()).collect();
    let (mut formula, layers) = (Formula::zeroed(), Layers::init(&mut typenet::rng(37)));
    formula.parameters_mut().copy_from_slice(layers.parameters());
    assert_eq!(formula.predict_batch(&inputs), layers.predict_batch(&inputs));
    let pass = Pass::training(0, 0);
    let (mut ours, mut theirs) = (Gradient::zeroed(), Gradient::zeroed());
    let a = formula.gradient(&inputs, &targets, &Nll, &pass, &mut Workspace::new(), &mut ours).unwrap();
    let b = layers.gradient(&inputs, &targets, &Nll, &pass, &mut Workspace::new(), &mut theirs).unwrap();
    assert_eq!(a.to_bits(), b.to_bits());
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(ours.parameters()), bits(theirs.parameters()));
}

activation!(Kinked(x) = max(0, x));
activation!(OtherKink(x) = max(x, 0));
activation!(Folded(x) = abs(x));
activation!(Split(x) = if x > 0 { sqrt(x) + x } else { 3 * x });
activation!(Steps(x) = if x <= 1 { x } else { 2 * x });
activation!(Entropy(x) = x_ln_x(x));
activation!(Safe(x) = ln(1 + exp(x)));

#[test]
fn kinks_and_edges_follow_the_documentation() {
    assert_eq!([Kinked::derivative(0.0), Kinked::derivative(1.0), Kinked::derivative(-1.0)], [0.0, 1.0, 0.0]);
    assert_eq!([OtherKink::derivative(0.0), OtherKink::derivative(-1.0)], [1.0, 0.0]);
    assert_eq!([Folded::derivative(0.0), Folded::derivative(-2.0), Folded::derivative(2.0)], [0.0, -1.0, 1.0]);
    // The root of a negative number is in the branch that is not taken.
    assert_eq!([Split::value(-2.0), Split::derivative(-2.0), Split::derivative(4.0)], [-6.0, 3.0, 1.25]);
    assert_eq!([Steps::value(1.0), Steps::derivative(1.0), Steps::derivative(1.5)], [1.0, 1.0, 2.0]);
    assert_eq!(Entropy::value(0.0), 0.0);
    assert_eq!(Entropy::derivative(1.0), 1.0);
    assert_eq!([Safe::value(800.0), Safe::value(-800.0)], [800.0, 0.0]);
    for value in [Kinked::value, OtherKink::value, Split::value, Steps::value, Entropy::value, Mish::value] {
        assert!(value(f64::NAN).is_nan());
    }
}

network!(struct Curve = Dense<2, 5>, Mish, Dense<5, 5>, Snake(frequency = 2.0), Celu(0.5), Snake, Dense<5, 3>);

#[test]
fn networks_of_formulas_learn_and_describe_themselves() {
    let inputs = crate::support::samples::normal::<Vector<2>, f32>(40, 5);
    let targets: Vec<_> = inputs.iter().map(|[a, b]| [a * b, a - b, a.abs()]).collect();
    let data = Dataset::<Vector<2>, Vector<3>>::new(inputs, targets).unwrap();
    let mut curve = Curve::init(&mut typenet::rng(37));
    let before = curve.evaluate(&data, &SmoothL1::default()).loss;
    Trainer::new(SmoothL1::default(), Adam::new(0.01)).epochs(200).fit(&mut curve, &data).unwrap();
    assert!(curve.evaluate(&data, &SmoothL1::default()).loss < 0.2 * before);
    assert_eq!(Mish::explain().lines().next_back().unwrap(), "dy/dx = t₁ + σ(x) · x · (1 - t₁²)");
    assert!(Glu::<1, 1>::explain().contains("dL/dvalue = sum of (t₃) (x)ᵀ"), "{}", Glu::<1, 1>::explain());
}

#[test]
fn targets_out_of_range_are_refused() {
    let data = Dataset::<Vector<2>, Vector<3>>::new(vec![[0.0, 1.0]], vec![[0.5, 1.5, 0.0]]).unwrap();
    let error = Trainer::new(Binary, Sgd::new(0.1)).fit(&mut Curve::zeroed(), &data).unwrap_err();
    assert!(error.to_string().contains("at least 0 and at most 1"), "{error}");
}

#[test]
#[should_panic(expected = "the q of `Quantile` must be above 0 and below 1")]
fn settings_out_of_range_panic() {
    let _ = Quantile::new(1.5);
}

activation!(Keyword(r#type) = r#type * tanh(r#type));
activation!(Common(gradient; like = 2.0) = sin(like * gradient));
loss!(Weighted(p, t; weight: positive = 3.0) = weight * (p - t).powi(2));

layer! {
    struct Ranked<const R: usize> { #[init(1.0)] factor: Vector<R> }
    fn forward(x: Vector<R>) -> Vector<R> { factor * x }
}

network!(struct Named (Vector<3>) = Keyword, Common, Ranked<3>, Dense<3, 2>);

#[test]
fn names_of_generated_code_and_keywords_are_names_in_formulas() {
    let mut network = Named::<f64>::init(&mut typenet::rng(37));
    let (inputs, targets) = ([[0.5, -1.0, 2.0], [0.25, 1.5, -0.5]], [[1.0, 0.0], [0.5, -2.0]]);
    for weight in [1.0, 3.0] {
        let loss = Weighted::new(weight);
        let check = gradient_check(&mut *network, &inputs, &targets, &loss).unwrap();
        assert!(check.relative_error < 1e-7, "{}", check.relative_error);
    }
}
