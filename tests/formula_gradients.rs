//! Gate R1 for formulas: the gradients that the macros write, as `gradients` holds those of layers.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/checks.rs"]
mod checks;
#[path = "support/dual.rs"]
mod dual;

use checks::{BENT, KINKED, cases, check_all as check};
use proptest::prelude::*;
use typenet::prelude::*;

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
    /// Parts, `concat` of vectors and numbers, `outer`, loops of both kinds, in another and in `each`, indices as numbers.
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
        let near = each(centers, |center| {
            let mut away = h - center;
            for _ in 0..K {
                away = away * tanh(away + h / 4);
            }
            exp(-dot(away, away))
        });
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
typenet::loss! {
    /// A gradient of the prediction that is one of rows, without another path to the prediction.
    struct OfRows<const L: usize, const N: usize> {}
    fn loss(prediction: Sequence<L, N>, target: Sequence<L, N>) -> Scalar {
        sum(each(prediction, target, |row, wanted| norm(row - wanted)))
    }
}

network!(struct Rows1 (Sequence<3, 2>) = Attended<3, 2>, Attended<3, 2>, Flatten, Dense<6, 6>);
network!(struct Rows2 (Image<2, 2, 3>) = Channels<2, 2, 3>, Conv2d<_, 2, 1>, Channels<2, 2, 3>, Flatten, Dense<12, 2>);
network!(struct Rows3 (Vector<3>) = Looped<3, 4, 3>, Dense<5, 3>, Looped<3, 2, 2>, Dense<5, 2>);
network!(struct Rows4 (Sequence<3, 2>) = Attended<3, 2>, Attended<3, 2>);
network!(struct Formulas1 (Vector<5>) = Normalized<5>, Glu<5, 17>, Attentive, Mish, Dense<17, 3>);
network!(struct Formulas2 (Vector<3>) = Tied<3, 4>, Bent, Glu<3, 1>, Bent(0.5), Dense<1, 2>);

proptest! {
    #![proptest_config(cases(2))]

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
        check!(Rows4, OfRows::<3, 2>, BENT, seed, samples);
    }
}
