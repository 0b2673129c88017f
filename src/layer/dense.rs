//! The fully connected layer.

#[cfg(feature = "onnx")]
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::{SMatrix, SVector};

use crate::flat_parameters::flat_parameters;
use crate::kernel::{DenseSizes, Isa, Kernels, written_out};
use crate::layer::rescale::{RescaleOutputs, rescale_bias, rescale_weight};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Constant, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Shape, Vector};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// The fully connected layer, an affine map from `N` inputs to `H` outputs.
///
/// y = W x + b
///
/// Written `Dense<64, 32>`, or `Dense<64, 32>(bias = false)` for y = W x. Such a layer has no tensor `bias`: neither a parameter,
/// nor a name in files. `B` is the number of biases, `H` or 0.
///
/// # Shapes
/// Input: `Vector<N>` or `Probabilities<N>`. Output: `Vector<H>`. Weight: `[H, N]`. Bias: `[H]`, or none. The weight is
/// column-major in memory, so the `H` weights of one input are adjacent.
///
/// On a `Sequence<L, N>` or a `ProbabilitySequence<L, N>` the layer acts on each step, with the same weights. Output:
/// `Sequence<L, H>`.
///
/// # Gradients
/// dL/dW = Σ g xᵀ and dL/db = Σ g over the samples and their steps, and dL/dx = Wᵀ g, where g = dL/dy.
///
/// # Numerics
/// Sums are computed in the fixed orders of [`DenseKernels`](crate::kernel::DenseKernels), with fused multiply-add if the
/// processor supports it.
///
/// # Example
/// The lecture's neuron without its activation: W = [3, -2], b = 1.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Neuron = Dense<2, 1>);
///
/// let mut neuron = Neuron::zeroed();
/// neuron.dense.weight.copy_from_slice(&[3.0, -2.0]);
/// neuron.dense.bias[0] = 1.0;
/// assert_eq!(neuron.predict(&[1.0, 1.0]), [2.0]);
///
/// network!(struct Linear = Dense<2, 1>(bias = false));
/// assert_eq!(Linear::PARAMETERS, 2);
///
/// network!(struct Steps (Sequence<3, 2>) -> Sequence<3, 1> = Dense<2, 1>);
/// let mut steps = Steps::zeroed();
/// steps.parameters_mut().copy_from_slice(neuron.parameters());
/// assert_eq!(steps.predict(&[[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]]), [[2.0], [1.0], [4.0]]);
/// ```
#[repr(C)]
pub struct Dense<const N: usize, const H: usize, T: Scalar = f32, const B: usize = H> {
    /// The weight W, with `H` rows and `N` columns.
    pub weight: SMatrix<T, H, N>,
    /// The bias b, with `H` rows, or without any if the layer has no bias.
    pub bias: SVector<T, B>,
}

flat_parameters!(
    [const N: usize, const H: usize, const B: usize,] Dense<N, H, T, B>,
    TensorTable::of_weight_and_bias(
        &[
            Tensor { name: "weight", shape: &[H, N], offset: 0, kind: TensorKind::Weight },
            Tensor { name: "bias", shape: &[B], offset: H * N, kind: TensorKind::Bias },
        ],
        H,
    )
);

/// The largest number of weights for which a single sample is computed inline: a call would take as long as the computation.
const SMALL: usize = 64;

impl<const N: usize, const H: usize, T: Scalar> RescaleOutputs<H, T> for Dense<N, H, T> {
    fn rescale_outputs(&mut self, scale: &SVector<T, H>, shift: &SVector<T, H>) {
        rescale_weight(self.weight.as_mut_slice(), scale);
        rescale_bias(&mut self.bias, scale, shift);
    }
}

/// The plan of a [`Dense`] for inputs of shape `In`.
#[derive(Debug)]
pub struct DensePlan<const N: usize, const H: usize, In>(PhantomData<In>);

impl<const N: usize, const H: usize, In: Shape> Plan for DensePlan<N, H, In> {
    const MULTIPLY_ADDS: u64 = (In::STEPS * N * H) as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = In::STEPS;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
}

impl<const N: usize, const H: usize, const B: usize> Layer for Dense<N, H, f32, B> {
    type Output<In: Shape> = In::Features<H>;
    type Logits<In: Shape> = In::Features<H>;
    type With<T: Scalar> = Dense<N, H, T, B>;
    type Settings = ();
    type Plan<In: Shape> = DensePlan<N, H, In>;

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let sizes = DenseSizes { samples: input.len() / N, inputs: N, outputs: H };
        let Dense { weight, bias } = site.parameters;
        T::dense_forward(isa, sizes, weight.as_slice(), bias.as_slice(), input, output);
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        if const { written_out(N * H, SMALL) }
            && let Some(input) = memory.input.first_chunk::<N>().filter(|_| memory.input.len() == N)
        {
            let sizes = DenseSizes { samples: 1, inputs: N, outputs: H };
            let Dense { weight, bias } = site.parameters;
            T::dense_forward_alone(isa, sizes, weight.as_slice(), bias.as_slice(), input, memory.output);
        } else {
            Self::forward::<In, T, I>(isa, site, memory);
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Dense<N, H, T, B>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = DenseSizes { samples: grad_output.len() / H, inputs: N, outputs: H };
        let (grad_weight, grad_bias) = (gradient.weight.as_mut_slice(), gradient.bias.as_mut_slice());
        T::dense_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
        if let Some(grad_input) = grad_input {
            T::dense_input_gradient(isa, sizes, site.parameters.weight.as_slice(), grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let weight = graph.parameter(site.parameters, "weight")?;
        let bias = Constant::of(site.parameters, "bias");
        if In::DIMENSIONS.len() > 1 {
            let weight = graph.constant(weight.transposed());
            let product = graph.node("MatMul", &[input, &weight], &[]);
            return Ok(graph.plus(product, bias));
        }
        let weight = graph.constant(weight);
        let bias = bias.map(|bias| graph.constant(bias));
        let inputs = [Some(input), Some(&weight), bias.as_ref()];
        Ok(graph.node("Gemm", &inputs.into_iter().flatten().collect::<Vec<_>>(), &[("transB", Attribute::Integer(1))]))
    }
}

impl<const N: usize, const H: usize, const B: usize> Takes<Vector<N>> for Dense<N, H, f32, B> {}
impl<const N: usize, const H: usize, const B: usize> Takes<Probabilities<N>> for Dense<N, H, f32, B> {}
impl<const N: usize, const H: usize, const B: usize, const L: usize> Takes<Sequence<L, N>> for Dense<N, H, f32, B> {}
impl<const N: usize, const H: usize, const B: usize, const L: usize> Takes<ProbabilitySequence<L, N>>
    for Dense<N, H, f32, B>
{
}

impl<const N: usize, const H: usize, T: Scalar, const B: usize> Debug for Dense<N, H, T, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dense").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}
