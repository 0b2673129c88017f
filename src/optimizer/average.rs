//! Which parameters stand for the whole way, and not for its last step?

use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::scalar::Scalar;

/// A moving average of the parameters of a network: of a noisy descent, often a better answer than its last step.
///
/// θ̄ ← θ at first, then θ̄ ← δ θ̄ + (1 - δ) θ after each step; or the mean of all. It covers all parameters, statistics and
/// frozen layers too.
///
/// In a loop of one's own, [`update`](Self::update) follows each step. `Trainer` takes `&mut average` as a callback, which
/// updates it after each step; networks are measured with it by [`with`](Self::with).
///
/// # Errors
/// A δ outside [0, 1); a network of another size.
///
/// # Source
/// B. T. Polyak and A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992; the first value as in
/// Keras's `use_ema` and PyTorch's `AveragedModel`.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::Average;
///
/// network!(struct Line = Dense<1, 1>);
///
/// let (mut line, mut average) = (Line::zeroed(), Average::exponential(0.75));
/// for bias in [8.0, 4.0, 0.0] {
///     line.dense.bias[0] = bias;
///     average.update(&*line)?;
/// }
/// // 8, then 0.75 · 8 + 0.25 · 4 = 7, then 0.75 · 7.
/// assert_eq!(average.with(&mut *line, |line| line.predict(&[1.0]))?, [5.25]);
/// assert_eq!(line.predict(&[1.0]), [0.0]);
/// average.copy_to(&mut *line)?;
/// assert_eq!(line.predict(&[1.0]), [5.25]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Average<T> {
    /// δ, or nothing for the mean of all.
    keep: Option<f64>,
    parameters: Vec<T>,
    count: u64,
}

impl<T: Kernels> Average<T> {
    /// Keeps the share δ of the average in each update: it reaches back some 1 / (1 - δ) steps.
    #[must_use]
    pub const fn exponential(keep: f64) -> Self {
        Self { keep: Some(keep), parameters: Vec::new(), count: 0 }
    }

    /// The mean of all parameters that it was updated with.
    #[must_use]
    pub const fn mean() -> Self {
        Self { keep: None, parameters: Vec::new(), count: 0 }
    }

    /// Refuses a δ out of range.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn check(&self) -> Result<()> {
        match self.keep {
            Some(value) if !(0.0..1.0).contains(&value) => Err(Error::Setting {
                name: "share of the average that is kept",
                value,
                allowed: "at least 0 and below 1",
            }),
            _ => Ok(()),
        }
    }

    /// Takes the parameters into the average. SlotValues is allocated the first time.
    ///
    /// # Errors
    /// [`Error::Setting`]; [`Error::CountMismatch`] after a network of another size. Nothing has changed then.
    pub fn update<N: FlatParameters<T>>(&mut self, network: &N) -> Result<()> {
        self.check()?;
        let parameters = network.parameters();
        if self.count == 0 {
            self.parameters.clear();
            self.parameters.extend_from_slice(parameters);
        } else {
            self.check_count(parameters.len())?;
            let share = self.keep.map_or(1.0 / (self.count as f64 + 1.0), |keep| 1.0 - keep);
            dispatch(Move { average: &mut self.parameters, towards: parameters, share: T::from_f64(share) });
        }
        self.count += 1;
        Ok(())
    }

    /// How many updates there were.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.count
    }

    /// The average, in the order of the network's parameters; empty before the first update.
    #[must_use]
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// Goes on from an average that was kept as the parameters of a network, in a file of weights for one, and had so many
    /// updates. `Trainer::save_checkpoint` does not hold averages; `train::Checkpoints` does, for one that is a callback of
    /// the run.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::Average;
    ///
    /// network!(struct Line = Dense<1, 1>);
    ///
    /// let (mut line, mut average) = (Line::zeroed(), Average::mean());
    /// average.update(&*line)?;
    /// line.dense.bias[0] = 3.0;
    /// average.update(&*line)?;
    ///
    /// let mut kept = Line::zeroed();
    /// average.copy_to(&mut *kept)?;
    /// let mut resumed = Average::mean();
    /// resumed.resume(&*kept, average.updates());
    /// for average in [&mut average, &mut resumed] {
    ///     average.update(&*line)?;
    ///     assert_eq!(average.parameters(), [0.0, 2.0]);
    /// }
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn resume<N: FlatParameters<T>>(&mut self, average: &N, updates: u64) {
        self.restore(average.parameters(), updates);
    }

    /// Takes back an average of so many updates.
    pub(crate) fn restore(&mut self, parameters: &[T], updates: u64) {
        self.reset();
        if updates > 0 {
            self.parameters.extend_from_slice(parameters);
            self.count = updates;
        }
    }

    /// Forgets everything but the settings.
    pub fn reset(&mut self) {
        self.parameters.clear();
        self.count = 0;
    }

    /// Gives the network the average as its parameters.
    ///
    /// # Errors
    /// [`Error::CountMismatch`] for a network of another size, and before the first update. Nothing has changed then.
    pub fn copy_to<N: FlatParameters<T>>(&self, network: &mut N) -> Result<()> {
        self.check_count(N::LEN)?;
        network.parameters_mut().copy_from_slice(&self.parameters);
        Ok(())
    }

    /// Calls `use_it` with the average in the network, whose own parameters are put back afterwards. Nothing is allocated.
    ///
    /// # Errors
    /// As [`copy_to`](Self::copy_to).
    pub fn with<N: FlatParameters<T>, R>(&mut self, network: &mut N, use_it: impl FnOnce(&N) -> R) -> Result<R> {
        self.check_count(N::LEN)?;
        let swapped = Swapped::new(network, &mut self.parameters);
        Ok(use_it(swapped.network))
    }

    fn check_count(&self, count: usize) -> Result<()> {
        if self.count > 0 && self.parameters.len() == count {
            return Ok(());
        }
        let (first_count, second_count) = (count, self.parameters.len());
        Err(Error::CountMismatch { first: "parameters", first_count, second: "averages", second_count })
    }
}

/// A network whose parameters are elsewhere until this is dropped, also by a panic.
struct Swapped<'a, N: FlatParameters<T>, T: Scalar> {
    network: &'a mut N,
    own: &'a mut [T],
}

impl<'a, N: FlatParameters<T>, T: Scalar> Swapped<'a, N, T> {
    fn new(network: &'a mut N, other: &'a mut [T]) -> Self {
        network.parameters_mut().swap_with_slice(other);
        Self { network, own: other }
    }
}

impl<N: FlatParameters<T>, T: Scalar> Drop for Swapped<'_, N, T> {
    fn drop(&mut self) {
        self.network.parameters_mut().swap_with_slice(self.own);
    }
}

struct Move<'a, T> {
    average: &'a mut [T],
    towards: &'a [T],
    share: T,
}

impl<T: Kernels> Program for Move<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        for (average, &parameter) in self.average.iter_mut().zip(self.towards) {
            *average = isa.mul_add(self.share, parameter - *average, *average);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Average;
    use crate::error::Error;
    use crate::flat_parameters::FlatParameters;
    use crate::layer::Dense;

    type Layer = Dense<1, 1, f64>;

    fn layer(weight: f64) -> alloc::boxed::Box<Layer> {
        let mut layer: alloc::boxed::Box<Layer> = FlatParameters::<f64>::zeroed();
        layer.weight[0] = weight;
        layer
    }

    #[test]
    fn the_mean_is_that_of_all_updates() {
        let mut average = Average::mean();
        for weight in [1.0, 5.0, 0.0, 10.0] {
            average.update(&*layer(weight)).unwrap();
        }
        assert_eq!((average.parameters(), average.updates()), (&[4.0, 0.0][..], 4));
        average.reset();
        average.update(&*layer(2.0)).unwrap();
        assert_eq!(average.parameters(), [2.0, 0.0]);
    }

    #[test]
    fn settings_out_of_range_and_other_sizes_are_refused() {
        for bad in [-0.1, 1.0, f64::NAN] {
            assert!(matches!(Average::exponential(bad).update(&*layer(1.0)), Err(Error::Setting { .. })));
        }
        let mut average = Average::<f64>::exponential(0.5);
        assert!(average.copy_to(&mut *layer(1.0)).is_err());
        average.update(&*layer(1.0)).unwrap();
        let mut other: alloc::boxed::Box<Dense<2, 1, f64>> = FlatParameters::<f64>::zeroed();
        assert!(average.update(&*other).is_err() && average.copy_to(&mut *other).is_err());
        assert!(average.with(&mut *other, |_| ()).is_err());
        assert_eq!(average.updates(), 1);
    }
}
