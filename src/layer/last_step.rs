//! The last step of a sequence.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, NextStep, Origins, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Replaces a sequence by its last step, as after a recurrent layer that reads the whole sequence.
///
/// `y[n] = x[L - 1, n]`
///
/// Of a sequence that is [`Padded`](crate::Padded), it is the last step before the padding.
///
/// Written `LastStep` in a network, which infers the shape `Out`.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Vector<N>`.
///
/// # Gradients
/// dL/dx = dL/dy for the last step, and 0 for the others.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Last (Sequence<3, 2>) = LastStep);
/// assert_eq!(Last::zeroed().predict(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), [5.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LastStep<Out>(PhantomData<Out>);

/// The plan of a [`LastStep`].
#[derive(Debug)]
pub struct LastStepPlan;

impl Plan for LastStepPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const ORIGINS: Origins = Origins::NONE;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
}

impl<Out: Shape> Layer for LastStep<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = LastStepPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::DIMENSIONS[1] == Out::LEN, "a value per feature") };
        let Forward { input, output, phase, .. } = memory;
        let counts = phase.step_counts::<In>(0);
        let samples = output.chunks_exact_mut(Out::LEN).zip(input.chunks_exact(In::LEN));
        for (sample, (last, sequence)) in samples.enumerate() {
            last.copy_from_slice(&sequence[(counts.of(sample) - 1) * Out::LEN..][..Out::LEN]);
        }
    }

    /// The last step of a stream is the latest one.
    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        memory.output.copy_from_slice(memory.input);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { grad_output, grad_input, phase, .. } = memory;
        let Some(grad_input) = grad_input else { return };
        let counts = phase.step_counts::<In>(0);
        let samples = grad_input.chunks_exact_mut(In::LEN).zip(grad_output.chunks_exact(Out::LEN));
        for (sample, (sequence, last)) in samples.enumerate() {
            sequence.fill(T::ZERO);
            sequence[(counts.of(sample) - 1) * Out::LEN..][..Out::LEN].copy_from_slice(last);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let last = graph.index(-1);
        Ok(graph.node("Gather", &[input, &last], &[("axis", Attribute::Integer(1))]))
    }
}

impl<Out: Shape, const L: usize, const N: usize> Takes<Sequence<L, N>> for LastStep<Out> {}
impl<Out: Shape, const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>> for LastStep<Out> {}
