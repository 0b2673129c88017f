//! Means of the channels of an image.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};

/// Replaces each channel of an image by its mean.
///
/// `y[c] = Σ x[c, iy, ix] / (H W)`
///
/// Written `GlobalAvgPool2d` in a network, which infers the shape `Out`. The number of channels may be a const
/// parameter of the network.
///
/// # Shapes
/// Input: `Image<C, H, W>`. Output: `Vector<C>`.
///
/// # Gradients
/// dL/dx = dL/dy / (H W) for all elements of the channel.
///
/// # Numerics
/// Sums are computed in the fixed order of [`PoolingKernels`](crate::kernel::PoolingKernels), and then divided.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Mean (Image<2, 1, 3>) -> Vector<2> = GlobalAvgPool2d);
/// assert_eq!(Mean::zeroed().predict(&[[[1.0, 2.0, 6.0]], [[4.0, 0.0, -4.0]]]), [3.0, 0.0]);
///
/// // A classifier for any number of channels.
/// network! {
///     struct Classifier<const C: usize> (Image<1, 8, 8>) {
///         features: Conv2d<_, C, 3>, Relu, GlobalAvgPool2d, output: Dense<C, 10>, Softmax,
///     }
/// }
/// assert_eq!(Classifier::<16>::PARAMETERS, 16 * 9 + 16 + 16 * 10 + 10);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GlobalAvgPool2d<Out>(PhantomData<Out>);

/// The plan of a [`GlobalAvgPool2d`].
#[derive(Debug)]
pub struct GlobalAvgPool2dPlan;

impl Plan for GlobalAvgPool2dPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl<Out: Shape> Layer for GlobalAvgPool2d<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = GlobalAvgPool2dPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::DIMENSIONS[0] == Out::LEN, "a value per channel") };
        T::average_of_planes(isa, In::LEN / Out::LEN, memory.input, memory.output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { grad_output, grad_input, .. } = memory;
        if let Some(grad_input) = grad_input {
            T::average_of_planes_gradient(isa, In::LEN / Out::LEN, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let means = graph.node("GlobalAveragePool", &[input], &[]);
        Ok(graph.node("Flatten", &[&means], &[]))
    }
}

impl<Out: Shape, const C: usize, const H: usize, const W: usize> Takes<Image<C, H, W>> for GlobalAvgPool2d<Out> {}
