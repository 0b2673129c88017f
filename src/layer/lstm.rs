//! Long short-term memory.

use core::marker::PhantomData;

use crate::kernel::{Formula, Isa, Kernels, Real, Reduction};
#[cfg(feature = "onnx")]
use crate::layer::recurrent::OnnxCell;
use crate::layer::recurrent::{Cell, Step, StepBack, gates, products, recurrent_layer};

/// Long short-term memory: a recurrent layer of `H` units, whose cells keep what the gates do not replace.
///
/// With σ the logistic function, and a product, a sum of vectors and a function taken element by element:
///
/// ```text
/// i = σ(Wᵢ x + bᵢ + Uᵢ h + cᵢ)      what the cell takes in
/// f = σ(W_f x + b_f + U_f h + c_f)   what the cell keeps
/// g = tanh(W_g x + b_g + U_g h + c_g)
/// o = σ(W_o x + b_o + U_o h + c_o)   what the cell gives
/// cell ← f cell + i g
/// h ← o tanh(cell)
/// ```
///
/// Written `Lstm<64, 128>`, or `Lstm<_, 128>`, in a network, which infers the shape `Out`. `Lstm<64, 128>(direction = Backward)`
/// starts at the last step. The output has the state h after every step; [`LastStep`](crate::LastStep) after the layer is its
/// last one. Layers one after the other are a stack, and two of opposite directions in a [`Parallel`](crate::Parallel) block are
/// bidirectional.
///
/// A sequence that is [`Padded`](crate::Padded) ends, or begins if it is read backward, at its last step before the padding, where the
/// output is zero.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Sequence<L, H>`. [`RecurrentWeights`](crate::RecurrentWeights): W is `weight_ih`, U is
/// `weight_hh`, b is `bias_ih` and c is `bias_hh`, with the gates i, f, g, o in this order, as in PyTorch.
///
/// Weights of the input start as the initializer asks, Glorot's by default, those of the state orthogonal, and biases at zero,
/// except `bias_ih` of f, which starts at one, so that cells keep their values at first.
///
/// # Gradients
/// Backpropagation through all `L` steps.
///
/// # Numerics
/// The state before the first step is zero. Sums are computed in the orders of
/// [`DenseKernels`](crate::kernel::DenseKernels). The logistic function and tanh are within 3 ULP.
///
/// # Source
/// S. Hochreiter and J. Schmidhuber, "Long short-term memory", 1997; with the gate f of F. Gers, J. Schmidhuber and F. Cummins,
/// "Learning to forget", 2000, and its bias of R. Jozefowicz, W. Zaremba and I. Sutskever, "An empirical exploration of recurrent
/// network architectures", 2015.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// // Does a sequence of 10 steps of 3 features mean yes or no?
/// network!(struct Classifier (Sequence<10, 3>) = lstm: Lstm<_, 8>, LastStep, output: Dense<8, 2>, Softmax);
/// assert_eq!(Classifier::PARAMETERS, 4 * 8 * (3 + 8 + 2) + 8 * 2 + 2);
///
/// // A unit that adds up its input, with all gates open.
/// network!(struct Sum (Sequence<3, 1>) = lstm: Lstm<1, 1>);
/// let mut sum = Sum::zeroed();
/// sum.lstm.bias_ih = [[50.0].into(), [50.0].into(), [0.0].into(), [50.0].into()];
/// sum.lstm.weight_ih[0][2][0] = 0.01;
/// let states = sum.predict(&[[1.0], [2.0], [3.0]]);
/// assert!((states[2][0] - 0.06).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lstm<const N: usize, const H: usize, Out, const BACKWARD: bool = false>(PhantomData<Out>);

/// The cell of an [`Lstm`]. A step keeps the cells.
struct LstmCell;

/// The gates, the cell and the state after a step.
struct Forward;

impl Formula<5, 0, 0, 6, 0> for Forward {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        _: R,
        [i, f, g, o, before]: [R; 5],
        _: [R; 0],
        _: [R; 0],
        [of_i, of_f, of_g, of_o, _, _]: [R; 6],
    ) -> ([R; 6], [R; 0]) {
        let (i, f) = (of_i.add(i).sigmoid(), of_f.add(f).sigmoid());
        let (g, o) = (of_g.add(g).tanh(), of_o.add(o).sigmoid());
        let cell = f.mul_add(before, i.mul(g));
        ([i, f, g, o, cell, o.mul(cell.tanh())], [])
    }
}

/// The gradients of the gates before their functions, and of the cell before.
struct Backward;

impl Formula<4, 0, 0, 5, 0> for Backward {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [grad_output, grad_state, cell, before]: [R; 4],
        _: [R; 0],
        _: [R; 0],
        [i, f, g, o, grad_cell]: [R; 5],
    ) -> ([R; 5], [R; 0]) {
        let one = like.constant(1.0);
        let (grad_state, tanh) = (grad_output.add(grad_state), cell.tanh());
        // The cell is also part of the state.
        let of_tanh = one.sub(tanh.mul(tanh));
        let grad_cell = grad_state.mul(o).mul_add(of_tanh, grad_cell);
        let grad_i = grad_cell.mul(g).mul(i).mul(one.sub(i));
        let grad_f = grad_cell.mul(before).mul(f).mul(one.sub(f));
        let grad_g = grad_cell.mul(i).mul(one.sub(g.mul(g)));
        let grad_o = grad_state.mul(tanh).mul(o).mul(one.sub(o));
        ([grad_i, grad_f, grad_g, grad_o, grad_cell.mul(f)], [])
    }
}

impl Cell for LstmCell {
    const GATES: usize = 4;
    const KEPT: usize = 1;
    const SEPARATE: bool = false;
    const READS_KEPT: bool = true;

    fn forward<T: Kernels, I: Isa>(isa: I, units: usize, step: Step<'_, T>) {
        let Step { gates: row, product, previous, kept_before, kept: cell, state } = step;
        // Before the first step, the cell is zero, as the state is.
        let before = kept_before.unwrap_or(previous);
        let ([i, f, g, o], [of_i, of_f, of_g, of_o]) = (products(product), gates(row));
        let outputs = [of_i, of_f, of_g, of_o, cell, state];
        T::formula_rows(isa, &Forward, 1, units, [i, f, g, o, before], [], [], outputs, []);
    }

    /// `carried` is the gradient with respect to the cell.
    fn backward<T: Kernels, I: Isa>(isa: I, units: usize, step: StepBack<'_, T>) -> &[T] {
        let StepBack { gates: row, previous, kept_before, kept: cell, grad_output, grad_state, carried } = step;
        let before = kept_before.unwrap_or(previous);
        let [i, f, g, o] = gates(row);
        let each = [grad_output, grad_state, &*cell, before];
        T::formula_rows(isa, &Backward, 1, units, each, [], [], [i, f, g, o, carried], []);
        row
    }
}

/// The layer in ONNX, where the gates are i, o, f, g.
#[cfg(feature = "onnx")]
const ONNX: OnnxCell = OnnxCell { operator: "LSTM", gates: &[0, 3, 1, 2], attributes: &[] };

recurrent_layer!(Layer for Lstm, LstmPlan, LstmCell, gates: 4, initialize: |weights| weights.bias_ih[1].fill(T::ONE), onnx: ONNX);
