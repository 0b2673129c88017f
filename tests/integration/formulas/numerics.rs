//! Forms that overflow or cancel as they are written, powers at 0, and defaults without a point.

use typenet::prelude::*;
use typenet::{activation, gradient_of, loss};

/// The allowed difference from the exact value, relative to it, or absolute for values below one.
const TOLERANCE: f64 = 1e-14;

#[track_caller]
fn assert_close(what: &str, ours: f64, exact: f64) {
    let is_close = ours == exact || (ours - exact).abs() <= TOLERANCE * exact.abs().max(1.0);
    assert!(is_close, "{what}: {ours} and {exact}");
}

/// Compares an activation with an exact value and derivative, where exponentials are moderate and where they overflow.
fn check(name: &str, ours: [fn(f64) -> f64; 2], exact: [fn(f64) -> f64; 2]) {
    for x in [-1000.0, -40.0, -1.0, -1e-3, 0.0, 0.25, 1.0, 40.0, 1000.0] {
        for (order, (ours, exact)) in ours.iter().zip(exact).enumerate() {
            assert_close(&format!("derivative {order} of {name} at {x}"), ours(x), exact(x));
        }
    }
}

/// 1 / (1 + e⁻ˣ), by exponentials that do not overflow.
fn sigmoid(x: f64) -> f64 {
    let small = (-x.abs()).exp();
    if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
}

fn sigmoid_slope(x: f64) -> f64 {
    sigmoid(x) * sigmoid(-x)
}

fn tanh_slope(x: f64) -> f64 {
    x.cosh().powi(-2)
}

activation!(OneOver(x) = 1 / (1 + exp(-x)));
activation!(OneOverSwapped(x) = 1 / (exp(-x) + 1));
activation!(Falling(x) = 1 / (1 + exp(x)));
activation!(OfExponentials(x) = exp(x) / (1 + exp(x)));
activation!(OfExponentialsSwapped(x) = exp(x) / (exp(x) + 1));
activation!(Swish(x) = x / (1 + exp(-x)));
activation!(LogOfSigmoid(x) = ln(1 / (1 + exp(-x))));

#[test]
fn quotients_by_one_plus_an_exponential_are_sigmoid() {
    check("1 / (1 + exp(-x))", [OneOver::value, OneOver::derivative], [sigmoid, sigmoid_slope]);
    check("1 / (exp(-x) + 1)", [OneOverSwapped::value, OneOverSwapped::derivative], [sigmoid, sigmoid_slope]);
    check("1 / (1 + exp(x))", [Falling::value, Falling::derivative], [|x| sigmoid(-x), |x| -sigmoid_slope(x)]);
    let [value, derivative] = [OfExponentials::value, OfExponentials::derivative];
    check("exp(x) / (1 + exp(x))", [value, derivative], [sigmoid, sigmoid_slope]);
    let [value, derivative] = [OfExponentialsSwapped::value, OfExponentialsSwapped::derivative];
    check("exp(x) / (exp(x) + 1)", [value, derivative], [sigmoid, sigmoid_slope]);
    let exact: [fn(f64) -> f64; 2] = [|x| x * sigmoid(x), |x| sigmoid(x) + x * sigmoid_slope(x)];
    check("x / (1 + exp(-x))", [Swish::value, Swish::derivative], exact);
    let exact: [fn(f64) -> f64; 2] = [|x| x.min(0.0) - (-x.abs()).exp().ln_1p(), |x| sigmoid(-x)];
    check("ln(1 / (1 + exp(-x)))", [LogOfSigmoid::value, LogOfSigmoid::derivative], exact);
}

activation!(OfBoth(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)));
activation!(OfBothSwapped(x) = (exp(x) - exp(-x)) / (exp(-x) + exp(x)));
activation!(OfDouble(x) = (exp(2 * x) - 1) / (exp(2 * x) + 1));
activation!(OfNegativeDouble(x) = (1 - exp(-2 * x)) / (1 + exp(-2 * x)));
activation!(OfTriple(x) = (exp(3 * x) - exp(-3 * x)) / (exp(3 * x) + exp(-3 * x)));

#[test]
fn quotients_of_exponentials_are_tanh() {
    let exact: [fn(f64) -> f64; 2] = [f64::tanh, tanh_slope];
    check("of both", [OfBoth::value, OfBoth::derivative], exact);
    check("of both, swapped", [OfBothSwapped::value, OfBothSwapped::derivative], exact);
    check("of double", [OfDouble::value, OfDouble::derivative], exact);
    check("of negative double", [OfNegativeDouble::value, OfNegativeDouble::derivative], exact);
    check("of triple", [OfTriple::value, OfTriple::derivative], [|x| (3.0 * x).tanh(), |x| 3.0 * tanh_slope(3.0 * x)]);
}

activation!(SoftplusByOnePlus(x) = ln_1p(exp(x)));
activation!(LogOfRest(x) = ln(1 - exp(-abs(x))));

#[test]
fn logarithms_of_one_plus_or_minus_an_exponential_keep_their_digits() {
    let exact: [fn(f64) -> f64; 2] = [|x| x.max(0.0) + (-x.abs()).exp().ln_1p(), sigmoid];
    check("ln_1p(exp(x))", [SoftplusByOnePlus::value, SoftplusByOnePlus::derivative], exact);
    for x in [1e-300, 1e-12, 1e-3, 0.5, 0.69, 0.7, 1.0, 40.0_f64] {
        let exact = if x < 0.5 { (-(-x).exp_m1()).ln() } else { (-(-x).exp()).ln_1p() };
        assert_close("the quotient of ln(1 - exp(-x)) and the exact value", LogOfRest::value(x) / exact, 1.0);
        assert_close("the quotient of the derivatives", LogOfRest::derivative(x) * x.exp_m1(), 1.0);
    }
    assert_eq!([LogOfRest::value(1000.0), LogOfRest::derivative(1000.0)], [0.0, 0.0]);
}

gradient_of! { fn unshifted(x: Vector<3>) -> Scalar { let p = exp(x) / sum(exp(x)); dot(p, p) } }
gradient_of! { fn shifted(x: Vector<3>) -> Scalar { let p = exp(x - max(x)) / sum(exp(x - max(x))); dot(p, p) } }
gradient_of! { fn sharpened(x: Vector<3>) -> Scalar { let p = exp(4 * x) / sum(exp(4 * x)); dot(p, p) } }

#[test]
fn exponentials_over_their_sum_are_softmax() {
    for x in [[1.0, -1.0, 0.5], [40.0, -40.0, 39.0], [1000.0, -1000.0, 999.0], [-1000.0, -1001.0, -1000.0_f64]] {
        for (function, factor) in [(unshifted as fn(&[f64], &mut [f64]) -> f64, 1.0), (shifted, 1.0), (sharpened, 4.0)]
        {
            let exponentials = x.map(|element| (factor * (element - x.into_iter().fold(f64::MIN, f64::max))).exp());
            let chances = exponentials.map(|exponential| exponential / exponentials.iter().sum::<f64>());
            let squares: f64 = chances.iter().map(|chance| chance * chance).sum();
            let mut gradient = [0.0; 3];
            assert_close("the value", function(&x, &mut gradient), squares);
            for (ours, chance) in gradient.into_iter().zip(chances) {
                assert_close("the derivative", ours, 2.0 * factor * chance * (chance - squares));
            }
        }
    }
}

gradient_of! { fn length(x: Vector<3>) -> Scalar { sqrt(sum(x * x)) } }
gradient_of! { fn length_by_dot(x: Vector<3>) -> Scalar { sqrt(dot(x, x)) } }
gradient_of! { fn length_by_powers(x: Vector<3>) -> Scalar { sqrt(sum(x.powi(2))) } }

#[test]
fn the_root_of_a_sum_of_squares_is_the_norm() {
    for function in [length as fn(&[f64], &mut [f64]) -> f64, length_by_dot, length_by_powers] {
        let mut gradient = [f64::NAN; 3];
        assert_eq!((function(&[0.0; 3], &mut gradient), gradient), (0.0, [0.0; 3]));
        assert_eq!((function(&[2.0, -3.0, 6.0], &mut gradient), gradient), (7.0, [2.0, -3.0, 6.0].map(|x| x / 7.0)));
    }
}

activation!(AboveOne(x) = powf(x, 1.5));
activation!(AboveTwo(x) = powf(x, 2.5));
activation!(BelowOne(x) = powf(x, 0.25));
activation!(BelowZero(x) = powf(x, -0.5));
activation!(Large(x) = powf(x, 100));
activation!(Power(x; p) = powf(x, p));

#[test]
fn powers_have_their_limits_at_zero() {
    let infinite = f64::INFINITY;
    for (power, value, derivative) in [
        ([AboveOne::value as fn(f64) -> f64, AboveOne::derivative], 0.0, 0.0),
        ([AboveTwo::value, AboveTwo::derivative], 0.0, 0.0),
        ([BelowOne::value, BelowOne::derivative], 0.0, infinite),
        ([BelowZero::value, BelowZero::derivative], infinite, -infinite),
        ([Large::value, Large::derivative], 0.0, 0.0),
    ] {
        assert_eq!(power.map(|function| function(0.0)), [value, derivative]);
        let [of_value, of_derivative] = power;
        assert!(of_value(-1.0).is_nan() && of_derivative(-1.0).is_nan() && of_value(f64::NAN).is_nan());
    }
    for (p, value, derivative) in [
        (-1.5, infinite, -infinite),
        (0.0, 1.0, 0.0),
        (0.25, 0.0, infinite),
        (0.5, 0.0, infinite),
        (1.0, 0.0, 1.0),
        (1.5, 0.0, 0.0),
        (2.0, 0.0, 0.0),
        (3.0, 0.0, 0.0),
    ] {
        let power = Power::settings(p);
        assert_eq!([power.value(0.0), power.derivative(0.0)], [value, derivative], "x^{p}");
        assert!(power.value(-1.0).is_nan() && power.value(f64::NAN).is_nan());
        for x in [1e-9, 0.5, 1.0, 3.0_f64] {
            assert_close("the power", power.value(x) / x.powf(p), 1.0);
            assert_close("its derivative", power.derivative(x) / x.powf(p - 1.0), p);
        }
    }
    for x in [1e-9, 0.5, 1.0, 3.0_f64] {
        assert_close("x^1.5", AboveOne::value(x) / x.powf(1.5), 1.0);
        assert_close("its derivative", AboveOne::derivative(x) / x.sqrt(), 1.5);
        assert_close("its second derivative", AboveOne::second_derivative(x) * x.sqrt(), 0.75);
    }
}

network!(struct Powers (Vector<19>) = Power(1.5), Power(1.0));

#[test]
fn networks_of_powers_pass_gradients_through_zero() {
    let network = Powers::<f32>::zeroed();
    let mut input = [4.0; 19];
    input[3] = 0.0;
    input[18] = 0.0;
    let roots = input.map(f32::sqrt);
    let [outputs, slopes] = [network.predict(&input), network.input_gradient(&input, &[1.0; 19])];
    for ((output, slope), root) in outputs.into_iter().zip(slopes).zip(roots) {
        assert!((output - root.powi(3)).abs() < 1e-5 && (slope - 1.5 * root).abs() < 1e-5, "{output} and {slope}");
    }
}

// Logarithms of one value for several purposes.
activation!(OfTwoPowers(x) = powf(x, 1.5) + powf(x, 2.5));
activation!(BesideLogarithm(x) = (if x > 0 { ln(x) } else { 1 }) + powf(x, 1.5));
activation!(BesideEntropy(x) = powf(x, 1.5) + x_ln_x(x));
activation!(OfSigmoid(x) = powf(sigmoid(x), 0.25));
activation!(OfExponential(x; p) = powf(exp(x), p));
activation!(OfTwo(x) = powf(2, x));
activation!(OfDistance(x) = powf(abs(x), 1.5));

#[test]
fn powers_beside_other_logarithms_have_their_limits() {
    assert_eq!([OfTwoPowers::value(0.0), OfTwoPowers::derivative(0.0)], [0.0, 0.0]);
    assert_eq!([BesideLogarithm::value(0.0), BesideLogarithm::derivative(0.0)], [1.0, 0.0]);
    assert_eq!([BesideEntropy::value(0.0), BesideEntropy::derivative(0.0)], [0.0, 0.0]);
    assert_eq!([OfDistance::value(0.0), OfDistance::derivative(0.0)], [0.0, 0.0]);
    assert_close("left of 0", OfDistance::derivative(-4.0), -3.0);
    // The base is 0 in floating point, but its logarithm is not infinite.
    let small = (-250.0_f64).exp();
    let of_exponential = OfExponential::settings(0.25);
    for ours in [OfSigmoid::value(-1000.0), of_exponential.value(-1000.0)] {
        assert_close("the power of a vanishing base", ours / small, 1.0);
    }
    for ours in [OfSigmoid::derivative(-1000.0), of_exponential.derivative(-1000.0)] {
        assert_close("its derivative", ours / small, 0.25);
    }
    assert_close("2^10", OfTwo::value(10.0), 1024.0);
    assert_close("its derivative", OfTwo::derivative(10.0), 1024.0 * core::f64::consts::LN_2);
}

gradient_of! { fn of_both([x, p]: Vector<2>) -> Scalar { powf(x, p) } }
gradient_of! { fn of_elements(x: Vector<4>) -> Scalar { sum(powf(x - min(x), 1 + x * x)) } }
gradient_of! { fn of_number(x: Vector<2>) -> Scalar { sum(powf(max(x) - 1, x)) } }

#[test]
fn an_exponent_may_differ_between_elements() {
    let mut gradient = [0.0; 2];
    for (p, value, slopes) in
        [(0.5, 0.0, [f64::INFINITY, 0.0]), (1.0, 0.0, [1.0, 0.0]), (1.5, 0.0, [0.0, 0.0]), (0.0, 1.0, [0.0, 0.0])]
    {
        assert_eq!((of_both(&[0.0, p], &mut gradient), gradient), (value, slopes), "0^{p}");
    }
    assert!(of_both(&[0.0, f64::NAN], &mut gradient).is_nan());
    assert_close("the power", of_both(&[4.0, 1.5], &mut gradient), 8.0);
    assert_close("by x", gradient[0], 3.0);
    assert_close("by p", gradient[1], 8.0 * 4.0_f64.ln());

    // One element is 0^2: 1 + 1² is 2, and its difference from the smallest is 0.
    let mut gradient = [0.0; 4];
    let value = of_elements(&[-1.0, 0.0, 1.0, 0.5], &mut gradient);
    assert_close("the sum", value, 1.0 + 4.0 + 1.5_f64.powf(1.25));
    assert!(gradient.iter().all(|derivative| derivative.is_finite()), "{gradient:?}");
    let mut gradient = [0.0; 2];
    assert_eq!(of_number(&[1.0, 2.0], &mut gradient), 2.0);
    assert_eq!((of_number(&[1.0, 0.75], &mut gradient), gradient), (0.0, [f64::INFINITY, 0.0]));
}

activation!(Whole(x; scale = 1, shift = -2, third = 1 / 3) = scale * x + shift + third);
activation!(Counted(x; count: positive = SIZES.0 as f64 * 2, base = 0x10, sum = -(1_000 + 1) * 2) = x * count + base + sum);
loss!(Twice(p, t; weight: positive = 2, power = -(1 + 1)) = weight * (p - t).powi(2) * exp(power));

const SIZES: (usize, usize) = (3, 4);

#[test]
fn a_default_may_be_a_whole_number() {
    assert_eq!(WholeSettings::default().value(1.0), 1.0 - 2.0 + 1.0 / 3.0);
    assert_eq!(CountedSettings::default().value(1.0), 6.0 + 16.0 - 2002.0);
    assert_eq!(Twice::default(), Twice::default().weight(2.0).power(-2.0));
}
