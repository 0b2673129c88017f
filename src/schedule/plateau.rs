//! A learning rate that decreases when the loss no longer does.

use crate::error::{Error, Result};

/// Multiplies the learning rate by a factor when the loss has not improved for a number of epochs. Unlike a schedule, it has
/// state.
///
/// An epoch improves if its loss is lower than the best one by more than `min_delta`. After `patience` epochs in a row without
/// improvement, the learning rate is multiplied by `factor`, but never falls below `min_rate`, and a
/// [`cooldown`](Self::cooldown) starts.
///
/// # Errors
/// An error when training starts, if the factor is outside (0, 1), or if `min_delta` or `min_rate` is negative or not finite.
///
/// # Source
/// Keras's `ReduceLROnPlateau`, with its defaults and its way of counting. PyTorch counts one more epoch of each: its
/// `patience=p, cooldown=c, threshold_mode="abs"` is `.patience(p + 1).cooldown(c + 1)` here.
///
/// # Example
/// In a custom loop. `Trainer::reduce_on_plateau` does the same with the loss on the validation set, or the training loss
/// without one, and `Trainer::reduce_on_plateau_of` with any measure.
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

/// The state of a plateau.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlateauState {
    /// The best loss; infinite before the first.
    pub(crate) best: f64,
    /// The product of all factors so far.
    pub(crate) reduction: f64,
    /// The number of epochs in a row without improvement.
    pub(crate) waited: u32,
    /// The remaining cooldown in epochs, the last of which counts again.
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
    /// Creates a plateau that divides the learning rate by 10 after 10 epochs that did not improve by more than 1e-4, without a
    /// cooldown or a minimum.
    #[must_use]
    pub const fn new() -> Self {
        Self { factor: 0.1, patience: 10, min_delta: 1e-4, cooldown: 0, min_rate: 0.0, state: PlateauState::NEW }
    }

    /// Sets the factor by which the learning rate is multiplied. The default is 0.1.
    #[must_use]
    pub const fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// Sets the number of epochs in a row without improvement before a reduction. The default is 10; 0 is the same as 1.
    #[must_use]
    pub const fn patience(self, epochs: u32) -> Self {
        Self { patience: epochs, ..self }
    }

    /// Sets the improvement that an epoch must exceed to count as better. The default is 1e-4.
    #[must_use]
    pub const fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// Sets the cooldown after a reduction: the next `cooldown - 1` epochs do not count towards `patience`. The default is 0.
    ///
    /// Keras counts in this way: an epoch first shortens the cooldown by 1, and counts if nothing is left of it. So a cooldown
    /// of 1 is the same as none. An epoch that does not count can still become the best one.
    ///
    /// # Example
    /// A loss that never decreases, with a patience of 2.
    /// ```
    /// use typenet::schedule::ReduceOnPlateau;
    ///
    /// /// Returns the epochs, counted from 1, after which the learning rate is reduced.
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

    /// Sets the minimum of the learning rate. The default is 0.
    #[must_use]
    pub const fn min_rate(self, rate: f64) -> Self {
        Self { min_rate: rate, ..self }
    }

    /// Checks that the settings are in range.
    ///
    /// # Errors
    /// [`Error::Setting`] if a setting is out of range.
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

    /// Takes the loss of an epoch into account. NaN never counts as an improvement. For a measure of which larger values are
    /// better, such as an accuracy, pass the negative value.
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
                // A factor of 0 would be invalid, so the product stays positive.
                state.reduction = (state.reduction * self.factor).max(f64::MIN_POSITIVE);
                (state.cooling, state.waited) = (self.cooldown, 0);
            }
        }
    }

    /// Returns the reduced learning rate, given that of the settings or of a schedule.
    #[must_use]
    pub fn rate(&self, rate: f64) -> f64 {
        if rate > self.min_rate { (rate * self.state.reduction).max(self.min_rate) } else { rate }
    }

    /// Discards the losses and the reductions.
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
    fn the_learning_rate_is_reduced_after_patience() {
        let plateau = ReduceOnPlateau::new().factor(0.5).patience(1);
        assert_eq!(rates(plateau, [2.0, 2.0, 2.0, 1.0, f64::NAN]), [1.0, 0.5, 0.25, 0.25, 0.125]);
        assert_eq!(rates(plateau.min_rate(0.3), [2.0; 4]), [1.0, 0.5, 0.3, 0.3]);
        assert_eq!(rates(plateau.min_delta(0.5), [2.0, 1.6, 1.4, 1.0]), [1.0, 0.5, 0.5, 0.25]);
        // A learning rate that is already below the minimum stays.
        assert_eq!(plateau.min_rate(2.0).rate(1.0), 1.0);
    }

    #[test]
    fn a_cooldown_leaves_out_one_epoch_less_than_its_length() {
        let plateau = ReduceOnPlateau::new().factor(0.5).patience(1);
        assert_eq!(rates(plateau.cooldown(0), [2.0; 6]), [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
        assert_eq!(rates(plateau.cooldown(1), [2.0; 6]), [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
        assert_eq!(rates(plateau.cooldown(2), [2.0; 6]), [1.0, 0.5, 0.5, 0.25, 0.25, 0.125]);
        assert_eq!(rates(plateau.cooldown(3), [2.0; 6]), [1.0, 0.5, 0.5, 0.5, 0.25, 0.25]);
        // The epoch that does not count becomes the best one, and 1.5 does not improve on it.
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
