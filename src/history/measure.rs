//! What is recorded for every epoch, and which measure decides which epoch is better?

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::EpochRecord;
use crate::metric::Better;

/// The name of the training loss, as in Keras.
pub(crate) const LOSS: &str = "loss";
/// The name of the loss on the validation set.
pub(crate) const VALIDATION_LOSS: &str = "val_loss";
/// The prefix of the names of measures on the validation set.
pub(crate) const VALIDATION: &str = "val_";

/// A value that is recorded for every epoch: the loss or a metric. Measures on the validation set have the prefix `val_` in
/// their names; the others are measured during training.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Measure {
    /// The name: `loss`, `accuracy`, `val_loss`.
    pub name: String,
    /// Whether smaller or larger values are better, if that is known.
    pub better: Option<Better>,
}

impl Measure {
    pub(crate) fn new(name: impl Into<String>, better: Option<Better>) -> Self {
        Self { name: name.into(), better }
    }
}

/// Returns the names of measures.
pub(super) fn names(measures: &[Measure]) -> Vec<String> {
    measures.iter().map(|measure| measure.name.clone()).collect()
}

/// The measure that decides which epoch is better. Used by [`EarlyStopping`](crate::EarlyStopping), by a plateau, by the best
/// checkpoint and by [`History::best_by`](crate::History::best_by).
///
/// A string converts into a monitor: `EarlyStopping::patience(5).monitor("val_accuracy")`. Losses and the metrics of the
/// library know whether smaller or larger values are better. [`larger_is_better`](Self::larger_is_better) and
/// [`smaller_is_better`](Self::smaller_is_better) set the direction of a custom metric that has none, or override the direction
/// of any other measure. NaN is never better than another value.
///
/// # Errors
/// `fit` returns [`Error::UnknownMeasure`], which lists the recorded measures, if no measure has the name, and
/// [`Error::UnknownDirection`] if neither the metric nor the monitor has a direction.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::Monitor;
///
/// network!(struct Guess = Dense<1, 2>, Softmax);
/// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0]], [0, 1])?;
/// let trainer = || Trainer::new(Nll, Sgd::new(0.1)).epochs(50).metric(Accuracy);
///
/// // From zeros, half of the predictions are correct at first, and all of them from the second epoch on.
/// let stopping = EarlyStopping::patience(5).monitor("accuracy");
/// assert_eq!(trainer().callback(stopping).fit(&mut Guess::zeroed(), &data)?.len(), 7);
///
/// // The opposite direction: stop when accuracy no longer decreases.
/// let reversed = EarlyStopping::patience(5).monitor(Monitor::new("accuracy").smaller_is_better());
/// assert_eq!(trainer().callback(reversed).fit(&mut Guess::zeroed(), &data)?.len(), 6);
///
/// let misspelled = EarlyStopping::patience(5).monitor("val_acuracy");
/// let error = trainer().callback(misspelled).fit(&mut Guess::zeroed(), &data).unwrap_err();
/// assert!(error.to_string().starts_with("no measure is named `val_acuracy`: the names are `loss`, `accuracy`"));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Monitor {
    /// `None` for the loss.
    name: Option<Cow<'static, str>>,
    better: Option<Better>,
}

impl Monitor {
    /// A monitor of the loss on the validation set, or of the training loss without a validation set. Smaller values are
    /// better.
    pub const LOSS: Self = Self { name: None, better: None };

    /// Creates a monitor of the measure with this name, in the direction of the measure.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: Some(name.into()), better: None }
    }

    /// Treats larger values as better, whatever the direction of the measure.
    #[must_use]
    pub fn larger_is_better(self) -> Self {
        Self { better: Some(Better::Larger), ..self }
    }

    /// Treats smaller values as better, whatever the direction of the measure.
    #[must_use]
    pub fn smaller_is_better(self) -> Self {
        Self { better: Some(Better::Smaller), ..self }
    }

    /// Finds the monitored measure among the recorded ones.
    pub(crate) fn find(&self, measures: &[Measure]) -> Result<Watched> {
        let position = |name: &str| measures.iter().position(|measure| measure.name == name);
        let (name, column) = match &self.name {
            Some(name) => (&**name, position(name)),
            None => (LOSS, position(VALIDATION_LOSS).or_else(|| position(LOSS))),
        };
        let Some(column) = column else {
            return Err(Error::UnknownMeasure { name: name.to_string(), names: names(measures) });
        };
        match self.better.or(measures[column].better) {
            Some(better) => Ok(Watched { column, better }),
            None => Err(Error::UnknownDirection { name: name.to_string() }),
        }
    }
}

impl From<&'static str> for Monitor {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Monitor {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// A measure that a monitor has found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    column: usize,
    better: Better,
}

impl Watched {
    /// Returns a value that is smaller for a better epoch.
    pub(crate) fn cost(self, record: &EpochRecord) -> f64 {
        let value = record.value(self.column);
        match self.better {
            Better::Smaller => value,
            Better::Larger => -value,
        }
    }
}
