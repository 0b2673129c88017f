//! How do features come to the same distribution, whatever theirs is?

mod normal;

#[cfg(feature = "safetensors")]
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::slice;

use crate::dataset::feature::{between, change, flat_mut, fraction};
use crate::dataset::scaler::sealed::Sealed;
use crate::dataset::{Dataset, SameSample, SampleArray, Scaler};
#[cfg(feature = "safetensors")]
use crate::dataset::{StoredTensor, Unfit};
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// The part of a distribution that counts as all of its tail where the output is normal; it is that of scikit-learn.
const TAIL: f64 = 1e-7;

/// Gives every feature the uniform distribution on 0 to 1, or the standard normal one, with quantiles measured on
/// training data.
///
/// y = F(x), feature by feature, with F the distribution function of the samples of [`fit`](Self::fit): piecewise linear
/// through (quantile i, i / (k - 1)) for the k quantiles. After [`normal`](Self::normal) it is y = Φ⁻¹(F(x)), with Φ the
/// distribution function of the standard normal distribution. The order of samples stays, distances do not; an outlier
/// is no further away than the next sample.
///
/// - A number that several quantiles are equal to becomes the mean of their parts.
/// - Numbers not above the smallest quantile become 0, numbers not below the largest 1. With normal output these are
///   ± 5.199, where 10⁻⁷ of the distribution is left. So what is outside of the training data becomes a bound, and
///   inverts to the smallest or largest training sample. Where many samples are equal to the smallest, as black pixels
///   are, uniform output keeps them nearer to the others.
/// - A feature that is constant becomes the lower bound, as in scikit-learn, as does what is below it; what is above it
///   becomes the upper one.
///
/// Fit it to the training data alone: what the test data look like is not known in advance.
///
/// # Shapes
/// `A` is the array of one sample, `[f32; 64]` for a `Vector<64>`. A sample or a data set of another size does not
/// compile:
///
/// ```compile_fail,E0277
/// use typenet::dataset::{self, QuantileTransformer};
///
/// let scaler = QuantileTransformer::fit(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// scaler.transform(dataset::digits()); // 64 values, not 3
/// ```
///
/// # Numerics
/// Quantiles are those of the whole of the samples, linear between two of them. Each result is computed in `f64`, with a
/// relative error of Φ⁻¹ of about 10⁻¹⁶, and rounded to the scalar at the end.
///
/// scikit-learn, with `subsample=None`, has the same results up to rounding, but with normal output also takes for the
/// bound what is nearer to it than 10⁻⁷ in the unit of the feature. Its own default measures 10,000 samples drawn from
/// more.
///
/// A value that many samples share gets the middle of its quantiles. Where there are as many quantiles as samples,
/// those of scikit-learn can differ from the samples by rounding, and such a value then loses one of its quantiles at
/// an end: of 22 samples of the integers 0 to 3 one becomes 0.3571 here, and 0.3810 there.
///
/// Finite samples stay finite, and a data set stays valid. A sample that holds NaN or an infinity keeps it.
///
/// # Source
/// The formulas are those of scikit-learn's `QuantileTransformer`; quantiles are definition 7 of R. Hyndman and Y. Fan,
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
/// assert!((scaler.apply(&[8.0])[0] - 0.674_49).abs() < 1e-5); // a quarter is above it
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileTransformer<A: SampleArray> {
    /// Feature after feature, `count` for each.
    quantiles: Vec<f64>,
    count: usize,
    normal: bool,
    samples: PhantomData<fn(&A)>,
}

impl<A: SampleArray> QuantileTransformer<A> {
    /// How many quantiles [`fit`](Self::fit) measures for each feature, where there are as many samples.
    pub const QUANTILES: usize = 1000;

    /// Measures [`QUANTILES`](Self::QUANTILES) of every feature over `samples`, or as many as there are samples.
    ///
    /// # Panics
    /// When `samples` is empty, or holds a number that is not finite. The inputs of a [`Dataset`] never do.
    #[must_use]
    pub fn fit(samples: &[A]) -> Self {
        Self::fit_with(samples, Self::QUANTILES)
    }

    /// Measures `count` quantiles of every feature over `samples`, or as many as there are samples if these are fewer.
    ///
    /// # Panics
    /// As [`fit`](Self::fit), and when `count` is 0.
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
    pub fn fit_with(samples: &[A], count: usize) -> Self {
        assert!(!samples.is_empty(), "a `QuantileTransformer` needs at least one sample");
        assert!(count > 0, "a `QuantileTransformer` needs at least one quantile");
        let count = count.min(samples.len());
        let mut quantiles = Vec::with_capacity(A::LEN * count);
        let mut sorted = Vec::with_capacity(samples.len());
        for feature in 0..A::LEN {
            sorted.clear();
            sorted.extend(samples.iter().map(|sample| A::flat_batch(slice::from_ref(sample))[feature].to_f64()));
            if let Some(x) = sorted.iter().find(|x| !x.is_finite()) {
                panic!("a `QuantileTransformer` cannot be fitted to {x}: data must be finite");
            }
            sorted.sort_unstable_by(f64::total_cmp);
            append_quantiles(&sorted, count, &mut quantiles);
        }
        Self { quantiles, count, normal: false, samples: PhantomData }
    }

    /// The transformer of measured quantiles, `count` for each feature, feature after feature, such as those that
    /// [`quantiles`](Self::quantiles) gave before they were stored. Its output is uniform.
    ///
    /// # Errors
    /// - [`Error::CountMismatch`] when there are not `count` of them for each number of a sample.
    /// - [`Error::Setting`] when `count` is 0, and for the first quantile that is not finite or below the one before it.
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
                second: "places for them in samples of this size",
                second_count: expected,
            });
        }
        if let Some(position) = disorder(quantiles, count) {
            let allowed = "a finite number not below the one before it";
            return Err(Error::Setting { name: "quantile", value: quantiles[position], allowed });
        }
        Ok(Self { quantiles: quantiles.into(), count, normal: false, samples: PhantomData })
    }

    /// The same transformer with standard normal output.
    #[must_use]
    pub fn normal(mut self) -> Self {
        self.normal = true;
        self
    }

    /// The quantiles of a feature, counted from 0 in the order of the flat sample: from the smallest number to the
    /// largest, with the same part of the samples between one and the next.
    ///
    /// # Panics
    /// When a sample has no such feature.
    #[must_use]
    pub fn quantiles(&self, feature: usize) -> &[f64] {
        assert!(feature < A::LEN, "there is no feature {feature}: a sample has {}", A::LEN);
        &self.quantiles[feature * self.count..][..self.count]
    }

    /// Whether the output is normal, and not uniform.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        self.normal
    }

    /// The sample with every feature transformed. Allocates nothing.
    #[must_use]
    pub fn apply(&self, sample: &A) -> A {
        let mut result = *sample;
        self.change(flat_mut(&mut result));
        result
    }

    /// The sample that [`apply`](Self::apply) takes to `sample`, up to rounding, where there is one: linear between the
    /// quantiles, and the smallest or the largest of them from the bounds on.
    ///
    /// Fitted to targets, it gives predictions their unit back.
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

    /// The data set with every input transformed, where it lies. Targets stay.
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

    /// The data set with every target transformed, where it lies: for a transformer that was fitted to targets. Inputs stay.
    ///
    /// What a network then predicts, [`invert`](Self::invert) gives its unit back.
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

    /// F(x) or Φ⁻¹(F(x)) for every number of a sample.
    fn change(&self, numbers: &mut [A::Scalar]) {
        // A little further out than the tail, so that the inverse takes a bound for the bound.
        let end = TAIL - f64::EPSILON;
        change(numbers, |feature, x| {
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

/// The first of the quantiles, `count` for each feature, that is not finite or below the one before it.
fn disorder(quantiles: &[f64], count: usize) -> Option<usize> {
    let in_order = |place: usize| place.is_multiple_of(count) || quantiles[place - 1] <= quantiles[place];
    (0..quantiles.len()).find(|&place| !quantiles[place].is_finite() || !in_order(place))
}

/// Appends the quantiles 0, 1 / (count - 1), …, 1 of sorted numbers, linear between two of them.
fn append_quantiles(sorted: &[f64], count: usize, quantiles: &mut Vec<f64>) {
    let start = quantiles.len();
    for index in 0..count {
        // Whole numbers, so that a quantile that is a sample is that sample.
        let position = index as u128 * (sorted.len() - 1) as u128;
        let steps = (count - 1).max(1) as u128;
        #[allow(clippy::cast_possible_truncation, reason = "a position in the samples")]
        let below = (position / steps) as usize;
        let above = (below + 1).min(sorted.len() - 1);
        let quantile = between((position % steps) as f64 / steps as f64, sorted[below], sorted[above]);
        // Rounding must not undo the order.
        quantiles.push(quantiles[start..].last().map_or(quantile, |&last| quantile.max(last)));
    }
}

/// Which part of the distribution is below `x`, from 0 to 1.
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

/// The number with the part `p` of the distribution below it, where `tail` at both ends counts as nothing.
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
