//! What happened during training, epoch by epoch?

use alloc::vec::Vec;
use core::fmt::{self, Display};

use crate::metric::Evaluation;

/// The measures on the validation set at the end of an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValidationRecord {
    /// The mean loss.
    pub loss: f64,
    /// The share of samples that were classified right, where there are classes.
    pub accuracy: Option<f64>,
}

impl ValidationRecord {
    pub(crate) fn of(evaluation: &impl Evaluation) -> Self {
        Self { loss: evaluation.loss(), accuracy: evaluation.accuracy() }
    }
}

/// One epoch.
///
/// # Example
/// ```
/// use typenet::EpochRecord;
///
/// let record = EpochRecord { epoch: 3, epochs: 50, loss: 0.5, samples: 1800, validation: None, seconds: 0.0125 };
/// assert_eq!(record.to_string(), "epoch  3/50  loss 0.5000  12.5 ms");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochRecord {
    /// The number of the epoch, counted from 1.
    pub epoch: usize,
    /// The number of epochs that were asked for.
    pub epochs: usize,
    /// The mean over the samples of the training loss, each measured before the step of its batch.
    pub loss: f64,
    /// How many samples that are: all of the data set, unless a callback stopped the epoch after one of its steps.
    pub samples: usize,
    /// The measures on the validation set, where there is one.
    pub validation: Option<ValidationRecord>,
    /// How long the epoch took, validation included.
    pub seconds: f64,
}

impl Display for EpochRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.epochs.max(1).ilog10() as usize + 1;
        write!(f, "epoch {:width$}/{}  loss {:.4}", self.epoch, self.epochs, self.loss)?;
        if let Some(validation) = self.validation {
            write!(f, "  validation loss {:.4}", validation.loss)?;
            if let Some(accuracy) = validation.accuracy {
                write!(f, " accuracy {accuracy:.4}")?;
            }
        }
        if self.seconds < 1.0 {
            write!(f, "  {:.1} ms", self.seconds * 1e3)
        } else {
            write!(f, "  {:.1} s", self.seconds)
        }
    }
}

/// The records of a training run. `Display` prints a line per epoch.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut line = Line::init(&mut typenet::rng(1));
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).fit(&mut line, &data)?;
/// assert_eq!(history.epochs().len(), 3);
/// assert!(history.final_loss() < Some(history.epochs()[0].loss));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    epochs: Vec<EpochRecord>,
}

/// Records that room is made for before training, so that no epoch allocates: 4 MiB at most. Who asks for more epochs
/// lets a callback decide when to stop.
const RESERVED: usize = 1 << 16;

impl History {
    pub(crate) fn with_capacity(epochs: usize) -> Self {
        Self { epochs: Vec::with_capacity(epochs.min(RESERVED)) }
    }

    pub(crate) fn push(&mut self, record: EpochRecord) {
        self.epochs.push(record);
    }

    /// The epochs in order.
    #[must_use]
    pub fn epochs(&self) -> &[EpochRecord] {
        &self.epochs
    }

    /// The training loss of the last epoch; nothing after a run of no epochs.
    #[must_use]
    pub fn final_loss(&self) -> Option<f64> {
        self.epochs.last().map(|record| record.loss)
    }
}

impl Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, record) in self.epochs.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{record}")?;
        }
        Ok(())
    }
}
