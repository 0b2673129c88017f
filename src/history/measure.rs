//! What is recorded for every epoch, and which of it tells a better epoch from a worse one?

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::EpochRecord;
use crate::metric::Better;

/// The training loss, as Keras calls it.
pub(crate) const LOSS: &str = "loss";
/// The loss on the validation set.
pub(crate) const VALIDATION_LOSS: &str = "val_loss";
/// What the names of measures on the validation set begin with.
pub(crate) const VALIDATION: &str = "val_";

/// A value that is recorded for every epoch: the loss or a metric, of training or, with `val_` before the name, on the
/// validation set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Measure {
    /// The name: `loss`, `accuracy`, `val_loss`.
    pub name: String,
    /// Which values are better, where that is known.
    pub better: Option<Better>,
}

impl Measure {
    pub(crate) fn new(name: impl Into<String>, better: Option<Better>) -> Self {
        Self { name: name.into(), better }
    }
}

/// The names of measures.
pub(super) fn names(measures: &[Measure]) -> Vec<String> {
    measures.iter().map(|measure| measure.name.clone()).collect()
}

/// Which measure tells a better epoch from a worse one: for [`EarlyStopping`](crate::EarlyStopping), a plateau, the best
/// checkpoint, and [`History::best_by`](crate::History::best_by).
///
/// A string converts into a monitor: `EarlyStopping::patience(5).monitor("val_accuracy")`. Losses and the metrics of the library
/// know whether smaller or larger values are better. [`larger_is_better`](Self::larger_is_better) and
/// [`smaller_is_better`](Self::smaller_is_better) set the direction of a custom metric that does not, or reverse that of
/// another. NaN is never better than another value.
///
/// # Errors
/// `fit` fails with [`Error::UnknownMeasure`], which lists the recorded measures, when none has the name, and with
/// [`Error::UnknownDirection`] when neither the metric nor the monitor has a direction.
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
/// // From zeros, half of the predictions are right at first, and all of them from the second epoch on.
/// let stopping = EarlyStopping::patience(5).monitor("accuracy");
/// assert_eq!(trainer().callback(stopping).fit(&mut Guess::zeroed(), &data)?.len(), 7);
///
/// // The other direction: stop when accuracy no longer falls.
/// let turned = EarlyStopping::patience(5).monitor(Monitor::new("accuracy").smaller_is_better());
/// assert_eq!(trainer().callback(turned).fit(&mut Guess::zeroed(), &data)?.len(), 6);
///
/// let misspelt = EarlyStopping::patience(5).monitor("val_acuracy");
/// let error = trainer().callback(misspelt).fit(&mut Guess::zeroed(), &data).unwrap_err();
/// assert_eq!(error.to_string(), "no measure is named `val_acuracy`: the names are `loss`, `accuracy`");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Monitor {
    /// Nothing for the loss.
    name: Option<Cow<'static, str>>,
    better: Option<Better>,
}

impl Monitor {
    /// The loss on the validation set if there is one, otherwise the training loss. Smaller is better.
    pub const LOSS: Self = Self { name: None, better: None };

    /// The measure with this name, in the direction that it has.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: Some(name.into()), better: None }
    }

    /// Larger values are better, whatever the measure says.
    #[must_use]
    pub fn larger_is_better(self) -> Self {
        Self { better: Some(Better::Larger), ..self }
    }

    /// Smaller values are better, whatever the measure says.
    #[must_use]
    pub fn smaller_is_better(self) -> Self {
        Self { better: Some(Better::Smaller), ..self }
    }

    /// The measure that this is, among those that are recorded.
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

/// A measure that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    column: usize,
    better: Better,
}

impl Watched {
    /// A value of the epoch that is smaller for a better one.
    pub(crate) fn cost(self, record: &EpochRecord) -> f64 {
        let value = record.value(self.column);
        match self.better {
            Better::Smaller => value,
            Better::Larger => -value,
        }
    }
}
