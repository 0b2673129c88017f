//! Maxima of the features of a sequence.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::pooling::{sequence_of, whole_sequences};
use crate::layer::{Backward, Forward, Layer, Origins, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Replaces each feature of a sequence by its maximum over the steps.
///
/// `y[n] = max x[t, n]`
///
/// Written `GlobalMaxPool1d` in a network, which infers the shape `Out`. The number of features may be a const parameter of the
/// network.
///
/// Of a sequence that is [`Padded`](crate::Padded), it is the maximum over its steps.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Vector<N>`.
///
/// # Gradients
/// dL/dx = dL/dy for the first step at which the feature is equal to its maximum, and 0 for all others.
///
/// # Numerics
/// The maximum of a feature that contains NaN is NaN, and its gradient goes to the first NaN. If a maximum is zero, its sign is
/// that of the first zero.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Largest (Sequence<3, 2>) -> Vector<2> = GlobalMaxPool1d);
/// assert_eq!(Largest::zeroed().predict(&[[1.0, 4.0], [2.0, 0.0], [6.0, -4.0]]), [6.0, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GlobalMaxPool1d<Out>(PhantomData<Out>);

/// The plan of a [`GlobalMaxPool1d`].
#[derive(Debug)]
pub struct GlobalMaxPool1dPlan;

impl Plan for GlobalMaxPool1dPlan {
    const ALLOWS_PADDING: bool = true;
    const ORIGINS: Origins = Origins::NONE;
}

impl<Out: Shape> Layer for GlobalMaxPool1d<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = GlobalMaxPool1dPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::DIMENSIONS[1] == Out::LEN, "a value per feature") };
        let Forward { input, output, phase, .. } = memory;
        let counts = phase.step_counts::<In>(0);
        if counts.are_all() {
            return T::pool_maximum(isa, whole_sequences::<In>(input.len()), input, output);
        }
        let samples = input.chunks_exact(In::LEN).zip(output.chunks_exact_mut(Out::LEN));
        for (sample, (input, output)) in samples.enumerate() {
            let (sizes, len) = sequence_of::<In>(counts.of(sample));
            T::pool_maximum(isa, sizes, &input[..len], output);
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { input, output, grad_output, grad_input, phase, .. } = memory;
        let Some(grad_input) = grad_input else { return };
        let counts = phase.step_counts::<In>(0);
        if counts.are_all() {
            let sizes = whole_sequences::<In>(input.len());
            return T::pool_maximum_gradient(isa, sizes, input, output, grad_output, grad_input);
        }
        let samples = input.chunks_exact(In::LEN).zip(grad_input.chunks_exact_mut(In::LEN));
        for (sample, (input, grad_input)) in samples.enumerate() {
            let (sizes, len) = sequence_of::<In>(counts.of(sample));
            let [output, grad_output] = [output, &*grad_output].map(|values| &values[sample * Out::LEN..][..Out::LEN]);
            let (grad_input, padding) = grad_input.split_at_mut(len);
            T::pool_maximum_gradient(isa, sizes, &input[..len], output, grad_output, grad_input);
            padding.fill(T::ZERO);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let along_steps = [("axes", Attribute::Integers([1].into())), ("keepdims", Attribute::Integer(0))];
        Ok(graph.node("ReduceMax", &[input], &along_steps))
    }
}

impl<Out: Shape, const L: usize, const N: usize> Takes<Sequence<L, N>> for GlobalMaxPool1d<Out> {}
impl<Out: Shape, const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>> for GlobalMaxPool1d<Out> {}
