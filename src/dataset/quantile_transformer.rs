//! How are features with different distributions brought to the same distribution?

mod normal;

#[cfg(feature = "safetensors")]
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::slice;

use crate::dataset::feature::{between, change, flat_mut, fraction};
use crate::dataset::scaler::sealed::Sealed;
use crate::dataset::{Dataset, FitsScaler, SameSample, SampleArray, Scaler};
#[cfg(feature = "safetensors")]
use crate::dataset::{StoredTensor, Unfit};
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// The probability that counts as the whole tail in normal output. The value is that of scikit-learn.
const TAIL: f64 = 1e-7;

/// Gives every feature the uniform distribution on 0 to 1, or the standard normal distribution, with quantiles measured on
/// training data.
///
/// y = F(x) for each feature, where F is the distribution function of the samples of [`fit`](Self::fit): piecewise linear
/// through (quantile i, i / (k - 1)) for the k quantiles. After [`normal`](Self::normal), y = Φ⁻¹(F(x)), where Φ is the
/// distribution function of the standard normal distribution. The order of the samples is preserved; distances are not. An
/// outlier ends up no farther away than the next sample.
///
/// - A value that several quantiles are equal to becomes the mean of their probabilities.
/// - Values at or below the smallest quantile become 0, values at or above the largest become 1. With normal output these are
///   ±5.199, beyond which 10⁻⁷ of the distribution remains. A value outside the training data therefore becomes a bound, and
///   inverts to the smallest or largest training sample. If many samples are equal to the smallest, as black pixels are,
///   uniform output keeps them closer to the others.
/// - A constant feature becomes the lower bound, as in scikit-learn, as does any value below it. A value above it becomes the
///   upper bound.
///
/// Fit it to the training data only, because the test data are not known in advance.
///
/// # Shapes
/// `A` is the array of one sample, `[f32; 64]` for a `Vector<64>`. A sample or a data set of a different size does not compile:
///
/// ```compile_fail,E0277
/// use typenet::dataset::{self, QuantileTransformer};
///
/// let scaler = QuantileTransformer::fit(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// scaler.transform(dataset::digits()); // 64 values, not 3
/// ```
///
/// # Numerics
/// The quantiles are those of all samples, interpolated linearly between two samples. Each result is computed in `f64`, with a
/// relative error of Φ⁻¹ of about 10⁻¹⁶, and rounded to the scalar type at the end.
///
/// scikit-learn, with `subsample=None`, has the same results up to rounding, except that with normal output it also maps to the
/// bound what is within 10⁻⁷ of it, in the unit of the feature. Its default measures 10,000 samples drawn at random from a
/// larger data set.
///
/// A value that many samples share is mapped to the middle of its quantiles. With as many quantiles as samples, those of
/// scikit-learn can differ from the samples by rounding, and such a value then loses one of its quantiles at an end: of 22
/// samples of the integers 0 to 3, one becomes 0.3571 here and 0.3810 there.
///
/// Finite samples stay finite, and a data set stays valid. NaN and infinities in a sample stay unchanged.
///
/// # Source
/// The formulas are those of scikit-learn's `QuantileTransformer`. Quantiles follow definition 7 of R. Hyndman and Y. Fan,
/// "Sample quantiles in statistical packages", The American Statistician 50 (1996).
///
/// # Example
/// ```
/// use typenet::dataset::QuantileTransformer;
///
/// let scaler = QuantileTransformer::fit(&[[1.0_f32], [2.0], [4.0], [8.0], [1000.0]]);
/// assert_eq!(scaler.quantiles(0), [1.0, 2.0, 4.0, 8.0, 1000.0]);
/// assert_eq!(scaler.apply(&[4.0]), [0.5]);
/// assert_eq!(scaler.apply(&[6.0]), [0.625]);
/// assert_eq!(scaler.apply(&[5000.0]), [1.0]);
///
/// let scaler = scaler.normal();
/// assert_eq!(scaler.apply(&[4.0]), [0.0]);
/// assert!((scaler.apply(&[8.0])[0] - 0.674_49).abs() < 1e-5); // a quarter of the distribution is above it
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileTransformer<A> {
    /// One feature after the other, `count` quantiles for each.
    quantiles: Vec<f64>,
    count: usize,
    normal: bool,
    samples: PhantomData<fn(&A)>,
}

impl<A> QuantileTransformer<A> {
    /// The number of quantiles that [`fit`](Self::fit) measures for each feature, if there are as many samples.
    pub const QUANTILES: usize = 1000;

    /// Measures [`QUANTILES`](Self::QUANTILES) quantiles of every feature over `samples`, or as many as there are samples if
    /// these are fewer.
    ///
    /// # Panics
    /// Panics if `samples` is empty, or contains a value that is not finite. The inputs of a [`Dataset`] never do.
    #[must_use]
    pub fn fit<S: FitsScaler<A>>(samples: &[S]) -> Self {
        Self::fit_with(samples, Self::QUANTILES)
    }

    /// Measures `count` quantiles of every feature over `samples`, or as many as there are samples if these are fewer.
    ///
    /// # Panics
    /// Panics in the same cases as [`fit`](Self::fit), and if `count` is 0.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::QuantileTransformer;
    ///
    /// let samples = [[5.0_f64], [1.0], [2.0], [4.0]];
    /// assert_eq!(QuantileTransformer::fit_with(&samples, 3).quantiles(0), [1.0, 3.0, 5.0]);
    /// assert_eq!(QuantileTransformer::fit_with(&samples, 100).quantiles(0), [1.0, 2.0, 4.0, 5.0]);
    /// ```
    #[must_use]
    pub fn fit_with<S: FitsScaler<A>>(samples: &[S], count: usize) -> Self {
        assert!(!samples.is_empty(), "a `QuantileTransformer` needs at least one sample");
        assert!(count > 0, "a `QuantileTransformer` needs at least one quantile");
        let count = count.min(samples.len());
        let mut quantiles = Vec::with_capacity(S::LEN * count);
        let mut sorted = Vec::with_capacity(samples.len());
        for feature in 0..S::LEN {
            sorted.clear();
            sorted.extend(samples.iter().map(|sample| S::flat_batch(slice::from_ref(sample))[feature].to_f64()));
            if let Some(x) = sorted.iter().find(|x| !x.is_finite()) {
                panic!("a `QuantileTransformer` cannot be fitted to {x}: data must be finite");
            }
            sorted.sort_unstable_by(f64::total_cmp);
            append_quantiles(&sorted, count, &mut quantiles);
        }
        Self { quantiles, count, normal: false, samples: PhantomData }
    }
}

impl<A: SampleArray> QuantileTransformer<A> {
    /// Creates a transformer from measured quantiles, `count` for each feature, one feature after the other, such as those that
    /// [`quantiles`](Self::quantiles) returned before they were stored. The output is uniform.
    ///
    /// # Errors
    /// - [`Error::CountMismatch`] if there are not `count` quantiles for each element of a sample.
    /// - [`Error::Setting`] if `count` is 0, and for the first quantile that is not finite or is below the one before it.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::QuantileTransformer;
    ///
    /// let scaler = QuantileTransformer::fit(&[[1.0_f32, 5.0], [3.0, 6.0]]);
    /// let stored = [scaler.quantiles(0), scaler.quantiles(1)].concat();
    /// assert_eq!(QuantileTransformer::from_quantiles(&stored, 2)?, scaler);
    ///
    /// let error = QuantileTransformer::<[f32; 1]>::from_quantiles(&[1.0, 0.5], 2).unwrap_err();
    /// assert_eq!(error.to_string(), "the quantile is 0.5, but must be a finite number not below the one before it");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_quantiles(quantiles: &[f64], count: usize) -> Result<Self> {
        if count == 0 {
            return Err(Error::Setting { name: "number of quantiles", value: 0.0, allowed: "at least 1" });
        }
        let expected = A::LEN.saturating_mul(count);
        if quantiles.len() != expected {
            return Err(Error::CountMismatch {
                first: "quantiles",
                first_count: quantiles.len(),
                second: "expected for samples of this size",
                second_count: expected,
            });
        }
        if let Some(position) = disorder(quantiles, count) {
            let allowed = "a finite number not below the one before it";
            return Err(Error::Setting { name: "quantile", value: quantiles[position], allowed });
        }
        Ok(Self { quantiles: quantiles.into(), count, normal: false, samples: PhantomData })
    }

    /// Returns the same transformer with standard normal output.
    #[must_use]
    pub fn normal(mut self) -> Self {
        self.normal = true;
        self
    }

    /// Returns the quantiles of a feature, from the smallest value to the largest, with the same share of the samples between
    /// any two consecutive ones. Features are counted from 0 in the order of the flat sample.
    ///
    /// # Panics
    /// Panics if a sample has no such feature.
    #[must_use]
    pub fn quantiles(&self, feature: usize) -> &[f64] {
        assert!(feature < A::LEN, "there is no feature {feature}: a sample has {}", A::LEN);
        &self.quantiles[feature * self.count..][..self.count]
    }

    /// Returns whether the output is normal instead of uniform.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        self.normal
    }

    /// Returns the sample with every feature transformed. Allocates nothing.
    #[must_use]
    pub fn apply(&self, sample: &A) -> A {
        let mut result = *sample;
        self.change(flat_mut(&mut result));
        result
    }

    /// Returns the sample that [`apply`](Self::apply) maps to `sample`, up to rounding, if there is one. The inverse is linear
    /// between the quantiles. At and beyond the bounds it is the smallest or the largest quantile.
    ///
    /// For a transformer that was fitted to targets, this converts predictions back to their original unit.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::QuantileTransformer;
    ///
    /// let scaler = QuantileTransformer::fit(&[[100.0_f32], [300.0], [1100.0]]);
    /// assert_eq!(scaler.apply(&[500.0]), [0.625]);
    /// assert_eq!(scaler.invert(&[0.625]), [500.0]);
    /// assert_eq!(scaler.invert(&[2.0]), [1100.0]);
    /// ```
    #[must_use]
    pub fn invert(&self, sample: &A) -> A {
        let mut result = *sample;
        change(flat_mut(&mut result), |feature, y| {
            let (p, tail) = if self.normal { (normal::probability(y), TAIL) } else { (y, 0.0) };
            inverted(p, tail, self.quantiles(feature))
        });
        result
    }

    /// Transforms every input of the data set in place. Targets stay unchanged.
    #[must_use]
    pub fn transform<X: Shape, Y: Target>(&self, mut data: Dataset<X, Y, A::Scalar>) -> Dataset<X, Y, A::Scalar>
    where
        X::Array<A::Scalar>: SameSample<A>,
    {
        for sample in &mut data.inputs {
            self.change(X::flat_mut(sample));
        }
        data
    }

    /// Transforms every target of the data set in place, for a transformer that was fitted to targets. Inputs stay unchanged.
    ///
    /// [`invert`](Self::invert) then converts the predictions of a network back to their original unit.
    #[must_use]
    pub fn transform_targets<X: Shape, Y: Shape>(&self, mut data: Dataset<X, Y, A::Scalar>) -> Dataset<X, Y, A::Scalar>
    where
        Y::Array<A::Scalar>: SameSample<A>,
    {
        for target in &mut data.targets {
            self.change(Y::flat_mut(target));
        }
        data
    }

    /// Computes F(x) or Φ⁻¹(F(x)) for every element of a sample.
    fn change(&self, values: &mut [A::Scalar]) {
        // Slightly farther out than the tail, so that the inverse recognizes a bound as a bound.
        let end = TAIL - f64::EPSILON;
        change(values, |feature, x| {
            let p = part_below(x, self.quantiles(feature));
            if self.normal { normal::quantile(p.clamp(end, 1.0 - end)) } else { p }
        });
    }
}

impl<A: SampleArray> Sealed for QuantileTransformer<A> {}

impl<A: SampleArray> Scaler<A> for QuantileTransformer<A> {
    fn apply(&self, sample: &A) -> A {
        self.apply(sample)
    }

    fn invert(&self, sample: &A) -> A {
        self.invert(sample)
    }

    #[cfg(feature = "safetensors")]
    const STORED: (&'static str, &'static [StoredTensor]) = (
        "quantile_transformer/",
        &[
            StoredTensor { name: "quantiles", size: A::LEN, is_table: true },
            StoredTensor { name: "normal", size: 1, is_table: false },
        ],
    );

    #[cfg(feature = "safetensors")]
    fn tensors(&self) -> Vec<&[f64]> {
        vec![&self.quantiles, if self.normal { &[1.0] } else { &[0.0] }]
    }

    #[cfg(feature = "safetensors")]
    fn restored(mut quantiles: Vec<f64>) -> core::result::Result<Self, Unfit> {
        let normal = quantiles.pop().unwrap_or(f64::NAN);
        if normal != 0.0 && normal != 1.0 {
            let (position, rule) = (quantiles.len(), "it is 1 for normal output and 0 for uniform");
            return Err(Unfit { position, value: normal, rule });
        }
        let count = quantiles.len() / A::LEN.max(1);
        if let Some(position) = disorder(&quantiles, count.max(1)) {
            let value = quantiles[position];
            return Err(Unfit { position, value, rule: "a quantile is not below the one before it" });
        }
        Ok(Self { quantiles, count, normal: normal == 1.0, samples: PhantomData })
    }
}

/// Returns the position of the first quantile that is not finite or is below the one before it, with `count` quantiles for each
/// feature.
fn disorder(quantiles: &[f64], count: usize) -> Option<usize> {
    let in_order = |place: usize| place.is_multiple_of(count) || quantiles[place - 1] <= quantiles[place];
    (0..quantiles.len()).find(|&place| !quantiles[place].is_finite() || !in_order(place))
}

/// Appends the quantiles 0, 1 / (count - 1), …, 1 of sorted values, interpolated linearly between two of them.
fn append_quantiles(sorted: &[f64], count: usize, quantiles: &mut Vec<f64>) {
    let start = quantiles.len();
    for index in 0..count {
        // In integers, so that a quantile at a sample is exactly that sample.
        let position = index as u128 * (sorted.len() - 1) as u128;
        let steps = (count - 1).max(1) as u128;
        #[allow(clippy::cast_possible_truncation, reason = "a position in the samples")]
        let below = (position / steps) as usize;
        let above = (below + 1).min(sorted.len() - 1);
        let quantile = between((position % steps) as f64 / steps as f64, sorted[below], sorted[above]);
        // Rounding must not change the order.
        quantiles.push(quantiles[start..].last().map_or(quantile, |&last| quantile.max(last)));
    }
}

/// Returns the share of the distribution below `x`, from 0 to 1.
fn part_below(x: f64, quantiles: &[f64]) -> f64 {
    let last = quantiles.len() - 1;
    let part = |index: usize| index as f64 / last as f64;
    if x <= quantiles[0] {
        return 0.0;
    }
    if x >= quantiles[last] {
        return 1.0;
    }
    let first = quantiles.partition_point(|&quantile| quantile < x);
    let end = first + quantiles[first..].partition_point(|&quantile| quantile <= x);
    if first < end {
        return 0.5 * (part(first) + part(end - 1));
    }
    between(fraction(x, quantiles[first - 1], quantiles[first]), part(first - 1), part(first))
}

/// Returns the value below which the share `p` of the distribution lies, where `tail` at both ends counts as nothing.
fn inverted(p: f64, tail: f64, quantiles: &[f64]) -> f64 {
    let last = quantiles.len() - 1;
    if p - tail <= 0.0 {
        return quantiles[0];
    }
    if p + tail >= 1.0 {
        return quantiles[last];
    }
    let position = p * last as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of quantiles")]
    let below = (position as usize).min(last.saturating_sub(1));
    between(position - below as f64, quantiles[below], quantiles[(below + 1).min(last)])
}
