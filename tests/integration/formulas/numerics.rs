//! Forms that overflow or cancel as they are written.

use typenet::{activation, gradient_of};

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
