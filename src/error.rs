//! What can go wrong at run time? Shapes cannot: the compiler has checked them. What is left comes from outside: data,
//! settings, and numbers that grow without bound.

mod foreign_text;
mod tensors;
mod training;

pub(crate) use foreign_text::shown;
pub use tensors::WrongTensor;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::readable::Exact;

/// The result of everything in typenet that can fail.
pub type Result<T> = core::result::Result<T, Error>;

/// Every way in which a call can fail at run time. The fields hold the numbers, `Display` says them in words, and `Debug`
/// too, since that is what `main` prints of an error that it returns.
///
/// # Example
/// ```
/// use typenet::{Class, Error};
///
/// let error = Class::<10>::new(10).unwrap_err();
/// assert_eq!(error, Error::LabelOutOfRange { sample: None, label: 10, classes: 10 });
/// assert_eq!(error.to_string(), "label 10 is out of range: there are 10 classes, 0 to 9");
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A collection that must hold something holds nothing.
    Empty {
        /// What is empty, as a noun: `data set`.
        what: &'static str,
    },
    /// A picture would show nothing.
    NothingToDraw {
        /// Why, as a clause: `the history has no epochs`.
        reason: &'static str,
    },
    /// Two collections that belong together have different lengths.
    CountMismatch {
        /// What is counted first, in the plural: `inputs`.
        first: &'static str,
        /// How many of the first there are.
        first_count: usize,
        /// What is counted second, in the plural: `targets`.
        second: &'static str,
        /// How many of the second there are.
        second_count: usize,
    },
    /// A sample has another length than its shape says.
    Ragged {
        /// `input` or `target`.
        what: &'static str,
        /// The position of the sample.
        sample: usize,
        /// How many values the sample has.
        length: usize,
        /// How many values its shape has.
        expected: usize,
    },
    /// A class label that is not below the number of classes.
    LabelOutOfRange {
        /// The position of the sample, where the label belongs to a data set.
        sample: Option<usize>,
        /// The label.
        label: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A number in the data is infinite or NaN.
    NonFiniteData {
        /// `input` or `target`.
        what: &'static str,
        /// The position of the sample.
        sample: usize,
        /// The position of the number within the flat sample.
        position: usize,
        /// The number.
        value: f64,
    },
    /// A finite target that the loss cannot compare with. The network is as it was before the step.
    TargetOutOfRange {
        /// The position of the sample in the data set, or in the batch of a source or a loop of one's own.
        sample: usize,
        /// The position of the number within the flat target.
        position: usize,
        /// The number.
        value: f64,
        /// What it may be, as a phrase: `at least 0 and at most 1`.
        allowed: &'static str,
    },
    /// A number in what a source of batches gave is infinite or NaN. The network is as it was before the step.
    NonFiniteBatch {
        /// `input` or `target`.
        what: &'static str,
        /// The source is that of the validation samples.
        validation: bool,
        /// The epoch of training, counted from 1, where there is one.
        epoch: Option<usize>,
        /// The batch within the epoch, counted from 0.
        batch: usize,
        /// The position of the sample within the batch.
        sample: usize,
        /// The position of the number within the flat sample.
        position: usize,
        /// The number.
        value: f64,
    },
    /// A source of batches failed.
    Source {
        /// It is the source of the validation samples.
        validation: bool,
        /// The epoch of training, counted from 1, where there is one.
        epoch: Option<usize>,
        /// What the source says.
        reason: String,
    },
    /// A weight is negative, infinite or NaN.
    WeightOutOfRange {
        /// What is weighted: `sample` or `class`.
        what: &'static str,
        /// The position of the sample, or the number of the class, where the weight is one of several.
        position: Option<usize>,
        /// The weight.
        value: f64,
    },
    /// Every weight is 0, so that nothing would be learned.
    AllWeightsZero {
        /// What is weighted: `sample` or `class`.
        what: &'static str,
    },
    /// A class that is to be weighted by its count has no sample.
    AbsentClass {
        /// The number of the class.
        class: usize,
    },
    /// A setting is outside its range.
    Setting {
        /// The name of the setting: `learning rate`.
        name: &'static str,
        /// What it was set to.
        value: f64,
        /// What it may be, as a phrase: `a finite number above 0`.
        allowed: &'static str,
    },
    /// More samples were handed over than the workspace holds.
    TooManySamples {
        /// How many were handed over.
        samples: usize,
        /// How many the workspace holds.
        limit: usize,
    },
    /// `backward` was called without the `forward` of the same number of samples before it.
    BackwardWithoutForward {
        /// How many samples `backward` was given.
        samples: usize,
        /// How many samples the last `forward` into this workspace had.
        forward_samples: usize,
    },
    /// Memory lent to a workspace is too short.
    WorkspaceTooSmall {
        /// The length of the lent slice.
        length: usize,
        /// The length that is needed.
        needed: usize,
    },
    /// A loss became infinite or NaN. The network is as it was before the step.
    NonFiniteLoss {
        /// The loss: an infinity or NaN.
        value: f64,
        /// The first layer whose output is not finite, or the first tensor of parameters, if that explains it.
        culprit: Option<String>,
        /// The step, counted from 0 over all epochs.
        step: u64,
    },
    /// A parameter of the network that is to be trained or saved is infinite or NaN.
    NonFiniteParameter {
        /// The dotted name of the first tensor with such a parameter: `hidden.weight`.
        tensor: String,
    },
    /// The loss on the validation set became infinite or NaN after an epoch whose steps were finite.
    NonFiniteValidation {
        /// The loss: an infinity or NaN.
        value: f64,
        /// The epoch, counted from 1.
        epoch: usize,
    },
    /// A callback, a plateau, a checkpoint or a picture asks for a measure that is not recorded.
    UnknownMeasure {
        /// The name that was given.
        name: String,
        /// The names of the recorded measures.
        names: Vec<String>,
    },
    /// A metric is watched whose better values, smaller or larger, are not known.
    UnknownDirection {
        /// The name of the measure.
        name: String,
    },
    /// Two columns of a history would have one name.
    DuplicateMeasure {
        /// The name.
        name: String,
    },
    /// Interrupted training is to go on with other measures than it recorded.
    OtherMeasures {
        /// The name of the first that the program or the checkpoint lacks.
        name: String,
    },
    /// A network has no layer and no tensor of a name.
    UnknownTensor {
        /// The name.
        name: String,
        /// The dotted names of its tensors.
        names: Vec<String>,
    },
    /// Interrupted training is to go on with other callbacks than it had.
    OtherCallbacks {
        /// The name of the first that the program or the checkpoint lacks.
        name: String,
    },
    /// Training that was interrupted within an epoch is to go on with fewer samples than it had.
    FewerSamples {
        /// The samples of an epoch.
        samples: usize,
        /// How many of the epoch it had learned from.
        needed: usize,
    },
    /// A gradient became infinite or NaN. The parameters are as they were before the step.
    NonFiniteGradient {
        /// The dotted name of the first tensor with such a gradient: `hidden.weight`.
        tensor: String,
        /// The step, counted from 0 over all epochs.
        step: u64,
    },
    /// An update would come within eight powers of ten of the largest number. The parameters are as they were before the step.
    UpdateTooLarge {
        /// The dotted name of the tensor with the largest gradient.
        tensor: String,
        /// The magnitude of the update.
        update: f64,
        /// The step, counted from 0 over all epochs.
        step: u64,
    },
    /// Training ended with a loss that is above that at its begin, or NaN, and no smaller learning rate was to be tried.
    StillDiverging {
        /// The loss before the training.
        first: f64,
        /// The training loss of the last epoch.
        last: f64,
        /// Its learning rate.
        rate: f64,
    },
    /// A setting is for a layer that the network does not have, or that does not learn.
    UnknownLayer {
        /// The dotted name that was given.
        name: String,
        /// The dotted names of the layers that learn; none for plain slices.
        layers: Vec<String>,
    },
    /// The system did not start the threads that were asked for.
    ThreadsNotStarted {
        /// How many were asked for.
        threads: usize,
        /// What the system says.
        reason: String,
    },
    /// An optimizer that holds the state of a network with one number of parameters was given another.
    ParameterCount {
        /// The number of parameters that the optimizer's state belongs to.
        expected: usize,
        /// The number of parameters that it was given.
        given: usize,
    },
    /// The system did not open, read or write a file. One that was to be written is as it was.
    File {
        /// What failed: `read` or `write`.
        verb: &'static str,
        /// The path, as far as it can be shown.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A file is damaged, or is of another format or version.
    Unreadable {
        /// Which file: the path in backticks, or `the file in memory`.
        source: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds other tensors than the network has. The network is as it was.
    WrongTensors {
        /// Which file: the path in backticks, or `the file in memory`.
        source: String,
        /// The name of what was to be loaded, mostly that of the network.
        network: String,
        /// All of them: those of the network in its order, then those that it does not have.
        wrong: Vec<WrongTensor>,
        /// The network that the file was made from, with its layers, if the file says so.
        made_from: Option<String>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "the {what} is empty: it needs at least one sample"),
            Self::NothingToDraw { reason } => write!(f, "there is nothing to draw: {reason}"),
            Self::CountMismatch { first, first_count, second, second_count } => {
                write!(f, "there are {first_count} {first} but {second_count} {second}")
            }
            Self::Ragged { what, sample, length, expected } => {
                write!(f, "{what} {sample} has {length} values, but its shape has {expected}")
            }
            Self::LabelOutOfRange { sample, label, classes } => {
                write!(f, "label {label} ")?;
                if let Some(sample) = sample {
                    write!(f, "of sample {sample} ")?;
                }
                write!(f, "is out of range: there are {classes} classes, 0 to {}", classes.saturating_sub(1))
            }
            Self::NonFiniteData { what, sample, position, value } => {
                write!(f, "{what} {sample} holds {value} at position {position}: data must be finite")
            }
            Self::Setting { name, value, allowed } => {
                write!(f, "the {name} is {}, but must be {allowed}", Exact(*value))
            }
            Self::TooManySamples { samples, limit } => {
                write!(
                    f,
                    "{samples} samples do not fit a workspace for {limit}: make one with `Workspace::for_samples({samples})`"
                )
            }
            Self::BackwardWithoutForward { samples, forward_samples } => {
                write!(
                    f,
                    "`backward` was given {samples} samples, but the last `forward` into this workspace had {forward_samples}"
                )
            }
            Self::WorkspaceTooSmall { length, needed } => {
                write!(f, "the memory lent to the workspace has length {length}, but {needed} is needed")
            }
            _ => self.fmt_weights(f),
        }
    }
}

impl Error {
    /// The messages about weights of samples and classes.
    fn fmt_weights(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WeightOutOfRange { what, position, value } => {
                match position {
                    Some(position) => write!(f, "the weight of {what} {position}")?,
                    None => write!(f, "the weight of a {what}")?,
                }
                write!(f, " is {}, but must be a finite number of at least 0", Exact(*value))
            }
            Self::AllWeightsZero { what } => write!(f, "every {what} has weight 0: nothing would be learned"),
            Self::AbsentClass { class } => {
                write!(f, "class {class} has no sample, so that no weight makes it count as much as the others")
            }
            _ => self.fmt_files(f),
        }
    }

    /// The messages about files.
    fn fmt_files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { verb, path, reason } => write!(f, "cannot {verb} `{path}`: {reason}"),
            Self::Unreadable { source, reason } => write!(f, "{source} cannot be read: {reason}"),
            Self::WrongTensors { source, network, wrong, made_from } => {
                tensors::list(f, source, network, wrong, made_from.as_deref())
            }
            _ => self.fmt_training(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}
