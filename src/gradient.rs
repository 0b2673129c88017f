//! How long is a gradient, and how is it made shorter?

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::block::{Block, Gradient};
use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::scalar::Scalar;

/// Partial sums of a norm: number i of a run joins sum i mod 16, and the sums are added in their order.
const PARTIAL_SUMS: usize = 16;

impl<N> Gradient<N> {
    /// The square root of the sum of the squares of all learned numbers; statistics and frozen layers are left out.
    ///
    /// # Numerics
    /// Summed in `f64` in an order that depends on sizes alone. Infinite or NaN where the gradient is, or where the squares
    /// of an `f64` gradient exceed its range.
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
        N: Block<T>,
    {
        let numbers = self.parameters();
        let mut sum = 0.0;
        N::TENSORS.for_each_trainable(&mut |run| sum += dispatch(SquareSum(&numbers[run])));
        libm::sqrt(sum)
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
        N: Block<T>,
    {
        norms(self)
    }

    /// Multiplies all learned numbers by `factor`; statistics and frozen layers stay as they are.
    ///
    /// # Example
    /// ```
    /// use typenet::{Block, Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<1, 1>>::zeroed();
    /// (gradient.weight[0], gradient.bias[0]) = (3.0_f32, 4.0);
    /// gradient.scale(0.5);
    /// assert_eq!(gradient.parameters(), [1.5, 2.0]);
    /// ```
    pub fn scale<T: Kernels>(&mut self, factor: f64)
    where
        N: Block<T>,
    {
        let factor = T::from_f64(factor);
        self.for_each_learned(|number| *number *= factor);
    }

    /// Adds another gradient times `weight`, statistics and frozen layers included: gradients of several batches become that
    /// of the joint batch, each with its share of the samples as weight.
    ///
    /// # Example
    /// ```
    /// use typenet::{Block, Dense, Gradient};
    ///
    /// let (mut sum, mut gradient) = (Gradient::<Dense<1, 1>>::zeroed(), Gradient::<Dense<1, 1>>::zeroed());
    /// (gradient.weight[0], gradient.bias[0]) = (3.0_f32, 4.0);
    /// sum.add_scaled(&gradient, 0.25);
    /// sum.add_scaled(&gradient, 0.75);
    /// assert_eq!(sum.parameters(), gradient.parameters());
    /// ```
    pub fn add_scaled<T: Kernels>(&mut self, other: &Self, weight: f64)
    where
        N: Block<T>,
    {
        let (sum, addend) = (self.parameters_mut(), other.parameters());
        dispatch(AddScaled { sum, addend, weight: T::from_f64(weight) });
    }

    /// Makes the gradient shorter where its [`norm`](Self::norm) exceeds `largest`: all learned numbers are multiplied by
    /// `largest` / norm. Gives the norm before.
    ///
    /// A gradient whose norm is not finite stays as it is, for the optimizer to report.
    ///
    /// # Errors
    /// [`Error::Setting`] when `largest` is not a finite number above 0.
    ///
    /// # Example
    /// ```
    /// use typenet::{Block, Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<1, 1>>::zeroed();
    /// (gradient.weight[0], gradient.bias[0]) = (3.0_f32, 4.0);
    /// assert_eq!(gradient.clip_norm(2.5)?, 5.0);
    /// assert_eq!(gradient.parameters(), [1.5, 2.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn clip_norm<T: Kernels>(&mut self, largest: f64) -> Result<f64>
    where
        N: Block<T>,
    {
        check_norm::<T>(largest)?;
        let norm = self.norm();
        if norm.is_finite() && norm > largest {
            self.scale(largest / norm);
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
    /// use typenet::{Block, Dense, Gradient};
    ///
    /// let mut gradient = Gradient::<Dense<1, 1>>::zeroed();
    /// (gradient.weight[0], gradient.bias[0]) = (-3.0_f32, 0.25);
    /// gradient.clip_value(0.5)?;
    /// assert_eq!(gradient.parameters(), [-0.5, 0.25]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn clip_value<T: Kernels>(&mut self, largest: f64) -> Result<()>
    where
        N: Block<T>,
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
        N: Block<T>,
    {
        let numbers = self.parameters_mut();
        N::TENSORS.for_each_trainable(&mut |run: Range<usize>| numbers[run].iter_mut().for_each(&mut change));
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
/// use typenet::{Block, Dense};
///
/// let mut layer: Box<Dense<2, 1>> = Block::<f32>::zeroed();
/// (layer.weight[0], layer.weight[1]) = (3.0, 4.0);
/// assert_eq!(norms(&*layer), [("weight".to_string(), 5.0), ("bias".to_string(), 0.0)]);
/// ```
#[must_use]
pub fn norms<T: Kernels, B: Block<T>>(block: &B) -> Vec<(String, f64)> {
    let numbers = block.parameters();
    let norm = |range| libm::sqrt(dispatch(SquareSum(&numbers[range])));
    B::TENSORS.list().into_iter().map(|tensor| (tensor.name, norm(tensor.range))).collect()
}

/// Σ x², in `f64`. Squares are rounded before they are added, so all instruction sets give the same bits.
struct SquareSum<'a, T>(&'a [T]);

impl<T: Kernels> Program for SquareSum<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<I: Isa>(self, _: I) -> f64 {
        let mut sums = [0.0; PARTIAL_SUMS];
        for chunk in self.0.chunks(PARTIAL_SUMS) {
            for (sum, number) in sums.iter_mut().zip(chunk) {
                let number = number.to_f64();
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
