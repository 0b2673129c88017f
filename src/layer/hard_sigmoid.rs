//! The piecewise linear approximation of the logistic function.

use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Head, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::shape::Shape;

/// A piecewise linear approximation of [`Sigmoid`](crate::Sigmoid) with three pieces.
///
/// f(x) = max(0, min(1, x/6 + 1/2))
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1/6 if -3 < x < 3, and 0 otherwise. At the kinks it is therefore 0, as in PyTorch.
///
/// # Numerics
/// NaN stays NaN.
///
/// # Source
/// M. Courbariaux, Y. Bengio and J.-P. David, "BinaryConnect", 2015, equation 3. The slope 1/6 is that of Keras 3 and PyTorch.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Gate (Vector<4>) = HardSigmoid);
/// assert_eq!(Gate::zeroed().predict(&[-4.0, 0.0, 1.5, 4.0]), [0.0, 0.5, 0.75, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HardSigmoid;

impl Elementwise for HardSigmoid {
    type Settings = ();

    const READS: Reads = Reads::Output;
    const HEAD: Head = Head::Sigmoid;

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        let [sixth, half] = [1.0 / 6.0, 0.5].map(T::from_f64);
        for value in values {
            *value = (*value * sixth + half).clamped(T::ZERO, T::ONE);
        }
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        let slope = T::from_f64(1.0 / 6.0);
        for (g, &y) in gradient.iter_mut().zip(output) {
            *g *= if y <= T::ZERO || y >= T::ONE { T::ZERO } else { slope };
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node(
            "HardSigmoid",
            &[input],
            &[("alpha", Attribute::number(1.0 / 6.0)), ("beta", Attribute::Single(0.5))],
        ))
    }
}
