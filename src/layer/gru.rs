//! Gated recurrent units.

mod weights;

mod reset;

pub use self::weights::ResetWeights;

use core::marker::PhantomData;

use crate::kernel::{Formula, Isa, Kernels, Real, Reduction};
#[cfg(feature = "onnx")]
use crate::layer::recurrent::OnnxCell;
use crate::layer::recurrent::{Cell, Step, StepBack, gates, products, recurrent_layer};
#[cfg(feature = "onnx")]
use crate::onnx::Attribute;

/// Gated recurrent units: a recurrent layer of `H` units, each of which keeps a part of its state.
///
/// With σ the logistic function, and a product, a sum of vectors and a function taken element by element:
///
/// ```text
/// r = σ(W_r x + b_r + U_r h + c_r)
/// z = σ(W_z x + b_z + U_z h + c_z)          the part of the state that stays
/// n = tanh(W_n x + b_n + r (U_n h + c_n))   the new state
/// h ← (1 - z) n + z h
/// ```
///
/// Written `Gru<64, 128>`, or `Gru<_, 128>`, in a network, which infers the shape `Out`. `Gru<64, 128>(direction = Backward)`
/// starts at the last step. The output has the state h after every step; [`LastStep`](crate::LastStep) after the layer is its
/// last one. Layers one after the other are a stack, and two of opposite directions in a [`Parallel`](crate::Parallel) block are
/// bidirectional.
///
/// The gate r resets the product with the state, as in PyTorch, and in Keras by default. `Gru<64, 128>(reset = Before)` resets the
/// state before it is multiplied, as Keras does with `reset_after=False`, and the default is `reset = After`:
///
/// ```text
/// n = tanh(W_n x + b_n + U_n (r h) + c_n)   with `reset = Before`
/// ```
///
/// A step then has two products with a state, one after the other.
///
/// A sequence that is [`Padded`](crate::Padded) ends, or begins if it is read backward, at its last step before the padding, where the
/// output is zero.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Sequence<L, H>`. [`RecurrentWeights`](crate::RecurrentWeights): W is `weight_ih`, U is
/// `weight_hh`, b is `bias_ih` and c is `bias_hh`, with the gates r, z, n in this order, as in PyTorch. The gates of Keras are z,
/// r, n. With `reset = Before`, [`ResetWeights`](crate::ResetWeights): U of the gates r and z is `weight_hh`, and U_n is
/// `weight_rh`. There, b and c only occur as their sum, which is the single bias of Keras.
///
/// Weights of the input start as the initializer asks, Glorot's by default, those of the state orthogonal, and biases at zero.
/// `weight_hh` and `weight_rh` are each orthogonal.
///
/// # Gradients
/// Backpropagation through all `L` steps.
///
/// # Numerics
/// The state before the first step is zero. Sums are computed in the orders of
/// [`DenseKernels`](crate::kernel::DenseKernels). The logistic function and tanh are within 3 ULP.
///
/// # Source
/// K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine translation", 2014, where r
/// multiplies h, as with `reset = Before`; the default, in which r multiplies a product, is the form of version 1 of the article.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Forecast (Sequence<24, 1>) = gru: Gru<_, 16>, LastStep, output: Dense<16, 1>);
/// assert_eq!(Forecast::PARAMETERS, 3 * 16 * (1 + 16 + 2) + 16 + 1);
///
/// // Without weights, each step halves the state, which is zero.
/// assert_eq!(Forecast::zeroed().predict(&[[1.0]; 24]), [0.0]);
///
/// network!(struct Reset (Sequence<24, 1>) = gru: Gru<_, 16>(reset = Before));
/// assert_eq!(Reset::TENSORS.list()[2].name, "gru.weight_rh_l0");
/// assert_eq!(Reset::PARAMETERS, 3 * 16 * (1 + 16 + 2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gru<const N: usize, const H: usize, Out, const BACKWARD: bool = false, const RESET_BEFORE: bool = false>(
    PhantomData<Out>,
);

/// The cell of a [`Gru`]. A step keeps its products with the state, of which `backward` needs the third.
struct GruCell;

/// The gates and the state after a step.
struct Forward;

impl Formula<4, 0, 0, 4, 0> for Forward {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [r, z, n, before]: [R; 4],
        _: [R; 0],
        _: [R; 0],
        [of_r, of_z, of_n, _]: [R; 4],
    ) -> ([R; 4], [R; 0]) {
        let (r, z) = (of_r.add(r).sigmoid(), of_z.add(z).sigmoid());
        let n = r.mul_add(n, of_n).tanh();
        let state = z.mul_add(before, like.constant(1.0).sub(z).mul(n));
        ([r, z, n, state], [])
    }
}

/// The gradients of the products with the input and with the state, and of the state before.
struct Backward;

impl Formula<3, 0, 0, 7, 0> for Backward {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [grad_output, grad_state, before]: [R; 3],
        _: [R; 0],
        _: [R; 0],
        [r, z, n, _, _, product, carried]: [R; 7],
    ) -> ([R; 7], [R; 0]) {
        let one = like.constant(1.0);
        let grad_state = grad_output.add(grad_state).add(carried);
        let grad_n = grad_state.mul(one.sub(z)).mul(one.sub(n.mul(n)));
        let grad_z = grad_state.mul(before.sub(n)).mul(z).mul(one.sub(z));
        let grad_r = grad_n.mul(product).mul(r).mul(one.sub(r));
        ([grad_r, grad_z, grad_n, grad_r, grad_z, grad_n.mul(r), grad_state.mul(z)], [])
    }
}

impl Cell for GruCell {
    const GATES: usize = 3;
    const KEPT: usize = 3;
    const SEPARATE: bool = true;
    const READS_KEPT: bool = false;

    fn forward<T: Kernels, I: Isa>(isa: I, units: usize, step: Step<'_, T>) {
        let Step { gates: row, product, previous, kept, state, .. } = step;
        kept.copy_from_slice(product);
        let ([r, z, n], [of_r, of_z, of_n]) = (products(product), gates(row));
        T::formula_rows(isa, &Forward, 1, units, [r, z, n, previous], [], [], [of_r, of_z, of_n, state], []);
    }

    /// `carried` is the gradient with respect to the part of the state that stayed.
    fn backward<T: Kernels, I: Isa>(isa: I, units: usize, step: StepBack<'_, T>) -> &[T] {
        let StepBack { gates: row, previous, kept, grad_output, grad_state, carried, .. } = step;
        let ([r, z, n], [of_r, of_z, of_n]) = (gates(row), gates(kept));
        let each = [grad_output, grad_state, previous];
        T::formula_rows(isa, &Backward, 1, units, each, [], [], [r, z, n, of_r, of_z, of_n, carried], []);
        kept
    }
}

/// The layer in ONNX, where the gates are z, r, n.
#[cfg(feature = "onnx")]
const ONNX: OnnxCell =
    OnnxCell { operator: "GRU", gates: &[1, 0, 2], attributes: &[("linear_before_reset", Attribute::Integer(1))] };

recurrent_layer!(Layer for Gru, GruPlan, GruCell, gates: 3, initialize: |_| (), onnx: ONNX);
