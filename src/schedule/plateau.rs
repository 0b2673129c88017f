//! A rate that falls when the loss no longer does.

use crate::error::{Error, Result};

/// Multiplies the learning rate by a factor when the loss has not become better for some epochs, and has a state.
///
/// An epoch is better when its loss is below the best one by more than `min_delta`. After `patience` epochs in a row that
/// were not, the rate is multiplied by `factor`, never below `min_rate`, and a [`cooldown`](Self::cooldown) starts.
///
/// # Errors
/// A factor outside (0, 1), and a `min_delta` or `min_rate` that is negative or not finite, are refused when training starts.
///
/// # Source
/// Keras's `ReduceLROnPlateau`, with its defaults and its way of counting. PyTorch's counts one epoch more of each: its
/// `patience=p, cooldown=c, threshold_mode="abs"` is `.patience(p + 1).cooldown(c + 1)` here.
///
/// # Example
/// In a custom loop; `Trainer::reduce_on_plateau` does the same with the loss on the validation set, or the training loss without
/// one, and `Trainer::reduce_on_plateau_of` with any measure.
/// ```
/// use typenet::schedule::ReduceOnPlateau;
///
/// let mut plateau = ReduceOnPlateau::new().factor(0.5).patience(2);
/// let rates = [5.0, 4.0, 4.0, 4.5, 3.0].map(|loss| {
///     plateau.observe(loss);
///     plateau.rate(0.1)
/// });
/// // For `optimizer.set_factor(plateau.rate(0.1) / 0.1)`.
/// assert_eq!(rates, [0.1, 0.1, 0.1, 0.05, 0.05]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: u32,
    min_delta: f64,
    cooldown: u32,
    min_rate: f64,
    state: PlateauState,
}

/// What has been seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlateauState {
    /// The best loss; infinite before the first.
    pub(crate) best: f64,
    /// What the rate has come to be multiplied by.
    pub(crate) reduction: f64,
    /// Epochs in a row that were not better.
    pub(crate) waited: u32,
    /// What is left of the cooldown, in epochs; the last of them counts again.
    pub(crate) cooling: u32,
}

impl PlateauState {
    const NEW: Self = Self { best: f64::INFINITY, reduction: 1.0, waited: 0, cooling: 0 };
}

impl Default for ReduceOnPlateau {
    fn default() -> Self {
        Self::new()
    }
}

impl ReduceOnPlateau {
    /// A tenth after 10 epochs that were not better by more than 1e-4, without cooldown or smallest rate.
    #[must_use]
    pub const fn new() -> Self {
        Self { factor: 0.1, patience: 10, min_delta: 1e-4, cooldown: 0, min_rate: 0.0, state: PlateauState::NEW }
    }

    /// What the rate is multiplied by.
    #[must_use]
    pub const fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// After how many epochs in a row that were not better; 0 is as 1.
    #[must_use]
    pub const fn patience(self, epochs: u32) -> Self {
        Self { patience: epochs, ..self }
    }

    /// How much better than the best an epoch must be to count as better.
    #[must_use]
    pub const fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// Cooldown after a reduction: the next `cooldown - 1` epochs do not count towards `patience`.
    ///
    /// Keras counts in this way: an epoch first shortens the cooldown by 1, and counts if nothing is left of it. So a
    /// cooldown of 1 is the same as none. An epoch that does not count can still be the best one.
    ///
    /// # Example
    /// A loss that never falls, with a patience of 2.
    /// ```
    /// use typenet::schedule::ReduceOnPlateau;
    ///
    /// /// The epochs, counted from 1, after which the rate is reduced.
    /// fn reductions(mut plateau: ReduceOnPlateau) -> Vec<usize> {
    ///     let mut rate = 1.0;
    ///     let mut is_reduced = |_: &usize| {
    ///         plateau.observe(1.0);
    ///         let before = std::mem::replace(&mut rate, plateau.rate(1.0));
    ///         rate < before
    ///     };
    ///     (1..=10).filter(|epoch| is_reduced(epoch)).collect()
    /// }
    /// let plateau = ReduceOnPlateau::new().patience(2);
    /// assert_eq!(reductions(plateau), [3, 5, 7, 9]);
    /// assert_eq!(reductions(plateau.cooldown(1)), [3, 5, 7, 9]);
    /// assert_eq!(reductions(plateau.cooldown(2)), [3, 6, 9]);
    /// assert_eq!(reductions(plateau.cooldown(3)), [3, 7]);
    /// ```
    #[must_use]
    pub const fn cooldown(self, epochs: u32) -> Self {
        Self { cooldown: epochs, ..self }
    }

    /// The rate is not reduced below this one.
    #[must_use]
    pub const fn min_rate(self, rate: f64) -> Self {
        Self { min_rate: rate, ..self }
    }

    /// Refuses settings out of range.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn check(&self) -> Result<()> {
        let (name, value) = ("factor on a plateau", self.factor);
        if !(value > 0.0 && value < 1.0) {
            return Err(Error::Setting { name, value, allowed: "above 0 and below 1" });
        }
        for (name, value) in [("smallest improvement", self.min_delta), ("smallest rate", self.min_rate)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::Setting { name, value, allowed: "a finite number of at least 0" });
            }
        }
        Ok(())
    }

    /// Takes the loss of an epoch into account. NaN is no better than the best. Of a value that is better when it is larger, such as
    /// an accuracy, observe the negative.
    pub fn observe(&mut self, loss: f64) {
        let state = &mut self.state;
        if state.cooling > 0 {
            (state.cooling, state.waited) = (state.cooling - 1, 0);
        }
        if loss < state.best - self.min_delta {
            (state.best, state.waited) = (loss, 0);
        } else if state.cooling == 0 {
            state.waited += 1;
            if state.waited >= self.patience {
                // What is smaller than all rates would be no factor.
                state.reduction = (state.reduction * self.factor).max(f64::MIN_POSITIVE);
                (state.cooling, state.waited) = (self.cooldown, 0);
            }
        }
    }

    /// What the learning rate has come to, from that of the settings or of a schedule.
    #[must_use]
    pub fn rate(&self, rate: f64) -> f64 {
        if rate > self.min_rate { (rate * self.state.reduction).max(self.min_rate) } else { rate }
    }

    /// Forgets the losses and the reductions.
    pub fn reset(&mut self) {
        self.state = PlateauState::NEW;
    }

    #[cfg(feature = "safetensors")]
    pub(crate) fn state(&self) -> PlateauState {
        self.state
    }

    #[cfg(feature = "safetensors")]
    pub(crate) fn restore(&mut self, state: PlateauState) {
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::ReduceOnPlateau;

    fn rates<const N: usize>(mut plateau: ReduceOnPlateau, losses: [f64; N]) -> [f64; N] {
        losses.map(|loss| {
            plateau.observe(loss);
            plateau.rate(1.0)
        })
    }

    #[test]
    fn the_rate_falls_after_patience() {
        let plateau = ReduceOnPlateau::new().factor(0.5).patience(1);
        assert_eq!(rates(plateau, [2.0, 2.0, 2.0, 1.0, f64::NAN]), [1.0, 0.5, 0.25, 0.25, 0.125]);
        assert_eq!(rates(plateau.min_rate(0.3), [2.0; 4]), [1.0, 0.5, 0.3, 0.3]);
        assert_eq!(rates(plateau.min_delta(0.5), [2.0, 1.6, 1.4, 1.0]), [1.0, 0.5, 0.5, 0.25]);
        // A rate that is smaller already stays.
        assert_eq!(plateau.min_rate(2.0).rate(1.0), 1.0);
    }

    #[test]
    fn a_cooldown_leaves_out_one_epoch_less_than_its_length() {
        let plateau = ReduceOnPlateau::new().factor(0.5).patience(1);
        assert_eq!(rates(plateau.cooldown(0), [2.0; 6]), [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
        assert_eq!(rates(plateau.cooldown(1), [2.0; 6]), [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
        assert_eq!(rates(plateau.cooldown(2), [2.0; 6]), [1.0, 0.5, 0.5, 0.25, 0.25, 0.125]);
        assert_eq!(rates(plateau.cooldown(3), [2.0; 6]), [1.0, 0.5, 0.5, 0.5, 0.25, 0.25]);
        // The epoch that does not count is the best: 1.5 is no better than it.
        assert_eq!(rates(plateau.cooldown(2), [2.0, 2.0, 1.0, 1.5]), [1.0, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let plateau = ReduceOnPlateau::new();
        assert!(plateau.check().is_ok());
        for bad in [f64::NAN, -1.0, f64::INFINITY] {
            assert!(plateau.factor(bad).check().is_err());
            assert!(plateau.min_delta(bad).check().is_err());
            assert!(plateau.min_rate(bad).check().is_err());
        }
        assert!(plateau.factor(1.0).check().is_err() && plateau.factor(0.0).check().is_err());
    }
}
