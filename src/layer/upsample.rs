//! Enlarged images.

use core::marker::PhantomData;

use crate::initializer::Initializer;
pub use crate::kernel::Interpolation;
use crate::kernel::{EnlargementSizes, Isa, Kernels};
use crate::layer::pooling::axes;
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};

/// Enlarges an image: `FY` times as many rows and `FX` times as many columns.
///
/// `y[c, oy, ox] = x[c, ⌊oy / FY⌋, ⌊ox / FX⌋]`
///
/// Written `Upsample<2>` for the same factor along both axes, or `Upsample<2, 3>` for rows and columns. The network infers the
/// shape `Out`.
///
/// `mode` is [`Nearest`](Interpolation::Nearest), which is the default and repeats every element, or
/// [`Bilinear`](Interpolation::Bilinear), as in `Upsample<2>(mode = Bilinear)`. Both are those of Keras' `UpSampling2D` and of
/// PyTorch's `Upsample` with the default `align_corners=False`.
///
/// # Shapes
/// Input: `Image<C, H, W>`. Output: `Image<C, FY H, FX W>`.
///
/// # Gradients
/// dL/dx = Σ w dL/dy over the elements y to which x contributes with the weight w. With `Nearest` the weights are 1.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input.
///
/// # Numerics
/// With `Bilinear`, averages and gradients are computed in the fixed order of
/// [`PlacementKernels`](crate::kernel::PlacementKernels). An infinite element makes an average NaN if its weight is 0.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Twice (Image<1, 1, 2>) -> Image<1, 2, 4> = Upsample<2>);
/// assert_eq!(Twice::zeroed().predict(&[[[1.0, 3.0]]]), [[[1.0, 1.0, 3.0, 3.0]; 2]]);
///
/// network!(struct Smooth (Image<1, 1, 2>) = Upsample<1, 2>(mode = Bilinear));
/// assert_eq!(Smooth::zeroed().predict(&[[[1.0, 3.0]]]), [[[1.0, 1.5, 2.5, 3.0]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Upsample<const FY: usize, const FX: usize, Out>(PhantomData<Out>);

impl<const FY: usize, const FX: usize, Out> Upsample<FY, FX, Out> {
    /// Returns the settings that `Upsample<..>(mode)` stands for.
    #[must_use]
    pub const fn settings(mode: Interpolation) -> Interpolation {
        mode
    }
}

/// The plan of an [`Upsample`].
#[derive(Debug)]
pub struct UpsamplePlan;

impl Plan for UpsamplePlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl<const FY: usize, const FX: usize, Out: Shape> Upsample<FY, FX, Out> {
    /// Returns the sizes of a pass over inputs of this many elements.
    #[inline(always)]
    fn sizes<In: Shape>(elements: usize) -> EnlargementSizes {
        let ([channels, rows, columns], output) = (axes::<In>(), axes::<Out>());
        let expected = [channels, FY * rows, FX * columns];
        assert!(output == expected, "the output of an `Upsample` does not have the shape `Out`");
        EnlargementSizes { planes: elements / (rows * columns), input: [rows, columns], factor: [FY, FX] }
    }
}

impl<const FY: usize, const FX: usize, Out: Shape> Layer for Upsample<FY, FX, Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = Interpolation;
    type Plan<In: Shape> = UpsamplePlan;

    /// Returns `next`, since the output has the magnitudes of the input.
    fn initialization(_: &Interpolation, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        T::enlarge(isa, Self::sizes::<In>(input.len()), *site.settings, input, output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        let Backward { grad_output, grad_input, .. } = memory;
        if let Some(grad_input) = grad_input {
            let sizes = Self::sizes::<In>(grad_input.len());
            T::enlarge_gradient(isa, sizes, *site.settings, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let factors = graph.singles(&[1.0, 1.0, FY as f32, FX as f32]);
        let (mode, coordinates) = match *site.settings {
            Interpolation::Nearest => ("nearest", "asymmetric"),
            Interpolation::Bilinear => ("linear", "half_pixel"),
        };
        let attributes = [
            ("mode", Attribute::Text(mode)),
            ("coordinate_transformation_mode", Attribute::Text(coordinates)),
            ("nearest_mode", Attribute::Text("floor")),
        ];
        Ok(graph.node("Resize", &[input, &Value::absent(), &factors], &attributes))
    }
}

impl<const FY: usize, const FX: usize, Out: Shape, const C: usize, const H: usize, const W: usize> Takes<Image<C, H, W>>
    for Upsample<FY, FX, Out>
{
}
