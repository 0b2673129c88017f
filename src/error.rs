//! What can go wrong at run time? Not the shapes: the compiler has checked them. What remains comes from outside: data,
//! settings, and values that overflow.

mod foreign_text;
mod tensors;
mod training;

mod message;

pub(crate) use foreign_text::shown;
pub use tensors::WrongTensor;

use alloc::string::String;
use alloc::vec::Vec;

/// The result type of every fallible function in typenet.
pub type Result<T> = core::result::Result<T, Error>;

/// Every way in which a call can fail at run time. The fields hold the values, and `Display` describes the error in words.
/// `Debug` prints the same text, because `main` prints the `Debug` form of an error that it returns.
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
    /// A collection is empty although it must not be.
    Empty {
        /// What is empty, as a noun: `data set`.
        what: &'static str,
    },
    /// A picture would show nothing.
    NothingToDraw {
        /// The reason, as a clause: `the history has no epochs`.
        reason: &'static str,
    },
    /// Two collections that belong together have different lengths.
    CountMismatch {
        /// The first collection, in the plural: `inputs`.
        first: &'static str,
        /// The length of the first collection.
        first_count: usize,
        /// The second collection, in the plural: `targets`.
        second: &'static str,
        /// The length of the second collection.
        second_count: usize,
    },
    /// The length of a sample differs from the length of its shape.
    Ragged {
        /// `input`, `target` or `row`.
        what: &'static str,
        /// The position of the sample, if there are several.
        sample: Option<usize>,
        /// The number of values in the sample.
        length: usize,
        /// The number of values in the shape.
        expected: usize,
    },
    /// A class label is not less than the number of classes.
    LabelOutOfRange {
        /// The position of the sample, if the label belongs to a data set.
        sample: Option<usize>,
        /// The label, or the nearest value of the type.
        label: i64,
        /// The number of classes.
        classes: usize,
    },
    /// A label is the blank, which no sequence of labels contains.
    BlankLabel {
        /// The position of the sample, if there are several.
        sample: Option<usize>,
        /// The position of the label.
        position: usize,
        /// The number of classes with the blank.
        classes: usize,
    },
    /// No path has as many labels.
    TooManyLabels {
        /// The position of the sample, if there are several.
        sample: Option<usize>,
        /// The number of labels.
        labels: usize,
        /// The number of labels that equal the label before them.
        equal: usize,
        /// The number of steps of the sequence.
        steps: usize,
    },
    /// An index or an element is no token of the vocabulary.
    TokenOutOfRange {
        /// The position of the sample, if the token belongs to a data set.
        sample: Option<usize>,
        /// The position of the token within the sample, if it belongs to one.
        position: Option<usize>,
        /// The index, or the element.
        token: f64,
        /// The number of tokens in the vocabulary.
        vocabulary: usize,
    },
    /// A text is too short for a sample.
    TooShort {
        /// The number of tokens.
        length: usize,
        /// The smallest number of tokens.
        needed: usize,
    },
    /// A data set has fewer samples than streams into which it should be cut.
    TooFewWindows {
        /// The number of samples, each a window.
        windows: usize,
        /// The number of streams.
        streams: usize,
    },
    /// A sequence does not fit into a sample.
    TooLong {
        /// The position of the sequence, if there are several.
        sample: Option<usize>,
        /// The number of its steps.
        length: usize,
        /// The largest number of steps.
        longest: usize,
    },
    /// A sequence has no steps.
    NoSteps {
        /// The position of the sequence, if there are several.
        sample: Option<usize>,
    },
    /// An element that should be the number of steps of a padded sequence is none.
    NumberOfSteps {
        /// The position of the sample.
        sample: usize,
        /// The element.
        count: f64,
        /// The largest number of steps.
        longest: usize,
    },
    /// A vocabulary has more entries, such as characters, than the network has tokens.
    VocabularyTooLarge {
        /// The number of entries.
        entries: usize,
        /// The number of tokens.
        tokens: usize,
    },
    /// A character is not in the vocabulary.
    UnknownCharacter {
        /// The character.
        character: char,
        /// Its position in the text, in characters.
        position: usize,
    },
    /// A network cannot generate tokens without any to begin with.
    NoPrompt,
    /// A value in the data is infinite or NaN.
    NonFiniteData {
        /// `input` or `target`.
        what: &'static str,
        /// The position of the sample.
        sample: usize,
        /// The position of the value within the flat sample.
        position: usize,
        /// The value.
        value: f64,
    },
    /// A target is finite, but out of range for the loss. The network is unchanged.
    TargetOutOfRange {
        /// The position of the sample in the data set, or in the batch of a source or of a custom loop.
        sample: usize,
        /// The position of the value within the flat target.
        position: usize,
        /// The value.
        value: f64,
        /// The allowed values, as a phrase: `at least 0 and at most 1`.
        allowed: &'static str,
    },
    /// A target belongs to a step behind the end of a [`Padded`](crate::Padded) sequence. The network is unchanged.
    TargetBehindEnd {
        /// The position of the sample in the data set, or in the batch of a source or of a custom loop.
        sample: usize,
        /// The last step with a target, from 0.
        step: usize,
        /// The number of steps of the sequence.
        steps: usize,
    },
    /// A value in a batch from a source is infinite or NaN. The network is as it was before the step.
    NonFiniteBatch {
        /// `input` or `target`.
        what: &'static str,
        /// Whether the source provides the validation samples.
        validation: bool,
        /// The epoch of training, counted from 1, if there is one.
        epoch: Option<usize>,
        /// The batch within the epoch, counted from 0.
        batch: usize,
        /// The position of the sample within the batch.
        sample: usize,
        /// The position of the value within the flat sample.
        position: usize,
        /// The value.
        value: f64,
    },
    /// A source of batches failed.
    Source {
        /// Whether the source provides the validation samples.
        validation: bool,
        /// The epoch of training, counted from 1, if there is one.
        epoch: Option<usize>,
        /// The message of the source.
        reason: String,
    },
    /// A weight is negative, infinite or NaN.
    WeightOutOfRange {
        /// What is weighted: `sample` or `class`.
        what: &'static str,
        /// The position of the sample, or the index of the class, if there are several weights.
        position: Option<usize>,
        /// The weight.
        value: f64,
    },
    /// Every weight is 0, so nothing would be learned.
    AllWeightsZero {
        /// What is weighted: `sample` or `class`.
        what: &'static str,
    },
    /// A class has no samples, so its weight cannot be computed from its count.
    AbsentClass {
        /// The index of the class.
        class: usize,
    },
    /// A setting is out of range.
    Setting {
        /// The name of the setting: `learning rate`.
        name: &'static str,
        /// The value of the setting.
        value: f64,
        /// The allowed values, as a phrase: `a finite number above 0`.
        allowed: &'static str,
    },
    /// A call passed more samples than the workspace has room for.
    TooManySamples {
        /// The number of samples in the call.
        samples: usize,
        /// The number of samples that the workspace has room for.
        limit: usize,
    },
    /// A stream has as many steps as the network can read.
    TooManySteps {
        /// That number of steps.
        steps: usize,
    },
    /// A batch has too few samples for a layer that computes statistics of the batch.
    BatchTooSmall {
        /// The number of samples in the batch.
        samples: usize,
        /// The smallest number of samples.
        needed: usize,
    },
    /// `backward` was called without a preceding `forward` call for the same number of samples.
    BackwardWithoutForward {
        /// The number of samples in the `backward` call.
        samples: usize,
        /// The number of samples in the last `forward` call with this workspace.
        forward_samples: usize,
    },
    /// The slice that a workspace borrows is too short.
    WorkspaceTooSmall {
        /// The length of the slice.
        length: usize,
        /// The required length.
        needed: usize,
    },
    /// A loss became infinite or NaN. The network is as it was before the step.
    NonFiniteLoss {
        /// The loss, which is infinite or NaN.
        value: f64,
        /// The first layer whose output is not finite, or the first tensor of parameters with such a value, if that explains
        /// the loss.
        culprit: Option<String>,
        /// The step, counted from 0 over all epochs.
        step: u64,
    },
    /// A parameter of a network is infinite or NaN before training or saving.
    NonFiniteParameter {
        /// The dotted name of the first tensor with such a parameter: `hidden.weight`.
        tensor: String,
    },
    /// The loss on the validation set became infinite or NaN after an epoch in which every step was finite.
    NonFiniteValidation {
        /// The loss, which is infinite or NaN.
        value: f64,
        /// The epoch, counted from 1.
        epoch: usize,
    },
    /// A callback, a plateau, a checkpoint or a picture uses a measure that is not recorded.
    UnknownMeasure {
        /// The given name.
        name: String,
        /// The names of the recorded measures.
        names: Vec<String>,
    },
    /// A metric is monitored, but it is unknown whether smaller or larger values are better.
    UnknownDirection {
        /// The name of the measure.
        name: String,
    },
    /// Two columns of a history would have the same name.
    DuplicateMeasure {
        /// The name.
        name: String,
    },
    /// The name of a metric is empty, has control characters such as a line break, or starts with `val_`.
    InvalidMeasureName {
        /// The name.
        name: String,
    },
    /// The measures differ from those that the interrupted training recorded.
    OtherMeasures {
        /// The name of the first that the program or the checkpoint lacks.
        name: String,
    },
    /// A network has no layer or tensor with the given name.
    UnknownTensor {
        /// The name.
        name: String,
        /// The dotted names of the tensors in the network.
        names: Vec<String>,
    },
    /// The callbacks differ from those of the interrupted training.
    OtherCallbacks {
        /// The name of the first that the program or the checkpoint lacks.
        name: String,
    },
    /// The data has more or fewer samples than that of the interrupted training.
    OtherSampleCount {
        /// The number of samples in an epoch of the interrupted training.
        before: usize,
        /// The number of samples in the data.
        now: usize,
    },
    /// The state that training carries from window to window is larger or smaller than that of the interrupted training.
    OtherCarriedState {
        /// The number of scalars that the interrupted training carried for all streams.
        before: usize,
        /// The number of scalars that would be carried now.
        now: usize,
    },
    /// An interrupted epoch had already used more samples than a source of batches has now.
    FewerSamples {
        /// The number of samples in an epoch.
        samples: usize,
        /// The number of samples that the interrupted epoch had already used.
        needed: usize,
    },
    /// A gradient became infinite or NaN. The parameters are as they were before the step.
    NonFiniteGradient {
        /// The dotted name of the first tensor with such a gradient: `hidden.weight`.
        tensor: String,
        /// The step, counted from 0 over all epochs.
        step: u64,
    },
    /// An update would come within eight powers of ten of the largest finite value. The parameters are as they were before the
    /// step.
    UpdateTooLarge {
        /// The dotted name of the tensor with the largest gradient.
        tensor: String,
        /// The magnitude of the update.
        update: f64,
        /// The step, counted from 0 over all epochs.
        step: u64,
    },
    /// Training ended with a loss that is NaN or higher than before the training, and no smaller learning rate was left to try.
    StillDiverging {
        /// The loss before the training.
        first: f64,
        /// The loss after the training.
        last: f64,
        /// The learning rate of the last attempt.
        rate: f64,
    },
    /// A setting names a layer that the network does not have, or that has no parameters.
    UnknownLayer {
        /// The given dotted name.
        name: String,
        /// The dotted names of the layers with parameters; empty for plain slices.
        layers: Vec<String>,
    },
    /// The system could not start the requested number of threads.
    ThreadsNotStarted {
        /// The requested number of threads.
        threads: usize,
        /// What the system says.
        reason: String,
    },
    /// A page cannot be served at an address.
    AddressUnavailable {
        /// The address.
        address: String,
        /// What the system says, or why the address is refused.
        reason: String,
    },
    /// An optimizer that holds state for one number of parameters was called with another number of parameters.
    ParameterCount {
        /// The number of parameters that the state of the optimizer belongs to.
        expected: usize,
        /// The number of parameters in the call.
        given: usize,
    },
    /// The system could not open, read or write a file. A file that was to be written is unchanged.
    File {
        /// The operation that failed: `read` or `write`.
        verb: &'static str,
        /// The path, as far as it can be displayed.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A network cannot be written as an ONNX model.
    NoOnnxForm {
        /// What has no form in ONNX: a layer with its dotted name and its declaration, or the whole network.
        what: String,
        /// The reason.
        reason: String,
    },
    /// A file is damaged, or has another format or version.
    Unreadable {
        /// Which file: the path in backticks, or `the file in memory`.
        source: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The tensors in a file differ from those of the network. The network is unchanged.
    WrongTensors {
        /// Which file: the path in backticks, or `the file in memory`.
        source: String,
        /// The name of the type that was to be loaded, usually the name of the network.
        network: String,
        /// All wrong tensors: first those of the network, in its order, then those that the network does not have.
        wrong: Vec<WrongTensor>,
        /// The network that wrote the file, with its layers, if the file records it.
        made_from: Option<String>,
        /// A table of the tensors of the file and of the network, side by side, if the names were changed by pairs or a function.
        names: Option<String>,
    },
}
