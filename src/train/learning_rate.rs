//! What learning rate does a step use?

use alloc::sync::Arc;
#[cfg(feature = "plot")]
use alloc::{format, string::String};
use core::fmt::{self, Debug};

use crate::error::Result;
use crate::history::{EpochRecord, Measure, Monitor, Watched};
use crate::kernel::Kernels;
use crate::optimizer::{Optimizer, OptimizerState};
#[cfg(feature = "plot")]
use crate::readable::Significant;
use crate::schedule::{ReduceOnPlateau, Schedule};

/// The schedule and the plateau, which turn the learning rate of the settings into the learning rate of a step.
#[derive(Clone, Default)]
pub(super) struct LearningRate {
    schedule: Option<Arc<dyn Schedule + Send + Sync>>,
    /// Whether the schedule counts epochs instead of steps.
    by_epoch: bool,
    pub(super) plateau: Option<ReduceOnPlateau>,
    /// The measure that the plateau monitors.
    pub(super) monitor: Monitor,
    watched: Option<Watched>,
}

impl LearningRate {
    pub(super) fn with_schedule(self, schedule: impl Schedule + Send + Sync + 'static, by_epoch: bool) -> Self {
        Self { schedule: Some(Arc::new(schedule)), by_epoch, ..self }
    }

    /// Finds the measure that the plateau monitors among the recorded measures.
    pub(super) fn watch(&mut self, measures: &[Measure]) -> Result<()> {
        self.watched = self.plateau.map(|_| self.monitor.find(measures)).transpose()?;
        Ok(())
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

    /// Sets the factor of the next step, in the epoch with the number `epoch`. Without a schedule or a plateau, a factor set by
    /// the caller stays.
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

    /// Returns the schedule as its factors at the beginning and now, and the plateau, by name.
    #[cfg(feature = "plot")]
    pub(super) fn description(&self, steps: u64, epochs: u64) -> impl Iterator<Item = (&'static str, String)> {
        let (unit, now) = if self.by_epoch { ("epoch", epochs) } else { ("step", steps) };
        let schedule = self.schedule.as_ref().map(|schedule| {
            let (first, last) = (Significant(schedule.factor(0)), Significant(schedule.factor(now)));
            ("schedule", format!("the learning rate times {first} at {unit} 0, and times {last} at {unit} {now}"))
        });
        let plateau = self.plateau.map(|plateau| ("plateau", format!("{plateau:?}")));
        schedule.into_iter().chain(plateau)
    }

    /// Passes the measure of an epoch to the plateau.
    pub(super) fn observe(&mut self, record: &EpochRecord) {
        if let (Some(plateau), Some(watched)) = (&mut self.plateau, self.watched) {
            plateau.observe(watched.cost(record));
        }
    }
}

impl Debug for LearningRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schedule = self.schedule.as_ref().map(|_| "..");
        f.debug_struct("LearningRate")
            .field("schedule", &schedule)
            .field("plateau", &self.plateau)
            .finish_non_exhaustive()
    }
}
