//! What happened in one epoch?

use alloc::format;
use core::fmt::{self, Debug, Display};
use core::ops::Index;

use crate::history::{History, Measure};
use crate::metric::Better;
use crate::readable::{Seconds, Share, Significant};

/// One epoch of a [`History`]. `Display` prints a line with all measures. Values have four significant digits, as
/// [`readable`](crate::readable) writes them, and are padded so that the lines of all epochs are aligned.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[2.0]])?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .metric(MeanAbsoluteError)
///     .validation(&data)
///     .fit(&mut Line::zeroed(), &data)?;
/// let record = history.last().expect("there was an epoch");
/// // Zeros predict 0; after the step, the prediction is 0.4.
/// assert_eq!((record.epoch, record.loss, record["mean_absolute_error"]), (1, 4.0, 2.0));
/// assert_eq!(record.get("val_mean_absolute_error").map(|error| error as f32), Some(1.6));
/// assert!(record.to_string().starts_with("epoch 1/1  loss 4.000      mean_absolute_error 2.000      val_loss 2.560"));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct EpochRecord<'a> {
    /// The number of the epoch, counted from 1.
    pub epoch: usize,
    /// The number of epochs that were asked for.
    pub epochs: usize,
    /// The mean training loss over the samples. The loss of a sample is measured before the step of its batch.
    pub loss: f64,
    /// The number of samples in that mean: the whole data set, unless a callback stopped the epoch after one of its steps.
    pub samples: usize,
    /// The learning rate of the last step of the epoch, or `None` if the optimizer has no learning rate.
    pub learning_rate: Option<f64>,
    /// The duration of the epoch in seconds, including validation.
    pub seconds: f64,
    history: &'a History,
}

impl<'a> EpochRecord<'a> {
    pub(super) fn new(history: &'a History, index: usize) -> Self {
        Self {
            epoch: index + 1,
            epochs: history.planned,
            loss: history.columns[0][index],
            samples: history.samples[index],
            learning_rate: history.learning_rates[index],
            seconds: history.seconds[index],
            history,
        }
    }

    /// Returns the value of the measure with this name, as in `record.get("val_accuracy")`, or `None` if there is no such
    /// measure.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.history.get(name).map(|values| values[self.epoch - 1])
    }

    /// Returns all measures of the epoch with their names.
    #[must_use]
    pub fn measures(&self) -> impl ExactSizeIterator<Item = (&'a str, f64)> + use<'a> {
        let record = *self;
        let names = self.history.measures.iter().map(|measure| measure.name.as_str());
        names.enumerate().map(move |(column, name)| (name, record.value(column)))
    }

    /// Returns the history that this epoch belongs to.
    #[cfg(any(feature = "dashboard", feature = "safetensors"))]
    pub(crate) fn history(&self) -> &'a History {
        self.history
    }

    /// Returns the value in a column.
    pub(crate) fn value(&self, column: usize) -> f64 {
        self.history.columns[column][self.epoch - 1]
    }

    /// Returns the measures in readable form, each with its name: `val_loss 0.2500`.
    #[cfg(feature = "progress")]
    pub(crate) fn readable(&self) -> impl Iterator<Item = impl Display + use<'a>> + use<'a> {
        let record = *self;
        let texts = move |(column, measure): (usize, &'a Measure)| {
            format!("{} {}", measure.name, Readable(measure, record.value(column)))
        };
        self.history.measures.iter().enumerate().map(texts)
    }

    /// Writes the epoch as a line. Each value is padded to at least the width of its column.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, widths: &[usize]) -> fmt::Result {
        let width = self.epochs.max(1).ilog10() as usize + 1;
        write!(f, "epoch {:width$}/{}", self.epoch, self.epochs)?;
        for (column, measure) in self.history.measures.iter().enumerate() {
            let width = widths.get(column).copied().unwrap_or(0).max(Readable::usual_width(measure));
            let text = format!("{}", Readable(measure, self.value(column)));
            write!(f, "  {} {text:<width$}", measure.name)?;
        }
        write!(f, "  {}", Seconds(self.seconds))
    }

    /// Increases each width to fit the value of this epoch.
    pub(super) fn widen(&self, widths: &mut [usize]) {
        for ((column, measure), width) in self.history.measures.iter().enumerate().zip(widths) {
            *width = (*width).max(format!("{}", Readable(measure, self.value(column))).len());
        }
    }
}

/// # Panics
/// Panics if no measure has this name. The message lists the names of all measures.
impl Index<&str> for EpochRecord<'_> {
    type Output = f64;

    fn index(&self, name: &str) -> &f64 {
        &self.history[name][self.epoch - 1]
    }
}

impl PartialEq for EpochRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        let fields =
            |record: &Self| (record.epoch, record.epochs, record.samples, record.learning_rate, record.seconds);
        fields(self) == fields(other) && self.measures().eq(other.measures())
    }
}

impl Debug for EpochRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("EpochRecord");
        record.field("epoch", &self.epoch).field("epochs", &self.epochs);
        for (name, value) in self.measures() {
            record.field(name, &value);
        }
        record.field("samples", &self.samples).field("learning_rate", &self.learning_rate);
        record.field("seconds", &self.seconds).finish()
    }
}

impl Display for EpochRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &[])
    }
}

/// Formats a value for a person. A measure for which larger is better is usually a share, so only exactly 1 prints as `1.0000`.
struct Readable<'a>(&'a Measure, f64);

impl Readable<'_> {
    /// Returns a width that fits nearly every value, for a line that is printed without knowledge of the others.
    fn usual_width(measure: &Measure) -> usize {
        if measure.better == Some(Better::Larger) { 8 } else { 9 }
    }
}

impl Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.better {
            Some(Better::Larger) => Display::fmt(&Share(self.1), f),
            _ => Display::fmt(&Significant(self.1), f),
        }
    }
}
