//! The softmax layer, which turns scores into probabilities.

use crate::kernel::{Isa, Kernels, written_out};
use crate::layer::{Backward, Forward, Head, Layer, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::arithmetic::features;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Shape, Vector};

/// Turns scores (logits) into probabilities whose sum is one.
///
/// softmax(x)_c = e^(x_c) / Σ_k e^(x_k)
///
/// # Shapes
/// Input: `Vector<K>` or `Probabilities<K>`. Output: `Probabilities<K>`. Of a `Sequence<L, K>` or a `ProbabilitySequence<L, K>`, the
/// scores of each step become probabilities: a `ProbabilitySequence<L, K>`.
///
/// As the last layer it is the head of the network: training stops at the logits before it, and the loss continues from there in
/// one numerically stable formula.
///
/// # Gradients
/// dL/dx_c = y_c (g_c - Σ_k g_k y_k), where y is the output and g = dL/dy. Needed only if the softmax is not the last layer.
///
/// # Numerics
/// The largest score is subtracted first, so no exponential overflows, for scores up to ±10³⁰ in `f32`.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Normalize (Vector<3>) = Softmax);
/// let p = Normalize::zeroed().predict(&[1.0, 2.0, 3.0]);
/// assert_eq!(p.map(|p| (p * 100.0).round()), [9.0, 24.0, 67.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Softmax;

/// The largest number of classes for which a single sample is computed inline: a call would take as long as the computation.
const FEW: usize = 4;

/// The plan of a [`Softmax`].
#[derive(Debug)]
pub struct SoftmaxPlan;

impl Plan for SoftmaxPlan {
    const READS_INPUT: bool = false;
    const IN_PLACE: bool = true;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
}

impl Layer for Softmax {
    type Output<In: Shape> = In::Normalized;
    type Logits<In: Shape> = In;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = SoftmaxPlan;

    const HEAD: Head = Head::Softmax;

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        T::softmax_into(isa, features::<In>(), memory.input, memory.output);
    }

    #[inline(always)]
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, values: &mut [T], _: &mut [T]) {
        T::softmax(isa, features::<In>(), values);
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        if const { written_out(features::<In>(), FEW) } && input.len() == features::<In>() {
            T::softmax_alone(isa, input, output);
        } else {
            T::softmax_into(isa, features::<In>(), input, output);
        }
    }

    #[inline(always)]
    fn forward_logits<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        memory.output.copy_from_slice(memory.input);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
            T::softmax_gradient(isa, features::<In>(), memory.output, grad_input);
        }
    }

    #[inline(always)]
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: SiteOf<'_, Self, T>,
        output: &[T],
        _: &mut [T],
        gradient: &mut [T],
    ) {
        T::softmax_gradient(isa, features::<In>(), output, gradient);
    }

    #[inline(always)]
    fn backward_logits<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Softmax", &[input], &[("axis", Attribute::Integer(-1))]))
    }
}

impl<const K: usize> Takes<Vector<K>> for Softmax {}
impl<const K: usize> Takes<Probabilities<K>> for Softmax {}
impl<const L: usize, const K: usize> Takes<Sequence<L, K>> for Softmax {}
impl<const L: usize, const K: usize> Takes<ProbabilitySequence<L, K>> for Softmax {}
