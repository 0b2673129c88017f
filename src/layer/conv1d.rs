//! One-dimensional convolution.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::kernel::{Isa, Kernels, SequenceSizes};
use crate::layer::rescale::{RescaleOutputs, rescale_bias, rescale_weight};
use crate::layer::{Backward, Forward, Layer, NextStep, Plan, SequencePadding, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value, Windows, convolution};
use crate::scalar::Scalar;
use crate::shape::arithmetic::span;
use crate::shape::{ProbabilitySequence, Sequence, Shape};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Convolves a sequence with `CO` filters over `K` steps. Each filter reads all `CI` features, or those of its group.
///
/// `y[t, co] = b[co] + Σ w[co, ci, k] x[t * stride + k * dilation - padding, ci]`
///
/// The sum is over ci and k.
///
/// Written `Conv1d<8, 16, 3>` or `Conv1d<_, 16, 3>(dilation = 2, padding = Causal)`: the number of input features, the number of
/// output features, and the size of the kernel in steps. The settings are:
///
/// - `stride`, the number of steps from one position of the kernel to the next, 1 by default;
/// - `padding`, a number of steps on each side, 0 by default, or [`Same`](SequencePadding::Same),
///   [`Causal`](SequencePadding::Causal) or [`Valid`](SequencePadding::Valid);
/// - `dilation`, the number of steps between neighboring elements of the kernel, 1 by default: it spans
///   `(K - 1) * dilation + 1` steps;
/// - `groups`, a number that input and output features are divided by, 1 by default. Each group of filters reads one group of
///   features. `groups = _` stands for the number of input features, so that each filter reads a single one;
/// - `bias`, `true` by default. With `bias = false` nothing is added, and the layer has no tensor `bias`: neither a parameter, nor a
///   name in files.
///
/// As in Keras and PyTorch, the kernel is not flipped, and trailing steps that do not fill a window are ignored. The network
/// infers the shape `Out`, `GI`, the number of features that each filter reads, and `B`, the number of biases: `CO` or 0.
/// `CAUSAL` is the dilation of a layer that reads a stream, and otherwise 0.
///
/// # Streams
/// With `padding = Causal` and a stride of 1, the layer reads a [`Stream`](crate::Stream) of any number of steps. It keeps the
/// last `(K - 1) * dilation` of them.
///
/// # Shapes
/// Input: `Sequence<L, CI>`. Output: `Sequence<OL, CO>` with OL = ⌊(L + 2 padding - dilation (K - 1) - 1) / stride⌋ + 1, or
/// ⌈L / stride⌉ with `Same` and `Causal`. Weight: `[CO, CI / groups, K]`. Bias: `[CO]`, or none. Steps are outermost, as in
/// Keras; PyTorch has the features outermost, but its weights load unchanged.
///
/// # Gradients
/// With g = dL/dy: dL/dw = Σ g x over samples and steps, dL/db = Σ g, and dL/dx = Σ g w over the filters and steps that read x.
///
/// # Errors
/// A kernel that spans more than the padded sequence, a stride, dilation or number of groups of 0, groups that do not divide the
/// features and a wrong number of features do not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` or `CAUSAL` that does not follow from the input and the settings.
///
/// # Numerics
/// Elements outside the sequence are omitted from the sums rather than multiplied by zero. Sums are computed in the fixed orders
/// of [`SequenceKernels`](crate::kernel::SequenceKernels).
///
/// # Example
/// The difference between each step and the one before it. Before the first step there is none.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Changes (Sequence<4, 1>) -> Sequence<4, 1> = conv: Conv1d<_, 1, 2>(padding = Causal));
/// let mut changes = Changes::zeroed();
/// changes.conv.weight[0] = [[-1.0].into(), [1.0].into()];
/// assert_eq!(changes.predict(&[[3.0], [5.0], [4.0], [9.0]]), [[3.0], [2.0], [-1.0], [5.0]]);
/// ```
pub struct Conv1d<
    const CI: usize,
    const CO: usize,
    const K: usize,
    Out,
    const GI: usize = CI,
    const B: usize = CO,
    const CAUSAL: usize = 0,
>(PhantomData<Out>);

/// The parameters of a [`Conv1d`] whose filters read `CI` features each.
#[repr(C)]
pub struct SequenceFilters<const CI: usize, const CO: usize, const K: usize, T: Scalar = f32, const B: usize = CO> {
    /// The weight w, indexed by input feature (within the group of the filter), step and filter: `weight[ci][k][co]`.
    pub weight: [[SVector<T, CO>; K]; CI],
    /// The bias b, one per filter, or empty if the layer has no bias.
    pub bias: SVector<T, B>,
}

flat_parameters!(
    [const CI: usize, const CO: usize, const K: usize, const B: usize,] SequenceFilters<CI, CO, K, T, B>,
    TensorTable::of_weight_and_bias(
        &[
            Tensor { name: "weight", shape: &[CO, CI, K], offset: 0, kind: TensorKind::Weight },
            Tensor { name: "bias", shape: &[B], offset: CO * CI * K, kind: TensorKind::Bias },
        ],
        CO,
    )
);

impl<const CI: usize, const CO: usize, const K: usize, T: Scalar, const B: usize> SequenceFilters<CI, CO, K, T, B> {
    /// Returns weight and bias as slices.
    #[inline(always)]
    fn parts(&self) -> (&[T], &[T]) {
        self.parameters().split_at(CO * CI * K)
    }
}

impl<const CI: usize, const CO: usize, const K: usize, T: Scalar> RescaleOutputs<CO, T>
    for SequenceFilters<CI, CO, K, T>
{
    fn rescale_outputs(&mut self, scale: &SVector<T, CO>, shift: &SVector<T, CO>) {
        rescale_weight(&mut self.parameters_mut()[..CO * CI * K], scale);
        rescale_bias(&mut self.bias, scale, shift);
    }
}

/// The settings of a [`Conv1d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv1dSettings {
    stride: usize,
    padding: SequencePadding,
    dilation: usize,
}

impl<const CI: usize, const CO: usize, const K: usize, Out, const GI: usize, const B: usize, const CAUSAL: usize>
    Conv1d<CI, CO, K, Out, GI, B, CAUSAL>
{
    /// Returns the settings that `Conv1d<..>(stride, padding, dilation)` stands for. `network!` rejects a stride or a dilation of
    /// 0.
    #[must_use]
    pub const fn settings(stride: usize, padding: SequencePadding, dilation: usize) -> Conv1dSettings {
        Conv1dSettings { stride, padding, dilation }
    }
}

/// The plan of a [`Conv1d`].
#[derive(Debug)]
pub struct Conv1dPlan<const CI: usize, const GI: usize, const K: usize, Out, const CAUSAL: usize>(PhantomData<Out>);

impl<const CI: usize, const GI: usize, const K: usize, Out: Shape, const CAUSAL: usize> Plan
    for Conv1dPlan<CI, GI, K, Out, CAUSAL>
{
    const MULTIPLY_ADDS: u64 = (Out::LEN * GI * K) as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    /// The steps before, and those of them that the kernel reads.
    const STREAM: Option<StreamPlan> = if CAUSAL == 0 {
        None
    } else {
        Some(StreamPlan { state: (K - 1) * CAUSAL * CI, scratch: K * CI, steps: usize::MAX, carries: K == 1 })
    };
}

impl<const CI: usize, const CO: usize, const K: usize, Out: Shape, const GI: usize, const B: usize, const CAUSAL: usize>
    Conv1d<CI, CO, K, Out, GI, B, CAUSAL>
{
    /// The number of groups.
    const GROUPS: usize = {
        assert!(GI > 0 && CI.is_multiple_of(GI), "the groups of a `Conv1d` must divide its input features");
        assert!(CO.is_multiple_of(CI / GI), "the groups of a `Conv1d` must divide its output features");
        CI / GI
    };

    /// Returns the sizes of a pass.
    #[inline(always)]
    fn sizes<In: Shape>(settings: Conv1dSettings, samples: usize) -> SequenceSizes {
        let [input, output] = [In::DIMENSIONS, Out::DIMENSIONS].map(|sizes| match sizes {
            &[steps, features] => [steps, features],
            _ => unreachable!("the shapes of a `Conv1d` are sequences"),
        });
        let Conv1dSettings { stride, padding, dilation } = settings;
        let (steps, span) = (input[0], span(K, dilation));
        let positions = padding.positions(steps, span, stride);
        assert!(output == [positions, CO], "the output of a `Conv1d` does not have the shape `Out`");
        let is_causal = stride == 1 && matches!(padding, SequencePadding::Causal);
        assert!(
            CAUSAL == 0 || CAUSAL == dilation && is_causal,
            "a `Conv1d` is not causal with the dilation of its type"
        );
        SequenceSizes {
            samples,
            input,
            output,
            kernel: K,
            stride,
            padding: padding.before(steps, span, stride),
            dilation,
            groups: Self::GROUPS,
        }
    }
}

impl<const CI: usize, const CO: usize, const K: usize, Out: Shape, const GI: usize, const B: usize, const CAUSAL: usize>
    Layer for Conv1d<CI, CO, K, Out, GI, B, CAUSAL>
{
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = SequenceFilters<GI, CO, K, T, B>;
    type Settings = Conv1dSettings;
    type Plan<In: Shape> = Conv1dPlan<CI, GI, K, Out, CAUSAL>;

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, input.len() / In::LEN);
        let (weight, bias) = site.parameters.parts();
        T::convolve_sequence(isa, sizes, weight, bias, input, output);
    }

    /// The kernel convolves the steps that it reads, one after the other. Those before the first step are omitted.
    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, state, scratch, position } = memory;
        let kept = (K - 1) * CAUSAL;
        // The oldest step that is kept has the place of the next one.
        let place = |step: usize| step % kept * CI;
        let known = (position / CAUSAL).min(K - 1);
        let (before, now) = scratch[..(known + 1) * CI].split_at_mut(known * CI);
        for (distance, before) in (1..=known).rev().zip(before.chunks_exact_mut(CI)) {
            before.copy_from_slice(&state[place(position - distance * CAUSAL)..][..CI]);
        }
        now.copy_from_slice(input);
        if kept > 0 {
            state[place(position)..][..CI].copy_from_slice(input);
        }
        let sizes = SequenceSizes {
            samples: 1,
            input: [known + 1, CI],
            output: [1, CO],
            kernel: K,
            stride: 1,
            padding: K - 1 - known,
            dilation: 1,
            groups: Self::GROUPS,
        };
        let (weight, bias) = site.parameters.parts();
        T::convolve_sequence(isa, sizes, weight, bias, &scratch[..(known + 1) * CI], output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut SequenceFilters<GI, CO, K, T, B>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, grad_output.len() / Out::LEN);
        let (grad_weight, grad_bias) = gradient.parameters_mut().split_at_mut(CO * GI * K);
        T::convolve_sequence_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
        if let Some(grad_input) = grad_input {
            let (weight, _) = site.parameters.parts();
            T::convolve_sequence_input_gradient(isa, sizes, weight, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let SequenceSizes { input: [steps, _], output: [given, _], stride, padding, dilation, .. } =
            Self::sizes::<In>(*site.settings, 1);
        let windows = Windows {
            input: [steps],
            output: [given],
            kernel: [K],
            stride: [stride],
            padding: [padding],
            dilation: [dilation],
        };
        // ONNX has the features before the steps.
        let moved = graph.transposed(input, &[0, 2, 1]);
        let output = convolution(graph, "Conv", &moved, site.parameters, (windows.attributes(), Self::GROUPS))?;
        Ok(graph.transposed(&output, &[0, 2, 1]))
    }
}

impl<
    const CI: usize,
    const CO: usize,
    const K: usize,
    Out: Shape,
    const GI: usize,
    const B: usize,
    const CAUSAL: usize,
    const L: usize,
> Takes<Sequence<L, CI>> for Conv1d<CI, CO, K, Out, GI, B, CAUSAL>
{
}
impl<
    const CI: usize,
    const CO: usize,
    const K: usize,
    Out: Shape,
    const GI: usize,
    const B: usize,
    const CAUSAL: usize,
    const L: usize,
> Takes<ProbabilitySequence<L, CI>> for Conv1d<CI, CO, K, Out, GI, B, CAUSAL>
{
}

impl<const CI: usize, const CO: usize, const K: usize, T: Scalar, const B: usize> Debug
    for SequenceFilters<CI, CO, K, T, B>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SequenceFilters").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Conv1d;
    use crate::layer::{Layer, Plan};
    use crate::shape::Sequence;

    #[test]
    fn multiply_adds_are_those_of_a_count_by_hand() {
        // For each of 7 · 8 outputs, a kernel of 3 steps on 4 features, or on the 2 of its group.
        type PlanOf<const GI: usize> = <Conv1d<4, 8, 3, Sequence<7, 8>, GI> as Layer>::Plan<Sequence<9, 4>>;
        assert_eq!(PlanOf::<4>::MULTIPLY_ADDS, 7 * 8 * 3 * 4);
        assert_eq!(PlanOf::<2>::MULTIPLY_ADDS, 7 * 8 * 3 * 2);
    }

    #[test]
    fn a_stream_keeps_the_steps_that_the_kernel_spans() {
        type PlanOf<const K: usize, const CAUSAL: usize> =
            <Conv1d<4, 8, K, Sequence<9, 8>, 4, 8, CAUSAL> as Layer>::Plan<Sequence<9, 4>>;
        assert_eq!(PlanOf::<3, 5>::STREAM.map(|plan| [plan.state, plan.scratch]), Some([2 * 5 * 4, 3 * 4]));
        assert_eq!(PlanOf::<1, 2>::STREAM.map(|plan| [plan.state, plan.scratch]), Some([0, 4]));
        assert_eq!(PlanOf::<3, 0>::STREAM, None);
    }
}
