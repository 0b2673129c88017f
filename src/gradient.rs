//! What is the gradient of a network, what is its norm, and how is it clipped?

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::ops::{Deref, DerefMut, Range};

use crate::error::{Error, Result};
use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::scalar::Scalar;

/// The derivatives of a loss with respect to every parameter of a network, with the layout of the network:
/// `gradient.hidden.weight`.
///
/// # Example
/// ```
/// use typenet::{FlatParameters, Dense, Gradient};
///
/// let gradient = Gradient::<Dense<2, 3>>::zeroed();
/// assert_eq!(gradient.weight.norm(), 0.0);
/// ```
#[repr(transparent)]
pub struct Gradient<N>(N);

flat_parameters!([N: FlatParameters<T>,] Gradient<N>, N::TENSORS);

impl<N> Gradient<N> {
    /// Allocates a gradient of zeros.
    #[must_use]
    pub fn zeroed<T: Scalar>() -> Box<Self>
    where
        N: FlatParameters<T>,
    {
        <Self as FlatParameters<T>>::zeroed()
    }
}

impl<N> Deref for Gradient<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.0
    }
}

impl<N> DerefMut for Gradient<N> {
    fn deref_mut(&mut self) -> &mut N {
        &mut self.0
    }
}

impl<N: Debug> Debug for Gradient<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gradient").field(&self.0).finish()
    }
}

/// The number of partial sums of a norm. Element i of a range is added to sum i mod 16, and the sums are added in order.
const PARTIAL_SUMS: usize = 16;

impl<N> Gradient<N> {
    /// Returns the square root of the sum of the squares of all trained elements. Statistics and frozen layers are excluded.
    ///
    /// # Numerics
    /// The sum is computed in `f64`, in an order that depends only on sizes. If squares leave the range of `f64`, the elements
    /// are scaled by a power of two and summed again. The norm is therefore infinite or NaN only if the gradient is, or if the
    /// norm itself exceeds the range.
    ///
    /// # Example
    /// ```
    /// use typenet::{Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<2, 1>>::zeroed();
    /// (gradient.weight[1], gradient.bias[0]) = (3.0_f32, 4.0);
    /// assert_eq!(gradient.norm(), 5.0);
    /// ```
    #[must_use]
    pub fn norm<T: Kernels>(&self) -> f64
    where
        N: FlatParameters<T>,
    {
        self.length().norm()
    }

    fn length<T: Kernels>(&self) -> Length
    where
        N: FlatParameters<T>,
    {
        let values = self.parameters();
        Length::of(|factor| {
            let mut sum = 0.0;
            N::TENSORS.for_each_trainable(&mut |range| sum += dispatch(SquareSum { values: &values[range], factor }));
            sum
        })
    }

    /// Returns the norm of every tensor with its dotted name, in memory order, including statistics and frozen layers.
    ///
    /// # Example
    /// ```
    /// use typenet::{Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<2, 1>>::zeroed();
    /// (gradient.weight[0], gradient.weight[1]) = (3.0_f32, 4.0);
    /// assert_eq!(gradient.norms(), [("weight".to_string(), 5.0), ("bias".to_string(), 0.0)]);
    /// ```
    #[must_use]
    pub fn norms<T: Kernels>(&self) -> Vec<(String, f64)>
    where
        N: FlatParameters<T>,
    {
        norms(self)
    }

    /// Multiplies all trained elements by `factor`. Statistics and frozen layers stay unchanged.
    ///
    /// # Example
    /// ```
    /// use typenet::{FlatParameters, Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<1, 1>>::zeroed();
    /// (gradient.weight[0], gradient.bias[0]) = (3.0_f32, 4.0);
    /// gradient.scale(0.5);
    /// assert_eq!(gradient.parameters(), [1.5, 2.0]);
    /// ```
    pub fn scale<T: Kernels>(&mut self, factor: f64)
    where
        N: FlatParameters<T>,
    {
        let factor = T::from_f64(factor);
        self.for_each_learned(|value| *value *= factor);
    }

    /// Multiplies all elements by `factor`, including statistics and frozen layers.
    #[cfg(feature = "std")]
    pub(crate) fn scale_with_statistics<T: Kernels>(&mut self, factor: f64)
    where
        N: FlatParameters<T>,
    {
        let factor = T::from_f64(factor);
        self.parameters_mut().iter_mut().for_each(|value| *value *= factor);
    }

    /// Adds another gradient times `weight`, including statistics and frozen layers. This combines the gradients of several
    /// batches into that of the joint batch, each weighted by its share of the samples, unless a layer normalizes over the batch.
    ///
    /// # Example
    /// ```
    /// use typenet::{FlatParameters, Dense, Gradient};
    ///
    /// let (mut sum, mut gradient) = (Gradient::<Dense<1, 1>>::zeroed(), Gradient::<Dense<1, 1>>::zeroed());
    /// (gradient.weight[0], gradient.bias[0]) = (3.0_f32, 4.0);
    /// sum.add_scaled(&gradient, 0.25);
    /// sum.add_scaled(&gradient, 0.75);
    /// assert_eq!(sum.parameters(), gradient.parameters());
    /// ```
    pub fn add_scaled<T: Kernels>(&mut self, other: &Self, weight: f64)
    where
        N: FlatParameters<T>,
    {
        let (sum, addend) = (self.parameters_mut(), other.parameters());
        dispatch(AddScaled { sum, addend, weight: T::from_f64(weight) });
    }

    /// Shortens the gradient if its [`norm`](Self::norm) exceeds `largest`, by multiplying all trained elements by
    /// `largest` / norm. Returns the norm before the change.
    ///
    /// A gradient with an element that is not finite stays unchanged, so that the optimizer can report it. A gradient of finite
    /// elements is shortened even if its norm exceeds the largest `f64`.
    ///
    /// # Errors
    /// [`Error::Setting`] if `largest` is not a finite number above 0.
    ///
    /// # Example
    /// ```
    /// use typenet::{FlatParameters, Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<1, 1>>::zeroed();
    /// (gradient.weight[0], gradient.bias[0]) = (3.0_f32, 4.0);
    /// assert_eq!(gradient.clip_norm(2.5)?, 5.0);
    /// assert_eq!(gradient.parameters(), [1.5, 2.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn clip_norm<T: Kernels>(&mut self, largest: f64) -> Result<f64>
    where
        N: FlatParameters<T>,
    {
        check_norm::<T>(largest)?;
        let length = self.length();
        let norm = length.norm();
        if length.root.is_finite() && norm > largest {
            let factor = largest / norm;
            // A factor below the smallest normal value, 4 / MAX, has lost digits or is zero. The gradient is then first
            // scaled to the length 1, by two factors, since one alone may be too small as well.
            if factor >= 4.0 / T::LARGEST {
                self.scale(factor);
            } else {
                let first = 1.0 / libm::sqrt(T::LARGEST);
                self.scale(first);
                self.scale(1.0 / (length.root * (length.unit * first)));
                self.scale(largest);
            }
        }
        Ok(norm)
    }

    /// Clamps every trained element to -`largest` ..= `largest`. Statistics and frozen layers stay unchanged.
    ///
    /// NaN and infinities stay unchanged, so that the optimizer can report them.
    ///
    /// # Errors
    /// [`Error::Setting`] if `largest` is not a finite number above 0.
    ///
    /// # Example
    /// ```
    /// use typenet::{FlatParameters, Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<1, 1>>::zeroed();
    /// (gradient.weight[0], gradient.bias[0]) = (-3.0_f32, 0.25);
    /// gradient.clip_value(0.5)?;
    /// assert_eq!(gradient.parameters(), [-0.5, 0.25]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn clip_value<T: Kernels>(&mut self, largest: f64) -> Result<()>
    where
        N: FlatParameters<T>,
    {
        check_value::<T>(largest)?;
        let largest = T::from_f64(largest);
        self.for_each_learned(|value| {
            if value.is_finite() && value.absolute() > largest {
                *value = if *value > T::ZERO { largest } else { T::ZERO - largest };
            }
        });
        Ok(())
    }

    fn for_each_learned<T: Kernels>(&mut self, mut change: impl FnMut(&mut T))
    where
        N: FlatParameters<T>,
    {
        let values = self.parameters_mut();
        N::TENSORS.for_each_trainable(&mut |range: Range<usize>| values[range].iter_mut().for_each(&mut change));
    }
}

/// Checks the largest norm of a gradient.
pub(crate) fn check_norm<T: Scalar>(largest: f64) -> Result<()> {
    check_bound::<T>("largest norm of a gradient", largest)
}

/// Checks the largest value of a gradient.
pub(crate) fn check_value<T: Scalar>(largest: f64) -> Result<()> {
    check_bound::<T>("largest value of a gradient", largest)
}

/// Checks that a bound on gradients is a finite number above 0, also after rounding to `T`.
fn check_bound<T: Scalar>(name: &'static str, value: f64) -> Result<()> {
    let rounded = T::from_f64(value);
    if value.is_finite() && rounded.is_finite() && rounded > T::ZERO {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "a finite number above 0, also after rounding to the scalar type" })
}

/// Returns the norm of every tensor with its dotted name, in memory order.
///
/// # Example
/// ```
/// use typenet::gradient::norms;
/// use typenet::{FlatParameters, Dense};
///
/// let mut layer: Box<Dense<2, 1>> = FlatParameters::<f32>::zeroed();
/// (layer.weight[0], layer.weight[1]) = (3.0, 4.0);
/// assert_eq!(norms(&*layer), [("weight".to_string(), 5.0), ("bias".to_string(), 0.0)]);
/// ```
#[must_use]
pub fn norms<T: Kernels, B: FlatParameters<T>>(block: &B) -> Vec<(String, f64)> {
    let values = block.parameters();
    let norm = |range: Range<usize>| {
        let values = &values[range];
        Length::of(|factor| dispatch(SquareSum { values, factor })).norm()
    };
    B::TENSORS.list().into_iter().map(|tensor| (tensor.name, norm(tensor.range))).collect()
}

/// √Σ x², as the product of a power of two and a scaled root.
struct Length {
    unit: f64,
    root: f64,
}

impl Length {
    /// 2⁻⁶⁰⁰ and its inverse bring the largest values below 2⁴²⁴ and the smallest to 2⁻⁴⁷⁴, so that squares neither overflow
    /// nor underflow.
    const SMALL: f64 = f64::from_bits((1023 - 600) << 52);
    const LARGE: f64 = f64::from_bits((1023 + 600) << 52);
    /// 2⁻⁹⁶⁰. In a sum of at least this size, the digits that squares lose below the normal range are beyond the last digit.
    const SMALLEST_SUM: f64 = f64::from_bits((1023 - 960) << 52);

    /// Computes the length of the elements for which `square_sum` returns the sum of squares after multiplying each element by
    /// its argument.
    fn of(square_sum: impl Fn(f64) -> f64) -> Self {
        let sum = square_sum(1.0);
        if sum < Self::SMALLEST_SUM {
            return Self { unit: Self::SMALL, root: libm::sqrt(square_sum(Self::LARGE)) };
        }
        if sum.is_finite() {
            return Self { unit: 1.0, root: libm::sqrt(sum) };
        }
        Self { unit: Self::LARGE, root: libm::sqrt(square_sum(Self::SMALL)) }
    }

    fn norm(&self) -> f64 {
        self.root * self.unit
    }
}

/// Computes Σ (c x)² in `f64`. Squares are rounded before they are added, so all instruction sets give the same bits.
struct SquareSum<'a, T> {
    values: &'a [T],
    factor: f64,
}

impl<T: Kernels> Program for SquareSum<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<I: Isa>(self, _: I) -> f64 {
        let mut sums = [0.0; PARTIAL_SUMS];
        for chunk in self.values.chunks(PARTIAL_SUMS) {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                let value = value.to_f64() * self.factor;
                *sum += value * value;
            }
        }
        sums.iter().sum()
    }
}

/// Computes a ← a + w b, rounded twice, so that all instruction sets give the same bits.
struct AddScaled<'a, T> {
    sum: &'a mut [T],
    addend: &'a [T],
    weight: T,
}

impl<T: Kernels> Program for AddScaled<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        for (sum, &addend) in self.sum.iter_mut().zip(self.addend) {
            *sum += self.weight * addend;
        }
    }
}
