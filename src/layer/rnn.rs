//! The simple recurrent layer.

use core::marker::PhantomData;

use crate::kernel::{Formula, Isa, Kernels, Real, Reduction};
#[cfg(feature = "onnx")]
use crate::layer::recurrent::OnnxCell;
use crate::layer::recurrent::{Cell, Step, StepBack, recurrent_layer};

/// The simple recurrent layer of `H` units, whose state is part of the input of the next step.
///
/// h ← tanh(W x + b + U h + c)
///
/// Written `Rnn<64, 128>`, or `Rnn<_, 128>`, in a network, which infers the shape `Out`. `Rnn<64, 128>(direction = Backward)`
/// starts at the last step. The output has the state h after every step; [`LastStep`](crate::LastStep) after the layer is its
/// last one. [`Lstm`](crate::Lstm) and [`Gru`](crate::Gru) remember for longer.
///
/// A sequence that is [`Padded`](crate::Padded) ends, or begins if it is read backward, at its last step before the padding, where the
/// output is zero.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Sequence<L, H>`. [`RecurrentWeights`](crate::RecurrentWeights): W is `weight_ih`, U is
/// `weight_hh`, b is `bias_ih` and c is `bias_hh`, as in PyTorch.
///
/// Weights of the input start as the initializer asks, Glorot's by default, those of the state orthogonal, and biases at zero.
///
/// # Gradients
/// Backpropagation through all `L` steps.
///
/// # Numerics
/// The state before the first step is zero. Sums are computed in the orders of
/// [`DenseKernels`](crate::kernel::DenseKernels). tanh is within 3 ULP.
///
/// # Source
/// J. Elman, "Finding structure in time", 1990.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Memory (Sequence<3, 1>) = rnn: Rnn<1, 1>);
/// let mut memory = Memory::zeroed();
/// memory.rnn.weight_ih[0][0][0] = 1.0;
/// memory.rnn.weight_hh[0][0][0] = 1.0;
/// let first = 0.5_f32.tanh();
/// let [[a], [b], [c]] = memory.predict(&[[0.5], [0.0], [0.0]]);
/// assert!((a - first).abs() < 1e-6 && (b - first.tanh()).abs() < 1e-6 && (c - first.tanh().tanh()).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rnn<const N: usize, const H: usize, Out, const BACKWARD: bool = false>(PhantomData<Out>);

/// The cell of an [`Rnn`].
struct RnnCell;

/// The state after a step, also as its only gate.
struct Forward;

impl Formula<1, 0, 0, 2, 0> for Forward {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(&self, _: R, [product]: [R; 1], _: [R; 0], _: [R; 0], [gate, _]: [R; 2]) -> ([R; 2], [R; 0]) {
        let state = gate.add(product).tanh();
        ([state; 2], [])
    }
}

/// The gradient of both products.
struct Backward;

impl Formula<2, 0, 0, 1, 0> for Backward {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [grad_output, grad_state]: [R; 2],
        _: [R; 0],
        _: [R; 0],
        [state]: [R; 1],
    ) -> ([R; 1], [R; 0]) {
        ([grad_output.add(grad_state).mul(like.constant(1.0).sub(state.mul(state)))], [])
    }
}

impl Cell for RnnCell {
    const GATES: usize = 1;
    const KEPT: usize = 0;
    const SEPARATE: bool = false;
    const READS_KEPT: bool = false;

    fn forward<T: Kernels, I: Isa>(isa: I, units: usize, step: Step<'_, T>) {
        let Step { gates, product, state, .. } = step;
        T::formula_rows(isa, &Forward, 1, units, [product], [], [], [gates, state], []);
    }

    fn backward<T: Kernels, I: Isa>(isa: I, units: usize, step: StepBack<'_, T>) -> &[T] {
        let StepBack { gates, grad_output, grad_state, .. } = step;
        T::formula_rows(isa, &Backward, 1, units, [grad_output, grad_state], [], [], [&mut *gates], []);
        gates
    }
}

/// The layer in ONNX.
#[cfg(feature = "onnx")]
const ONNX: OnnxCell = OnnxCell { operator: "RNN", gates: &[0], attributes: &[] };

recurrent_layer!(Layer for Rnn, RnnPlan, RnnCell, gates: 1, initialize: |_| (), onnx: ONNX);
