//! What does a declared network give its user?
//!
//! `network!` writes a struct and a few constants and functions that call the layers one after the other. Everything else
//! is here, once for all networks: predictions, gradients over tiles, evaluation, summaries.

#[cfg(feature = "safetensors")]
pub(crate) mod file_contents;

#[cfg(feature = "safetensors")]
pub(crate) mod scalers;
mod summary;

mod batch;
pub mod chain;
mod classes;
mod compatibility;
mod dot;
mod layer_output;
mod program;
mod shards;
#[cfg(feature = "safetensors")]
mod weights;
mod workspace;

use batch::{Batch, Room, check_counts};
pub use classes::GivesClasses;
use compatibility::FitsLoss;
pub use compatibility::{FitsInput, FitsTarget, FitsValue};
pub use dot::Dot;
pub use layer_output::LayerOutput;
use program::{Backward, Forward, Infer, Show, TileLoss};
use shards::Shards;
pub use summary::{LayerInfo, Summary};
#[cfg(feature = "safetensors")]
pub use weights::Weights;
pub use workspace::Workspace;
use workspace::cut;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use rand::Rng as RandomSource;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::initializer::Initializer;
use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Kernels, dispatch};
use crate::layer::{Layer, Pass, Plan};
use crate::loss::{Loss, check_targets};
use crate::metric::{Evaluation, Measured, Metric, argmax};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// One sample of a shape, in a network's numbers.
pub type Sample<N, S> = <S as Shape>::Array<<N as Network>::Scalar>;

/// The measures that belong to a loss on a network's output.
pub type EvaluationOf<L, Output> = <<L as Loss<Output>>::Target as Measured>::Evaluation;

/// A class that a network can answer with.
pub type ClassOf<N> = <<N as Network>::Output as GivesClasses>::Class;

/// A network, as `network!` declares it.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<2, 8>, Tanh, Dense<8, 3>, Softmax);
///
/// fn parameters<N: Network>() -> usize {
///     N::PARAMETERS
/// }
/// assert_eq!(parameters::<Classifier>(), 2 * 8 + 8 + 8 * 3 + 3);
///
/// let network = Classifier::init(&mut typenet::rng(37));
/// let [a, b, c] = network.predict(&[0.5, -0.5]);
/// assert!((a + b + c - 1.0).abs() < 1e-6);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a network",
    note = "declare one with `network! {{ struct Name {{ .. }} }}`"
)]
pub trait Network: FlatParameters<Self::Scalar> + AsRef<Self> + AsMut<Self> + Send + Sync + 'static {
    /// The type of its numbers.
    type Scalar: Kernels;
    /// The network as a layer.
    type Architecture: Layer<With<Self::Scalar> = Self, Settings = ()>;
    /// The shape of a sample.
    type Input: Shape;
    /// The shape of a prediction.
    type Output: Shape;
    /// The shape of what the loss is computed on: `Output`, or what comes before a final `Softmax`.
    type Logits: Shape;

    /// A field per layer, with its name: the layer's output for one sample.
    type Activations: core::fmt::Debug;

    /// The name of the struct.
    const NAME: &'static str;
    /// The layers in order.
    const LAYERS: &'static [LayerInfo];

    /// Infers some samples and shows the output of every layer, by the name of its field. Generated code; use
    /// [`predict`](Self::predict).
    #[doc(hidden)]
    fn trace<I: Isa>(
        &self,
        isa: I,
        input: &[Self::Scalar],
        output: &mut [Self::Scalar],
        scratch: &mut [Self::Scalar],
        visit: &mut impl FnMut(&'static str, &[Self::Scalar]),
    );

    /// The number of parameters.
    const PARAMETERS: usize = Self::LEN;
    /// The bytes that the parameters take.
    const PARAMETER_BYTES: usize = size_of::<Self>();
    /// Multiplications with addition that one prediction takes.
    const MULTIPLY_ADDS: u64 = <PlanOf<Self> as Plan>::MULTIPLY_ADDS;
    /// How many samples go through the whole network, forward then backward, before the next do.
    const TILE: usize = workspace::tile::<Self::Scalar>(Self::SAMPLE_LEN, Self::PARAMETER_BYTES);
    /// The numbers of workspace per sample.
    #[doc(hidden)]
    const SAMPLE_LEN: usize = <PlanOf<Self> as Plan>::CACHE_LEN + 2 * Self::Logits::LEN;
    /// The length of the workspace of a training step, whatever the batch.
    const WORKSPACE_LEN: usize = Self::TILE * Self::SAMPLE_LEN;

    /// A network with random weights, each layer's drawn as the layer after it wants them, and zero biases. The memory is
    /// on the heap and filled in place.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Classifier = hidden: Dense<64, 32>, Relu, Dense<32, 10>, Softmax);
    /// let network = Classifier::init(&mut typenet::rng(37));
    /// // He's bound for weights before a ReLU: √2 · √(3 / 64).
    /// assert!(network.hidden.weight.iter().all(|weight| weight.abs() <= 0.307));
    /// assert_eq!(network.parameters(), Classifier::init(&mut typenet::rng(37)).parameters());
    /// ```
    #[must_use]
    fn init<R: RandomSource + ?Sized>(rng: &mut R) -> Box<Self> {
        let mut network = Self::zeroed();
        Self::Architecture::initialize::<Self::Scalar, R>(&mut network, &(), Initializer::GLOROT, rng);
        network
    }

    /// A network whose weights all come from one initializer, and zero biases. Panics where a setting is out of range.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<2, 1>);
    /// let line = Line::init_with(Initializer::Constant(0.5), &mut typenet::rng(37));
    /// assert_eq!(line.predict(&[1.0, 2.0]), [1.5]);
    /// ```
    #[must_use]
    fn init_with<R: RandomSource + ?Sized>(initializer: Initializer, rng: &mut R) -> Box<Self> {
        let mut network = Self::zeroed();
        initializer.fill_tensors(network.parameters_mut(), Self::TENSORS, rng);
        network
    }

    /// The layers with output shapes and parameters, as a table.
    #[must_use]
    fn summary() -> Summary {
        Summary::of::<Self>()
    }

    /// The answer for one sample. Nothing is allocated, but for the first time that a thread needs more than 64 KiB of
    /// scratch memory for its widest network.
    #[must_use]
    #[inline]
    fn predict(&self, input: &Sample<Self, Self::Input>) -> Sample<Self, Self::Output> {
        let mut output = Self::Output::zero();
        self.predict_into(input, &mut output);
        output
    }

    /// The answer for one sample, written where the caller wants it. Memory as in [`predict`](Self::predict).
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Scores = Dense<1, 2>, Softmax);
    /// let mut answers = [[0.0; 2]; 3];
    /// Scores::zeroed().predict_into(&[7.0], &mut answers[1]);
    /// assert_eq!(answers, [[0.0, 0.0], [0.5, 0.5], [0.0, 0.0]]);
    /// ```
    #[inline]
    fn predict_into(&self, input: &Sample<Self, Self::Input>, output: &mut Sample<Self, Self::Output>) {
        let (input, output) = (Self::Input::flat(input), Self::Output::flat_mut(output));
        with_scratch(<PlanOf<Self> as Plan>::INFERENCE_LEN, |scratch| {
            dispatch(Infer { network: self, input, output, scratch });
        });
    }

    /// The most probable class for one sample; of equally probable ones, the lowest. Memory as in [`predict`](Self::predict).
    ///
    /// A network that diverged has no answer: where every probability is NaN, this is class 0.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Sign = Dense<1, 2>, Softmax);
    /// let mut sign = Sign::zeroed();
    /// // The scores of x are 0 and x.
    /// sign.parameters_mut()[1] = 1.0;
    /// assert_eq!(sign.predict_class(&[3.0]), Class::new(1)?);
    /// assert_eq!(sign.predict_class(&[-3.0]).index(), 0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn predict_class(&self, input: &Sample<Self, Self::Input>) -> ClassOf<Self>
    where
        Self::Output: GivesClasses,
    {
        Self::Output::class(argmax(Self::Output::flat(&self.predict(input))))
    }

    /// The `COUNT` most probable classes for one sample, the most probable first; of equally probable ones, the lower first.
    /// Memory as in [`predict`](Self::predict). A network that has fewer classes does not compile; since `COUNT` may come from a
    /// generic function, that is found when the program is built, and not by `cargo check`.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 4>, Softmax);
    /// // Zero weights make all four classes equally likely.
    /// let [(first, probability), (second, _)] = Guess::zeroed().top::<2>(&[0.5]);
    /// assert_eq!((first.index(), second.index(), probability), (0, 1, 0.25));
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use typenet::prelude::*;
    /// # network!(struct Guess = Dense<1, 4>, Softmax);
    /// let all_and_one_more = Guess::zeroed().top::<5>(&[0.5]);
    /// ```
    #[must_use]
    fn top<const COUNT: usize>(&self, input: &Sample<Self, Self::Input>) -> [(ClassOf<Self>, Self::Scalar); COUNT]
    where
        Self::Output: GivesClasses,
    {
        const { assert!(COUNT <= Self::Output::LEN, "the network has fewer classes than are asked for") };
        let largest = classes::largest::<_, COUNT>(Self::Output::flat(&self.predict(input)));
        largest.map(|(index, probability)| (Self::Output::class(index), probability))
    }

    /// The answers for a batch, each with the same bits as [`predict`](Self::predict) gives. With the feature `rayon`, the
    /// threads of the current pool share a large batch.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Classifier = Dense<64, 10>, Softmax);
    /// let network = Classifier::init(&mut typenet::rng(37));
    /// let digits = datasets::digits();
    /// let answers = network.predict_batch(digits.inputs());
    /// assert_eq!(answers.len(), 1797);
    /// assert_eq!(answers[7], network.predict(&digits.inputs()[7]));
    /// ```
    #[must_use]
    fn predict_batch(&self, inputs: &[Sample<Self, Self::Input>]) -> Vec<Sample<Self, Self::Output>> {
        let mut outputs = vec![Self::Output::zero(); inputs.len()];
        batch::infer(self, inputs, &mut outputs);
        outputs
    }

    /// The answers for a batch, written where the caller wants them.
    ///
    /// # Errors
    /// [`Error::CountMismatch`] when there is not a place for every answer.
    fn predict_batch_into(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        outputs: &mut [Sample<Self, Self::Output>],
    ) -> Result<()> {
        check_counts("inputs", inputs.len(), "outputs", outputs.len())?;
        batch::infer(self, inputs, outputs);
        Ok(())
    }

    /// The output of every layer for one sample: a field per layer, with its name.
    ///
    /// Inference, as in [`predict`](Self::predict), whose bits the last field has. Memory for every output is allocated.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Fold = turned: Dense<1, 2>, Relu, Dense<2, 1>);
    /// let mut fold = Fold::zeroed();
    /// fold.turned.weight.copy_from_slice(&[1.0, -1.0]);
    /// let outputs = fold.activations(&[3.0]);
    /// assert_eq!((*outputs.turned, *outputs.relu, *outputs.dense), ([3.0, -3.0], [3.0, 0.0], [0.0]));
    /// ```
    #[must_use]
    fn activations(&self, input: &Sample<Self, Self::Input>) -> Self::Activations;

    /// Infers one sample and shows the output of every layer, by the name of its field. Generated code; use
    /// [`activations`](Self::activations).
    #[doc(hidden)]
    fn show(&self, input: &Sample<Self, Self::Input>, visit: &mut impl FnMut(&'static str, &[Self::Scalar])) {
        let mut output = Self::Output::zero();
        let (input, output) = (Self::Input::flat(input), Self::Output::flat_mut(&mut output));
        with_scratch(<PlanOf<Self> as Plan>::INFERENCE_LEN, |scratch| {
            dispatch(Show { infer: Infer { network: self, input, output, scratch }, visit });
        });
    }

    /// The scores of one sample before a final `Softmax`; without one, the same as [`predict`](Self::predict), with memory as
    /// there.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Scores = scores: Dense<1, 2>, Softmax);
    /// let mut network = Scores::zeroed();
    /// network.scores.weight[1] = 2.0;
    /// assert_eq!(network.logits(&[3.0]), [0.0, 6.0]);
    /// ```
    #[must_use]
    fn logits(&self, input: &Sample<Self, Self::Input>) -> Sample<Self, Self::Logits> {
        let mut logits = Self::Logits::zero();
        let (input, flat) = (Self::Input::flat(input), Self::Logits::flat_mut(&mut logits));
        with_scratch(<PlanOf<Self> as Plan>::CACHE_LEN, |cache| {
            dispatch(Forward { network: self, pass: &Pass::inference(), input, logits: flat, cache });
        });
        logits
    }

    /// Computes the logits of a batch and keeps what [`backward`](Self::backward) needs.
    ///
    /// # Errors
    /// [`Error::TooManySamples`] when the batch does not fit the workspace; [`gradient`](Self::gradient) takes any batch.
    ///
    /// # Example
    /// See [`backward`](Self::backward).
    fn forward<'w>(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        pass: &Pass,
        workspace: &'w mut Workspace<'_, Self>,
    ) -> Result<&'w [Sample<Self, Self::Logits>]> {
        let input = Self::Input::flat_batch(inputs);
        let (logits, _, cache) = workspace.begin(inputs.len())?;
        dispatch(Forward { network: self, pass, input, logits, cache });
        Ok(Self::Logits::batch(logits))
    }

    /// Adds to `gradient` the derivatives of a loss whose gradients by the logits are given, after
    /// [`forward`](Self::forward) of the same inputs into the same workspace.
    ///
    /// The workspace knows how many samples the forward pass had, not which: other inputs, or another network of the same
    /// type, in between give a gradient of neither.
    ///
    /// # Errors
    /// [`Error::BackwardWithoutForward`] when the last forward pass had another number of samples;
    /// [`Error::CountMismatch`].
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<1, 1>);
    /// let line = Line::zeroed();
    /// let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    /// let (inputs, pass) = ([[1.0], [2.0]], Pass::training(37, 0));
    /// let outputs = line.forward(&inputs, &pass, &mut workspace)?;
    /// assert_eq!(outputs, [[0.0], [0.0]]);
    ///
    /// // A loss whose derivatives by the two outputs are 3 and 5: dL/dw = 3 · 1 + 5 · 2, dL/db = 3 + 5.
    /// line.backward(&inputs, &[[3.0], [5.0]], &pass, &mut workspace, &mut gradient)?;
    /// assert_eq!((gradient.dense.weight[0], gradient.dense.bias[0]), (13.0, 8.0));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn backward(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        grad_logits: &[Sample<Self, Self::Logits>],
        pass: &Pass,
        workspace: &mut Workspace<'_, Self>,
        gradient: &mut Gradient<Self>,
    ) -> Result<()> {
        check_counts("inputs", inputs.len(), "gradients by the logits", grad_logits.len())?;
        let (logits, kept, cache) = workspace.resume(inputs.len())?;
        kept.copy_from_slice(Self::Logits::flat_batch(grad_logits));
        let input = Self::Input::flat_batch(inputs);
        let (grad_logits, accumulate) = (kept, true);
        dispatch(Backward { network: self, pass, input, logits, grad_logits, cache, accumulate, gradient });
        Ok(())
    }

    /// The mean loss of a batch of any size, and its gradient, which replaces what was in `gradient`.
    ///
    /// The batch goes through the network tile by tile; gradients of tiles are added in a fixed order. A batch of many tiles
    /// keeps up to three more gradients in the workspace, allocated the first time.
    ///
    /// With the feature `rayon`, the threads of the current pool share a large batch, with the same bits; the workspace then
    /// keeps a tile and a gradient for each of up to seven others. Inside `pool.install` a step allocates nothing once all is
    /// there, while each way into a pool from outside may.
    ///
    /// # Errors
    /// [`Error::NonFiniteLoss`] names the layer and the step of `pass`; [`Error::TargetOutOfRange`]; [`Error::CountMismatch`];
    /// [`Error::Empty`].
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<1, 1>);
    /// let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    /// let pass = Pass::training(37, 0);
    /// let line = Line::zeroed();
    /// let loss = line.gradient(&[[2.0]], &[[3.0]], &MeanSquaredError, &pass, &mut workspace, &mut gradient)?;
    /// // L = (2 w + b - 3)²: at zero its value is 9, and its derivatives are -12 and -6.
    /// assert_eq!((loss, gradient.dense.weight[0], gradient.dense.bias[0]), (9.0, -12.0, -6.0));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn gradient<L, V>(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        targets: &[V],
        loss: &L,
        pass: &Pass,
        workspace: &mut Workspace<'_, Self>,
        gradient: &mut Gradient<Self>,
    ) -> Result<Self::Scalar>
    where
        L: Loss<Self::Output>,
        V: FitsValue<L::Target, Self::Scalar>,
    {
        let () = FitsLoss::<Self, L>::RIGHT;
        let targets = V::values(targets);
        check_counts("inputs", inputs.len(), "targets", targets.len())?;
        if inputs.is_empty() {
            return Err(Error::Empty { what: "batch" });
        }
        check_targets::<L, Self::Output, Self::Scalar>(loss, targets)?;
        let (shards, room) = workspace.room(inputs.len(), true);
        let value = Batch { network: self, loss, inputs, targets, shards }.gradient(pass, room, gradient);
        if value.is_finite() {
            return Ok(value);
        }
        let culprit = program::first_non_finite(self, inputs);
        Err(Error::NonFiniteLoss { value: value.to_f64(), culprit, step: pass.step })
    }

    /// The mean loss on a data set, and the measures that belong to its kind of target: accuracy for classes.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
    /// let result = Line::zeroed().evaluate(&data, &MeanSquaredError);
    /// assert_eq!((result.loss, result.mean_absolute_error), (5.0, 2.0)); // (1 + 9) / 2 and (1 + 3) / 2
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn evaluate<X, Y, L>(&self, data: &Dataset<X, Y, Self::Scalar>, loss: &L) -> EvaluationOf<L, Self::Output>
    where
        L: Loss<Self::Output, Target: Measured>,
        X: FitsInput<Self::Input>,
        Y: FitsTarget<L::Target>,
    {
        self.evaluate_with(data, loss, &mut Workspace::new())
    }

    /// As [`evaluate`](Self::evaluate), in memory that is there already. Nothing is allocated, but for what threads that share
    /// a large data set need the first time.
    #[must_use]
    fn evaluate_with<X, Y, L>(
        &self,
        data: &Dataset<X, Y, Self::Scalar>,
        loss: &L,
        workspace: &mut Workspace<'_, Self>,
    ) -> EvaluationOf<L, Self::Output>
    where
        L: Loss<Self::Output, Target: Measured>,
        X: FitsInput<Self::Input>,
        Y: FitsTarget<L::Target>,
    {
        let () = FitsLoss::<Self, L>::RIGHT;
        let (inputs, targets) = (X::arrays(data.inputs()), Y::values(data.targets()));
        let (shards, room) = workspace.room(inputs.len(), false);
        let (total, misses) = Batch { network: self, loss, inputs, targets, shards }.losses(room);
        let count = inputs.len() as f64;
        Evaluation::from_means(total / count, misses / count)
    }

    /// What a metric, or a tuple of them, says about the predictions for a data set: see [`Metric`]. Memory for some hundred
    /// predictions is allocated once.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 3>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.5]; 4], [0, 1, 0, 2])?;
    /// // Zero weights make all classes equally likely; the lower ones come first.
    /// let (accuracy, among_two) = Guess::zeroed().measure(&data, (Accuracy::default(), TopK::<2>::default()));
    /// assert_eq!((accuracy, among_two), (0.5, 0.75));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn measure<X, Y, M>(&self, data: &Dataset<X, Y, Self::Scalar>, metric: M) -> M::Value
    where
        M: Metric<Self::Output>,
        X: FitsInput<Self::Input>,
        Y: FitsTarget<M::Target>,
    {
        batch::measure(self, X::arrays(data.inputs()), Y::values(data.targets()), metric)
    }

    /// The dotted name of the first tensor of parameters with a number that is not finite.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<1, 1>);
    /// let mut line = Line::zeroed();
    /// assert_eq!(line.non_finite_tensor(), None);
    /// line.dense.bias[0] = f32::NAN;
    /// assert_eq!(line.non_finite_tensor().as_deref(), Some("dense.bias"));
    /// ```
    #[must_use]
    fn non_finite_tensor(&self) -> Option<String> {
        let parameters = self.parameters();
        let finite = |range: &core::ops::Range<usize>| parameters[range.clone()].iter().all(|&value| value.is_finite());
        Self::TENSORS.list().into_iter().find(|tensor| !finite(&tensor.range)).map(|tensor| tensor.name)
    }
}

/// The plan of a network as a layer.
type PlanOf<N> = <<N as Network>::Architecture as Layer>::Plan<<N as Network>::Input>;
