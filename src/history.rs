//! What happened during training, epoch by epoch?
//!
//! A [`History`] has a column for every [`Measure`]: the training loss, metrics of training, and the same on the validation set,
//! under the names that Keras gives them. An [`EpochRecord`] is a row of it, and a [`Monitor`] names the column that decides
//! which row is the best.

mod measure;
mod record;

mod table;

pub(crate) use measure::{LOSS, VALIDATION, VALIDATION_LOSS, Watched};
pub use measure::{Measure, Monitor};
pub use record::EpochRecord;
pub(crate) use table::OTHER_COLUMNS;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Display};
use core::ops::Index;

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::kernel::Path;

/// The records of training, with the seed and the instruction set that its bits depend on. `Display` prints these and a line per
/// epoch.
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
    /// One for each measure, with a value for each epoch.
    columns: Vec<Vec<f64>>,
    samples: Vec<usize>,
    seconds: Vec<f64>,
}

/// Epochs that are allocated before training, so that none allocates: half a MiB for each measure at most. A trainer with more
/// epochs is one that a callback stops.
const RESERVED: usize = 1 << 16;

impl History {
    /// An empty history for this many epochs of these measures, of which the first is the training loss.
    pub(crate) fn new(planned: usize, seed: u64, measures: Vec<Measure>) -> Self {
        let room = planned.min(RESERVED);
        let columns = measures.iter().map(|_| Vec::with_capacity(room)).collect();
        let (samples, seconds) = (Vec::with_capacity(room), Vec::with_capacity(room));
        Self { begin: Some((seed, Path::chosen())), planned, measures, columns, samples, seconds }
    }

    /// Adds an epoch; `values` hands over its measures in their order.
    pub(crate) fn push(&mut self, samples: usize, seconds: f64, values: impl FnOnce(&mut dyn FnMut(f64))) {
        let mut columns = self.columns.iter_mut();
        values(&mut |value| columns.next().into_iter().for_each(|column| column.push(value)));
        debug_assert!(columns.next().is_none(), "every measure has a value for every epoch");
        self.samples.push(samples);
        self.seconds.push(seconds);
    }

    /// The number of epochs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are no epochs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// What is recorded for every epoch, in the order of lines and tables: the training loss, metrics of training in the order in
    /// which they were added, then the same on the validation set.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// The values of a measure, one for each epoch: `history.get("val_accuracy")`. `history["val_accuracy"]` is the same, and
    /// panics when no measure has the name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        let column = self.measures.iter().position(|measure| measure.name == name)?;
        Some(&self.columns[column])
    }

    /// The epochs in order.
    #[must_use]
    pub fn epochs(&self) -> impl ExactSizeIterator<Item = EpochRecord<'_>> + DoubleEndedIterator + Clone {
        (0..self.len()).map(|index| EpochRecord::new(self, index))
    }

    /// The last epoch; `None` after no epochs.
    #[must_use]
    pub fn last(&self) -> Option<EpochRecord<'_>> {
        self.epochs().next_back()
    }

    /// The training loss of the last epoch; `None` after no epochs.
    #[must_use]
    pub fn final_loss(&self) -> Option<f64> {
        self.last().map(|record| record.loss)
    }

    /// The seed of the trainer; `None` before its first `fit`.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.begin.map(|(seed, _)| seed)
    }

    /// The instruction set that was chosen when training began; `None` before the first `fit`.
    #[must_use]
    pub fn path(&self) -> Option<Path> {
        self.begin.map(|(_, path)| path)
    }

    /// The epoch with the smallest loss on the validation set, or training loss without one; the first of equal ones. `None` after
    /// no epochs, and when every loss is NaN.
    #[must_use]
    pub fn best(&self) -> Option<EpochRecord<'_>> {
        self.best_by(Monitor::LOSS).ok().flatten()
    }

    /// The best epoch by any measure; the first of equal ones. `None` after no epochs, and when every value is NaN.
    ///
    /// # Errors
    /// [`Error::UnknownMeasure`]; [`Error::UnknownDirection`].
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
/// When no measure has the name; the message lists those that there are.
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

    use super::{History, Measure, Monitor};
    use crate::error::Error;
    use crate::metric::Better;

    /// Losses as they are, and metrics that fall and rise with them.
    fn history(losses: &[f64], validated: bool) -> History {
        let mut measures = alloc::vec![Measure::new("loss", Some(Better::Smaller))];
        if validated {
            measures.push(Measure::new("val_loss", Some(Better::Smaller)));
            measures.push(Measure::new("val_accuracy", Some(Better::Larger)));
            measures.push(Measure::new("val_own", None));
        }
        let mut history = History::new(losses.len(), 0, measures);
        for (index, &loss) in losses.iter().enumerate() {
            let values = [loss, loss, 1.0 / (index as f64 + 1.0), index as f64];
            let count = if validated { 4 } else { 1 };
            history.push(1, loss.abs(), |add| values[..count].iter().for_each(|&value| add(value)));
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
        // The widest of these takes ten places.
        assert!(shown[3].starts_with("epoch 4/8  loss 1.250e-5    "), "{}", shown[3]);
    }

    #[test]
    fn lines_of_a_history_are_aligned_whatever_their_values() {
        for losses in [&[2.0, 0.5, 0.09, 1e-12][..], &[-1e-300, 3.0, 1e300, f64::INFINITY, f64::NAN]] {
            let shown = lines(&history(losses, true));
            for word in ["val_loss", "val_accuracy", "val_own"] {
                let places: Vec<_> = shown.iter().map(|line| line.find(word)).collect();
                assert!(places.windows(2).all(|pair| pair[0] == pair[1] && pair[0].is_some()), "{shown:#?}");
            }
        }
        // A line that knows of no other has the places of the usual ones.
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
        assert_eq!(best(&history, Monitor::new("val_own").larger_is_better()), Some(5));
        let unknown = Error::UnknownDirection { name: "val_own".into() };
        assert_eq!(history.best_by("val_own").unwrap_err(), unknown);
        assert_eq!(best(&self::history(&[f64::NAN; 2], false), Monitor::LOSS), None);
        assert_eq!(History::default().best(), None);
    }

    #[test]
    #[should_panic(
        expected = "no measure is named `accuracy`: the names are `loss`, `val_loss`, `val_accuracy`, `val_own`"
    )]
    fn an_index_that_is_no_measure_panics_with_the_names_that_are() {
        let _ = &history(&[1.0], true)["accuracy"];
    }
}
