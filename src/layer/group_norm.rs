//! Group normalization.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::flat_parameters;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, NormalizationSizes};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Constant, Graph, Result, Value};
use crate::scalar::{Scalar, is_normal_in_f32};
use crate::shape::{Image, Shape};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Group normalization: normalizes each of G groups of channels to mean 0 and variance 1, then applies a learned scale and
/// shift to each channel.
///
/// `y[c, p] = w[c] (x[c, p] - μ) / √(σ² + ε) + b[c]`, with the mean μ and the variance σ² over the C / G channels of the group of
/// c and all positions p of the sample
///
/// Written `GroupNorm<4>`, `GroupNorm<4>(1e-3)` or `GroupNorm<4>(epsilon = 1e-3)`: the number of groups. The default of ε is
/// [`GroupNorm::EPSILON`]. The network infers the number of channels C. `GroupNorm<1>` normalizes all channels together, and
/// `GroupNorm<C>` each by itself, which is instance normalization.
///
/// # Shapes
/// Input and output: `Image<C, H, W>`. Weight: `[C]`. Bias: `[C]`.
///
/// # Gradients
/// With x̂ = (x - μ) / √(σ² + ε), g = dL/dy and h = w g: dL/dw = Σ g x̂ and dL/db = Σ g over samples and positions, and
/// dL/dx = (h - mean(h) - x̂ mean(h x̂)) / √(σ² + ε), with means over the group.
///
/// # Errors
/// The layer does not compile unless G divides the number of channels, and ε is above 0 and in the range of the normal values
/// of `f32`, about 10⁻³⁸ to 10³⁸.
///
/// # Numerics
/// The mean is computed from the differences from the first value of the group. The variance is the mean of the squared
/// differences from the mean, computed in a second pass. This avoids cancellation: a mean far from 0 has all of its digits.
///
/// # Source
/// Y. Wu and K. He, "Group normalization", 2018, equations 1 to 7.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Normalize (Image<2, 1, 2>) = norm: GroupNorm<2>);
/// let network = Normalize::init(&mut typenet::rng(37));
/// // Each channel has a mean and a standard deviation of its own. ε affects only the last digits.
/// let [[[a, b]], [[c, d]]] = network.predict(&[[[1.0, 5.0]], [[30.0, 10.0]]]);
/// assert!([a + 1.0, b - 1.0, c - 1.0, d + 1.0].iter().all(|difference| difference.abs() < 1e-5));
/// ```
#[repr(C)]
pub struct GroupNorm<const G: usize, const C: usize, T: Scalar = f32> {
    /// The weight w, which starts at one.
    pub weight: SVector<T, C>,
    /// The bias b, which starts at zero.
    pub bias: SVector<T, C>,
}

flat_parameters!(
    [const G: usize, const C: usize,] GroupNorm<G, C, T>,
    TensorTable::Tensors(&[
        Tensor { name: "weight", shape: &[C], offset: 0, kind: TensorKind::Scale },
        Tensor { name: "bias", shape: &[C], offset: C, kind: TensorKind::Bias },
    ])
);

impl<const G: usize, const C: usize> GroupNorm<G, C> {
    /// The default of ε, as in PyTorch. The default of Keras is 10⁻³.
    pub const EPSILON: f64 = 1e-5;

    /// Returns the settings that `GroupNorm<..>(epsilon)` stands for.
    ///
    /// # Panics
    /// Panics if ε is not above 0, or not in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(epsilon: f64) -> f64 {
        assert!(
            epsilon > 0.0 && is_normal_in_f32(epsilon),
            "the epsilon of `GroupNorm` must be above 0 and in the range of `f32`"
        );
        epsilon
    }
}

/// The plan of a [`GroupNorm`], which keeps the mean and 1 / √(σ² + ε) of every group.
#[derive(Debug)]
pub struct GroupNormPlan<const G: usize, In>(PhantomData<In>);

impl<const G: usize, In: Shape> Plan for GroupNormPlan<G, In> {
    const CACHE_LEN: usize = 2 * G;
    const MULTIPLY_ADDS: u64 = 2 * In::LEN as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = usize::MAX;
}

impl<const G: usize, const C: usize> GroupNorm<G, C> {
    /// Returns the sizes of a slice of elements.
    #[inline(always)]
    fn sizes<In: Shape>(elements: usize, epsilon: f64) -> NormalizationSizes {
        const { assert!(In::LEN.is_multiple_of(C), "a `GroupNorm<G, C>` needs an input of C channels") };
        // A network asserts this at compile time.
        assert!(G > 0 && C.is_multiple_of(G), "the number of groups of a `GroupNorm` divides the number of channels");
        let (len, positions) = (In::LEN, In::LEN / C);
        NormalizationSizes { samples: elements / len, elements: len, groups: G, positions, centered: true, epsilon }
    }
}

impl<const G: usize, const C: usize> Layer for GroupNorm<G, C> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = GroupNorm<G, C, T>;
    type Settings = f64;
    type Plan<In: Shape> = GroupNormPlan<G, In>;

    /// Returns `next`, since the output magnitudes are about one, whatever those of the input.
    fn initialization(_: &f64, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, cache, .. } = memory;
        let GroupNorm { weight, bias } = site.parameters;
        let sizes = Self::sizes::<In>(input.len(), *site.settings);
        T::normalize(isa, sizes, weight.as_slice(), bias.as_slice(), input, output, cache);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut GroupNorm<G, C, T>,
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
        // The operator `GroupNormalization` came in version 18, and had a scale for each group.
        let grouped = graph.reshaped(input, &[G, In::LEN / G]);
        let [one, zero] = [("one", 1.0), ("zero", 0.0)]
            .map(|(name, value)| graph.constant(Constant::new(name, &[G], [value; G].into())));
        let epsilon = [("epsilon", Attribute::number(*site.settings))];
        let normalized = graph.node("InstanceNormalization", &[&grouped, &one, &zero], &epsilon);
        let normalized = graph.reshaped(&normalized, In::DIMENSIONS);
        let [scale, shift] = ["weight", "bias"].map(|name| graph.parameter(site.parameters, name));
        let [scale, shift] = [scale?, shift?].map(|tensor| graph.constant(tensor.with_sizes(&[C, 1, 1])));
        let scaled = graph.node("Mul", &[&normalized, &scale], &[]);
        Ok(graph.node("Add", &[&scaled, &shift], &[]))
    }
}

impl<const G: usize, const C: usize, const H: usize, const W: usize> Takes<Image<C, H, W>> for GroupNorm<G, C> {}

impl<const G: usize, const C: usize, T: Scalar> Debug for GroupNorm<G, C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupNorm").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}
