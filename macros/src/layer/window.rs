//! Which windows does a pooling layer slide over an image?

use super::convolution;
use super::{Argument, Requirement, Resolved, Slot, Written};
use crate::setting::{Setting, Value};
use crate::shape::{IMAGE, Shape};
use crate::size::{CEILING, PADDED, Size, WINDOWS};

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

/// Resolves a pooling layer with `STRIDE` and `padding` as its first settings. `dilation` is the index of another one.
pub(super) fn pooling(written: &Written, dilation: Option<usize>) -> Resolved {
    let kernel = [0, 1].map(|slot| written.sizes[slot].clone());
    let mut requires = Vec::new();
    let [rows, columns] = [1, 2].map(|axis| {
        let (size, requirement) = along(written, axis, &kernel[axis - 1], dilation);
        requires.extend(requirement);
        size
    });
    let gives = Shape::Known(&IMAGE, vec![written.axis(0, &IMAGE), rows, columns]);
    let arguments = kernel.into_iter().map(Argument::Size).chain([Argument::Shape(gives.clone())]).collect();
    Resolved { gives, arguments, parameters: None, requires }
}

/// Returns the number of windows along an axis, and the requirement that one fits.
fn along(written: &Written, axis: usize, kernel: &Size, dilation: Option<usize>) -> (Size, Option<Requirement>) {
    let (size, place, many) = (written.axis(axis, &IMAGE), written.place, IMAGE.axes[axis].nouns[1]);
    let named = format!("the {many} of {}", written.layer);
    let stride = written.settings[0].along(axis - 1).unwrap_or(kernel).clone();
    if let Value::Word("Same") = &written.settings[1] {
        let preserved = stride.number() == Some(1);
        return (if preserved { size } else { Size::computed(&CEILING, vec![size, stride], named, place) }, None);
    }
    let padding = convolution::along(written, 1, axis, 0);
    let span = dilation.map_or_else(
        || kernel.clone(),
        |setting| convolution::span(written, axis, kernel, &convolution::along(written, setting, axis, 1)),
    );
    let room = Size::computed(&PADDED, vec![size.clone(), padding.clone()], format!("the padded {many}"), place);
    let (is_padded, is_dilated) = (padding.number() != Some(0), !span.same(kernel));
    let requirement = written.fits(axis, &span, &room, is_padded, is_dilated, kernel.place());
    (Size::computed(&WINDOWS, vec![size, span, stride, padding], named, place), Some(requirement))
}
