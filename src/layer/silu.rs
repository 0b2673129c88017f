//! The sigmoid linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The sigmoid linear unit, also called swish: x times the logistic function of x.
///
/// silu(x) = x σ(x), with σ(x) = 1 / (1 + e⁻ˣ)
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// silu'(x) = σ(x) (1 + x (1 - σ(x))).
///
/// # Source
/// S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
/// reinforcement learning", 2018, equations 4 and 5.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Gate (Vector<3>) = Silu);
/// let [low, middle, high] = Gate::zeroed().predict(&[-100.0, 0.0, 100.0]);
/// assert!(low.abs() < 1e-40 && middle == 0.0 && high == 100.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Silu;

impl Elementwise for Silu {
    type Settings = ();

    const READS: Reads = Reads::Input;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::silu(isa, values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        input: &[T],
        gradient: &mut [T],
    ) {
        T::silu_gradient(isa, input, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        // The operator `Swish` came in version 24.
        let gate = graph.node("Sigmoid", &[input], &[]);
        Ok(graph.node("Mul", &[input, &gate], &[]))
    }
}
