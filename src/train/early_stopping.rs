//! When does further training no longer help?

use alloc::vec::Vec;
use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History, Monitor, Watched};
use crate::network::Network;
use crate::scalar::Scalar;
use crate::train::{Callback, CallbackState, TrainingPlan};

/// Stops the training if it has not improved for a number of epochs.
///
/// An epoch improves if the monitored measure is better than in the best epoch by more than `min_delta`. Each `fit` starts
/// anew.
///
/// # Errors
/// `fit` returns [`Error::Setting`] if `min_delta` is negative or not finite, and [`Error::UnknownMeasure`] or
/// [`Error::UnknownDirection`] if the monitored measure is not recorded or has no direction.
///
/// # Example
/// The target of the validation sample, -1, is the opposite of the training target, so the first epoch is the best.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let train = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
/// let validation = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[-1.0]])?;
/// let mut line = Line::zeroed();
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.125))
///     .epochs(100)
///     .validation(&validation)
///     .callback(EarlyStopping::patience(5).restore_best())
///     .fit(&mut line, &train)?;
/// assert_eq!(history.len(), 6);
/// // The bias after one step: η · 2 · (1 - 0).
/// assert_eq!(line.predict(&[0.0]), [0.25]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping<T> {
    patience: usize,
    min_delta: f64,
    monitor: Monitor,
    /// The monitored measure, once training has begun.
    watched: Option<Watched>,
    restores: bool,
    best: Option<f64>,
    waited: usize,
    /// The parameters of the best epoch, if they are to be restored.
    parameters: Vec<T>,
}

impl<T: Scalar> EarlyStopping<T> {
    /// Stops after `epochs` epochs in a row without improvement; 0 is the same as 1.
    #[must_use]
    pub const fn patience(epochs: usize) -> Self {
        Self {
            patience: epochs,
            min_delta: 0.0,
            monitor: Monitor::LOSS,
            watched: None,
            restores: false,
            best: None,
            waited: 0,
            parameters: Vec::new(),
        }
    }

    /// Sets the improvement that an epoch must exceed to count as better. The default is 0.
    #[must_use]
    pub fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// Sets the measure that is monitored, by name: any measure of training or on the validation set, such as `"val_accuracy"`.
    /// The default is the loss, [`Monitor::LOSS`].
    #[must_use]
    pub fn monitor(self, monitor: impl Into<Monitor>) -> Self {
        Self { monitor: monitor.into(), ..self }
    }

    /// Restores the parameters of the best epoch at the end of training: after an early stop, after the last epoch, and after
    /// an error.
    ///
    /// They are kept in memory that is allocated once. The state of the optimizer remains that of the last step.
    #[must_use]
    pub fn restore_best(self) -> Self {
        Self { restores: true, ..self }
    }
}

impl<N: Network> Callback<N> for EarlyStopping<N::Scalar> {
    const WATCHES_STEPS: bool = false;

    fn begin(&mut self, network: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        if !(self.min_delta.is_finite() && self.min_delta >= 0.0) {
            let allowed = "a finite number of at least 0";
            return Err(Error::Setting { name: "smallest improvement", value: self.min_delta, allowed });
        }
        self.watched = Some(self.monitor.find(plan.measures)?);
        (self.best, self.waited) = (None, 0);
        self.parameters.clear();
        if self.restores {
            self.parameters.reserve_exact(network.parameters().len());
        }
        Ok(ControlFlow::Continue(()))
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        // NaN never counts as better.
        let cost = self.watched.map_or(f64::NAN, |watched| watched.cost(record));
        if !cost.is_nan() && self.best.is_none_or(|best| cost < best - self.min_delta) {
            (self.best, self.waited) = (Some(cost), 0);
            if self.restores {
                self.parameters.clear();
                self.parameters.extend_from_slice(network.parameters());
            }
            return ControlFlow::Continue(());
        }
        self.waited += 1;
        if self.waited < self.patience { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        let best = self.best.map_or([0, 0], |best| [1, best.to_bits()]);
        let parameters = (self.restores && self.best.is_some()).then_some(&self.parameters[..]);
        state.push("EarlyStopping", &[best[0], best[1], self.waited as u64], parameters);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        let (words, parameters) = state.take("EarlyStopping")?;
        let &[any, best, waited] = &words[..] else {
            return Err(Error::OtherCallbacks { name: "EarlyStopping".into() });
        };
        // If the parameters are to be restored, the saved state of the best epoch must contain them.
        if self.restores && any == 1 && parameters.is_none() {
            return Err(Error::OtherCallbacks { name: "EarlyStopping".into() });
        }
        self.best = (any == 1).then(|| f64::from_bits(best));
        self.waited = usize::try_from(waited).unwrap_or(usize::MAX);
        self.parameters.clear();
        self.parameters.extend_from_slice(&parameters.unwrap_or_default());
        Ok(())
    }

    fn end(&mut self, network: &mut N, _: &History) {
        if self.restores && self.best.is_some() {
            network.parameters_mut().copy_from_slice(&self.parameters);
        }
    }
}
