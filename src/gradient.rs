//! What is the gradient of a network, how large is its norm, and how is it clipped?

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::ops::{Deref, DerefMut, Range};

use crate::error::{Error, Result};
use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::scalar::Scalar;

/// The derivatives of a loss with respect to every parameter of a network, laid out as the network: `gradient.hidden.weight`.
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

/// Partial sums of a norm: element i of a range joins sum i mod 16, and the sums are added in their order.
const PARTIAL_SUMS: usize = 16;

impl<N> Gradient<N> {
    /// The square root of the sum of the squares of all learned numbers; statistics and frozen layers are left out.
    ///
    /// # Numerics
    /// Summed in `f64` in an order that depends on sizes alone. Squares that leave its range are summed again with
    /// numbers times a power of two, so that the norm is infinite or NaN only where the gradient is, or where it
    /// exceeds the range itself.
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
        let numbers = self.parameters();
        Length::of(|factor| {
            let mut sum = 0.0;
            N::TENSORS.for_each_trainable(&mut |range| sum += dispatch(SquareSum { numbers: &numbers[range], factor }));
            sum
        })
    }

    /// The norm of every tensor with its dotted name, in the order of memory, statistics and frozen layers included.
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

    /// Multiplies all learned numbers by `factor`; statistics and frozen layers stay as they are.
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
        self.for_each_learned(|number| *number *= factor);
    }

    /// Adds another gradient times `weight`, statistics and frozen layers included: gradients of several batches become that
    /// of the joint batch, each with its share of the samples as weight.
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

    /// Makes the gradient shorter where its [`norm`](Self::norm) exceeds `largest`: all learned numbers are multiplied by
    /// `largest` / norm. Gives the norm before.
    ///
    /// A gradient with a number that is not finite stays as it is, for the optimizer to report; one of finite numbers
    /// becomes shorter also where its norm is beyond the largest `f64`.
    ///
    /// # Errors
    /// [`Error::Setting`] when `largest` is not a finite number above 0.
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
            // A factor below the smallest normal number, 4 / MAX, has lost digits or is zero. Then the gradient first
            // gets the length 1, by two factors, since one alone may be too small as well.
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

    /// Brings every learned number into -`largest` ..= `largest`; statistics and frozen layers stay as they are.
    ///
    /// NaN stays NaN, for the optimizer to report, and so do infinities.
    ///
    /// # Errors
    /// [`Error::Setting`] when `largest` is not a finite number above 0.
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
        self.for_each_learned(|number| {
            if number.is_finite() && number.absolute() > largest {
                *number = if *number > T::ZERO { largest } else { T::ZERO - largest };
            }
        });
        Ok(())
    }

    fn for_each_learned<T: Kernels>(&mut self, mut change: impl FnMut(&mut T))
    where
        N: FlatParameters<T>,
    {
        let numbers = self.parameters_mut();
        N::TENSORS.for_each_trainable(&mut |range: Range<usize>| numbers[range].iter_mut().for_each(&mut change));
    }
}

/// Refuses what cannot be the largest norm.
pub(crate) fn check_norm<T: Scalar>(largest: f64) -> Result<()> {
    check_bound::<T>("largest norm of a gradient", largest)
}

/// Refuses what cannot be the largest value.
pub(crate) fn check_value<T: Scalar>(largest: f64) -> Result<()> {
    check_bound::<T>("largest value of a gradient", largest)
}

/// Refuses a bound for gradients that is not a finite number above 0, also one that is so only in numbers of type `T`.
fn check_bound<T: Scalar>(name: &'static str, value: f64) -> Result<()> {
    let rounded = T::from_f64(value);
    if value.is_finite() && rounded.is_finite() && rounded > T::ZERO {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "a finite number above 0 in the network's numbers" })
}

/// The norm of every tensor of a block, with its dotted name, in the order of memory.
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
    let numbers = block.parameters();
    let norm = |range: Range<usize>| {
        let numbers = &numbers[range];
        Length::of(|factor| dispatch(SquareSum { numbers, factor })).norm()
    };
    B::TENSORS.list().into_iter().map(|tensor| (tensor.name, norm(tensor.range))).collect()
}

/// √Σ x², as a power of two and how often it goes into it.
struct Length {
    unit: f64,
    root: f64,
}

impl Length {
    /// 2⁻⁶⁰⁰ and its inverse bring the largest numbers below 2⁴²⁴ and the smallest to 2⁻⁴⁷⁴: squares have room on both
    /// sides.
    const SMALL: f64 = f64::from_bits((1023 - 600) << 52);
    const LARGE: f64 = f64::from_bits((1023 + 600) << 52);
    /// 2⁻⁹⁶⁰. In a sum of at least this, what squares below the normal numbers lose is beyond its last digit.
    const SMALLEST_SUM: f64 = f64::from_bits((1023 - 960) << 52);

    /// Of numbers whose squares, each number first multiplied by the argument, have the sum `square_sum`.
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

/// Σ (c x)², in `f64`. Squares are rounded before they are added, so all instruction sets give the same bits.
struct SquareSum<'a, T> {
    numbers: &'a [T],
    factor: f64,
}

impl<T: Kernels> Program for SquareSum<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<I: Isa>(self, _: I) -> f64 {
        let mut sums = [0.0; PARTIAL_SUMS];
        for chunk in self.numbers.chunks(PARTIAL_SUMS) {
            for (sum, number) in sums.iter_mut().zip(chunk) {
                let number = number.to_f64() * self.factor;
                *sum += number * number;
            }
        }
        sums.iter().sum()
    }
}

/// a ← a + w b, rounded twice, so that all instruction sets give the same bits.
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
