//! When does training no longer help?

use alloc::vec::Vec;
use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History, Monitor, Watched};
use crate::network::Network;
use crate::scalar::Scalar;
use crate::train::{Callback, CallbackState, TrainingPlan};

/// Stops the training when it has not become better for some epochs.
///
/// An epoch is better when what is monitored improves on the best one by more than `min_delta`. Each `fit` begins anew.
///
/// # Errors
/// `fit` refuses a `min_delta` that is negative or not finite ([`Error::Setting`]), and a monitor that is not recorded
/// ([`Error::UnknownMeasure`], [`Error::UnknownDirection`]).
///
/// # Example
/// The target of the validation sample, -1, is the opposite of what is learned: the first epoch is the best.
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
    /// The measure that it is, from the begin of training on.
    watched: Option<Watched>,
    restores: bool,
    best: Option<f64>,
    waited: usize,
    /// The parameters of the best epoch, where they are to be restored.
    parameters: Vec<T>,
}

impl<T: Scalar> EarlyStopping<T> {
    /// Stops after so many epochs in a row that were not better; 0 is as 1.
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

    /// How much better than the best an epoch must be to count as better; 0 without this.
    #[must_use]
    pub fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// Sets the measure that is compared, by its name: any measure of training or on the validation set, such as `"val_accuracy"`.
    /// The default is the loss, [`Monitor::LOSS`].
    #[must_use]
    pub fn monitor(self, monitor: impl Into<Monitor>) -> Self {
        Self { monitor: monitor.into(), ..self }
    }

    /// Gives the network the parameters of the best epoch at the end of training: when it was stopped, when it went through
    /// all epochs, and when it failed with an error.
    ///
    /// They are kept in memory that is allocated once. The state of the optimizer stays that of the last step.
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
        // One that is NaN is no better than any other.
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
        // The best epoch has parameters where they are to be restored.
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
