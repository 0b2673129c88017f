//! The windows of pooling layers, and what averages are divided by.

use crate::kernel::{PoolingSizes, WindowDivisor};
use crate::layer::padding::{Padding, SequencePadding};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Value, Windows};
use crate::shape::Shape;
use crate::shape::arithmetic::{span, windows_begun};

/// The message about padding in which a window could lie.
const TOO_MUCH_PADDING: &str = "the padding of a pooling layer must be at most half of its window, rounded down";

/// The step of a pooling layer from one window to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stride {
    /// This many rows and columns.
    Of([usize; 2]),
    /// The rows and columns of the kernel, so that windows neither overlap nor leave out elements.
    Kernel,
}

/// The step of a pooling layer over sequences from one window to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequenceStride {
    /// This many steps.
    Of(usize),
    /// The steps of the kernel, so that windows neither overlap nor leave out elements.
    Kernel,
}

/// Which windows of a pooling layer there are at the end of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Those that lie within the padded image or sequence. Trailing elements that do not fill a window are ignored.
    Down,
    /// Also one that reaches over the end, for trailing elements that do not fill a window. It begins within the image or sequence.
    Up,
}

/// What an [`AvgPool1d`](crate::AvgPool1d) or [`AvgPool2d`](crate::AvgPool2d) divides the sum of a window by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Divisor {
    /// This number.
    Of(usize),
    /// The number of elements of a window, including padding, but not what [`Rounding::Up`] adds behind it.
    Window,
    /// The number of elements of the window that lie within the image or sequence.
    Inside,
    /// [`Window`](Self::Window) for padding in numbers, and [`Inside`](Self::Inside) for padding that a word stands for, such as
    /// [`Same`](Padding::Same).
    ByPadding,
}

impl Divisor {
    /// Returns the divisor of windows of `elements` elements. `by_word` is whether a word such as `Same` stands for the padding.
    pub(super) const fn of_windows(self, elements: usize, by_word: bool, rounding: Rounding) -> WindowDivisor {
        match (self, rounding) {
            (Self::Of(divisor), _) => WindowDivisor::Of(divisor),
            (Self::Inside, _) => WindowDivisor::Inside,
            (Self::ByPadding, _) if by_word => WindowDivisor::Inside,
            // There are as many windows as strides, in either rounding.
            (Self::Window | Self::ByPadding, Rounding::Up) if !by_word => WindowDivisor::Padded,
            (Self::Window | Self::ByPadding, _) => WindowDivisor::Of(elements),
        }
    }
}

/// The windows of a pooling layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolingWindows {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: Padding,
    dilation: [usize; 2],
    rounding: Rounding,
}

impl PoolingWindows {
    /// Returns windows of `kernel` rows and columns.
    ///
    /// # Panics
    /// Panics if the padding is more than half of what a window spans along an axis: some would lie in the padding alone.
    #[track_caller]
    pub(super) const fn new(
        kernel: [usize; 2],
        stride: Stride,
        padding: Padding,
        dilation: [usize; 2],
        rounding: Rounding,
    ) -> Self {
        let stride = match stride {
            Stride::Of(stride) => stride,
            Stride::Kernel => kernel,
        };
        if let Padding::Of(padding) = padding {
            assert!(
                padding[0] <= span(kernel[0], dilation[0]) / 2 && padding[1] <= span(kernel[1], dilation[1]) / 2,
                "{}",
                TOO_MUCH_PADDING
            );
        }
        Self { kernel, stride, padding, dilation, rounding }
    }

    /// Returns how many windows lie along an axis of `size` elements. A window spans `span` of them.
    #[inline(always)]
    fn positions(self, axis: usize, size: usize, span: usize) -> usize {
        let stride = self.stride[axis];
        match (self.padding, self.rounding) {
            (Padding::Of(padding), Rounding::Up) => windows_begun(size, span, stride, padding[axis]),
            (Padding::Valid, Rounding::Up) => windows_begun(size, span, stride, 0),
            (padding, _) => padding.positions(axis, size, span, stride),
        }
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
        let [oh, ow] = axes.map(|(axis, size, span, _)| self.positions(axis, size, span));
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

    /// Returns the windows as ONNX has them.
    #[cfg(feature = "onnx")]
    pub(super) fn for_onnx<In: Shape, Out: Shape>(self) -> Windows<2> {
        let PoolingSizes { input, output, kernel, stride, padding, dilation, .. } = self.sizes::<In, Out>(In::LEN);
        Windows { input, output, kernel, stride, padding, dilation }
    }
}

/// The windows of a pooling layer over sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SequenceWindows {
    kernel: usize,
    stride: usize,
    padding: SequencePadding,
    dilation: usize,
    rounding: Rounding,
}

impl SequenceWindows {
    /// Returns windows of `kernel` steps.
    ///
    /// # Panics
    /// Panics if the padding is more than half of what a window spans: some would lie in the padding alone.
    #[track_caller]
    pub(super) const fn new(
        kernel: usize,
        stride: SequenceStride,
        padding: SequencePadding,
        dilation: usize,
        rounding: Rounding,
    ) -> Self {
        let stride = match stride {
            SequenceStride::Of(stride) => stride,
            SequenceStride::Kernel => kernel,
        };
        if let SequencePadding::Of(padding) = padding {
            assert!(padding <= span(kernel, dilation) / 2, "{}", TOO_MUCH_PADDING);
        }
        Self { kernel, stride, padding, dilation, rounding }
    }

    /// Returns how many windows lie in a sequence of `size` steps. A window spans `span` of them.
    #[inline(always)]
    fn positions(self, size: usize, span: usize) -> usize {
        match (self.padding, self.rounding) {
            (SequencePadding::Of(padding), Rounding::Up) => windows_begun(size, span, self.stride, padding),
            (SequencePadding::Valid, Rounding::Up) => windows_begun(size, span, self.stride, 0),
            (padding, _) => padding.positions(size, span, self.stride),
        }
    }

    /// Returns the sizes of a pass over inputs of this many elements.
    ///
    /// # Panics
    /// Panics if `Out` is not the shape that follows from `In`, which only a type written by hand can cause.
    #[inline(always)]
    pub(super) fn sizes<In: Shape, Out: Shape>(self, elements: usize) -> PoolingSizes {
        let ([steps, features], output) = (steps_and_features::<In>(), steps_and_features::<Out>());
        let span = span(self.kernel, self.dilation);
        let positions = self.positions(steps, span);
        assert!(output == [positions, features], "a pooling layer does not give the shape `Out`");
        along_steps(
            elements / (steps * features),
            features,
            [steps, positions],
            [self.kernel, self.stride, self.padding.before(steps, span, self.stride), self.dilation],
        )
    }

    /// Returns the windows as ONNX has them.
    #[cfg(feature = "onnx")]
    pub(super) fn for_onnx<In: Shape, Out: Shape>(self) -> Windows<1> {
        let ([input, _], [output, _]) = (steps_and_features::<In>(), steps_and_features::<Out>());
        let Self { kernel, stride, padding, dilation, .. } = self;
        let padding = padding.before(input, span(kernel, dilation), stride);
        Windows {
            input: [input],
            output: [output],
            kernel: [kernel],
            stride: [stride],
            padding: [padding],
            dilation: [dilation],
        }
    }
}

/// Adds the maxima of windows to a graph of ONNX.
#[cfg(feature = "onnx")]
pub(super) fn maxima<const N: usize>(graph: &mut Graph, input: &Value, windows: Windows<N>) -> Value {
    let behind = windows.padding_behind();
    let is_within = |padding: &[usize; N]| padding.iter().zip(&windows.kernel).all(|(padding, size)| padding < size);
    if is_within(&windows.padding) && is_within(&behind) {
        return graph.node("MaxPool", &[input], &windows.attributes());
    }
    // onnxruntime takes no padding as large as the kernel, which dilated windows may have.
    let border = graph.border(input, [&windows.padding, &behind], f64::NEG_INFINITY);
    let larger = core::array::from_fn(|axis| windows.input[axis] + windows.padding[axis] + behind[axis]);
    graph.node("MaxPool", &[&border], &Windows { input: larger, padding: [0; N], ..windows }.attributes())
}

/// Adds the averages of windows to a graph of ONNX.
#[cfg(feature = "onnx")]
pub(super) fn averages<const N: usize>(
    graph: &mut Graph,
    input: &Value,
    windows: Windows<N>,
    divisor: WindowDivisor,
) -> Value {
    let elements: usize = windows.kernel.iter().product();
    let average = |graph: &mut Graph, input: &Value, windows: Windows<N>, counts_padding: bool| {
        let mut attributes = windows.attributes();
        attributes.push(("count_include_pad", Attribute::Integer(counts_padding.into())));
        graph.node("AveragePool", &[input], &attributes)
    };
    match divisor {
        WindowDivisor::Inside => average(graph, input, windows, false),
        WindowDivisor::Of(divisor) => {
            let means = average(graph, input, windows, true);
            if divisor == elements {
                return means;
            }
            let factor = graph.number(elements as f64 / divisor as f64);
            graph.node("Mul", &[&means, &factor], &[])
        }
        // Readers of ONNX disagree about windows that reach over the padding, so the padding is a border, and the windows are those
        // of a larger input without padding.
        WindowDivisor::Padded => {
            let border = graph.border(input, [&windows.padding; 2], 0.0);
            let larger = core::array::from_fn(|axis| windows.input[axis] + 2 * windows.padding[axis]);
            let windows = Windows { input: larger, padding: [0; N], ..windows };
            average(graph, &border, windows, false)
        }
    }
}

/// Returns the sizes of a pooling along the steps of sequences: of images whose rows are steps and whose columns are features.
/// The steps of a single feature are a row, since loops over rows are longer.
#[inline(always)]
pub(super) fn along_steps(
    samples: usize,
    features: usize,
    [input, output]: [usize; 2],
    [kernel, stride, padding, dilation]: [usize; 4],
) -> PoolingSizes {
    let axes = |steps: usize, other: usize| if features == 1 { [other, steps] } else { [steps, other] };
    PoolingSizes {
        planes: samples,
        input: axes(input, features),
        output: axes(output, features),
        kernel: axes(kernel, 1),
        stride: axes(stride, 1),
        padding: axes(padding, 0),
        dilation: axes(dilation, 1),
    }
}

/// Returns the sizes of a pooling whose only window is the whole sequence.
#[inline(always)]
pub(super) fn whole_sequences<In: Shape>(elements: usize) -> PoolingSizes {
    let [steps, features] = steps_and_features::<In>();
    along_steps(elements / (steps * features), features, [steps, 1], [steps, 1, 0, 1])
}

/// Returns the sizes of one window over all steps of a sequence of shape `In` that may be shorter, and the number of its elements.
#[inline(always)]
pub(super) fn sequence_of<In: Shape>(steps: usize) -> (PoolingSizes, usize) {
    let [_, features] = steps_and_features::<In>();
    (along_steps(1, features, [steps, 1], [steps, 1, 0, 1]), steps * features)
}

/// Returns steps and features of a sequence.
#[inline(always)]
pub(super) fn steps_and_features<S: Shape>() -> [usize; 2] {
    match S::DIMENSIONS {
        &[steps, features] => [steps, features],
        _ => unreachable!("the shapes of this layer are sequences"),
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
