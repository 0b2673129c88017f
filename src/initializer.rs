//! How are weights initialized?
//!
//! Zero is a saddle point, and with equal weights all neurons of a layer compute the same. Random weights of the right
//! magnitude keep the variance of activations and gradients approximately constant from layer to layer. Biases start at zero.

mod orthogonal;

use rand::Rng as RandomSource;

use crate::random::{self, normal, uniform};
use crate::scalar::{Scalar, is_normal_in_f32};
use crate::tensor::{TensorKind, TensorTable};

/// How weights are drawn. `n` is the number of inputs of a weight (fan-in), `m` the number of outputs (fan-out).
///
/// # Numerics
/// Values are drawn in `f64` and rounded. The normal distributions of the Glorot, He and LeCun forms are not truncated, as in
/// PyTorch. Keras truncates them at two standard deviations and widens them to preserve the variance, so the deviations agree
/// and the tails differ. [`TruncatedNormal`](Self::TruncatedNormal) is truncated and not widened, as in both.
///
/// The matrix of [`Orthogonal`](Self::Orthogonal) is decomposed in `f64` by nalgebra's Householder reflections, in a fixed
/// order, on the heap. Tests verify that W Wᵀ equals gain² I with errors below 10⁻¹² gain² in `f64`, and 10⁻⁶ gain² in `f32`.
///
/// # Source
/// Glorot: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation
/// 16. He: K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", 2015, equation 10. LeCun: Y. LeCun, L. Bottou,
/// G. Orr and K.-R. Müller, "Efficient BackProp", 1998, equation 16. Orthogonal: A. Saxe, J. McClelland and S. Ganguli, "Exact
/// solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013. The choice of signs that makes every
/// rotation equally likely: F. Mezzadri, "How to generate random matrices from the classical compact groups", 2007, section 5.
///
/// # Example
/// ```
/// use typenet::Initializer;
///
/// let mut weights = [0.0_f32; 1000];
/// Initializer::HeUniform { gain: 2.0_f64.sqrt() }.fill(&mut weights, 100, 10, &mut typenet::rng(1));
/// let bound = (6.0_f32 / 100.0).sqrt();
/// assert!(weights.iter().all(|w| w.abs() <= bound));
///
/// // A rotation, possibly with a reflection: the columns are orthogonal and of length 1.
/// let mut weights = [0.0_f64; 4];
/// Initializer::Orthogonal { gain: 1.0 }.fill(&mut weights, 2, 2, &mut typenet::rng(1));
/// let [a, b, c, d] = weights;
/// assert!((a * a + b * b - 1.0).abs() < 1e-12 && (a * c + b * d).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    /// All weights zero. A network with hidden layers does not learn from it.
    Zeros,
    /// All weights equal to this value. The neurons of a layer remain identical.
    Constant(f64),
    /// Normal with this mean and standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        deviation: f64,
    },
    /// Normal with this mean and standard deviation. Values are redrawn until they are within two deviations of the mean.
    ///
    /// The remaining distribution has the standard deviation 0.8796 · `deviation`.
    TruncatedNormal {
        /// The mean.
        mean: f64,
        /// The standard deviation of the normal distribution before truncation.
        deviation: f64,
    },
    /// Uniform between two bounds.
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound, which is reached only if a value below it is rounded to it.
        high: f64,
    },
    /// Normal with standard deviation gain · √(2 / (n + m)).
    GlorotNormal {
        /// The gain of the activation: 1 for all except the ReLU family.
        gain: f64,
    },
    /// Uniform within ± gain · √(6 / (n + m)).
    GlorotUniform {
        /// The gain of the activation: 1 for all except the ReLU family.
        gain: f64,
    },
    /// Normal with standard deviation gain / √n.
    HeNormal {
        /// The gain of the activation: √2 for ReLU.
        gain: f64,
    },
    /// Uniform within ± gain · √(3 / n).
    HeUniform {
        /// The gain of the activation: √2 for ReLU.
        gain: f64,
    },
    /// Normal with standard deviation gain / √n: He's formula, but with a default gain of 1.
    LeCunNormal {
        /// The gain of the activation: 1 for SELU and for no activation.
        gain: f64,
    },
    /// Uniform within ± gain · √(3 / n): He's formula, but with a default gain of 1.
    LeCunUniform {
        /// The gain of the activation: 1 for SELU and for no activation.
        gain: f64,
    },
    /// A random matrix whose rows are orthogonal and of length gain. If it has more rows than columns, this holds for the
    /// columns.
    ///
    /// It is gain · Q from the decomposition Q R of a matrix of standard normal values, which is transposed if the weight has
    /// more columns than rows. Signs are chosen such that the diagonal of R is positive, which makes every orthogonal matrix
    /// equally likely. The layer then preserves the lengths of vectors, or of their projections, up to the gain. A weight with
    /// more than two axes is treated as a matrix with one row per index of the first axis, as in PyTorch. A weight with a
    /// single axis is ± gain everywhere.
    Orthogonal {
        /// The length of the rows or columns, which is every singular value of the matrix.
        gain: f64,
    },
}

impl Initializer {
    /// Glorot's uniform form with gain 1, the default for layers that are not followed by an activation.
    pub const GLOROT: Self = Self::GlorotUniform { gain: Self::GLOROT_GAIN };
    /// He's uniform form with the gain √2 of ReLU.
    pub const HE: Self = Self::HeUniform { gain: Self::HE_GAIN };
    /// The default gain of `#[init(GlorotNormal)]` and `#[init(GlorotUniform)]`.
    pub const GLOROT_GAIN: f64 = 1.0;
    /// The default gain of `#[init(HeNormal)]` and `#[init(HeUniform)]`: √2, for ReLU.
    pub const HE_GAIN: f64 = core::f64::consts::SQRT_2;
    /// The default gain of `#[init(LeCunNormal)]` and `#[init(LeCunUniform)]`.
    pub const LECUN_GAIN: f64 = 1.0;
    /// The default gain of `#[init(Orthogonal)]`.
    pub const ORTHOGONAL_GAIN: f64 = 1.0;

    /// Returns what is wrong with the settings, if anything.
    pub(crate) const fn problem(self) -> Option<&'static str> {
        let (right, problem) = match self {
            Self::Zeros => (true, ""),
            Self::Constant(value) => (value.is_finite(), "the value of `Constant` must be finite"),
            Self::Normal { mean, deviation } => (
                mean.is_finite() && deviation.is_finite() && deviation >= 0.0,
                "the mean and the deviation of `Normal` must be finite, and the deviation must not be negative",
            ),
            Self::TruncatedNormal { mean, deviation } => (
                mean.is_finite() && deviation.is_finite() && deviation >= 0.0,
                "the mean and the deviation of `TruncatedNormal` must be finite, and the deviation must not be negative",
            ),
            Self::Uniform { low, high } => (
                low.is_finite() && high.is_finite() && low <= high,
                "the bounds of `Uniform` must be finite, and the lower bound must come first",
            ),
            Self::GlorotNormal { gain }
            | Self::GlorotUniform { gain }
            | Self::HeNormal { gain }
            | Self::HeUniform { gain }
            | Self::LeCunNormal { gain }
            | Self::LeCunUniform { gain }
            | Self::Orthogonal { gain } => {
                (gain.is_finite() && gain > 0.0, "the gain of an initializer must be finite and above 0")
            }
        };
        if right { None } else { Some(problem) }
    }

    /// Returns an error message if `f32` cannot represent the settings or every value that may be drawn.
    pub(crate) const fn problem_in_f32(self) -> Option<&'static str> {
        let right = match self {
            Self::Zeros => true,
            Self::Constant(value) => is_zero_or_normal(value),
            Self::Normal { mean, deviation } | Self::TruncatedNormal { mean, deviation } => {
                let reach = mean.abs() + LARGEST_NORMAL * deviation;
                is_zero_or_normal(mean) && is_zero_or_normal(deviation) && is_zero_or_normal(reach)
            }
            Self::Uniform { low, high } => {
                is_zero_or_normal(low) && is_zero_or_normal(high) && is_zero_or_normal(high - low)
            }
            Self::GlorotNormal { gain }
            | Self::GlorotUniform { gain }
            | Self::HeNormal { gain }
            | Self::HeUniform { gain }
            | Self::LeCunNormal { gain }
            | Self::LeCunUniform { gain }
            | Self::Orthogonal { gain } => is_normal_in_f32(gain) && is_normal_in_f32(2.0 * LARGEST_NORMAL * gain),
        };
        if right { None } else { Some("the settings of an initializer, and its values, must be in the range of `f32`") }
    }

    /// Returns a bound on the magnitude of all values that may be drawn, for `n` inputs and `m` outputs.
    fn reach(self, n: f64, m: f64) -> f64 {
        match self {
            Self::Zeros => 0.0,
            Self::Constant(value) => value.abs(),
            Self::Normal { mean, deviation } => mean.abs() + LARGEST_NORMAL * deviation,
            Self::TruncatedNormal { mean, deviation } => mean.abs() + 2.0 * deviation,
            // The difference is computed too, so it must not overflow.
            Self::Uniform { low, high } => low.abs().max(high.abs()).max(high - low),
            Self::GlorotNormal { gain } => LARGEST_NORMAL * gain * libm::sqrt(2.0 / (n + m)),
            Self::GlorotUniform { gain } => gain * libm::sqrt(6.0 / (n + m)),
            Self::HeNormal { gain } | Self::LeCunNormal { gain } => LARGEST_NORMAL * gain / libm::sqrt(n),
            Self::HeUniform { gain } | Self::LeCunUniform { gain } => gain * libm::sqrt(3.0 / n),
            Self::Orthogonal { gain } => gain,
        }
    }

    /// Draws all of `weights`, which map `inputs` elements to `outputs` elements.
    ///
    /// # Panics
    /// Panics if a setting is out of range (`#[init(..)]` rejects it at compile time), if values could be drawn that the scalar
    /// type cannot represent, or if the number of weights for [`Orthogonal`](Self::Orthogonal) is not a multiple of `inputs`,
    /// so that they do not form a matrix.
    pub fn fill<T: Scalar, R: RandomSource + ?Sized>(
        self,
        weights: &mut [T],
        inputs: usize,
        outputs: usize,
        rng: &mut R,
    ) {
        if let Some(problem) = self.problem() {
            panic!("{problem}");
        }
        let (n, m) = (inputs as f64, outputs as f64);
        let fits = weights.is_empty() || T::from_f64(self.reach(n, m)).is_finite();
        assert!(fits, "{self:?} could draw weights beyond the range of `{}`", T::NAME);
        match self {
            Self::Zeros => weights.fill(T::ZERO),
            Self::Constant(value) => weights.fill(T::from_f64(value)),
            Self::Normal { mean, deviation } => random::fill(weights, || mean + deviation * normal(rng)),
            Self::TruncatedNormal { mean, deviation } => {
                random::fill(weights, || mean + deviation * truncated_normal(rng));
            }
            Self::Uniform { low, high } => random::fill(weights, || low + (high - low) * uniform(rng)),
            Self::GlorotNormal { gain } => {
                let deviation = gain * libm::sqrt(2.0 / (n + m));
                random::fill(weights, || deviation * normal(rng));
            }
            Self::GlorotUniform { gain } => {
                let bound = gain * libm::sqrt(6.0 / (n + m));
                random::fill(weights, || bound * (2.0 * uniform(rng) - 1.0));
            }
            Self::HeNormal { gain } | Self::LeCunNormal { gain } => {
                let deviation = gain / libm::sqrt(n);
                random::fill(weights, || deviation * normal(rng));
            }
            Self::HeUniform { gain } | Self::LeCunUniform { gain } => {
                let bound = gain * libm::sqrt(3.0 / n);
                random::fill(weights, || bound * (2.0 * uniform(rng) - 1.0));
            }
            Self::Orthogonal { gain } => orthogonal::fill(weights, inputs, gain, rng),
        }
    }

    /// Draws every weight by its shape `[outputs, inputs, ..]`. Scales and variances become one, and biases and other
    /// statistics zero.
    pub(crate) fn fill_tensors<T: Scalar, R: RandomSource + ?Sized>(
        self,
        parameters: &mut [T],
        table: TensorTable,
        rng: &mut R,
    ) {
        for tensor in table.list() {
            let values = &mut parameters[tensor.range.clone()];
            match (tensor.kind, tensor.shape) {
                (TensorKind::Weight, [outputs, inputs, window @ ..]) => {
                    let window: usize = window.iter().product();
                    self.fill(values, inputs * window, outputs * window, rng);
                }
                // A weight with a single axis, such as a scale, maps each input to one output.
                (TensorKind::Weight, _) => values.chunks_mut(1).for_each(|value| self.fill(value, 1, 1, rng)),
                (TensorKind::Embedding, [count, features]) => {
                    // The one element of a one-hot vector that is not zero. An orthogonal matrix needs all of them.
                    let inputs = if matches!(self, Self::Orthogonal { .. }) { *count } else { 1 };
                    self.fill(values, inputs, *features, rng);
                }
                (TensorKind::Embedding, _) => unreachable!("an embedding has two axes"),
                (TensorKind::Scale | TensorKind::Variance, _) => values.fill(T::ONE),
                (TensorKind::Bias | TensorKind::Statistic, _) => values.fill(T::ZERO),
            }
        }
    }
}

/// Returns whether `f32` represents the value as zero or a normal value.
const fn is_zero_or_normal(value: f64) -> bool {
    value == 0.0 || is_normal_in_f32(value)
}

/// A bound on the magnitude of [`normal`].
const LARGEST_NORMAL: f64 = 8.6;

/// Draws from the standard normal distribution truncated at two standard deviations. One in 22 draws is rejected.
fn truncated_normal<R: RandomSource + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let draw = normal(rng);
        if draw.abs() <= 2.0 {
            return draw;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::Initializer;
    use crate::tensor::{Tensor, TensorKind, TensorTable};

    /// Returns mean and standard deviation of 30,000 draws for 300 inputs and 100 outputs.
    fn moments(initializer: Initializer) -> (f64, f64) {
        let mut weights = vec![0.0_f64; 30_000];
        initializer.fill(&mut weights, 300, 100, &mut crate::rng(11));
        let n = weights.len() as f64;
        let mean = weights.iter().sum::<f64>() / n;
        (mean, (weights.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / n).sqrt())
    }

    #[test]
    fn random_forms_have_the_deviation_of_their_formula() {
        let cases = [
            (Initializer::Normal { mean: 0.0, deviation: 0.1 }, 0.1),
            (Initializer::Uniform { low: -0.3, high: 0.3 }, 0.3 / 3.0_f64.sqrt()),
            (Initializer::GlorotNormal { gain: 1.0 }, (2.0_f64 / 400.0).sqrt()),
            (Initializer::GlorotUniform { gain: 1.0 }, (2.0_f64 / 400.0).sqrt()),
            (Initializer::HeNormal { gain: 2.0_f64.sqrt() }, (2.0_f64 / 300.0).sqrt()),
            (Initializer::HE, (2.0_f64 / 300.0).sqrt()),
            // √(1 - 4 φ(2) / (2 Φ(2) - 1)), with density φ and distribution function Φ of the standard normal distribution.
            (Initializer::TruncatedNormal { mean: 0.0, deviation: 0.1 }, 0.087_962_566_103_423_98),
            (Initializer::LeCunNormal { gain: 1.0 }, (1.0_f64 / 300.0).sqrt()),
            (Initializer::LeCunUniform { gain: 1.0 }, (1.0_f64 / 300.0).sqrt()),
            // The mean square of the elements is exactly 1/300.
            (Initializer::Orthogonal { gain: 1.0 }, (1.0_f64 / 300.0).sqrt()),
        ];
        for (initializer, expected) in cases {
            let (mean, deviation) = moments(initializer);
            // Five standard errors: σ/√n of the mean, σ/√(2n) of the deviation of normal values (less for uniform ones).
            assert!(mean.abs() < 5.0 * expected / 30_000.0_f64.sqrt(), "{initializer:?}: mean {mean}");
            assert!(
                (deviation - expected).abs() < 5.0 * expected / 60_000.0_f64.sqrt(),
                "{initializer:?}: deviation {deviation}, expected {expected}"
            );
        }
    }

    #[test]
    fn zeros_and_constants_draw_nothing() {
        assert_eq!(moments(Initializer::Zeros), (0.0, 0.0));
        let (mean, deviation) = moments(Initializer::Constant(0.5));
        assert!((mean - 0.5).abs() < 1e-12 && deviation < 1e-12);
    }

    #[test]
    fn truncated_draws_stay_within_two_deviations_of_the_mean() {
        let mut weights = vec![0.0_f64; 30_000];
        Initializer::TruncatedNormal { mean: 3.0, deviation: 0.5 }.fill(&mut weights, 1, 1, &mut crate::rng(12));
        let (least, largest) = weights.iter().fold((f64::MAX, f64::MIN), |(a, b), &w| (a.min(w), b.max(w)));
        assert!((2.0..2.01).contains(&least) && (3.99..=4.0).contains(&largest), "{least} to {largest}");
    }

    #[test]
    fn a_weight_of_one_axis_is_drawn_element_by_element() {
        const WEIGHT: &[Tensor] = &[Tensor { name: "scale", shape: &[64], offset: 0, kind: TensorKind::Weight }];
        let mut weights = [0.0_f32; 64];
        let table = TensorTable::Tensors(WEIGHT);
        Initializer::Orthogonal { gain: 0.5 }.fill_tensors(&mut weights, table, &mut crate::rng(13));
        assert!(weights.iter().all(|w| w.abs() == 0.5) && weights.contains(&0.5) && weights.contains(&-0.5));
    }

    #[test]
    fn settings_out_of_the_range_of_the_weights_are_rejected() {
        let rejected = |initializer: Initializer, single: bool| {
            std::panic::catch_unwind(|| {
                let (mut singles, mut doubles) = ([0.0_f32; 6], [0.0_f64; 6]);
                if single {
                    initializer.fill(&mut singles, 2, 3, &mut crate::rng(1));
                } else {
                    initializer.fill(&mut doubles, 2, 3, &mut crate::rng(1));
                }
                singles.iter().all(|weight| weight.is_finite()) && doubles.iter().all(|weight| weight.is_finite())
            })
        };
        for large in [1e39, 3e38, 1e308, 1.7e308] {
            for initializer in [
                Initializer::Constant(large),
                Initializer::Normal { mean: -large, deviation: 0.0 },
                Initializer::Normal { mean: 0.0, deviation: large },
                Initializer::TruncatedNormal { mean: large, deviation: large },
                Initializer::Uniform { low: -large, high: large },
                Initializer::GlorotNormal { gain: large },
                Initializer::GlorotUniform { gain: large },
                Initializer::HeNormal { gain: large },
                Initializer::HeUniform { gain: large },
                Initializer::Orthogonal { gain: large },
            ] {
                // Every value is finite or rejected.
                assert!(rejected(initializer, true).unwrap_or(true), "{initializer:?}");
                assert!(rejected(initializer, false).unwrap_or(true), "{initializer:?}");
                assert!(large < 1e39 || rejected(initializer, true).is_err(), "{initializer:?}");
                assert!(large > 1e39 || rejected(initializer, false).is_ok(), "{initializer:?}");
            }
        }
        assert!(rejected(Initializer::Uniform { low: -1.7e308, high: 1.7e308 }, false).is_err());
        // There is nothing to draw.
        Initializer::HE.fill(&mut [0.0_f32; 0], 0, 0, &mut crate::rng(1));
    }

    #[test]
    #[should_panic(expected = "the mean and the deviation of `TruncatedNormal` must be finite")]
    fn settings_out_of_range_are_rejected() {
        Initializer::TruncatedNormal { mean: 0.0, deviation: -1.0 }.fill(&mut [0.0_f32], 1, 1, &mut crate::rng(1));
    }
}
