//! Gate R9: numbers that leave their range are reported with layer, tensor and step, never hidden; and then nothing has
//! changed. What is promised to stay finite does.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::float_cmp, reason = "these results are exact")]

use std::ops::ControlFlow;

use crate::support::bits::{self, hash_of};
use crate::support::samples;
use typenet::kernel::{Isa, Kernels, Path, Program};
use typenet::loss::{Admits, Values};
use typenet::prelude::*;
use typenet::{EpochRecord, Error, Optimizer, OptimizerState, Scalar};

// Losses and softmax.

/// Loss and gradient of some logits, on one path.
struct Graded<'a, L: Loss<S>, S: Shape, T: Scalar> {
    loss: &'a L,
    logits: &'a [T],
    targets: &'a [Values<L, S, T>],
}

impl<L: Loss<S>, S: Shape, T: Kernels> Program for &Graded<'_, L, S, T> {
    type Output = (T, T, Vec<T>);

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> (T, T, Vec<T>) {
        let mut gradient = vec![T::ZERO; self.logits.len()];
        let graded = self.loss.evaluate(isa, self.logits, self.targets, T::ONE, Some(&mut gradient));
        (graded, self.loss.evaluate(isa, self.logits, self.targets, T::ONE, None), gradient)
    }
}

/// Loss and gradient of the logits of one sample, the same on every path, with and without gradient.
fn graded<S: Shape, T: Kernels, L: Loss<S>>(loss: &L, logits: &[T], target: Values<L, S, T>) -> (T, Vec<T>) {
    let program = Graded::<L, S, T> { loss, logits, targets: &[target] };
    let (value, alone, gradient) = Path::chosen().run(&program);
    assert_eq!(value, alone, "the value does not depend on the wish for a gradient");
    for path in Path::available() {
        let (other, _, other_gradient) = path.run(&program);
        // Three operations in other roundings.
        let close = |a: T, b: T| (a - b).absolute().to_f64() <= 1e-6 * a.absolute().to_f64().max(1.0);
        assert!(close(value, other), "{path:?}: {value} and {other}");
        assert!(gradient.iter().zip(&other_gradient).all(|(&a, &b)| close(a, b)), "{path:?}");
    }
    (value, gradient)
}

/// Logits that have gone wrong elsewhere: large, equal, one dominating, too small for a normal number.
const LOGITS: [[f32; 4]; 12] = [
    [1e30, -1e30, 0.0, 1.0],
    [-1e30, -1e30, -1e30, 1e30],
    [1e30, 1e30, 1e30, 1e30],
    [-1e30, -1e30, -1e30, -1e30],
    [0.0; 4],
    [7.5; 4],
    [1e4, 0.0, 0.0, 0.0],
    [-1e4, 0.0, 0.0, 0.0],
    [88.8, -104.0, 89.0, 103.9],
    [1e-40, -1e-45, 0.0, 3e-42],
    [f32::MIN_POSITIVE, -f32::MIN_POSITIVE, 0.0, -0.0],
    [1e30, 1e-40, -1e-40, 1e-30],
];

#[test]
fn losses_and_their_gradients_are_finite_for_logits_up_to_1e30() {
    for logits in LOGITS {
        for class in 0..4 {
            let target = Class::<4>::new(class).unwrap();
            let mut wanted = [0.0; 4];
            wanted[class] = 1.0;
            let cases = [
                ("Nll", graded::<Probabilities<4>, f32, _>(&Nll, &logits, target)),
                ("CrossEntropy", graded::<Vector<4>, f32, _>(&CrossEntropy, &logits, target)),
                ("squares", graded::<Probabilities<4>, f32, _>(&MeanSquaredError, &logits, wanted)),
            ];
            for (loss, (value, gradient)) in cases {
                assert!(value.is_finite() && value >= 0.0, "{loss} of {logits:?}, class {class}: {value}");
                assert!(gradient.iter().all(|g| g.abs() <= 1.0), "{loss} of {logits:?}, class {class}: {gradient:?}");
            }
        }
    }
}

#[test]
fn losses_of_extreme_logits_have_the_value_of_the_formula() {
    let class = |index| Class::<4>::new(index).unwrap();
    let nll = |logits: [f32; 4], index| graded::<Probabilities<4>, f32, _>(&Nll, &logits, class(index));
    // ln Σ e^(z_k - m) - (z_y - m): the distance to the largest logit, or 0 where it is the wanted one.
    assert_eq!(nll([1e30, -1e30, 0.0, 1.0], 1), (2e30, vec![1.0, -1.0, 0.0, 0.0]));
    assert_eq!(nll([1e30, -1e30, 0.0, 1.0], 0), (0.0, vec![0.0; 4]));
    assert_eq!(nll([1e30; 4], 2), (4.0_f32.ln(), vec![0.25, 0.25, -0.75, 0.25]));
    assert_eq!(nll([1e-40, -1e-45, 0.0, 3e-42], 2), (4.0_f32.ln(), vec![0.25, 0.25, -0.75, 0.25]));
    let squares = |logits: [f32; 4], t| graded::<Probabilities<4>, f32, _>(&MeanSquaredError, &logits, t);
    // A softmax of exactly 0 and 1 has no slope; (1² + 1²) / 4 where the wrong class has all.
    assert_eq!(squares([1e30, -1e30, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]).0, 0.5);
    assert!(squares([1e30, -1e30, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]).1.iter().all(|&g| g == 0.0));
}

#[test]
fn losses_are_finite_for_logits_up_to_1e30_in_double_precision_too() {
    for logits in LOGITS.map(|logits| logits.map(f64::from)) {
        for class in 0..4 {
            let (value, gradient) = graded::<Probabilities<4>, f64, _>(&Nll, &logits, Class::new(class).unwrap());
            assert!(value.is_finite() && gradient.iter().all(|g| g.is_finite()), "{logits:?}: {value} {gradient:?}");
        }
    }
}

#[test]
fn a_loss_of_logits_that_are_not_finite_is_not_finite() {
    for bad in [f32::NAN, f32::INFINITY] {
        for place in 0..4 {
            let mut logits = [0.5; 4];
            logits[place] = bad;
            for class in 0..4 {
                let (value, _) = graded_value(logits, class);
                assert!(!value.is_finite(), "{bad} at {place}, class {class}: {value}");
            }
        }
    }
}

/// As `graded`, without the comparisons, which NaN fails: the values of both losses on a softmax, summed.
fn graded_value(logits: [f32; 4], class: usize) -> (f32, Vec<f32>) {
    let targets = [Class::<4>::new(class).unwrap()];
    let (nll, _, gradient) =
        Path::chosen().run(&Graded::<_, Probabilities<4>, f32> { loss: &Nll, logits: &logits, targets: &targets });
    let squares = Graded::<_, Probabilities<4>, f32> { loss: &MeanSquaredError, logits: &logits, targets: &[[0.5; 4]] };
    let (squares, ..) = Path::chosen().run(&squares);
    assert!(!nll.is_finite() && !squares.is_finite(), "{logits:?}: {nll}, {squares}");
    (nll, gradient)
}

network!(struct Head (Vector<4>) = Softmax);
network!(struct Gate (Vector<7>) = Sigmoid);
network!(struct Squash (Vector<7>) = Tanh);
network!(struct Rectify (Vector<7>) = Relu);

/// Sums of four rounded probabilities.
const PROBABILITY_TOLERANCE: f32 = 1e-6;

#[test]
fn softmax_of_extreme_logits_is_a_distribution() {
    let head = Head::<f32>::zeroed();
    for logits in LOGITS {
        let probabilities = head.predict(&logits);
        assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)), "{logits:?}: {probabilities:?}");
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < PROBABILITY_TOLERANCE, "{probabilities:?}");
    }
    assert_eq!(head.predict(&[1e30; 4]), [0.25; 4]);
    assert_eq!(head.predict(&[-1e30, 1e30, 0.0, 1.0]), [0.0, 1.0, 0.0, 0.0]);
    assert!(head.predict(&[0.0, f32::NAN, 0.0, 0.0]).iter().all(|p| p.is_nan()), "NaN is not hidden");
}

const EXTREMES: [f32; 7] = [1e30, -1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e-40, 0.0];

#[test]
fn activations_saturate_at_extremes_and_keep_nan() {
    let show = |values: [f32; 7]| values.map(|value| format!("{value:?}"));
    let gate = Gate::<f32>::zeroed().predict(&EXTREMES);
    assert_eq!(show(gate), ["1.0", "0.0", "1.0", "0.0", "NaN", "0.5", "0.5"]);
    let squash = Squash::<f32>::zeroed().predict(&EXTREMES);
    assert_eq!(show(squash), ["1.0", "-1.0", "1.0", "-1.0", "NaN", "1e-40", "0.0"]);
    let rectify = Rectify::<f32>::zeroed().predict(&EXTREMES);
    assert_eq!(show(rectify), ["1e30", "0.0", "inf", "0.0", "NaN", "1e-40", "0.0"]);
}

#[test]
fn activations_saturate_in_double_precision_too() {
    let extremes = EXTREMES.map(f64::from);
    let [high, low, above, below, nan, ..] = Gate::<f64>::zeroed().predict(&extremes);
    assert!([high, low, above, below] == [1.0, 0.0, 1.0, 0.0] && nan.is_nan());
    let [high, low, above, below, nan, ..] = Squash::<f64>::zeroed().predict(&extremes);
    assert!([high, low, above, below] == [1.0, -1.0, 1.0, -1.0] && nan.is_nan());
    let [.., nan, _, _] = Rectify::<f64>::zeroed().predict(&extremes);
    assert!(nan.is_nan());
}

/// What a function gives for `EXTREMES`, as text; and the layer of its name gives the same bits, in a vector.
macro_rules! assert_extremes {
    ($($function:ident $derivative:ident $layer:ident $(($setting:tt))?, $values:expr, $slopes:expr;)*) => {$({
        network!(struct Alone (Vector<7>) = $layer $(($setting))?);
        let values = EXTREMES.map(|x| typenet::function::$function(x $(, $setting)?));
        let slopes = EXTREMES.map(|x| typenet::function::$derivative(x $(, $setting)?));
        let name = stringify!($function);
        assert_eq!(values.map(|y| format!("{y:?}")), $values.map(String::from), "{name}");
        // An infinity or NaN is reported before a derivative there is asked for.
        let finite = [0, 1, 5, 6].map(|place| format!("{:?}", slopes[place]));
        assert_eq!(finite, $slopes.map(String::from), "slopes of {name}");
        let layer = Alone::<f32>::zeroed().predict(&EXTREMES);
        let same = |(a, b): (&f32, f32)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        assert!(layer.iter().zip(values).all(same), "{name}");
        let doubles = EXTREMES.map(|x| typenet::function::$function(f64::from(x) $(, $setting)?));
        for (double, value) in doubles.into_iter().zip(values) {
            let near = (double - f64::from(value)).abs() <= 1e-6 * double.abs();
            let same = double == f64::from(value) || double.is_nan() && value.is_nan();
            assert!(near || same || double.abs() < 1e-38, "{name}: {double} and {value}");
        }
    })*};
}

#[test]
fn every_activation_of_extremes_is_its_limit_or_nan() {
    // Where a limit is none of the values, an infinite input gives NaN, and never another number.
    assert_extremes! {
        leaky_relu leaky_relu_derivative LeakyRelu(0.25),
            ["1e30", "-2.5e29", "inf", "-inf", "NaN", "1e-40", "0.0"], ["1.0", "0.25", "1.0", "0.25"];
        elu elu_derivative Elu(0.5),
            ["1e30", "-0.5", "inf", "-0.5", "NaN", "1e-40", "0.0"], ["1.0", "0.0", "1.0", "0.5"];
        selu selu_derivative Selu,
            ["1.050701e30", "-1.7580993", "inf", "-1.7580993", "NaN", "1.0507e-40", "0.0"],
            ["1.050701", "0.0", "1.050701", "1.7580993"];
        gelu gelu_derivative Gelu,
            ["1e30", "0.0", "inf", "0.0", "NaN", "5e-41", "0.0"], ["1.0", "-0.0", "0.5", "0.5"];
        gelu_tanh gelu_tanh_derivative GeluTanh,
            ["1e30", "0.0", "inf", "0.0", "NaN", "5e-41", "0.0"], ["1.0", "-0.0", "0.5", "0.5"];
        silu silu_derivative Silu,
            ["1e30", "-0.0", "inf", "NaN", "NaN", "5e-41", "0.0"], ["1.0", "-0.0", "0.5", "0.5"];
        softplus softplus_derivative Softplus(1.0),
            ["1e30", "0.0", "inf", "0.0", "NaN", "0.6931472", "0.6931472"], ["1.0", "0.0", "0.5", "0.5"];
        softplus softplus_derivative Softplus(10.0),
            ["1e30", "0.0", "inf", "0.0", "NaN", "0.06931472", "0.06931472"], ["1.0", "0.0", "0.5", "0.5"];
        softsign softsign_derivative Softsign,
            ["1.0", "-1.0", "NaN", "NaN", "NaN", "1e-40", "0.0"], ["0.0", "0.0", "1.0", "1.0"];
        hard_sigmoid hard_sigmoid_derivative HardSigmoid,
            ["1.0", "0.0", "1.0", "0.0", "NaN", "0.5", "0.5"], ["0.0", "0.0", "0.16666667", "0.16666667"];
        hard_tanh hard_tanh_derivative HardTanh,
            ["1.0", "-1.0", "1.0", "-1.0", "NaN", "1e-40", "0.0"], ["0.0", "0.0", "1.0", "1.0"];
        hard_silu hard_silu_derivative HardSilu,
            ["1e30", "-0.0", "inf", "NaN", "NaN", "5e-41", "0.0"], ["1.0", "0.0", "0.5", "0.5"];
    }
}

#[test]
fn softplus_is_finite_where_beta_times_its_input_is_not() {
    use typenet::function::{softplus, softplus_derivative};
    for (x, beta, value, slope) in [(1e38, 10.0, 1e38, 1.0), (-1e38, 10.0, 0.0, 0.0), (3e38, 3e38, 3e38, 1.0)] {
        assert_eq!((softplus::<f32>(x, beta), softplus_derivative::<f32>(x, beta)), (value, slope), "{x}, {beta}");
    }
    assert_eq!(softplus(1e308_f64, 1e38), 1e308);
    assert!(softplus(0.0_f32, 1.2e-38).is_finite() && softplus(0.0_f32, 3.4e38) < f32::MIN_POSITIVE);
}

#[test]
fn a_beta_that_vanishes_or_overflows_in_single_precision_is_refused() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-50, 1e39] {
        assert!(std::panic::catch_unwind(|| Softplus::settings(bad)).is_err(), "{bad}");
    }
    assert_eq!([1e-30, 1e30].map(Softplus::settings), [1e-30, 1e30]);
}

/// The single layers, as the loss sees them: the logits of a lone softmax are its inputs.
#[test]
fn a_network_that_is_a_softmax_alone_has_the_loss_of_its_logits() {
    let inputs = vec![[1.0, 2.0, 3.0, 4.0]];
    let data = Dataset::<Vector<4>, Class<4>>::labelled(&inputs, [3]).unwrap();
    let head = Head::<f32>::zeroed();
    let expected = -f64::from(head.predict(&inputs[0])[3]).ln();
    let result = head.evaluate(&data, &Nll);
    assert!((result.loss - expected).abs() < 1e-6, "{result}, not {expected}");
    assert_eq!(head.logits(&inputs[0]), inputs[0]);
}

#[test]
fn subnormal_inputs_and_parameters_give_finite_losses_and_gradients() {
    let mut network = Deep::init(&mut typenet::rng(1));
    network.hidden.parameters_mut().fill(1e-41);
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<Deep>::zeroed());
    let inputs = [[1e-40, -1e-45, 1e-38]; 3];
    let pass = Pass::training(0, 0);
    let loss = network.gradient(&inputs, &samples::classes(3), &Nll, &pass, &mut workspace, &mut gradient).unwrap();
    assert!(loss.is_finite() && gradient.parameters().iter().all(|g| g.is_finite()));
    Sgd::new(0.1).state().step(&mut *network, &*gradient).unwrap();
    assert_eq!(network.non_finite_tensor(), None);
}

// Training that diverges.

network! {
    struct Deep {
        hidden: Dense<3, 8>,
        Relu,
        middle: Dense<8, 8>,
        Relu,
        output: Dense<8, 4>,
        Softmax,
    }
}

network! {
    struct Line {
        hidden: Dense<3, 8>,
        Relu,
        output: Dense<8, 2>,
    }
}

/// Keeps the parameters after every epoch, which here is one step.
struct Record<T>(Vec<Vec<T>>);

impl<N: Network> Callback<N> for &mut Record<N::Scalar> {
    fn epoch_end(&mut self, network: &N, _: &EpochRecord) -> ControlFlow<()> {
        self.0.push(network.parameters().to_vec());
        ControlFlow::Continue(())
    }
}

/// Trains in steps of the whole data set; where that ends in an error, the network must be as before that step. Returns
/// the error and whether it came at the first step.
fn diverge<N, L, Y>(loss: L, optimizer: Sgd, data: &Dataset<N::Input, Y, N::Scalar>) -> Option<(Error, bool)>
where
    N: Network<Scalar: bits::Bits>,
    Y: typenet::metric::Measured,
    L: Loss<N::Output, Target = Y, Takes: Admits<N::Head>>,
{
    let mut network = N::init(&mut typenet::rng(6));
    let start = network.parameters().to_vec();
    let mut record = Record(vec![start]);
    let mut trainer = Trainer::new(loss, optimizer).epochs(40).batch_size(data.len()).callback(&mut record);
    let result = trainer.fit::<N, _, _>(&mut network, data);
    let steps = trainer.optimizer().steps();
    drop(trainer);
    let before = record.0.last().unwrap();
    assert_eq!(bits::hash(before), hash_of(&*network), "{result:?}: not the parameters before the failing step");
    assert!(network.parameters().iter().all(|w| w.is_finite()), "{result:?}");
    assert_eq!(network.non_finite_tensor(), None);
    assert_eq!(steps + 1, record.0.len() as u64, "one step an epoch, and none of the failing one");
    let error = result.err()?;
    // A finite loss comes from finite answers, and at the first step nothing has happened yet.
    if steps == 0 || !matches!(error, Error::NonFiniteLoss { .. }) {
        let answers = network.predict_batch(data.inputs());
        assert!(N::Output::flat_batch(&answers).iter().all(|p| p.is_finite()), "after {error}");
    }
    assert_names_a_place_and_step::<N>(&error, steps);
    Some((error, steps == 0))
}

fn assert_names_a_place_and_step<N: Network>(error: &Error, steps: u64) {
    let tensors: Vec<String> = N::TENSORS.list().into_iter().map(|tensor| tensor.name).collect();
    let layers: Vec<&str> = N::LAYERS.iter().map(|layer| layer.name).collect();
    match error {
        Error::NonFiniteLoss { value, culprit, step } => {
            assert!(!value.is_finite() && *step == steps);
            let culprit = culprit.as_deref();
            assert!(culprit.is_none_or(|name| layers.contains(&name)), "{error}: no layer of {layers:?}");
        }
        Error::NonFiniteGradient { tensor, step } | Error::UpdateTooLarge { tensor, step, .. } => {
            assert!(tensors.contains(tensor) && *step == steps, "{error}: no tensor of {tensors:?}");
        }
        Error::Setting { .. } => assert_eq!(steps, 0),
        other => panic!("{other}"),
    }
}

fn class_data<T: Scalar>() -> Dataset<Vector<3>, Class<4>, T> {
    Dataset::new(samples::normal::<Vector<3>, T>(40, 1), samples::classes(40)).unwrap()
}

fn value_data<T: Scalar>() -> Dataset<Vector<3>, Vector<2>, T> {
    Dataset::new(samples::normal::<Vector<3>, T>(40, 1), samples::normal::<Vector<2>, T>(40, 2)).unwrap()
}

const RATES: [f64; 9] = [1e2, 1e6, 1e10, 1e20, 1e25, 1e30, 1e38, 1e300, f64::MAX];

#[test]
fn a_diverging_learning_rate_is_an_error_or_trains() {
    let mut errors = 0;
    for rate in RATES {
        for optimizer in [Sgd::new(rate), Sgd::new(rate).momentum(0.9), Sgd::new(rate).momentum(0.9).pytorch_momentum()]
        {
            let outcomes = [
                diverge::<Deep, _, _>(Nll, optimizer, &class_data()),
                diverge::<Deep<f64>, _, _>(Nll, optimizer, &class_data()),
                diverge::<Line, _, _>(MeanSquaredError, optimizer, &value_data()),
                diverge::<Line<f64>, _, _>(MeanSquaredError, optimizer, &value_data()),
            ];
            for (error, _) in outcomes.into_iter().flatten() {
                println!("{optimizer:?}: {error}");
                errors += 1;
            }
        }
    }
    assert!(errors > 60, "of 108 runs only {errors} noticed");
}

#[test]
fn a_squared_error_that_explodes_names_the_layer_and_the_step() {
    let (error, at_once) = diverge::<Line, _, _>(MeanSquaredError, Sgd::new(1e20), &value_data()).unwrap();
    assert!(!at_once, "the first step from finite numbers is representable: {error}");
    let (error, at_once) = diverge::<Line, _, _>(MeanSquaredError, Sgd::new(1e38), &value_data()).unwrap();
    assert!(at_once && matches!(&error, Error::UpdateTooLarge { .. }), "{error}");
}

#[test]
fn a_learning_rate_that_is_no_positive_number_is_refused() {
    for rate in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -0.1, -f64::MAX] {
        let (error, at_once) = diverge::<Deep, _, _>(Nll, Sgd::new(rate), &class_data()).unwrap();
        assert!(at_once && matches!(&error, Error::Setting { name: "learning rate", .. }), "{error}");
    }
    let (error, _) = diverge::<Deep, _, _>(Nll, Sgd::new(-0.5), &class_data()).unwrap();
    assert!(error.to_string().starts_with("the learning rate is -0.5, but must be a finite number above 0"), "{error}");
}

#[test]
fn a_momentum_outside_0_to_1_is_refused() {
    for momentum in [1.0, 1.5, 0.999_999_999_9, -0.1, f64::NAN, f64::INFINITY] {
        let optimizer = Sgd::new(0.1).momentum(momentum);
        let (error, _) = diverge::<Deep, _, _>(Nll, optimizer, &class_data()).unwrap();
        assert_eq!(error.to_string(), format!("the momentum is {momentum}, but must be at least 0 and below 1"));
        let mut parameters = [1.0_f32];
        let error = optimizer.state().step_slice(&mut parameters, &[1.0]).unwrap_err();
        assert!(matches!(error, Error::Setting { name: "momentum", .. }), "{error}");
        assert_eq!(parameters, [1.0]);
    }
}

/// A rate that `f32` cannot hold: infinity or zero would take its place, and infinity times a gradient of 0 is NaN.
#[test]
fn a_learning_rate_beyond_the_numbers_of_the_network_does_not_become_infinite_or_zero() {
    for rate in [1e39, f64::MAX, 1e-46, f64::MIN_POSITIVE] {
        for gradient in [[0.0_f32; 3], [1e-20, 0.0, -1e-20]] {
            for optimizer in
                [Sgd::new(rate), Sgd::new(rate).momentum(0.5), Sgd::new(rate).momentum(0.5).pytorch_momentum()]
            {
                let mut parameters = [1.0, 2.0, 3.0];
                let error = optimizer.state().step_slice(&mut parameters, &gradient).unwrap_err();
                assert_eq!(parameters, [1.0, 2.0, 3.0], "{rate:e}: {error}");
            }
        }
        let mut parameters = [1.0_f64];
        assert!(Sgd::new(rate).state().step_slice(&mut parameters, &[0.0]).is_ok(), "{rate:e} is a rate in f64");
        assert_eq!(parameters, [1.0]);
    }
}

// A loop of one's own.

type UnderWay<T> = (Box<Deep<T>>, OptimizerState<Sgd, T>, Box<Gradient<Deep<T>>>);

/// A classifier with an optimizer that has made two steps, and the gradient of the next.
fn under_way<T: Kernels>() -> UnderWay<T> {
    let data = class_data::<T>();
    let mut network = Deep::<T>::init(&mut typenet::rng(6));
    let mut optimizer = Sgd::new(0.1).momentum(0.9).state();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<Deep<T>>::zeroed());
    for step in 0..3 {
        let pass = Pass::training(0, step);
        network.gradient(data.inputs(), data.targets(), &Nll, &pass, &mut workspace, &mut gradient).unwrap();
        if step < 2 {
            optimizer.step(&mut *network, &*gradient).unwrap();
        }
    }
    (network, optimizer, gradient)
}

fn a_bad_gradient_changes_nothing<T: Kernels + bits::Bits>(bad: f64, wanted: fn(&Error) -> bool) {
    for tensor in Deep::<T>::TENSORS.list() {
        for position in [tensor.range.start, tensor.range.end - 1] {
            let (mut network, mut optimizer, good) = under_way::<T>();
            let mut expected = network.clone();
            let mut expected_optimizer = optimizer.clone();
            expected_optimizer.step(&mut *expected, &*good).unwrap();

            let before = hash_of(&*network);
            let mut gradient = Gradient::<Deep<T>>::zeroed();
            gradient.copy_from(&good);
            gradient.parameters_mut()[position] = T::from_f64(bad);
            let error = optimizer.step(&mut *network, &*gradient).unwrap_err();
            let text = error.to_string();
            assert!(wanted(&error), "{text}");
            assert!(
                text.contains(&format!("`{}`", tensor.name)) && text.contains("at step 2"),
                "{text}: {}",
                tensor.name
            );
            assert_eq!((hash_of(&*network), optimizer.steps()), (before, 2), "{text}");
            assert!(network.predict(&[T::ONE; 3]).iter().all(|p| p.is_finite()));

            optimizer.step(&mut *network, &*good).unwrap();
            assert_eq!(hash_of(&*network), hash_of(&*expected), "the velocity has seen the bad step: {text}");
        }
    }
}

#[test]
fn a_gradient_that_is_not_finite_names_its_tensor_and_changes_nothing() {
    let non_finite = |error: &Error| matches!(error, Error::NonFiniteGradient { .. });
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        a_bad_gradient_changes_nothing::<f32>(bad, non_finite);
        a_bad_gradient_changes_nothing::<f64>(bad, non_finite);
    }
}

#[test]
fn a_gradient_that_is_too_large_names_its_tensor_and_changes_nothing() {
    let too_large = |error: &Error| matches!(error, Error::UpdateTooLarge { .. });
    a_bad_gradient_changes_nothing::<f32>(1e38, too_large);
    a_bad_gradient_changes_nothing::<f32>(-3e38, too_large);
    a_bad_gradient_changes_nothing::<f64>(1e305, too_large);
}

#[test]
fn errors_of_a_step_say_what_happened_in_words() {
    let mut optimizer = Sgd::new(1.0).state();
    let mut line = Line::zeroed();
    let mut gradient = Gradient::<Line>::zeroed();
    gradient.output.bias[1] = f32::NAN;
    assert_eq!(
        optimizer.step(&mut *line, &*gradient).unwrap_err().to_string(),
        "the gradient of `output.bias` is not finite at step 0; this step did not change the parameters; \
         a lower learning rate may help"
    );
    gradient.output.bias[1] = 0.0;
    gradient.hidden.weight[(2, 1)] = -2e38;
    let error = optimizer.step(&mut *line, &*gradient).unwrap_err().to_string();
    assert_eq!(
        error,
        "the update of `hidden.weight` reaches 2.000e38 at step 0, which is close to an overflow; this step did not \
         change the parameters; a lower learning rate may help"
    );
}

fn loss_error<N: Network<Output = Probabilities<4>>>(
    network: &N,
    inputs: &[<N::Input as Shape>::Array<N::Scalar>],
) -> Error {
    let mut gradient = Gradient::<N>::zeroed();
    let targets = samples::classes::<4>(inputs.len());
    let pass = Pass::training(0, 5);
    network.gradient(inputs, &targets, &Nll, &pass, &mut Workspace::new(), &mut gradient).unwrap_err()
}

#[test]
fn a_parameter_that_is_not_finite_is_named() {
    let inputs = samples::normal::<Vector<3>, f32>(10, 1);
    let healthy = Deep::init(&mut typenet::rng(6));
    for bad in [f32::NAN, f32::INFINITY] {
        let mut network = healthy.clone();
        network.hidden.weight.column_mut(1).fill(bad);
        let error = loss_error(&*network, &inputs);
        assert_eq!(
            error.to_string(),
            "the loss is NaN at step 5: the first value that is not finite is in `hidden.weight`; \
             this step did not change the parameters; a lower learning rate may help"
        );
        assert_eq!(network.non_finite_tensor().as_deref(), Some("hidden.weight"));
        let mut network = healthy.clone();
        network.output.bias[2] = bad;
        assert!(loss_error(&*network, &inputs).to_string().contains("`output.bias`"));
    }
    assert_eq!(healthy.non_finite_tensor(), None);
}

#[test]
fn an_input_that_is_not_finite_is_named() {
    let mut inputs = samples::normal::<Vector<3>, f32>(300, 1);
    inputs[288][2] = f32::NAN;
    let error = loss_error(&*Deep::init(&mut typenet::rng(6)), &inputs);
    assert!(matches!(&error, Error::NonFiniteLoss { culprit: Some(name), step: 5, .. } if name == "input"), "{error}");
}

#[test]
fn the_first_layer_that_overflows_is_named() {
    let mut network = Deep::init(&mut typenet::rng(6));
    network.hidden.parameters_mut().fill(1e30);
    network.middle.parameters_mut().fill(1e30);
    let error = loss_error(&*network, &[[1.0; 3]; 2]);
    assert!(matches!(&error, Error::NonFiniteLoss { culprit: Some(name), .. } if name == "middle"), "{error}");
}

#[test]
fn fit_names_a_parameter_that_was_not_finite_before_it_began() {
    // An infinite weight saturates the activation behind it: the loss alone would not show it.
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut network = Deep::init(&mut typenet::rng(6));
        network.hidden.weight[(0, 0)] = bad;
        let error = Trainer::new(Nll, Sgd::new(0.1)).fit(&mut network, &class_data()).unwrap_err();
        assert_eq!(error, Error::NonFiniteParameter { tensor: "hidden.weight".to_owned() });
        assert_eq!(
            error.to_string(),
            "`hidden.weight` holds a value that is not finite: only finite parameters can be trained or saved"
        );
    }
}

#[test]
fn settings_of_extreme_size_are_written_with_an_exponent() {
    let text = |rate| Sgd::new(rate).check::<f32>().unwrap_err().to_string();
    assert_eq!(
        text(f64::MAX),
        "the learning rate is 1.7976931348623157e308, but must be within the range of the scalar type"
    );
    assert_eq!(text(-1e-300), "the learning rate is -1e-300, but must be a finite number above 0");
    assert_eq!(text(0.0), "the learning rate is 0, but must be a finite number above 0");
    assert_eq!(text(f64::NAN), "the learning rate is NaN, but must be a finite number above 0");
    let fast = Sgd::new(2e7).momentum(0.9).pytorch_momentum().check::<f32>().unwrap_err();
    assert_eq!(
        fast.to_string(),
        "the learning rate is 20000000, but must be at most 1e7 with PyTorch's form of momentum"
    );
}

#[test]
fn a_network_of_nan_is_not_accurate_and_its_validation_is_an_error() {
    // The targets are of the class that a search for the largest number begins with.
    let inputs = [[f32::MAX; 3], [1.0; 3]];
    let validation = Dataset::<Vector<3>, Class<4>>::labelled(inputs, [0, 0]).unwrap();
    let mut network = Deep::init_with(Initializer::Constant(1.0), &mut typenet::rng(6));
    let result = network.evaluate(&validation, &Nll);
    assert!(result.loss.is_nan(), "{result}");
    assert!(result.accuracy <= 0.5, "{result}");
    let training = Dataset::<Vector<3>, Class<4>>::labelled([[0.5; 3]], [1]).unwrap();
    let error =
        Trainer::new(Nll, Sgd::new(0.01)).epochs(3).validation(&validation).fit(&mut network, &training).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the loss on the validation set is NaN after epoch 1; a lower learning rate may help"
    );
}
