//! What happened during training, epoch by epoch?

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

use crate::kernel::Path;
use crate::metric::Evaluation;
use crate::readable::{Seconds, Share, Significant};

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

/// One epoch. `Display` prints a line; its numbers have four significant digits, as [`readable`](crate::readable) writes them,
/// and so much room that the lines of a run are aligned.
///
/// # Example
/// ```
/// use typenet::EpochRecord;
///
/// let record = EpochRecord { epoch: 3, epochs: 50, loss: 1.25e-5, samples: 1800, validation: None, seconds: 0.0125 };
/// assert_eq!(record.to_string(), "epoch  3/50  loss 1.250e-5   12.50 ms");
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

/// How wide the columns of measures are in lines below one another.
#[derive(Clone, Copy)]
struct Columns {
    loss: usize,
    validation_loss: usize,
    accuracy: usize,
}

impl Columns {
    /// So wide that nearly any number fits, for a line that does not know of the others.
    const USUAL: Self = Self { loss: 9, validation_loss: 9, accuracy: 8 };

    /// Wide enough for all of these records.
    fn of(records: &[EpochRecord]) -> Self {
        records.iter().fold(Self::USUAL, |columns, record| {
            let validation = record.validation;
            let validation_loss = validation.map_or(0, |validation| width(&Significant(validation.loss)));
            let accuracy = validation.and_then(|validation| validation.accuracy);
            Self {
                loss: columns.loss.max(width(&Significant(record.loss))),
                validation_loss: columns.validation_loss.max(validation_loss),
                accuracy: columns.accuracy.max(accuracy.map_or(0, |accuracy| width(&Share(accuracy)))),
            }
        })
    }
}

fn width(number: &impl Display) -> usize {
    alloc::format!("{number}").len()
}

impl EpochRecord {
    fn write(&self, f: &mut fmt::Formatter<'_>, columns: Columns) -> fmt::Result {
        let Columns { loss, validation_loss, accuracy } = columns;
        let width = self.epochs.max(1).ilog10() as usize + 1;
        write!(f, "epoch {:width$}/{}  loss {:<loss$}", self.epoch, self.epochs, Significant(self.loss))?;
        if let Some(validation) = self.validation {
            write!(f, "  validation loss {:<validation_loss$}", Significant(validation.loss))?;
            if let Some(share) = validation.accuracy {
                write!(f, " accuracy {:<accuracy$}", Share(share))?;
            }
        }
        write!(f, "  {}", Seconds(self.seconds))
    }
}

impl Display for EpochRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Columns::USUAL)
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
        let columns = Columns::of(&self.epochs);
        for record in &self.epochs {
            f.write_str("\n")?;
            record.write(f, columns)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use super::{EpochRecord, History, ValidationRecord};

    fn history(losses: &[f64], validated: bool) -> History {
        let mut history = History::default();
        for (index, &loss) in losses.iter().enumerate() {
            let validation = validated.then_some(ValidationRecord { loss, accuracy: Some(1.0 / (index as f64 + 1.0)) });
            let (epoch, epochs) = (index + 1, losses.len());
            history.push(EpochRecord { epoch, epochs, loss, samples: 1, validation, seconds: loss.abs() });
        }
        history
    }

    fn lines(history: &History) -> Vec<String> {
        history.to_string().lines().skip(1).map(String::from).collect()
    }

    #[test]
    fn losses_of_any_magnitude_are_shown_with_four_digits() {
        let shown = lines(&history(&[1e300, 12.0, 0.05, 1.25e-5, 1e-300, 5e-324, 0.0, -1e-7], false));
        let expected =
            ["1.000e300 ", "12.00 ", "0.05000 ", "1.250e-5 ", "1.000e-300 ", "4.941e-324 ", "0 ", "-1.000e-7 "];
        for (line, loss) in shown.iter().zip(expected) {
            assert!(line.contains(&alloc::format!("loss {loss}")), "{line}");
        }
        assert!(shown[3].ends_with("12.50 µs"), "{}", shown[3]);
    }

    #[test]
    fn lines_of_a_history_are_aligned_whatever_their_losses() {
        for losses in [&[2.0, 0.5, 0.09, 1e-12][..], &[-1e-300, 3.0, 1e300, f64::INFINITY]] {
            let shown = lines(&history(losses, true));
            for word in ["validation", "accuracy"] {
                let places: Vec<_> = shown.iter().map(|line| line.find(word)).collect();
                assert!(places.windows(2).all(|pair| pair[0] == pair[1] && pair[0].is_some()), "{shown:#?}");
            }
        }
        // A line that knows of no other has the places of the usual ones.
        let records = history(&[2.0, 0.5, 0.09, 1e-12], true);
        let alone: Vec<_> = records.epochs().iter().map(ToString::to_string).collect();
        assert_eq!(alone, lines(&records));
    }
}
