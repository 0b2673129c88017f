//! The rectified linear unit with learned slopes.

use core::fmt::{self, Debug};

use nalgebra::SVector;
use rand::Rng as RandomSource;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::{Scalar, is_normal_in_f32};
use crate::shape::{Shape, Values};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// The parametric rectified linear unit, which multiplies negative elements by a learned slope: one per channel of an image,
/// feature of a sequence, or element of a vector.
///
/// f(x) = x if x > 0, and w x otherwise
///
/// Written `PRelu`, `PRelu(0.1)` or `PRelu(slope = 0.1)`: the value at which all slopes start, [`PRelu::SLOPE`] by default. The
/// network infers the number of slopes C.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`. Weight: `[C]`, as PyTorch's `PReLU(C)`, and as
/// Keras's `PReLU(shared_axes=[1, 2])` for images.
///
/// # Gradients
/// With g = dL/dy: dL/dx = g if x > 0, and w g otherwise; dL/dw = Σ g x over the samples and positions with x ≤ 0. At the kink
/// dL/dx is therefore w g, as in PyTorch.
///
/// # Errors
/// The layer does not compile unless the first slope is 0, or in the range of the normal values of `f32`.
///
/// # Numerics
/// For each sample, dL/dw is summed in 16 partial sums, element n of a channel in sum n mod 16, which are added in halves.
/// The samples are added in order. Weight decay does not apply to the slopes, which it would turn into plain `Relu`.
///
/// # Source
/// K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", 2015, section 2.1.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Learned (Vector<3>) = prelu: PRelu(0.5));
/// let network = Learned::init(&mut typenet::rng(37));
/// assert_eq!(network.predict(&[-1.0, 0.0, 2.0]), [-0.5, 0.0, 2.0]);
/// ```
#[repr(C)]
pub struct PRelu<const C: usize, T: Scalar = f32> {
    /// The slopes w.
    pub weight: SVector<T, C>,
}

flat_parameters!(
    [const C: usize,] PRelu<C, T>,
    TensorTable::Tensors(&[Tensor { name: "weight", shape: &[C], offset: 0, kind: TensorKind::Scale }])
);

/// The number of partial sums over the positions of a channel.
const PARTS: usize = 16;

impl<const C: usize> PRelu<C> {
    /// The default of the first slope, as in PyTorch. The default of Keras is 0.
    pub const SLOPE: f64 = 0.25;

    /// Returns the settings that `PRelu(slope)` stands for.
    ///
    /// # Panics
    /// Panics if the slope is neither 0 nor in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(slope: f64) -> f64 {
        assert!(
            slope == 0.0 || is_normal_in_f32(slope),
            "the first slope of `PRelu` must be 0 or in the range of `f32`"
        );
        slope
    }
}

/// The plan of a [`PRelu`].
#[derive(Debug)]
pub struct PReluPlan;

impl Plan for PReluPlan {
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = usize::MAX;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
}

impl<const C: usize> Layer for PRelu<C> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = PRelu<C, T>;
    type Settings = f64;
    type Plan<In: Shape> = PReluPlan;

    fn initialization(slope: &f64, _: Initializer) -> Initializer {
        Initializer::HeUniform { gain: libm::sqrt(2.0 / (1.0 + slope * slope)) }
    }

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut PRelu<C, T>,
        slope: &f64,
        _: Initializer,
        _: &mut R,
    ) {
        parameters.parameters_mut().fill(T::from_f64(*slope));
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        output.copy_from_slice(input);
        scale::<In, T>(site.parameters.weight.as_slice(), input, output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut PRelu<C, T>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, .. } = memory;
        slope_gradient::<In, T, I>(isa, input, grad_output, accumulate, gradient.weight.as_mut_slice());
        if let Some(grad_input) = grad_input {
            grad_input.copy_from_slice(grad_output);
            scale::<In, T>(site.parameters.weight.as_slice(), input, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let slopes = graph.parameter(site.parameters, "weight")?;
        // Of a channel, for all its positions.
        let slopes = if In::DIMENSIONS.len() == 3 { slopes.with_sizes(&[C, 1, 1]) } else { slopes };
        let slopes = graph.constant(slopes);
        Ok(graph.node("PRelu", &[input, &slopes], &[]))
    }
}

/// Where the elements of a slope are.
struct Slopes {
    /// The number of elements after which the slopes start again.
    len: usize,
    /// The number of adjacent elements of a slope.
    positions: usize,
}

impl Slopes {
    /// Returns the places for `count` slopes: those of the features of a sequence, which follow each other in every step, or of
    /// the first axis of any other shape.
    #[inline(always)]
    fn of<In: Shape>(count: usize) -> Self {
        let sequence = In::DIMENSIONS.len() == 2;
        assert!(In::DIMENSIONS[usize::from(sequence)] == count, "a `PRelu<C>` has one slope per channel");
        let len = if sequence { count } else { In::LEN };
        Self { len, positions: len / count }
    }
}

/// Multiplies the values by the slopes where the input is not above 0.
#[inline(always)]
fn scale<In: Shape, T: Scalar>(weight: &[T], input: &[T], values: &mut [T]) {
    let Slopes { len, positions } = Slopes::of::<In>(weight.len());
    for (x, values) in input.chunks_exact(len).zip(values.chunks_exact_mut(len)) {
        if positions == 1 {
            for ((value, &x), &w) in values.iter_mut().zip(x).zip(weight) {
                *value = if x > T::ZERO { *value } else { w * *value };
            }
            continue;
        }
        let channels = x.chunks_exact(positions).zip(values.chunks_exact_mut(positions));
        for ((x, values), &w) in channels.zip(weight) {
            for (value, &x) in values.iter_mut().zip(x) {
                *value = if x > T::ZERO { *value } else { w * *value };
            }
        }
    }
}

/// Computes dw = Σ g x over the samples and positions with x ≤ 0.
#[inline(always)]
fn slope_gradient<In: Shape, T: Scalar, I: Isa>(
    isa: I,
    input: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
) {
    let Slopes { len, positions } = Slopes::of::<In>(grad_weight.len());
    // Of some slopes at a time, or of some positions of one slope.
    let columns = if positions == 1 { PARTS } else { 1 };
    for (index, places) in grad_weight.chunks_mut(columns).enumerate() {
        let range = index * columns * positions..(index * columns + places.len()) * positions;
        let mut sums = [T::ZERO; PARTS];
        for (x, g) in input.chunks_exact(len).zip(grad_output.chunks_exact(len)) {
            let (x, g) = (&x[range.clone()], &g[range.clone()]);
            let mut parts = [T::ZERO; PARTS];
            for (x, g) in x.chunks(PARTS).zip(g.chunks(PARTS)) {
                for (part, (&x, &g)) in parts.iter_mut().zip(x.iter().zip(g)) {
                    *part = if x > T::ZERO { *part } else { isa.mul_add(g, x, *part) };
                }
            }
            if positions > 1 {
                for half in [8, 4, 2, 1] {
                    for part in 0..half {
                        parts[part] += parts[part + half];
                    }
                }
            }
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part;
            }
        }
        for (place, sum) in places.iter_mut().zip(sums) {
            *place = if accumulate { *place + sum } else { sum };
        }
    }
}

impl<In: Values, const C: usize> Takes<In> for PRelu<C> {}

impl<const C: usize, T: Scalar> Debug for PRelu<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PRelu").field("weight", &self.weight).finish()
    }
}
