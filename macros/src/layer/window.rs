//! Which windows does a pooling layer slide over an image or a sequence?

use super::convolution::{self, Positions};
use super::{Argument, Requirement, Resolved, Slot, Written};
use crate::setting::{Setting, Value};
use crate::shape::{IMAGE, SEQUENCE, Shape, ShapeSpec};
use crate::size::Size;

/// The sizes of a window: its rows, and its columns if there are not as many.
pub(super) const ROWS_AND_COLUMNS: &[Slot] = &[
    Slot::free("rows", "the number of rows of a window"),
    Slot::free("columns", "the number of columns of a window").or_previous(),
];

/// The step from one window to the next. By default, windows do not overlap.
pub(super) const STRIDE: Setting = Setting::shaping_or("stride", "Kernel", 1, "Stride").in_pairs();

/// The padding around the image.
pub(super) const fn padding(examples: &'static [&'static str]) -> Setting {
    Setting::shaping("padding", 0, 0).in_pairs().with_words(&["Same", "Valid"], "Padding").with_examples(examples)
}

/// The size of a window of a sequence.
pub(super) const STEPS: &[Slot] = &[Slot::free("steps", "the number of steps of a window")];

/// `STRIDE` for sequences.
pub(super) const STRIDE_OF_STEPS: Setting = Setting::shaping_or("stride", "Kernel", 1, "SequenceStride");

/// The padding around a sequence.
pub(super) const fn padding_of_steps(examples: &'static [&'static str]) -> Setting {
    let padding = Setting::shaping("padding", 0, 0).with_words(&["Same", "Valid", "Causal"], "SequencePadding");
    padding.with_examples(examples)
}

/// Which windows there are at the end.
pub(super) const fn rounding(examples: &'static [&'static str]) -> Setting {
    Setting::word("rounding", &["Down", "Up"], "Rounding").with_examples(examples)
}

/// Resolves a pooling layer of images with `STRIDE` and `padding` as its first settings and `rounding` as its last. `dilation` is
/// the index of another one.
pub(super) fn pooling(written: &Written, dilation: Option<usize>) -> Resolved {
    let kernel = [0, 1].map(|slot| written.sizes[slot].clone());
    let mut requires = Vec::new();
    let [rows, columns] = [1, 2].map(|axis| {
        let (size, requirement) = along(written, (&IMAGE, axis), &kernel[axis - 1], axis, dilation);
        requires.extend(requirement);
        size
    });
    let gives = Shape::Known(&IMAGE, vec![written.axis(0, &IMAGE), rows, columns]);
    let arguments = kernel.into_iter().map(Argument::Size).chain([Argument::Shape(gives.clone())]).collect();
    Resolved { gives, arguments, parameters: None, requires }
}

/// Resolves a pooling layer of sequences, with settings as those of `pooling`.
pub(super) fn pooling_of_steps(written: &Written, dilation: Option<usize>) -> Resolved {
    let kernel = written.sizes[0].clone();
    // A single size is the same along every axis.
    let (steps, requirement) = along(written, (&SEQUENCE, 0), &kernel, 1, dilation);
    let gives = Shape::Known(&SEQUENCE, vec![steps, written.axis(1, &SEQUENCE)]);
    let arguments = vec![Argument::Size(kernel), Argument::Shape(gives.clone())];
    Resolved { gives, arguments, parameters: None, requires: requirement.into_iter().collect() }
}

/// Returns the number of windows along an axis of a shape, and the requirement that one fits. The settings are those along `axis`
/// of an image.
fn along(
    written: &Written,
    shape: (&'static ShapeSpec, usize),
    kernel: &Size,
    axis: usize,
    dilation: Option<usize>,
) -> (Size, Option<Requirement>) {
    let stride = written.settings[0].along(axis - 1).unwrap_or(kernel).clone();
    let padding = convolution::along(written, 1, axis, 0);
    let one = Size::Number(1, written.place);
    let dilation = dilation.map_or(one, |setting| convolution::along(written, setting, axis, 1));
    let positions = match (Positions::by_padding(written, 1, &["Same", "Causal"]), written.settings.last()) {
        (Positions::Within, Some(Value::Word("Up"))) => Positions::Begun,
        (positions, _) => positions,
    };
    convolution::positions(written, shape, kernel, [stride, padding, dilation], positions)
}
