//! What happened during training, epoch by epoch?

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

use crate::kernel::Path;
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

/// The records of a training run, with what its bits depend on. `Display` prints that and a line per epoch.
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
/// assert_eq!(history.best().map(|record| record.epoch), Some(3));
/// assert!(history.to_string().starts_with("seed 0, "));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    run: Option<(u64, Path)>,
    epochs: Vec<EpochRecord>,
}

/// Records that room is made for before training, so that no epoch allocates: 4 MiB at most. Who asks for more epochs
/// lets a callback decide when to stop.
const RESERVED: usize = 1 << 16;

impl History {
    pub(crate) fn with_capacity(epochs: usize, seed: u64) -> Self {
        Self { run: Some((seed, Path::chosen())), epochs: Vec::with_capacity(epochs.min(RESERVED)) }
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

    /// The seed of the run; nothing before the first.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.run.map(|(seed, _)| seed)
    }

    /// The instruction set that was chosen when the run began; nothing before the first.
    #[must_use]
    pub fn path(&self) -> Option<Path> {
        self.run.map(|(_, path)| path)
    }

    /// The epoch with the smallest loss on the validation set, or training loss where there is none; the first of several.
    /// Nothing after a run of no epochs.
    #[must_use]
    pub fn best(&self) -> Option<&EpochRecord> {
        let loss = |record: &EpochRecord| record.validation.map_or(record.loss, |validation| validation.loss);
        self.epochs.iter().min_by(|one, other| loss(one).total_cmp(&loss(other)))
    }

    /// A table as text, with a head and a line per epoch; measures that were not taken are empty. Numbers have as many digits
    /// as it takes to read them back exactly.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).validation(&data).fit(&mut Line::zeroed(), &data)?;
    /// let text = history.to_csv();
    /// let mut lines = text.lines();
    /// assert_eq!(lines.next(), Some("epoch,samples,loss,validation_loss,validation_accuracy,seconds"));
    /// assert!(lines.next().is_some_and(|line| line.starts_with("1,1,1,0.64")));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = String::from("epoch,samples,loss,validation_loss,validation_accuracy,seconds\n");
        for record in &self.epochs {
            let EpochRecord { epoch, samples, loss, validation, seconds, .. } = record;
            let (validation_loss, accuracy) = (validation.map(|v| v.loss), validation.and_then(|v| v.accuracy));
            let [loss, validation_loss, accuracy] =
                [Some(*loss), validation_loss, accuracy].map(|number| Cell(number, ""));
            // Writing to a string does not fail.
            let _ = writeln!(text, "{epoch},{samples},{loss},{validation_loss},{accuracy},{seconds}");
        }
        text
    }

    /// A JSON object: `seed`, a string, since many readers take numbers for floats; `path`; and `epochs`, an array of objects
    /// with the names of [`to_csv`](Self::to_csv). Measures that were not taken are `null`.
    ///
    /// # Example
    /// ```
    /// let none = typenet::History::default();
    /// assert_eq!(none.to_json(), r#"{"seed":null,"path":null,"epochs":[]}"#);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = match self.run {
            Some((seed, path)) => alloc::format!(r#"{{"seed":"{seed}","path":"{path:?}","epochs":["#),
            None => String::from(r#"{"seed":null,"path":null,"epochs":["#),
        };
        for (index, record) in self.epochs.iter().enumerate() {
            let EpochRecord { epoch, samples, loss, validation, seconds, .. } = record;
            let (validation_loss, accuracy) = (validation.map(|v| v.loss), validation.and_then(|v| v.accuracy));
            let [loss, validation_loss, accuracy] =
                [Some(*loss), validation_loss, accuracy].map(|number| Cell(number, "null"));
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(
                text,
                r#"{comma}{{"epoch":{epoch},"samples":{samples},"loss":{loss},"validation_loss":{validation_loss},"validation_accuracy":{accuracy},"seconds":{seconds}}}"#
            );
        }
        text.push_str("]}");
        text
    }
}

/// A number of a table, or what stands for none. Finite numbers print as JSON has them; a mean loss that is not finite,
/// which takes an `f64` network and losses near the largest number, is none.
struct Cell(Option<f64>, &'static str);

impl Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) if number.is_finite() => Display::fmt(&number, f),
            _ => f.write_str(self.1),
        }
    }
}

impl Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((seed, path)) = self.run {
            write!(f, "seed {seed}, {path:?}")?;
        }
        for record in &self.epochs {
            write!(f, "\n{record}")?;
        }
        Ok(())
    }
}
