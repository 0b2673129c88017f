//! How are features with different units brought to the same scale?

use alloc::boxed::Box;
use alloc::vec;
#[cfg(feature = "safetensors")]
use alloc::vec::Vec;
use core::fmt::Debug;
use core::marker::PhantomData;
use core::slice;

use crate::dataset::feature::{change, flat_mut};
use crate::dataset::scaler::sealed::Sealed;
use crate::dataset::{Dataset, FitsScaler, Scaler};
#[cfg(feature = "safetensors")]
use crate::dataset::{StoredTensor, Unfit};
use crate::scalar::Scalar;
use crate::shape::{SampleArray, Shape};
use crate::target::Target;

/// States that the samples of a data set are the arrays that a scaler was fitted to.
#[diagnostic::on_unimplemented(
    message = "shape mismatch: the scaler was fitted to samples `{A}` but the data set has samples `{Self}`",
    label = "a data set of other samples",
    note = "fit a scaler to the inputs of a data set of the same shape"
)]
pub trait SameSample<A> {}

impl<A> SameSample<A> for A {}

/// Gives every feature mean 0 and standard deviation 1, with means and deviations measured on training data.
///
/// y = (x - μ) / σ for each feature, where μ is the mean and σ = √(Σ (x - μ)² / n) the population standard deviation over the n
/// samples of [`fit`](Self::fit). A feature that is constant there has σ = 1, so that it becomes 0.
///
/// Fit it to the training data only, because the test data are not known in advance.
///
/// # Shapes
/// `A` is the array of one sample and not its shape: the scaler of a `Vector<64>` is a `Standardizer<[f32; 64]>`, in a field or a
/// signature too, and that of any network `Net` a `Standardizer<Sample<Net, <Net as Network>::Input>>`, with
/// [`network::Sample`](crate::network::Sample). A sample or a data set of a different size does not compile:
///
/// ```compile_fail,E0277
/// use typenet::dataset::{self, Standardizer};
///
/// let scaler = Standardizer::fit(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// scaler.transform(dataset::digits()); // 64 values, not 3
/// ```
///
/// # Numerics
/// Means and deviations are computed in `f64`, in two passes, with the correction for the rounding of the mean. Each feature is
/// first scaled by a power of two so that no square overflows. As in scikit-learn, a feature counts as constant if its variance
/// is within the error bound of that algorithm, σ² ≤ n ε σ² + (n ε μ)². Each result is computed in `f64` and rounded to the
/// scalar type at the end.
///
/// A result that is too large for the scalar type becomes the largest finite value of its sign. Finite samples therefore stay
/// finite, and a data set stays valid. NaN and infinities in a sample stay unchanged.
///
/// # Source
/// T. F. Chan et al., "Algorithms for computing the sample variance: analysis and recommendations", The American Statistician
/// 37 (1983), the corrected two-pass algorithm. The rule for constant features is that of scikit-learn's `StandardScaler`.
///
/// # Example
/// ```
/// use typenet::dataset::{self, Standardizer};
///
/// let scaler = Standardizer::fit(&[[1.0_f32, 5.0], [3.0, 5.0]]);
/// assert_eq!(scaler.means(), [2.0, 5.0]);
/// assert_eq!(scaler.deviations(), [1.0, 1.0]);
/// assert_eq!(scaler.apply(&[4.0, 6.0]), [2.0, 1.0]);
///
/// let (train, test) = dataset::digits().shuffled(&mut typenet::rng(37)).split(0.85);
/// let scaler = Standardizer::fit(train.inputs());
/// let (train, test) = (scaler.transform(train), scaler.transform(test));
/// # let _ = (train, test);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer<A> {
    means: Box<[f64]>,
    deviations: Box<[f64]>,
    samples: PhantomData<fn(&A)>,
}

impl<A> Standardizer<A> {
    /// Measures the mean and the standard deviation of every feature over `samples`.
    ///
    /// # Panics
    /// Panics if `samples` is empty, or contains a value that is not finite. The inputs of a [`Dataset`] never do.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Standardizer;
    ///
    /// let scaler = Standardizer::fit(&[[2.0_f32], [4.0], [4.0], [4.0], [5.0], [5.0], [7.0], [9.0]]);
    /// assert_eq!((scaler.means(), scaler.deviations()), ([5.0].as_slice(), [2.0].as_slice()));
    /// ```
    #[must_use]
    pub fn fit<S: FitsScaler<A>>(samples: &[S]) -> Self {
        assert!(!samples.is_empty(), "a standardizer needs at least one sample");
        let count = samples.len() as f64;
        let mut features = vec![Feature::default(); S::LEN];
        each_element(samples, &mut features, |feature, x| {
            assert!(x.is_finite(), "a standardizer cannot be fitted to {x}: data must be finite");
            feature.largest = feature.largest.max(x.abs());
        });
        for feature in &mut features {
            feature.choose_scale();
        }
        each_element(samples, &mut features, |feature, x| feature.mean += x * feature.scale);
        for feature in &mut features {
            feature.mean /= count;
        }
        each_element(samples, &mut features, |feature, x| {
            let deviation = x * feature.scale - feature.mean;
            feature.residue += deviation;
            feature.squares += deviation * deviation;
        });
        let measured = || features.iter().map(|feature| feature.mean_and_deviation(count));
        Self {
            means: measured().map(|(mean, _)| mean).collect(),
            deviations: measured().map(|(_, deviation)| deviation).collect(),
            samples: PhantomData,
        }
    }
}

impl<A: SampleArray> Standardizer<A> {
    /// Returns the mean of every feature, in the order of the flat sample.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Returns the divisor of every feature, in the order of the flat sample: its standard deviation, or 1 if it is constant.
    #[must_use]
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// Returns the sample with every feature standardized, (x - μ) / σ. Allocates nothing.
    #[must_use]
    pub fn apply(&self, sample: &A) -> A {
        let mut result = *sample;
        self.change(flat_mut(&mut result), standardized);
        result
    }

    /// Returns the sample that [`apply`](Self::apply) maps to `sample`, up to rounding: x = σ y + μ.
    ///
    /// For a standardizer that was fitted to targets, this converts predictions back to their original unit.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Standardizer;
    ///
    /// let scaler = Standardizer::fit(&[[100.0_f32], [300.0]]);
    /// assert_eq!(scaler.apply(&[250.0]), [0.5]);
    /// assert_eq!(scaler.invert(&[0.5]), [250.0]);
    /// ```
    #[must_use]
    pub fn invert(&self, sample: &A) -> A {
        let mut result = *sample;
        self.change(flat_mut(&mut result), |y, mean, deviation| y * deviation + mean);
        result
    }

    /// Standardizes every input of the data set in place. Targets stay unchanged.
    #[must_use]
    pub fn transform<X: Shape, Y: Target>(&self, mut data: Dataset<X, Y, A::Scalar>) -> Dataset<X, Y, A::Scalar>
    where
        X::Array<A::Scalar>: SameSample<A>,
    {
        for sample in &mut data.inputs {
            self.change(X::flat_mut(sample), standardized);
        }
        data
    }

    /// Standardizes every target of the data set in place, for a standardizer that was fitted to targets. Inputs stay
    /// unchanged.
    ///
    /// [`invert`](Self::invert) then converts the predictions of a network back to their original unit.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::{Dataset, Standardizer};
    /// use typenet::Vector;
    ///
    /// let data: Dataset<Vector<1>, Vector<1>> = Dataset::new(vec![[1.0], [2.0]], vec![[100.0], [300.0]])?;
    /// let scaler = Standardizer::fit(data.targets());
    /// let data = scaler.transform_targets(data);
    /// assert_eq!(data.targets(), [[-1.0], [1.0]]);
    /// assert_eq!(scaler.invert(&data.targets()[1]), [300.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn transform_targets<X: Shape, Y: Shape>(&self, mut data: Dataset<X, Y, A::Scalar>) -> Dataset<X, Y, A::Scalar>
    where
        Y::Array<A::Scalar>: SameSample<A>,
    {
        for target in &mut data.targets {
            self.change(Y::flat_mut(target), standardized);
        }
        data
    }

    /// Applies a formula to every element of a sample, given its mean and deviation, and keeps finite elements finite.
    fn change(&self, values: &mut [A::Scalar], formula: impl Fn(f64, f64, f64) -> f64) {
        change(values, |feature, value| formula(value, self.means[feature], self.deviations[feature]));
    }
}

impl<A: SampleArray> Sealed for Standardizer<A> {}

impl<A: SampleArray> Scaler<A> for Standardizer<A> {
    fn apply(&self, sample: &A) -> A {
        self.apply(sample)
    }

    fn invert(&self, sample: &A) -> A {
        self.invert(sample)
    }

    #[cfg(feature = "safetensors")]
    const STORED: (&'static str, &'static [StoredTensor]) = (
        "standardizer/",
        &[
            StoredTensor { name: "mean", size: A::LEN, is_table: false },
            StoredTensor { name: "deviation", size: A::LEN, is_table: false },
        ],
    );

    #[cfg(feature = "safetensors")]
    fn tensors(&self) -> Vec<&[f64]> {
        vec![&self.means, &self.deviations]
    }

    #[cfg(feature = "safetensors")]
    fn restored(values: Vec<f64>) -> core::result::Result<Self, Unfit> {
        let (means, deviations) = values.split_at(A::LEN);
        if let Some(position) = deviations.iter().position(|&deviation| deviation <= 0.0) {
            let value = deviations[position];
            return Err(Unfit { position: A::LEN + position, value, rule: "deviations are above 0" });
        }
        Ok(Self { means: means.into(), deviations: deviations.into(), samples: PhantomData })
    }
}

/// Computes (x - μ) / σ, also if the difference of two finite values is not finite.
fn standardized(x: f64, mean: f64, deviation: f64) -> f64 {
    let difference = x - mean;
    if difference.is_finite() { difference / deviation } else { (x / 2.0 - mean / 2.0) / deviation * 2.0 }
}

/// What the passes over the data collect about one feature. Mean, residue and squares refer to the scaled values.
#[derive(Clone, Copy, Default)]
struct Feature {
    largest: f64,
    scale: f64,
    mean: f64,
    /// The sum of the differences from the mean: 0, except for the rounding of the mean.
    residue: f64,
    squares: f64,
}

impl Feature {
    /// Sets the power of two that brings the largest magnitude into [1, 2), or as close to it as a power of two can.
    fn choose_scale(&mut self) {
        // 2¹⁰²³ is the largest power; it also serves for 0, whose exponent is a large negative value.
        self.scale = libm::scalbn(1.0, -libm::ilogb(self.largest).max(-1023));
    }

    /// Returns the mean and the deviation of the unscaled values; the deviation of a constant is 1.
    fn mean_and_deviation(&self, count: f64) -> (f64, f64) {
        // The corrected mean of equal values is exactly that value, so that a constant feature becomes 0 instead of a
        // rounding error of its own magnitude.
        let mean = self.mean + self.residue / count;
        let variance = (self.squares - self.residue * self.residue / count) / count;
        let rounding = count * f64::EPSILON;
        let bound = rounding * variance + (rounding * mean) * (rounding * mean);
        // The exact deviation cannot exceed the largest magnitude, which is finite.
        let deviation = (libm::sqrt(variance.max(0.0)) / self.scale).min(self.largest);
        // A deviation among the smallest subnormal values may round to 0.
        let constant = variance <= bound || deviation == 0.0;
        (mean / self.scale, if constant { 1.0 } else { deviation })
    }
}

/// Calls `observe` for every element and its feature, one sample after the other.
fn each_element<A: SampleArray>(samples: &[A], features: &mut [Feature], observe: impl Fn(&mut Feature, f64)) {
    for sample in samples {
        for (feature, value) in features.iter_mut().zip(A::flat_batch(slice::from_ref(sample))) {
            observe(feature, value.to_f64());
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these results are exact")]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{SampleArray, Standardizer};
    use crate::dataset::{Dataset, digits};
    use crate::random::rng;
    use crate::shape::{Image, Probabilities, Shape, Vector};
    use crate::target::Class;

    /// Covers sums of a few thousand values in `f64`, in a different order.
    const TOLERANCE: f64 = 1e-13;

    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() <= TOLERANCE * expected.abs(), "{value} is not {expected}");
    }

    // The expected values of the next three tests are those of scikit-learn 1.9.1: `mean_`, `scale_` and the result of
    // `transform` of `StandardScaler().fit(samples)`.

    const SAMPLES: [[f32; 5]; 4] = [
        [1.5, -2.0, 7.0, 1e38, 0.1],
        [2.5, 4.0, 7.0, -3e38, 0.1],
        [-0.5, 0.25, 7.0, 2e38, 0.1],
        [10.0, 1.0, 7.0, 1.5e38, 0.1],
    ];

    #[test]
    fn small_samples_give_the_values_of_scikit_learn() {
        let scaler = Standardizer::fit(&SAMPLES);
        let means = [3.375, 0.8125, 7.0, 3.749_999_753_342_074_7e37, 0.100_000_001_490_116_12];
        let deviations = [3.974_528_273_896_161_6, 2.146_035_589_173_674_7, 1.0, 1.980_372_426_812_457e38, 1.0];
        for feature in 0..5 {
            assert_close(scaler.means()[feature], means[feature]);
            assert_close(scaler.deviations()[feature], deviations[feature]);
        }
        let expected: [[f32; 5]; 4] = [
            [-0.471_754_1, -1.310_556, 0.0, 0.315_597_2, 0.0],
            [-0.220_151_92, 1.485_296_8, 0.0, -1.704_225, 0.0],
            [-0.974_958_5, -0.262_111_22, 0.0, 0.820_552_7, 0.0],
            [1.666_864_5, 0.087_370_4, 0.0, 0.568_075, 0.0],
        ];
        for (sample, expected) in SAMPLES.iter().zip(expected) {
            for (value, expected) in scaler.apply(sample).into_iter().zip(expected) {
                // scikit-learn rounds to `f32` once more than this library.
                assert!((value - expected).abs() <= 2.0 * f32::EPSILON * expected.abs(), "{value} is not {expected}");
            }
        }
    }

    #[test]
    fn digits_give_the_values_of_scikit_learn() {
        let scaler = Standardizer::fit(digits().inputs());
        let expected = [
            (0, 0.0, 1.0),
            (1, 0.303_839_732_888_146_9, 0.906_939_641_622_576_5),
            (20, 7.097_941_012_799_11, 6.174_009_933_121_506),
            (36, 10.301_613_800_779_077, 5.931_839_018_869_814),
            (63, 0.364_496_382_860_322_77, 1.859_604_087_390_635_2),
        ];
        for (feature, mean, deviation) in expected {
            assert_close(scaler.means()[feature], mean);
            assert_close(scaler.deviations()[feature], deviation);
        }
        assert_close(scaler.means().iter().sum(), 312.586_533_110_740_1);
        assert_close(scaler.deviations().iter().sum(), 238.712_412_317_106_55);
        let constant: Vec<usize> = (0..64).filter(|&feature| scaler.deviations()[feature] == 1.0).collect();
        assert_eq!(constant, [0, 32, 39]);

        let data = scaler.transform(digits());
        assert!((data.inputs()[0][20] - -1.149_648_5).abs() <= f32::EPSILON);
        assert!((data.inputs()[1796][36] - 0.792_062_3).abs() <= f32::EPSILON);
    }

    #[test]
    fn a_variance_within_rounding_counts_as_constant_as_in_scikit_learn() {
        let deviation = |last: f64| Standardizer::fit(&[[1.0], [1.0], [last], [1.0]]).deviations()[0];
        assert_eq!(deviation(1.000_000_000_000_000_2), 1.0);
        assert_eq!(deviation(1.000_000_000_000_001), 1.0);
        assert_eq!(deviation(1.000_000_000_000_001_3), 1.0);
        assert_close(deviation(1.000_000_000_000_01), 4.326_666_044_363_019e-15);
    }

    #[test]
    fn a_transformed_data_set_has_mean_zero_and_deviation_one() {
        let data = digits().shuffled(&mut rng(37));
        let scaler = Standardizer::fit(data.inputs());
        let again = Standardizer::fit(scaler.transform(data).inputs());
        // The inputs were rounded to `f32`.
        assert!(again.means().iter().all(|mean| mean.abs() < 1e-6));
        assert!(again.deviations().iter().all(|deviation| (deviation - 1.0).abs() < 1e-6));
    }

    #[test]
    fn transforming_a_data_set_changes_every_input_and_no_target() {
        let digits = digits();
        let scaler = Standardizer::fit(digits.inputs());
        let expected: Vec<[f32; 64]> = digits.inputs().iter().map(|input| scaler.apply(input)).collect();
        let data = scaler.transform(digits.clone());
        assert_eq!(data.inputs(), expected);
        assert_eq!(data.targets(), digits.targets());
    }

    #[test]
    fn shapes_with_the_same_array_share_a_standardizer() {
        let scaler = Standardizer::fit(&[[0.0_f32, 1.0], [1.0, 0.0]]);
        let vectors = Dataset::<Vector<2>, Class<1>>::labelled([[1.0, 1.0]], [0]).unwrap();
        let probabilities = Dataset::<Probabilities<2>, Class<1>>::labelled([[1.0, 1.0]], [0]).unwrap();
        assert_eq!(scaler.transform(vectors).inputs(), [[1.0, 1.0]]);
        assert_eq!(scaler.transform(probabilities).inputs(), [[1.0, 1.0]]);
    }

    #[test]
    fn images_are_standardized_pixel_by_pixel() {
        type Pixels = <Image<2, 1, 2> as Shape>::Array<f64>;
        let samples: [Pixels; 2] = [[[[1.0, 2.0]], [[3.0, 4.0]]], [[[3.0, 6.0]], [[9.0, 4.0]]]];
        let scaler = Standardizer::fit(&samples);
        assert_eq!(<Pixels as SampleArray>::LEN, 4);
        assert_eq!(scaler.means(), [2.0, 4.0, 6.0, 4.0]);
        assert_eq!(scaler.deviations(), [1.0, 2.0, 3.0, 1.0]);
        assert_eq!(scaler.apply(&samples[0]), [[[-1.0, -1.0]], [[-1.0, 0.0]]]);
        assert_eq!(scaler.invert(&scaler.apply(&samples[1])), samples[1]);
    }

    #[test]
    fn one_sample_becomes_zero() {
        let scaler = Standardizer::fit(&[[3.0e38_f32, -0.1, 0.0, f32::MIN_POSITIVE]]);
        assert_eq!(scaler.deviations(), [1.0; 4]);
        assert_eq!(scaler.apply(&[3.0e38, -0.1, 0.0, f32::MIN_POSITIVE]), [0.0; 4]);
    }

    #[test]
    fn a_constant_feature_becomes_exactly_zero_whatever_the_rounding_of_its_mean() {
        // The mean of 1797 equal values, summed and divided, differs from the value.
        let sample = [1e300, 0.1, -1.0 / 3.0];
        let scaler = Standardizer::fit(&vec![sample; 1797]);
        assert_eq!(scaler.deviations(), [1.0; 3]);
        assert_eq!(scaler.apply(&sample), [0.0; 3]);
    }

    #[test]
    fn the_largest_and_the_smallest_values_do_not_overflow() {
        let scaler = Standardizer::fit(&[[f64::MAX, 4e-320], [f64::MIN, 0.0], [f64::MAX, 4e-320], [f64::MIN, 0.0]]);
        assert_eq!(scaler.means()[0], 0.0);
        assert_close(scaler.deviations()[0], f64::MAX);
        assert!(scaler.deviations().iter().all(|deviation| deviation.is_finite() && *deviation > 0.0));
        let [large, small] = scaler.apply(&[f64::MIN, 4e-320]);
        assert_close(large, -1.0);
        // 4e-320 has about thirteen significant bits.
        assert!((small - 1.0).abs() < 1e-3);

        // Here x - μ alone exceeds the largest value.
        let scaler = Standardizer::fit(&[[f64::MAX], [f64::MAX], [f64::MAX], [f64::MIN]]);
        let expected = -(3.0_f64.sqrt());
        assert_close(scaler.apply(&[f64::MIN])[0], expected);
        assert_close(scaler.invert(&[0.0])[0], f64::MAX / 2.0);

        // The mean of these squares is rounded up, but a deviation cannot exceed the largest magnitude.
        let large = f64::MAX.next_down();
        assert_eq!(Standardizer::fit(&[[large], [-large]].repeat(4)).deviations(), [large]);

        // A deviation below half the smallest positive value.
        assert_eq!(Standardizer::fit(&[[5e-324], [0.0], [0.0], [0.0], [0.0]]).deviations(), [1.0]);
    }

    #[test]
    fn finite_samples_stay_finite_and_others_stay_unchanged() {
        let scaler = Standardizer::fit(&[[0.0_f32], [1e-30]]);
        assert_eq!(scaler.apply(&[3e38]), [f32::MAX]);
        assert_eq!(scaler.apply(&[-3e38]), [f32::MIN]);
        assert_eq!(scaler.apply(&[f32::NEG_INFINITY]), [f32::NEG_INFINITY]);
        assert!(scaler.apply(&[f32::NAN])[0].is_nan());
        let wide = Standardizer::fit(&[[f32::MIN], [f32::MAX]]);
        assert_eq!(wide.invert(&[-2.0]), [f32::MIN]);

        let data = Dataset::<Vector<1>, Class<1>>::labelled([[3e38]], [0]).unwrap();
        assert!(scaler.transform(data).inputs()[0][0].is_finite());
    }

    #[test]
    #[should_panic(expected = "a standardizer needs at least one sample")]
    fn fitting_to_nothing_panics() {
        let _ = Standardizer::fit(&[[0.0_f32; 3]; 0]);
    }

    #[test]
    #[should_panic(expected = "a standardizer cannot be fitted to NaN")]
    fn fitting_to_nan_panics() {
        let _ = Standardizer::fit(&[[1.0, f64::NAN]]);
    }

    #[test]
    fn a_sample_without_elements_is_allowed() {
        assert!(Standardizer::fit(&[[0.0_f32; 0]; 2]).means().is_empty());
    }
}
