//! The windows of pooling layers.

use crate::kernel::PoolingSizes;
use crate::layer::padding::Padding;
use crate::shape::Shape;
use crate::shape::arithmetic::span;

/// The step of a pooling layer from one window to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stride {
    /// This many rows and columns.
    Of([usize; 2]),
    /// The rows and columns of the kernel, so that windows neither overlap nor leave out elements.
    Kernel,
}

/// The windows of a pooling layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolingWindows {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: Padding,
    dilation: [usize; 2],
}

impl PoolingWindows {
    /// Returns windows of `kernel` rows and columns.
    ///
    /// # Panics
    /// Panics if the padding is more than half of what a window spans along an axis: some would lie in the padding alone.
    #[track_caller]
    pub(super) const fn new(kernel: [usize; 2], stride: Stride, padding: Padding, dilation: [usize; 2]) -> Self {
        let stride = match stride {
            Stride::Of(stride) => stride,
            Stride::Kernel => kernel,
        };
        if let Padding::Of(padding) = padding {
            assert!(
                padding[0] <= span(kernel[0], dilation[0]) / 2 && padding[1] <= span(kernel[1], dilation[1]) / 2,
                "the padding of a pooling layer must be at most half of its window, rounded down"
            );
        }
        Self { kernel, stride, padding, dilation }
    }

    /// Returns the sizes of a pass over inputs of this many elements.
    ///
    /// # Panics
    /// Panics if `Out` is not the shape that follows from `In`, which only a type written by hand can cause.
    #[inline(always)]
    pub(super) fn sizes<In: Shape, Out: Shape>(self, elements: usize) -> PoolingSizes {
        let ([channels, rows, columns], output) = (axes::<In>(), axes::<Out>());
        let axes = [(0, rows), (1, columns)]
            .map(|(axis, size)| (axis, size, span(self.kernel[axis], self.dilation[axis]), self.stride[axis]));
        let [oh, ow] = axes.map(|(axis, size, span, stride)| self.padding.positions(axis, size, span, stride));
        assert!(output == [channels, oh, ow], "a pooling layer does not give the shape `Out`");
        PoolingSizes {
            planes: elements / (rows * columns),
            input: [rows, columns],
            output: [oh, ow],
            kernel: self.kernel,
            stride: self.stride,
            padding: axes.map(|(axis, size, span, stride)| self.padding.before(axis, size, span, stride)),
            dilation: self.dilation,
        }
    }
}

/// Returns channels, rows and columns of an image.
#[inline(always)]
pub(super) fn axes<S: Shape>() -> [usize; 3] {
    match S::DIMENSIONS {
        &[channels, rows, columns] => [channels, rows, columns],
        _ => unreachable!("the shapes of this layer are images"),
    }
}
