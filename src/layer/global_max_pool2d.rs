//! Maxima of the channels of an image.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};

/// Replaces each channel of an image by its maximum.
///
/// `y[c] = max x[c, iy, ix]`
///
/// Written `GlobalMaxPool2d` in a network, which infers the shape `Out`. The number of channels may be a const
/// parameter of the network.
///
/// # Shapes
/// Input: `Image<C, H, W>`. Output: `Vector<C>`.
///
/// # Gradients
/// dL/dx = dL/dy for the first element of the channel, in the order of rows, that is equal to the maximum, and 0 for all others.
///
/// # Numerics
/// The maximum of a channel that contains NaN is NaN, and its gradient goes to the first NaN. If a maximum is zero, its sign is
/// that of one of the zeros.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Largest (Image<2, 1, 3>) -> Vector<2> = GlobalMaxPool2d);
/// assert_eq!(Largest::zeroed().predict(&[[[1.0, 2.0, 6.0]], [[4.0, 0.0, -4.0]]]), [6.0, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GlobalMaxPool2d<Out>(PhantomData<Out>);

/// The plan of a [`GlobalMaxPool2d`].
#[derive(Debug)]
pub struct GlobalMaxPool2dPlan;

impl Plan for GlobalMaxPool2dPlan {}

impl<Out: Shape> Layer for GlobalMaxPool2d<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = GlobalMaxPool2dPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::DIMENSIONS[0] == Out::LEN, "a value per channel") };
        T::maximum_of_planes(isa, In::LEN / Out::LEN, memory.input, memory.output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(isa: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { input, output, grad_output, grad_input, .. } = memory;
        if let Some(grad_input) = grad_input {
            T::maximum_of_planes_gradient(isa, In::LEN / Out::LEN, input, output, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let maxima = graph.node("GlobalMaxPool", &[input], &[]);
        Ok(graph.node("Flatten", &[&maxima], &[]))
    }
}

impl<Out: Shape, const C: usize, const H: usize, const W: usize> Takes<Image<C, H, W>> for GlobalMaxPool2d<Out> {}
