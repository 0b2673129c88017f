//! Layer normalization.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::flat_parameters;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, NormalizationSizes};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::{Scalar, is_normal_in_f32};
use crate::shape::arithmetic::features;
use crate::shape::{Shape, Values};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Layer normalization: normalizes every sample, or every step of a sequence, to mean 0 and variance 1, then applies a learned
/// scale and shift to each element.
///
/// y = w (x - μ) / √(σ² + ε) + b, with the mean μ = Σ x / N and the variance σ² = Σ (x - μ)² / N over the N elements of the
/// sample or step
///
/// Written `LayerNorm`, `LayerNorm(1e-6)` or `LayerNorm(epsilon = 1e-6)`. The default of ε is [`LayerNorm::EPSILON`]. The
/// network infers N.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`. The N features of each step of a `Sequence` are
/// normalized together, with the same weights for all steps, as PyTorch's `LayerNorm(N)` does. For a shape without steps, all
/// elements of a sample are normalized together, for an image those of all channels, as PyTorch's `LayerNorm` does over the shape
/// of a sample. Weight: `[N]`. Bias: `[N]`.
///
/// # Gradients
/// With x̂ = (x - μ) / √(σ² + ε), g = dL/dy and h = w g: dL/dw = Σ g x̂ and dL/db = Σ g over the samples and their steps,
/// and
/// dL/dx = (h - mean(h) - x̂ mean(h x̂)) / √(σ² + ε).
///
/// # Errors
/// The layer does not compile unless ε is above 0 and in the range of the normal values of `f32`, about 10⁻³⁸ to 10³⁸.
///
/// # Numerics
/// The mean is computed from the differences from the first value. The variance is the mean of the squared
/// differences from the mean, computed in a second pass. This avoids cancellation: a mean far from 0 has all of its digits.
///
/// # Source
/// J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization", 2016, equation 4.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Normalize (Vector<2>) = norm: LayerNorm);
/// let mut network = Normalize::init(&mut typenet::rng(37));
/// // The mean is 3 and the standard deviation 2. ε affects only the last digits.
/// let [low, high] = network.predict(&[1.0, 5.0]);
/// assert!((low + 1.0).abs() < 1e-5 && (high - 1.0).abs() < 1e-5);
///
/// network.norm.bias[1] = 10.0;
/// assert!((network.predict(&[1.0, 5.0])[1] - 11.0).abs() < 1e-5);
/// ```
#[repr(C)]
pub struct LayerNorm<const N: usize, T: Scalar = f32> {
    /// The weight w, which starts at one.
    pub weight: SVector<T, N>,
    /// The bias b, which starts at zero.
    pub bias: SVector<T, N>,
}

flat_parameters!(
    [const N: usize,] LayerNorm<N, T>,
    TensorTable::Tensors(&[
        Tensor { name: "weight", shape: &[N], offset: 0, kind: TensorKind::Scale },
        Tensor { name: "bias", shape: &[N], offset: N, kind: TensorKind::Bias },
    ])
);

impl<const N: usize> LayerNorm<N> {
    /// The default of ε, as in PyTorch. The default of Keras is 10⁻³.
    pub const EPSILON: f64 = 1e-5;

    /// Returns the settings that `LayerNorm(epsilon)` stands for.
    ///
    /// # Panics
    /// Panics if ε is not above 0, or not in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(epsilon: f64) -> f64 {
        assert!(
            epsilon > 0.0 && is_normal_in_f32(epsilon),
            "the epsilon of `LayerNorm` must be above 0 and in the range of `f32`"
        );
        epsilon
    }
}

/// The plan of a [`LayerNorm`], which keeps the mean and 1 / √(σ² + ε) of every step.
#[derive(Debug)]
pub struct LayerNormPlan<const N: usize, In>(PhantomData<In>);

impl<const N: usize, In: Shape> Plan for LayerNormPlan<N, In> {
    const CACHE_LEN: usize = 2 * In::STEPS;
    const MULTIPLY_ADDS: u64 = 2 * In::LEN as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = usize::MAX;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(2));
}

impl<const N: usize> LayerNorm<N> {
    /// Returns the sizes of a slice of elements.
    #[inline(always)]
    fn sizes<In: Shape>(elements: usize, epsilon: f64) -> NormalizationSizes {
        const { assert!(features::<In>() == N, "a `LayerNorm<N>` acts on steps of N elements") };
        NormalizationSizes { samples: elements / N, elements: N, groups: 1, positions: 1, centered: true, epsilon }
    }
}

impl<const N: usize> Layer for LayerNorm<N> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = LayerNorm<N, T>;
    type Settings = f64;
    type Plan<In: Shape> = LayerNormPlan<N, In>;

    /// Returns `next`, since the output magnitudes are about one, whatever those of the input.
    fn initialization(_: &f64, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, cache, .. } = memory;
        let LayerNorm { weight, bias } = site.parameters;
        let sizes = Self::sizes::<In>(input.len(), *site.settings);
        T::normalize(isa, sizes, weight.as_slice(), bias.as_slice(), input, output, cache);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut LayerNorm<N, T>,
    ) {
        let Backward { input, cache, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = Self::sizes::<In>(input.len(), *site.settings);
        let (grad_weight, grad_bias) = (gradient.weight.as_mut_slice(), gradient.bias.as_mut_slice());
        T::normalize_weight_gradient(isa, sizes, input, cache, grad_output, accumulate, grad_weight, grad_bias);
        if let Some(grad_input) = grad_input {
            let weight = site.parameters.weight.as_slice();
            T::normalize_input_gradient(isa, sizes, weight, input, cache, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let sizes = if In::DIMENSIONS.len() == 2 { &In::DIMENSIONS[1..] } else { In::DIMENSIONS };
        let [scale, shift] = ["weight", "bias"].map(|name| graph.parameter(site.parameters, name));
        let [scale, shift] = [scale?, shift?].map(|tensor| graph.constant(tensor.with_sizes(sizes)));
        let axis = if In::DIMENSIONS.len() == 3 { 1 } else { -1 };
        let attributes = [("axis", Attribute::Integer(axis)), ("epsilon", Attribute::number(*site.settings))];
        Ok(graph.node("LayerNormalization", &[input, &scale, &shift], &attributes))
    }
}

impl<In: Values, const N: usize> Takes<In> for LayerNorm<N> {}

impl<const N: usize, T: Scalar> Debug for LayerNorm<N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerNorm").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}
