//! Fixed vectors for positions, made of sines and cosines.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::rotation::Rotation;
use crate::layer::{Backward, Forward, Layer, NextStep, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Constant, Graph, Result, Value};
use crate::scalar::{Scalar, is_normal_in_f32};
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Adds sines and cosines of the position to each step of a sequence, so that attention can tell the steps apart.
///
/// ```text
/// y[t, 2i]     = x[t, 2i]     + sin(t / w^(2i / N))
/// y[t, 2i + 1] = x[t, 2i + 1] + cos(t / w^(2i / N))
/// ```
///
/// Written `SinePositionEncoding`, or `SinePositionEncoding(max_wavelength = 1000)` for another w. The default of w is
/// [`MAX_WAVELENGTH`](Self::MAX_WAVELENGTH). The network infers the number of steps L and of features N. The layer has no
/// parameters.
///
/// # Shapes
/// Input: `Sequence<L, N>` or `ProbabilitySequence<L, N>`. Output: `Sequence<L, N>`. If N is odd, the last feature gets a sine.
///
/// # Gradients
/// dL/dx = dL/dy.
///
/// # Errors
/// The layer does not compile unless w is at least 1 and in the range of `f32`.
///
/// # Numerics
/// Sines of successive steps follow from each other by rotation in `f64`, and every 16th is computed by itself. They are within
/// 2 · 10⁻¹³ of the formula for a thousand steps, most of which is the rounding of the angle.
///
/// # Source
/// A. Vaswani et al., "Attention is all you need", 2017, section 3.5.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Place (Sequence<2, 3>) = SinePositionEncoding);
/// let [first, second] = Place::<f64>::zeroed().predict(&[[0.0; 3]; 2]);
/// assert_eq!(first, [0.0, 1.0, 0.0]);
/// assert!((second[0] - 1.0_f64.sin()).abs() < 1e-15 && (second[1] - 1.0_f64.cos()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SinePositionEncoding<const L: usize, const N: usize>;

impl<const L: usize, const N: usize> SinePositionEncoding<L, N> {
    /// The default of w, as in the source.
    pub const MAX_WAVELENGTH: f64 = 1e4;

    /// Returns the settings that `SinePositionEncoding(max_wavelength)` stands for.
    ///
    /// # Panics
    /// Panics if w is below 1, or not in the range of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(max_wavelength: f64) -> f64 {
        assert!(
            max_wavelength >= 1.0 && is_normal_in_f32(max_wavelength),
            "the max_wavelength of `SinePositionEncoding` must be at least 1 and in the range of `f32`"
        );
        max_wavelength
    }

    /// Returns the angle between two steps of the pair that begins with this feature.
    fn frequency(max_wavelength: f64, feature: usize) -> f64 {
        libm::pow(max_wavelength, -(feature as f64) / N as f64)
    }

    /// Adds the encoding to every sample.
    #[inline(always)]
    fn add<T: Scalar>(max_wavelength: f64, values: &mut [T]) {
        let (mut pairs, mut encoding) = ([Rotation::default(); N], [T::ZERO; N]);
        for (pair, place) in pairs.iter_mut().zip((0..N).step_by(2)) {
            *pair = Rotation::new(Self::frequency(max_wavelength, place));
        }
        for position in 0..L {
            for (pair, encoding) in pairs.iter_mut().zip(encoding.chunks_mut(2)) {
                let (sine, cosine) = pair.move_to(position);
                for (encoding, value) in encoding.iter_mut().zip([sine, cosine]) {
                    *encoding = T::from_f64(value);
                }
            }
            for sample in values.chunks_exact_mut(L * N) {
                for (value, &encoding) in sample[position * N..].iter_mut().zip(&encoding) {
                    *value += encoding;
                }
            }
        }
    }
}

/// The plan of a [`SinePositionEncoding`], which works in place.
#[derive(Debug)]
pub struct SinePositionEncodingPlan;

impl Plan for SinePositionEncodingPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const IN_PLACE: bool = true;
    // The output depends on the position in the sequence, and `forward` knows only the one in its window.
    const STREAM: Option<StreamPlan> = Some(StreamPlan { carries: false, ..StreamPlan::stateless(0) });
}

impl<const L: usize, const N: usize> Layer for SinePositionEncoding<L, N> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = ();
    type Settings = f64;
    type Plan<In: Shape> = SinePositionEncodingPlan;

    /// Returns `next`, since the layer only adds.
    fn initialization(_: &f64, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        memory.output.copy_from_slice(memory.input);
        Self::add(*site.settings, memory.output);
    }

    #[inline(always)]
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, values: &mut [T], _: &mut [T]) {
        Self::add(*site.settings, values);
    }

    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, position, .. } = memory;
        output.copy_from_slice(input);
        for (feature, output) in output.chunks_mut(2).enumerate() {
            let mut pair = Rotation::before(Self::frequency(*site.settings, 2 * feature), position);
            let (sine, cosine) = pair.move_to(position);
            for (value, encoding) in output.iter_mut().zip([sine, cosine]) {
                *value += T::from_f64(encoding);
            }
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }

    #[inline(always)]
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: SiteOf<'_, Self, T>,
        _: &[T],
        _: &mut [T],
        _: &mut [T],
    ) {
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let mut values = alloc::vec![0.0_f64; L * N];
        Self::add(*site.settings, &mut values);
        Ok(graph.plus(input.clone(), Some(Constant::new("encoding", &[L, N], values))))
    }
}

impl<const L: usize, const N: usize> Takes<Sequence<L, N>> for SinePositionEncoding<L, N> {}

impl<const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>> for SinePositionEncoding<L, N> {}

#[cfg(test)]
mod tests {
    use super::SinePositionEncoding;

    #[test]
    fn rotated_sines_are_those_of_the_formula() {
        const STEPS: usize = 1000;
        const FEATURES: usize = 7;
        let mut values = alloc::vec![0.0_f64; STEPS * FEATURES];
        SinePositionEncoding::<STEPS, FEATURES>::add(1e4, &mut values);
        for (place, value) in values.into_iter().enumerate() {
            let (position, feature) = (place / FEATURES, place % FEATURES);
            let frequency = libm::pow(1e4, -((feature / 2 * 2) as f64) / FEATURES as f64);
            let (sine, cosine) = libm::sincos(position as f64 * frequency);
            let expected = if feature % 2 == 0 { sine } else { cosine };
            assert!((value - expected).abs() < 2e-13, "{value} at {place}, not {expected}");
        }
    }
}
