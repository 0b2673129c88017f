//! How are features brought to a range that is known in advance?

use alloc::boxed::Box;
use alloc::vec;
#[cfg(feature = "safetensors")]
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

/// Gives every feature the range 0 to 1, or another range, with minima and maxima measured on training data.
///
/// y = low + (x - min) / (max - min) · (high - low) for each feature, with min and max over the samples of [`fit`](Self::fit).
/// A feature that is constant there uses 1 in place of max - min, so that it becomes `low`.
///
/// Fit it to the training data only, because the test data are not known in advance. Values outside of min and max are mapped
/// outside of the range, by the same line; they are not clipped. A single outlier can take up most of the range; then
/// [`Standardizer`](crate::Standardizer) or [`QuantileTransformer`](crate::QuantileTransformer) is better.
///
/// # Shapes
/// `A` is the array of one sample, `[f32; 64]` for a `Vector<64>`. A sample or a data set of a different size does not compile:
///
/// ```compile_fail,E0277
/// use typenet::dataset::{self, MinMax};
///
/// let scaler = MinMax::fit(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// scaler.transform(dataset::digits()); // 64 values, not 3
/// ```
///
/// # Numerics
/// Each result is computed in `f64` and rounded to the scalar type at the end; min becomes exactly `low` and max exactly
/// `high`. A feature is constant if all its values are equal. scikit-learn also treats a feature as constant if its range is
/// below 2.2 · 10⁻¹⁵, whatever its unit.
///
/// A result that is too large for the scalar type becomes the largest finite value of its sign. Finite samples therefore stay
/// finite, and a data set stays valid. NaN and infinities in a sample stay unchanged.
///
/// # Source
/// The formula is that of scikit-learn's `MinMaxScaler`.
///
/// # Example
/// ```
/// use typenet::dataset::MinMax;
///
/// let scaler = MinMax::fit(&[[1.0_f32, 5.0], [3.0, 5.0], [2.0, 5.0]]);
/// assert_eq!((scaler.minima(), scaler.maxima()), ([1.0, 5.0].as_slice(), [3.0, 5.0].as_slice()));
/// assert_eq!(scaler.apply(&[2.5, 5.0]), [0.75, 0.0]);
/// assert_eq!(scaler.range(-1.0, 1.0).apply(&[2.5, 5.0]), [0.5, -1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MinMax<A> {
    minima: Box<[f64]>,
    maxima: Box<[f64]>,
    /// The results for minima and maxima.
    range: [f64; 2],
    samples: PhantomData<fn(&A)>,
}

impl<A> MinMax<A> {
    /// Measures the smallest and the largest value of every feature over `samples`.
    ///
    /// # Panics
    /// Panics if `samples` is empty, or contains a value that is not finite. The inputs of a [`Dataset`] never do.
    #[must_use]
    pub fn fit<S: FitsScaler<A>>(samples: &[S]) -> Self {
        assert!(!samples.is_empty(), "a `MinMax` needs at least one sample");
        let (mut minima, mut maxima) = (vec![f64::INFINITY; S::LEN], vec![f64::NEG_INFINITY; S::LEN]);
        for sample in samples {
            let values = S::flat_batch(slice::from_ref(sample));
            for ((value, min), max) in values.iter().zip(&mut minima).zip(&mut maxima) {
                let x = value.to_f64();
                assert!(x.is_finite(), "a `MinMax` cannot be fitted to {x}: data must be finite");
                (*min, *max) = (x.min(*min), x.max(*max));
            }
        }
        Self { minima: minima.into(), maxima: maxima.into(), range: [0.0, 1.0], samples: PhantomData }
    }
}

impl<A: SampleArray> MinMax<A> {
    /// Creates a scaler from measured minima and maxima, such as those that [`minima`](Self::minima) and
    /// [`maxima`](Self::maxima) returned before they were stored. The range is 0 to 1.
    ///
    /// # Errors
    /// - [`Error::CountMismatch`] if there is not one minimum and one maximum for each feature of a sample.
    /// - [`Error::Setting`] for the first value that is not finite, or a maximum below its minimum.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::MinMax;
    ///
    /// let scaler = MinMax::fit(&[[1.0_f32, 5.0], [3.0, 6.0]]);
    /// assert_eq!(MinMax::from_bounds(scaler.minima(), scaler.maxima())?, scaler);
    ///
    /// let error = MinMax::<[f32; 1]>::from_bounds(&[1.0], &[0.5]).unwrap_err();
    /// assert_eq!(error.to_string(), "the maximum is 0.5, but must be a finite number not below its minimum");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_bounds(minima: &[f64], maxima: &[f64]) -> Result<Self> {
        for (first, count) in [("minima", minima.len()), ("maxima", maxima.len())] {
            if count != A::LEN {
                let (second, second_count) = ("features in a sample", A::LEN);
                return Err(Error::CountMismatch { first, first_count: count, second, second_count });
            }
        }
        for (&min, &max) in minima.iter().zip(maxima) {
            if !min.is_finite() {
                return Err(Error::Setting { name: "minimum", value: min, allowed: "a finite number" });
            }
            if !max.is_finite() || max < min {
                let allowed = "a finite number not below its minimum";
                return Err(Error::Setting { name: "maximum", value: max, allowed });
            }
        }
        Ok(Self { minima: minima.into(), maxima: maxima.into(), range: [0.0, 1.0], samples: PhantomData })
    }

    /// Returns the same scaler with another range in place of 0 to 1.
    ///
    /// # Panics
    /// Panics unless both bounds are finite and `low` is below `high`.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        assert!(
            low.is_finite() && high.is_finite() && low < high,
            "the range of a `MinMax` is from a finite number to a larger one, not from {low} to {high}"
        );
        self.range = [low, high];
        self
    }

    /// Returns the smallest value of every feature, in the order of the flat sample.
    #[must_use]
    pub fn minima(&self) -> &[f64] {
        &self.minima
    }

    /// Returns the largest value of every feature, in the order of the flat sample.
    #[must_use]
    pub fn maxima(&self) -> &[f64] {
        &self.maxima
    }

    /// Returns the range: the results for minima and maxima.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        (self.range[0], self.range[1])
    }

    /// Returns the sample with every feature scaled to the range. Allocates nothing.
    #[must_use]
    pub fn apply(&self, sample: &A) -> A {
        let mut result = *sample;
        self.scale(flat_mut(&mut result));
        result
    }

    /// Returns the sample that [`apply`](Self::apply) maps to `sample`, up to rounding:
    /// x = min + (y - low) / (high - low) · (max - min).
    ///
    /// For a scaler that was fitted to targets, this converts predictions back to their original unit.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::MinMax;
    ///
    /// let scaler = MinMax::fit(&[[100.0_f32], [300.0]]);
    /// assert_eq!(scaler.apply(&[350.0]), [1.25]);
    /// assert_eq!(scaler.invert(&[1.25]), [350.0]);
    /// ```
    #[must_use]
    pub fn invert(&self, sample: &A) -> A {
        let mut result = *sample;
        change(flat_mut(&mut result), |feature, y| {
            let (min, max) = (self.minima[feature], self.maxima[feature]);
            let t = fraction(y, self.range[0], self.range[1]);
            if min == max { min + t } else { between(t, min, max) }
        });
        result
    }

    /// Scales every input of the data set in place. Targets stay unchanged.
    #[must_use]
    pub fn transform<X: Shape, Y: Target>(&self, mut data: Dataset<X, Y, A::Scalar>) -> Dataset<X, Y, A::Scalar>
    where
        X::Array<A::Scalar>: SameSample<A>,
    {
        for sample in &mut data.inputs {
            self.scale(X::flat_mut(sample));
        }
        data
    }

    /// Scales every target of the data set in place, for a scaler that was fitted to targets. Inputs stay unchanged.
    ///
    /// [`invert`](Self::invert) then converts the predictions of a network back to their original unit.
    #[must_use]
    pub fn transform_targets<X: Shape, Y: Shape>(&self, mut data: Dataset<X, Y, A::Scalar>) -> Dataset<X, Y, A::Scalar>
    where
        Y::Array<A::Scalar>: SameSample<A>,
    {
        for target in &mut data.targets {
            self.scale(Y::flat_mut(target));
        }
        data
    }

    /// Computes low + (x - min) / (max - min) · (high - low) for every element of a sample.
    fn scale(&self, values: &mut [A::Scalar]) {
        change(values, |feature, x| {
            let (min, max) = (self.minima[feature], self.maxima[feature]);
            let t = if min == max { x - min } else { fraction(x, min, max) };
            between(t, self.range[0], self.range[1])
        });
    }
}

impl<A: SampleArray> Sealed for MinMax<A> {}

impl<A: SampleArray> Scaler<A> for MinMax<A> {
    fn apply(&self, sample: &A) -> A {
        self.apply(sample)
    }

    fn invert(&self, sample: &A) -> A {
        self.invert(sample)
    }

    #[cfg(feature = "safetensors")]
    const STORED: (&'static str, &'static [StoredTensor]) = (
        "min_max/",
        &[
            StoredTensor { name: "minimum", size: A::LEN, is_table: false },
            StoredTensor { name: "maximum", size: A::LEN, is_table: false },
            StoredTensor { name: "range", size: 2, is_table: false },
        ],
    );

    #[cfg(feature = "safetensors")]
    fn tensors(&self) -> Vec<&[f64]> {
        vec![&self.minima, &self.maxima, &self.range]
    }

    #[cfg(feature = "safetensors")]
    fn restored(values: Vec<f64>) -> core::result::Result<Self, Unfit> {
        let ((minima, rest), range) = (values.split_at(A::LEN), &values[2 * A::LEN..]);
        let maxima = &rest[..A::LEN];
        if let Some(place) = minima.iter().zip(maxima).position(|(min, max)| max < min) {
            let value = maxima[place];
            return Err(Unfit { position: A::LEN + place, value, rule: "a maximum is not below its minimum" });
        }
        if range[1] <= range[0] {
            let (position, value) = (2 * A::LEN + 1, range[1]);
            return Err(Unfit { position, value, rule: "the end of a range is above its start" });
        }
        let range = [range[0], range[1]];
        Ok(Self { minima: minima.into(), maxima: maxima.into(), range, samples: PhantomData })
    }
}
