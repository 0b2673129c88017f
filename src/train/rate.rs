//! Which learning rate does a step have?

use alloc::sync::Arc;
use core::fmt::{self, Debug};

use crate::error::Result;
use crate::history::EpochRecord;
use crate::kernel::Kernels;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::schedule::{ReduceOnPlateau, Schedule};

/// What makes the rate of the settings that of a step.
#[derive(Clone, Default)]
pub(super) struct Rate {
    schedule: Option<Arc<dyn Schedule + Send + Sync>>,
    /// The schedule counts epochs, not steps.
    by_epoch: bool,
    pub(super) plateau: Option<ReduceOnPlateau>,
}

impl Rate {
    pub(super) fn with_schedule(self, schedule: impl Schedule + Send + Sync + 'static, by_epoch: bool) -> Self {
        Self { schedule: Some(Arc::new(schedule)), by_epoch, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        self.schedule.as_ref().map_or(Ok(()), |schedule| schedule.check())?;
        self.plateau.as_ref().map_or(Ok(()), ReduceOnPlateau::check)
    }

    pub(super) fn reset(&mut self) {
        if let Some(plateau) = &mut self.plateau {
            plateau.reset();
        }
    }

    /// Sets the factor of the next step, in the epoch with this number. A factor that was set by hand stays where there is
    /// neither schedule nor plateau.
    pub(super) fn set<O: Optimizer, T: Kernels>(&self, optimizer: &mut OptimizerState<O, T>, epoch: u64) {
        let time = if self.by_epoch { epoch } else { optimizer.steps() };
        let scheduled = self.schedule.as_ref().map(|schedule| schedule.factor(time));
        let mut factor = scheduled.unwrap_or(1.0);
        if let (Some(plateau), Some(rate)) = (&self.plateau, optimizer.optimizer().learning_rate()) {
            let rate = rate * factor;
            factor = if rate == 0.0 { 0.0 } else { factor * (plateau.rate(rate) / rate) };
        }
        if scheduled.is_some() || self.plateau.is_some() {
            optimizer.set_factor(factor);
        }
    }

    /// Shows an epoch to the plateau.
    pub(super) fn observe(&mut self, record: &EpochRecord) {
        if let Some(plateau) = &mut self.plateau {
            plateau.observe(record.validation.map_or(record.loss, |validation| validation.loss));
        }
    }
}

impl Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schedule = self.schedule.as_ref().map(|_| "..");
        f.debug_struct("Rate").field("schedule", &schedule).field("plateau", &self.plateau).finish_non_exhaustive()
    }
}
