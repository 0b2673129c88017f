//! Means of the features of a sequence.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, WindowDivisor};
use crate::layer::pooling::{sequence_of, whole_sequences};
use crate::layer::{Backward, Forward, Layer, Origins, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Replaces each feature of a sequence by its mean over the steps.
///
/// `y[n] = Σ x[t, n] / L`
///
/// Written `GlobalAvgPool1d` in a network, which infers the shape `Out`. The number of features may be a const parameter of the
/// network.
///
/// Of a sequence that is [`Padded`](crate::Padded), L is the number of its steps.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Vector<N>`.
///
/// # Gradients
/// dL/dx = dL/dy / L for all steps of the feature.
///
/// # Numerics
/// Sums are computed in the order of the steps, and then divided.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Mean (Sequence<3, 2>) -> Vector<2> = GlobalAvgPool1d);
/// assert_eq!(Mean::zeroed().predict(&[[1.0, 4.0], [2.0, 0.0], [6.0, -4.0]]), [3.0, 0.0]);
///
/// // A classifier for any number of features.
/// network! {
///     struct Classifier<const N: usize> (Sequence<16, 3>) {
///         features: Conv1d<_, N, 3>, Relu, GlobalAvgPool1d, output: Dense<N, 10>, Softmax,
///     }
/// }
/// assert_eq!(Classifier::<8>::PARAMETERS, 8 * 9 + 8 + 8 * 10 + 10);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GlobalAvgPool1d<Out>(PhantomData<Out>);

/// The plan of a [`GlobalAvgPool1d`].
#[derive(Debug)]
pub struct GlobalAvgPool1dPlan;

impl Plan for GlobalAvgPool1dPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const ALLOWS_PADDING: bool = true;
    const ORIGINS: Origins = Origins::NONE;
}

impl<Out: Shape> Layer for GlobalAvgPool1d<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = GlobalAvgPool1dPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::DIMENSIONS[1] == Out::LEN, "a value per feature") };
        let Forward { input, output, phase, .. } = memory;
        let counts = phase.step_counts::<In>(0);
        if counts.are_all() {
            let (sizes, divisor) = (whole_sequences::<In>(input.len()), WindowDivisor::Of(In::DIMENSIONS[0]));
            return T::pool_average(isa, sizes, divisor, input, output);
        }
        let samples = input.chunks_exact(In::LEN).zip(output.chunks_exact_mut(Out::LEN));
        for (sample, (input, output)) in samples.enumerate() {
            let (sizes, len) = sequence_of::<In>(counts.of(sample));
            T::pool_average(isa, sizes, WindowDivisor::Of(counts.of(sample)), &input[..len], output);
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { grad_output, grad_input, phase, .. } = memory;
        let Some(grad_input) = grad_input else { return };
        let counts = phase.step_counts::<In>(0);
        if counts.are_all() {
            let (sizes, divisor) = (whole_sequences::<In>(grad_input.len()), WindowDivisor::Of(In::DIMENSIONS[0]));
            return T::pool_average_gradient(isa, sizes, divisor, grad_output, grad_input);
        }
        let samples = grad_output.chunks_exact_mut(Out::LEN).zip(grad_input.chunks_exact_mut(In::LEN));
        for (sample, (grad_output, grad_input)) in samples.enumerate() {
            let (sizes, len) = sequence_of::<In>(counts.of(sample));
            let (grad_input, padding) = grad_input.split_at_mut(len);
            T::pool_average_gradient(isa, sizes, WindowDivisor::Of(counts.of(sample)), grad_output, grad_input);
            padding.fill(T::ZERO);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let along_steps = [("axes", Attribute::Integers([1].into())), ("keepdims", Attribute::Integer(0))];
        Ok(graph.node("ReduceMean", &[input], &along_steps))
    }
}

impl<Out: Shape, const L: usize, const N: usize> Takes<Sequence<L, N>> for GlobalAvgPool1d<Out> {}
impl<Out: Shape, const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>> for GlobalAvgPool1d<Out> {}
