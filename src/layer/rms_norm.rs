//! Root mean square normalization.

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

/// Root mean square normalization: divides every sample, or every step of a sequence, by the root of its mean square, then applies
/// a learned scale to each element.
///
/// y = w x / √(Σ x² / N + ε), with the sum over the N elements of the sample or step
///
/// Written `RmsNorm`, `RmsNorm(1e-5)` or `RmsNorm(epsilon = 1e-5)`. The default of ε is [`RmsNorm::EPSILON`]. The network infers
/// N. Unlike [`LayerNorm`](crate::LayerNorm), the layer subtracts no mean and has no bias.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`. The N features of each step of a `Sequence` are
/// normalized together, with the same weight for all steps, as PyTorch's `RMSNorm(N)` does, and all elements of a sample of another
/// shape. Weight: `[N]`.
///
/// # Gradients
/// With r = 1 / √(Σ x² / N + ε), g = dL/dy and h = w g: dL/dw = Σ g x r over the samples and their steps, and
/// dL/dx = r (h - x r mean(h x r)).
///
/// # Errors
/// The layer does not compile unless ε is above 0 and in the range of the normal values of `f32`, about 10⁻³⁸ to 10³⁸.
///
/// # Numerics
/// Squares are summed in the scalar type. An element beyond the root of its largest value, 1.8e19 in `f32`, makes the sum
/// infinite and the output zero.
///
/// # Source
/// B. Zhang and R. Sennrich, "Root mean square layer normalization", 2019, equation 4.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Normalize (Vector<2>) = norm: RmsNorm);
/// let network = Normalize::init(&mut typenet::rng(37));
/// // The mean square of 1 and 7 is 25.
/// let [low, high] = network.predict(&[1.0, 7.0]);
/// assert!((low - 0.2).abs() < 1e-5 && (high - 1.4).abs() < 1e-5);
/// ```
#[repr(C)]
pub struct RmsNorm<const N: usize, T: Scalar = f32> {
    /// The weight w, which starts at one.
    pub weight: SVector<T, N>,
}

flat_parameters!(
    [const N: usize,] RmsNorm<N, T>,
    TensorTable::Tensors(&[Tensor { name: "weight", shape: &[N], offset: 0, kind: TensorKind::Scale }])
);

impl<const N: usize> RmsNorm<N> {
    /// The default of ε, as in Keras. PyTorch's default is the machine epsilon of the scalar type, 1.2e-7 for `f32`.
    pub const EPSILON: f64 = 1e-6;

    /// Returns the settings that `RmsNorm(epsilon)` stands for.
    ///
    /// # Panics
    /// Panics if ε is not above 0, or not in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(epsilon: f64) -> f64 {
        assert!(
            epsilon > 0.0 && is_normal_in_f32(epsilon),
            "the epsilon of `RmsNorm` must be above 0 and in the range of `f32`"
        );
        epsilon
    }
}

/// The plan of an [`RmsNorm`], which keeps 1 / √(Σ x² / N + ε) of every step, and a mean of zero.
#[derive(Debug)]
pub struct RmsNormPlan<const N: usize, In>(PhantomData<In>);

impl<const N: usize, In: Shape> Plan for RmsNormPlan<N, In> {
    const CACHE_LEN: usize = 2 * In::STEPS;
    const MULTIPLY_ADDS: u64 = 2 * In::LEN as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = usize::MAX;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(2));
}

impl<const N: usize> RmsNorm<N> {
    /// Returns the sizes of a slice of elements.
    #[inline(always)]
    fn sizes<In: Shape>(elements: usize, epsilon: f64) -> NormalizationSizes {
        const { assert!(features::<In>() == N, "an `RmsNorm<N>` acts on steps of N elements") };
        NormalizationSizes { samples: elements / N, elements: N, groups: 1, positions: 1, centered: false, epsilon }
    }
}

impl<const N: usize> Layer for RmsNorm<N> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = RmsNorm<N, T>;
    type Settings = f64;
    type Plan<In: Shape> = RmsNormPlan<N, In>;

    /// Returns `next`, since the output magnitudes are about one, whatever those of the input.
    fn initialization(_: &f64, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, cache, .. } = memory;
        let sizes = Self::sizes::<In>(input.len(), *site.settings);
        T::normalize(isa, sizes, site.parameters.weight.as_slice(), &[], input, output, cache);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut RmsNorm<N, T>,
    ) {
        let Backward { input, cache, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = Self::sizes::<In>(input.len(), *site.settings);
        let grad_weight = gradient.weight.as_mut_slice();
        T::normalize_weight_gradient(isa, sizes, input, cache, grad_output, accumulate, grad_weight, &mut []);
        if let Some(grad_input) = grad_input {
            let weight = site.parameters.weight.as_slice();
            T::normalize_input_gradient(isa, sizes, weight, input, cache, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        // The operator `RMSNormalization` came in version 23.
        let axes = if In::DIMENSIONS.len() == 3 { &[1, 2, 3][..] } else { &[-1] };
        let epsilon = graph.number(*site.settings);
        let square = graph.node("Mul", &[input, input], &[]);
        let mean = graph.node("ReduceMean", &[&square], &[("axes", Attribute::Integers(axes.into()))]);
        let sum = graph.node("Add", &[&mean, &epsilon], &[]);
        let root = graph.node("Sqrt", &[&sum], &[]);
        let normalized = graph.node("Div", &[input, &root], &[]);
        let sizes = if In::DIMENSIONS.len() == 2 { &In::DIMENSIONS[1..] } else { In::DIMENSIONS };
        let weight = graph.parameter(site.parameters, "weight")?;
        let weight = graph.constant(weight.with_sizes(sizes));
        Ok(graph.node("Mul", &[&normalized, &weight], &[]))
    }
}

impl<In: Values, const N: usize> Takes<In> for RmsNorm<N> {}

impl<const N: usize, T: Scalar> Debug for RmsNorm<N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RmsNorm").field("weight", &self.weight).finish()
    }
}
