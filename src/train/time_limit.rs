//! How long may training take?

use core::ops::ControlFlow;
use core::time::Duration;
use std::time::Instant;

use crate::error::Result;
use crate::network::Network;
use crate::train::{Callback, StepRecord, TrainingPlan};

/// Stops the training after the first step that ends after the time limit.
///
/// The epoch ends at that step, and its validation follows. The number of steps within the limit depends on the machine: if the
/// limit is reached, the same seed does not give the same bits.
///
/// Training with `train::Checkpoints` can continue after its limit: `Trainer::resume` loads its last checkpoint, and the next
/// `fit` has a new limit. `Checkpoints::every` and `every_steps` write a checkpoint when the limit is reached. It contains the
/// position within the epoch, and the remaining batches follow after `resume`, so training has the same bits as training
/// without a limit.
///
/// # Example
/// ```
/// use core::time::Duration;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 64], vec![[1.0]; 64])?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(1000)
///     .callback(TimeLimit::new(Duration::ZERO))
///     .fit(&mut Line::zeroed(), &data)?;
/// // One step of 32 samples.
/// assert_eq!((history.len(), history.last().map(|record| record.samples)), (1, Some(32)));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    limit: Duration,
    start: Option<Instant>,
}

impl TimeLimit {
    /// Creates a limit for each call of `fit`.
    #[must_use]
    pub const fn new(limit: Duration) -> Self {
        Self { limit, start: None }
    }
}

impl<N: Network> Callback<N> for TimeLimit {
    const PAUSES: bool = true;

    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.start = Some(Instant::now());
        Ok(ControlFlow::Continue(()))
    }

    fn step_end(&mut self, _: &N, _: &StepRecord) -> ControlFlow<()> {
        match self.start {
            Some(start) if start.elapsed() >= self.limit => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}
