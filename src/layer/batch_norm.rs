//! Batch normalization.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::flat_parameters;
use crate::initializer::Initializer;
use crate::kernel::{BatchNormalizationSizes, Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Mixing, Mode, Phase, Plan, RescaleOutputs, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::{Scalar, is_normal_in_f32};
use crate::shape::{Shape, Values};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Batch normalization: normalizes every channel to mean 0 and variance 1 over a batch, then applies a learned scale and shift
/// to the channel.
///
/// y = w (x - μ) / √(σ² + ε) + b
///
/// In training, μ and σ² are the mean and the variance of the channel over all samples of the batch and all positions. In
/// inference they are the running mean and variance, which training measures: each step moves the running mean m times the
/// distance to the mean of its batch, and the running variance likewise.
///
/// Written `BatchNorm`, `BatchNorm(1e-3)` or `BatchNorm(epsilon = 1e-3, momentum = 0.01)`. The defaults are
/// [`BatchNorm::EPSILON`] and [`BatchNorm::MOMENTUM`]. The momentum m is that of PyTorch; that of Keras is 1 - m. The network
/// infers the number of channels C.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`. The channels are those of an `Image<C, H, W>`, the
/// features of a `Sequence<L, C>`, and otherwise the elements along the first axis, such as those of a `Vector<C>`. Weight, bias,
/// running mean and running variance: `[C]`.
///
/// # Gradients
/// With x̂ = (x - μ) / √(σ² + ε) and g = dL/dy: dL/dw = Σ g x̂ and dL/db = Σ g over the batch, and
/// dL/dx = w (g - mean(g) - x̂ mean(g x̂)) / √(σ² + ε), with means over the batch, where L is the loss of the whole batch. In
/// inference, dL/dx = w g / √(σ² + ε).
///
/// In place of the running statistics, the gradient holds their changes, which a step of an optimizer adds to them. Several
/// batches that are accumulated for one step are normalized separately, as in PyTorch, but change the running statistics once,
/// by the mean of their changes. A frozen layer keeps its running statistics. In training it still normalizes with those of the
/// batch.
///
/// # Memory
/// All samples of a batch pass through the layer before any of them goes on. A network with such a layer therefore keeps its
/// activations for the whole batch: `WORKSPACE_LEN` is the memory for one tile of samples, and a workspace grows to as many
/// tiles as the largest batch has.
///
/// # Errors
/// The layer does not compile unless ε is above 0 and in the range of the normal values of `f32`, about 10⁻³⁸ to 10³⁸, and m is
/// from 0 to 1. A training step needs at least two values per channel: a batch of one sample with one position gives
/// [`Error::BatchTooSmall`](crate::Error::BatchTooSmall). A trainer that knows the number of samples refuses such a last batch
/// before it trains.
///
/// # Numerics
/// The statistics are exact over the batch, however many tiles and threads it takes. Each tile computes its mean from the
/// differences from its first value, and its variance in a second pass as the mean of the squared differences from its mean.
/// This avoids cancellation: a mean far from 0 has all of its digits, and the output of a constant channel is b. The statistics
/// of tiles are combined in pairs, in an order that depends on the number of tiles alone. The running variance is that of the population, N / (N - 1) times the
/// variance of the N values of a batch, as in PyTorch; Keras omits the factor.
///
/// # Source
/// S. Ioffe and C. Szegedy, "Batch normalization", 2015, algorithms 1 and 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Normalize (Vector<1>) = norm: BatchNorm(momentum = 0.5));
/// let mut network = Normalize::init(&mut typenet::rng(37));
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[1.0], [5.0]], vec![[-1.0], [1.0]])?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(1).batch_size(2).fit(&mut network, &data)?;
///
/// // The mean is 3, halfway from 0; the variance of the population is 8, and that at the start was 1.
/// assert_eq!((network.norm.running_mean[0], network.norm.running_var[0]), (1.5, 4.5));
/// # Ok::<(), typenet::Error>(())
/// ```
#[repr(C)]
pub struct BatchNorm<const C: usize, T: Scalar = f32> {
    /// The weight w, which starts at one.
    pub weight: SVector<T, C>,
    /// The bias b, which starts at zero.
    pub bias: SVector<T, C>,
    /// The running mean, which starts at zero.
    pub running_mean: SVector<T, C>,
    /// The running variance, which starts at one.
    pub running_var: SVector<T, C>,
}

flat_parameters!(
    [const C: usize,] BatchNorm<C, T>,
    TensorTable::Tensors(&[
        Tensor { name: "weight", shape: &[C], offset: 0, kind: TensorKind::Scale },
        Tensor { name: "bias", shape: &[C], offset: C, kind: TensorKind::Bias },
        Tensor { name: "running_mean", shape: &[C], offset: 2 * C, kind: TensorKind::Statistic },
        Tensor { name: "running_var", shape: &[C], offset: 3 * C, kind: TensorKind::Variance },
    ])
);

/// The settings of a [`BatchNorm`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormSettings {
    epsilon: f64,
    momentum: f64,
}

impl BatchNormSettings {
    /// Sets the momentum m.
    ///
    /// # Panics
    /// Panics if m is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub const fn momentum(self, momentum: f64) -> Self {
        assert!(momentum >= 0.0 && momentum <= 1.0, "the momentum of `BatchNorm` must be from 0 to 1");
        Self { momentum, ..self }
    }
}

impl<const C: usize> BatchNorm<C> {
    /// The default of ε, as in PyTorch. The default of Keras is 10⁻³.
    pub const EPSILON: f64 = 1e-5;

    /// The default of the momentum, as in PyTorch. The default of Keras is 0.99, which is 0.01 here.
    pub const MOMENTUM: f64 = 0.1;

    /// Returns the settings that `BatchNorm(epsilon, momentum)` stands for.
    ///
    /// # Panics
    /// Panics if ε is not above 0, or not in the range of the normal values of `f32`, or if m is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub const fn settings(epsilon: f64, momentum: f64) -> BatchNormSettings {
        assert!(
            epsilon > 0.0 && is_normal_in_f32(epsilon),
            "the epsilon of `BatchNorm` must be above 0 and in the range of `f32`"
        );
        BatchNormSettings { epsilon, momentum: Self::MOMENTUM }.momentum(momentum)
    }
}

impl<const C: usize, T: Scalar> BatchNorm<C, T> {
    /// Changes the parameters of the layer before this one so that it computes what both compute in inference. The same network
    /// without this layer then gives the same predictions, up to rounding, in less time. `epsilon` is the setting of this layer.
    ///
    /// The layer before needs a bias. If it is trained with `bias = false`, declare it with a bias in the network to deploy, and
    /// copy its weight: `deployed.conv.weight = trained.conv.weight`.
    ///
    /// # Panics
    /// Panics if `epsilon` is not above 0 and finite.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Trained (Image<1, 5, 5>) = conv: Conv2d<_, 4, 3>, norm: BatchNorm, Relu, Flatten, output: Dense<_, 2>);
    /// network!(struct Deployed (Image<1, 5, 5>) = conv: Conv2d<_, 4, 3>, Relu, Flatten, output: Dense<_, 2>);
    ///
    /// let mut trained = Trained::init(&mut typenet::rng(37));
    /// (trained.norm.running_mean[0], trained.norm.running_var[0]) = (0.5, 4.0);
    ///
    /// let mut deployed = Deployed::zeroed();
    /// deployed.conv.copy_from(&trained.conv);
    /// trained.norm.fold_into(&mut deployed.conv, BatchNorm::<4>::EPSILON);
    /// deployed.output.copy_from(&trained.output);
    ///
    /// let image = [[[0.5, -1.0, 0.25, 0.75, 0.0]; 5]];
    /// let (a, b) = (trained.predict(&image), deployed.predict(&image));
    /// assert!((a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6);
    /// ```
    pub fn fold_into(&self, before: &mut impl RescaleOutputs<C, T>, epsilon: f64) {
        assert!(epsilon > 0.0 && epsilon.is_finite(), "the epsilon of `BatchNorm` must be above 0 and finite");
        let (mut scale, mut shift) = (self.weight, self.bias);
        for channel in 0..C {
            scale[channel] /= (self.running_var[channel] + T::from_f64(epsilon)).sqrt();
            shift[channel] -= self.running_mean[channel] * scale[channel];
        }
        before.rescale_outputs(&scale, &shift);
    }
}

/// The plan of a [`BatchNorm`] of `C` channels.
#[derive(Debug)]
pub struct BatchNormPlan<const C: usize, In>(PhantomData<In>);

impl<const C: usize, In: Shape> Plan for BatchNormPlan<C, In> {
    const MULTIPLY_ADDS: u64 = 2 * In::LEN as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = usize::MAX;
    const MIXING: Mixing = Mixing { barriers: 1, channels: C, smallest_batch: if In::LEN > C { 1 } else { 2 } };
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
}

impl<const C: usize> BatchNorm<C> {
    /// Returns the sizes of a slice of elements.
    #[inline(always)]
    fn sizes<In: Shape>(elements: usize, epsilon: f64) -> BatchNormalizationSizes {
        let is_sequence = const {
            let is_sequence = In::DIMENSIONS.len() == 2;
            assert!(In::DIMENSIONS[is_sequence as usize] == C, "a `BatchNorm<C>` needs an input of C channels");
            is_sequence
        };
        let positions = if is_sequence { 1 } else { In::LEN / C };
        BatchNormalizationSizes { samples: elements / (C * positions), channels: C, positions, epsilon }
    }

    /// Returns the number of values per channel in a batch.
    fn values<In: Shape, T: Scalar>(phase: &Phase<'_, T>) -> f64 {
        (phase.samples() * (In::LEN / C)) as f64
    }

    /// Computes the output from the mean and the variance of every channel.
    #[inline(always)]
    fn normalize<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        (mean, variance): (&[T], &[T]),
        input: &[T],
        output: &mut [T],
    ) {
        let BatchNorm { weight, bias, .. } = site.parameters;
        let sizes = Self::sizes::<In>(input.len(), site.settings.epsilon);
        T::batch_normalize(isa, sizes, mean, variance, weight.as_slice(), bias.as_slice(), input, output);
    }
}

/// Adds a value to an element of a gradient if `accumulate` is true, and overwrites the element otherwise.
#[inline(always)]
fn put<T: Scalar>(place: &mut T, value: T, accumulate: bool) {
    *place = if accumulate { *place + value } else { value };
}

impl<const C: usize> Layer for BatchNorm<C> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = BatchNorm<C, T>;
    type Settings = BatchNormSettings;
    type Plan<In: Shape> = BatchNormPlan<C, In>;

    /// Returns `next`, since the output magnitudes are about one, whatever those of the input.
    fn initialization(_: &BatchNormSettings, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, mut phase, .. } = memory;
        let is_last = phase.is_last::<Self::Plan<In>>();
        match site.pass.mode {
            Mode::Training if is_last => {
                let known = phase.forward_statistics().split_at(C);
                Self::normalize::<In, T, I>(isa, site, known, input, output);
            }
            Mode::Training => {
                let sizes = Self::sizes::<In>(input.len(), site.settings.epsilon);
                let (mean, variance) = phase.measured().split_at_mut(C);
                T::batch_moments(isa, sizes, input, mean, variance);
            }
            Mode::Inference if is_last => {
                let BatchNorm { running_mean, running_var, .. } = site.parameters;
                let known = (running_mean.as_slice(), running_var.as_slice());
                Self::normalize::<In, T, I>(isa, site, known, input, output);
            }
            Mode::Inference => {}
        }
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let BatchNorm { running_mean, running_var, .. } = site.parameters;
        let known = (running_mean.as_slice(), running_var.as_slice());
        Self::normalize::<In, T, I>(isa, site, known, memory.input, memory.output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut BatchNorm<C, T>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, mut phase, .. } = memory;
        let sizes = Self::sizes::<In>(input.len(), site.settings.epsilon);
        let BatchNorm { weight, running_mean, running_var, .. } = site.parameters;
        let is_training = matches!(site.pass.mode, Mode::Training);
        if phase.is_last::<Self::Plan<In>>() {
            let Some(grad_input) = grad_input else { return };
            let (forward, backward) = (phase.forward_statistics(), phase.backward_statistics());
            let (mean, variance) =
                if is_training { forward.split_at(C) } else { (running_mean.as_slice(), running_var.as_slice()) };
            // In inference the means of the gradient are zero.
            let (common, along) = backward.split_at(C);
            let weight = weight.as_slice();
            T::batch_input_gradient(isa, sizes, mean, variance, weight, common, along, input, grad_output, grad_input);
            return;
        }
        let (is_first, values) = (phase.is_first_tile(), Self::values::<In, T>(&phase));
        let (forward, measured) = phase.known_and_measured();
        let (mean, variance) =
            if is_training { forward.split_at(C) } else { (running_mean.as_slice(), running_var.as_slice()) };
        let (common, along) = measured.split_at_mut(C);
        T::batch_gradient_sums(isa, sizes, mean, variance, input, grad_output, common, along);
        for (place, &sum) in gradient.weight.iter_mut().zip(&*along) {
            put(place, sum, accumulate);
        }
        for (place, &sum) in gradient.bias.iter_mut().zip(&*common) {
            put(place, sum, accumulate);
        }
        let count = T::from_count(sizes.samples * sizes.positions);
        for sum in measured.iter_mut() {
            *sum = if is_training { *sum / count } else { T::ZERO };
        }
        let changes = is_training && is_first;
        let (momentum, population) =
            (T::from_f64(site.settings.momentum), T::from_f64(values / (values - 1.0).max(1.0)));
        for ((place, &running), &mean) in gradient.running_mean.iter_mut().zip(running_mean).zip(mean) {
            put(place, if changes { momentum * (mean - running) } else { T::ZERO }, accumulate);
        }
        for ((place, &running), &variance) in gradient.running_var.iter_mut().zip(running_var).zip(variance) {
            put(place, if changes { momentum * (variance * population - running) } else { T::ZERO }, accumulate);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let is_sequence = In::DIMENSIONS.len() == 2;
        // ONNX has the channels before the positions, and the part of a statistic that stays.
        let input = if is_sequence { &graph.transposed(input, &[0, 2, 1]) } else { input };
        let tensors =
            ["weight", "bias", "running_mean", "running_var"].map(|name| graph.parameter(site.parameters, name));
        let [scale, shift, mean, variance] = tensors;
        let tensors = [scale?, shift?, mean?, variance?].map(|tensor| graph.constant(tensor));
        let [scale, shift, mean, variance] = &tensors;
        let BatchNormSettings { epsilon, momentum } = *site.settings;
        let attributes = [("epsilon", Attribute::number(epsilon)), ("momentum", Attribute::number(1.0 - momentum))];
        let output = graph.node("BatchNormalization", &[input, scale, shift, mean, variance], &attributes);
        Ok(if is_sequence { graph.transposed(&output, &[0, 2, 1]) } else { output })
    }
}

impl<In: Values, const C: usize> Takes<In> for BatchNorm<C> {}

impl<const C: usize, T: Scalar> Debug for BatchNorm<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { weight, bias, running_mean, running_var } = self;
        let mut fields = f.debug_struct("BatchNorm");
        fields.field("weight", weight).field("bias", bias);
        fields.field("running_mean", running_mean).field("running_var", running_var).finish()
    }
}
