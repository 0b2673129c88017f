//! What happened during training, epoch by epoch?
//!
//! A [`History`] has a column for every [`Measure`]: the training loss, the training metrics, and the same for the validation
//! set, under the names that Keras uses. An [`EpochRecord`] is a row, and a [`Monitor`] names the column that decides which row
//! is the best.

mod learning_rate_range;
mod measure;
mod record;
#[cfg(feature = "serde")]
mod serialized;
mod table;

pub use learning_rate_range::LearningRateRange;
pub(crate) use measure::{LOSS, VALIDATION, VALIDATION_LOSS, Watched};
pub use measure::{Measure, Monitor};
pub use record::EpochRecord;
pub(crate) use table::OTHER_COLUMNS;
#[cfg(feature = "dashboard")]
pub(crate) use table::{JsonNumber, JsonText};

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Display};
use core::ops::Index;

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::kernel::Path;
use crate::markup::{Aligned, show};

/// The records of training, with the seed and the instruction set on which its bits depend. `Display` prints these two and
/// then one line per epoch.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut line = Line::init(&mut typenet::rng(1));
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(MeanAbsoluteError).validation(&data).epochs(3);
/// let history = trainer.fit(&mut line, &data)?;
///
/// // By measure, as in Keras.
/// assert_eq!(history["loss"].len(), 3);
/// assert!(history["val_mean_absolute_error"][2] < history["val_mean_absolute_error"][0]);
/// assert_eq!(history.get("accuracy"), None);
/// // By epoch.
/// assert_eq!(history.best().map(|record| record.epoch), Some(3));
/// assert!(history.epochs().all(|record| record.samples == 2));
/// assert!(history.to_string().starts_with("seed 0, "));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    begin: Option<(u64, Path)>,
    /// The number of epochs that were asked for.
    planned: usize,
    measures: Vec<Measure>,
    /// One column for each measure, with a value for each epoch.
    columns: Vec<Vec<f64>>,
    samples: Vec<usize>,
    /// The learning rate of the last step of each epoch, unless the optimizer has none.
    learning_rates: Vec<Option<f64>>,
    seconds: Vec<f64>,
}

/// What is recorded of an epoch beside its measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordedEpoch {
    pub(crate) samples: usize,
    /// That of the last step, unless the optimizer has none.
    pub(crate) learning_rate: Option<f64>,
    pub(crate) seconds: f64,
}

/// The number of epochs for which memory is reserved before training, so that no epoch allocates: at most half a MiB for each
/// measure. A trainer with more epochs is one that a callback is expected to stop.
const RESERVED: usize = 1 << 16;

impl History {
    /// Creates an empty history for `planned` epochs. The first of the measures is the training loss.
    pub(crate) fn new(planned: usize, seed: u64, measures: Vec<Measure>) -> Self {
        let room = planned.min(RESERVED);
        let columns = measures.iter().map(|_| Vec::with_capacity(room)).collect();
        let (samples, seconds) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let (begin, learning_rates) = (Some((seed, Path::chosen())), Vec::with_capacity(room));
        Self { begin, planned, measures, columns, samples, learning_rates, seconds }
    }

    /// Adds an epoch. `values` passes the values of its measures in order.
    pub(crate) fn push(&mut self, epoch: RecordedEpoch, values: impl FnOnce(&mut dyn FnMut(f64))) {
        let mut columns = self.columns.iter_mut();
        values(&mut |value| columns.next().into_iter().for_each(|column| column.push(value)));
        debug_assert!(columns.next().is_none(), "every measure has a value for every epoch");
        self.samples.push(epoch.samples);
        self.learning_rates.push(epoch.learning_rate);
        self.seconds.push(epoch.seconds);
    }

    /// Shows the lines of all epochs in a notebook of Jupyter whose kernel is Evcxr, which calls this for the last value of a cell.
    pub fn evcxr_display(&self) {
        show(&Aligned(self));
    }

    /// Returns the number of epochs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Returns `true` if there are no epochs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Returns what is recorded for every epoch, in the order of lines and tables: the training loss, the training metrics in
    /// the order in which they were added, then the same for the validation set.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// Returns the values of a measure, one for each epoch: `history.get("val_accuracy")`. Returns `None` if no measure has
    /// this name; `history["val_accuracy"]` returns the same values and panics in that case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        let column = self.measures.iter().position(|measure| measure.name == name)?;
        Some(&self.columns[column])
    }

    /// Returns the epochs in order.
    #[must_use]
    pub fn epochs(&self) -> impl ExactSizeIterator<Item = EpochRecord<'_>> + DoubleEndedIterator + Clone {
        (0..self.len()).map(|index| EpochRecord::new(self, index))
    }

    /// Returns the last epoch, or `None` if there are no epochs.
    #[must_use]
    pub fn last(&self) -> Option<EpochRecord<'_>> {
        self.epochs().next_back()
    }

    /// Returns the training loss of the last epoch, or `None` if there are no epochs.
    #[must_use]
    pub fn final_loss(&self) -> Option<f64> {
        self.last().map(|record| record.loss)
    }

    /// Returns the seed of the trainer, or `None` before its first `fit`.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.begin.map(|(seed, _)| seed)
    }

    /// Returns the instruction set that was chosen when training began, or `None` before the first `fit`.
    #[must_use]
    pub fn path(&self) -> Option<Path> {
        self.begin.map(|(_, path)| path)
    }

    /// Returns the epoch with the smallest loss on the validation set, or the smallest training loss without a validation set.
    /// Of equal epochs, returns the first. Returns `None` if there are no epochs or every loss is NaN.
    #[must_use]
    pub fn best(&self) -> Option<EpochRecord<'_>> {
        self.best_by(Monitor::LOSS).ok().flatten()
    }

    /// Returns the best epoch by any measure. Of equal epochs, returns the first. Returns `None` if there are no epochs or
    /// every value is NaN.
    ///
    /// # Errors
    /// [`Error::UnknownMeasure`] if no measure has the name; [`Error::UnknownDirection`] if neither the measure nor the monitor
    /// has a direction.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 2>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0]], [0, 1])?;
    /// let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).metric(Accuracy).epochs(9);
    /// let history = trainer.fit(&mut Guess::zeroed(), &data)?;
    /// let best = history.best_by("accuracy")?.expect("there were epochs");
    /// assert_eq!((best.epoch, best["accuracy"]), (2, 1.0));
    /// assert!(history.best_by("val_accuracy").is_err());
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn best_by(&self, monitor: impl Into<Monitor>) -> Result<Option<EpochRecord<'_>>> {
        let watched = monitor.into().find(&self.measures)?;
        let costs = self.epochs().map(|record| (record, watched.cost(&record))).filter(|(_, cost)| !cost.is_nan());
        Ok(costs.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(record, _)| record))
    }
}

/// # Panics
/// Panics if no measure has this name. The message lists the names of all measures.
impl Index<&str> for History {
    type Output = [f64];

    fn index(&self, name: &str) -> &[f64] {
        match self.get(name) {
            Some(values) => values,
            None => panic!(
                "{}",
                crate::error::Error::UnknownMeasure { name: name.into(), names: measure::names(&self.measures) }
            ),
        }
    }
}

impl Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((seed, path)) = self.begin {
            write!(f, "seed {seed}, {path:?}")?;
        }
        let mut widths = vec![0; self.measures.len()];
        self.epochs().for_each(|record| record.widen(&mut widths));
        for record in self.epochs() {
            f.write_str("\n")?;
            record.write(f, &widths)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use super::{History, Measure, Monitor, RecordedEpoch};
    use crate::error::Error;
    use crate::metric::Better;

    /// A history of these losses, with one metric that falls from epoch to epoch and one that rises.
    fn history(losses: &[f64], validated: bool) -> History {
        let mut measures = alloc::vec![Measure::new("loss", Some(Better::Smaller))];
        if validated {
            measures.push(Measure::new("val_loss", Some(Better::Smaller)));
            measures.push(Measure::new("val_accuracy", Some(Better::Larger)));
            measures.push(Measure::new("val_custom", None));
        }
        let mut history = History::new(losses.len(), 0, measures);
        for (index, &loss) in losses.iter().enumerate() {
            let values = [loss, loss, 1.0 / (index as f64 + 1.0), index as f64];
            let count = if validated { 4 } else { 1 };
            let epoch = RecordedEpoch { samples: 1, learning_rate: None, seconds: loss.abs() };
            history.push(epoch, |add| values[..count].iter().for_each(|&value| add(value)));
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
        // The widest of these values takes ten characters.
        assert!(shown[3].starts_with("epoch 4/8  loss 1.250e-5    "), "{}", shown[3]);
    }

    #[test]
    fn lines_of_a_history_are_aligned_for_any_values() {
        for losses in [&[2.0, 0.5, 0.09, 1e-12][..], &[-1e-300, 3.0, 1e300, f64::INFINITY, f64::NAN]] {
            let shown = lines(&history(losses, true));
            for word in ["val_loss", "val_accuracy", "val_custom"] {
                let places: Vec<_> = shown.iter().map(|line| line.find(word)).collect();
                assert!(places.windows(2).all(|pair| pair[0] == pair[1] && pair[0].is_some()), "{shown:#?}");
            }
        }
        // A line that is printed alone uses the usual widths.
        let records = history(&[2.0, 0.5, 0.09, 1e-12], true);
        let alone: Vec<_> = records.epochs().map(|record| record.to_string()).collect();
        assert_eq!(alone, lines(&records));
    }

    #[test]
    fn the_best_epoch_is_the_first_with_the_best_value_and_never_nan() {
        let best = |history: &History, monitor: Monitor| history.best_by(monitor).unwrap().map(|record| record.epoch);
        let history = history(&[f64::NAN, 3.0, 2.0, -f64::NAN, 2.0], true);
        assert_eq!(best(&history, Monitor::LOSS), Some(3));
        assert_eq!(best(&history, "val_accuracy".into()), Some(1));
        assert_eq!(best(&history, Monitor::new("val_accuracy").smaller_is_better()), Some(5));
        assert_eq!(best(&history, Monitor::new("loss").larger_is_better()), Some(2));
        assert_eq!(best(&history, Monitor::new("val_custom").larger_is_better()), Some(5));
        let unknown = Error::UnknownDirection { name: "val_custom".into() };
        assert_eq!(history.best_by("val_custom").unwrap_err(), unknown);
        assert_eq!(best(&self::history(&[f64::NAN; 2], false), Monitor::LOSS), None);
        assert_eq!(History::default().best(), None);
    }

    #[test]
    #[should_panic(
        expected = "no measure is named `accuracy`: the names are `loss`, `val_loss`, `val_accuracy`, `val_custom`"
    )]
    fn an_index_that_is_no_measure_panics_with_the_names_of_all_measures() {
        let _ = &history(&[1.0], true)["accuracy"];
    }
}
