//! What do convolutions have in common: spans and positions of kernels, as those of pooling windows, and groups of channels.

use super::{Argument, Relation, Requirement, Written};
use crate::errors;
use crate::setting::{Setting, Value};
use crate::shape::{IMAGE, ShapeSpec};
use crate::size::{BEGUN, CEILING, PADDED, QUOTIENT, SHARED, SPAN, Size, WINDOWS, WINDOWS_BEGUN};

/// The setting for groups of channels, which determines the type of the weight.
pub(super) const fn groups(examples: &'static [&'static str]) -> Setting {
    Setting::shaping("groups", 1, 1).in_type(&["_"]).with_examples(examples)
}

/// Returns the size of a setting along an axis of an image; its default if it is a word.
pub(super) fn along(written: &Written, setting: usize, axis: usize, default: u64) -> Size {
    written.settings[setting].along(axis - 1).cloned().unwrap_or(Size::Number(default, written.place))
}

/// Returns how many elements of an axis of an image a kernel spans.
pub(super) fn span(written: &Written, axis: usize, kernel: &Size, dilation: &Size) -> Size {
    span_of(written, IMAGE.axes[axis].nouns[1], kernel, dilation)
}

/// Returns how many elements of any axis a kernel spans; `many` is what they are.
fn span_of(written: &Written, many: &str, kernel: &Size, dilation: &Size) -> Size {
    if dilation.number() == Some(1) || kernel.number() == Some(1) {
        return kernel.clone();
    }
    let words = format!("the {many} that {} spans", written.layer);
    Size::computed(&SPAN, vec![kernel.clone(), dilation.clone()], words, kernel.place())
}

/// Which positions of a kernel there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Positions {
    /// As many as strides in the size, rounded up: padding such as `Same`.
    Strides,
    /// Those at which the kernel lies within the padded input.
    Within,
    /// Also one at which it reaches over the end.
    Begun,
}

impl Positions {
    /// Returns the positions for a padding by a setting; one of `words` stands for as much as `Strides` need.
    pub(super) fn by_padding(written: &Written, setting: usize, words: &[&str]) -> Self {
        match &written.settings[setting] {
            Value::Word(word) if words.contains(word) => Self::Strides,
            _ => Self::Within,
        }
    }
}

/// Returns the number of kernel positions along an axis, and the requirement that there is one.
pub(super) fn positions(
    written: &Written,
    (shape, axis): (&'static ShapeSpec, usize),
    kernel: &Size,
    [stride, padding, dilation]: [Size; 3],
    positions: Positions,
) -> (Size, Option<Requirement>) {
    let (size, place, nouns) = (written.axis(axis, shape), written.place, shape.axes[axis].nouns);
    let named = format!("the {} of {}", nouns[1], written.layer);
    if positions == Positions::Strides {
        let preserved = stride.number() == Some(1);
        return (if preserved { size } else { Size::computed(&CEILING, vec![size, stride], named, place) }, None);
    }
    let span = span_of(written, nouns[1], kernel, &dilation);
    let padded = format!("the padded {}", nouns[1]);
    let (function, room, is_begun) = match positions {
        Positions::Begun => (
            &WINDOWS_BEGUN,
            Size::computed(&BEGUN, vec![size.clone(), padding.clone(), stride.clone()], padded, place),
            true,
        ),
        Positions::Strides | Positions::Within => {
            (&WINDOWS, Size::computed(&PADDED, vec![size.clone(), padding.clone()], padded, place), false)
        }
    };
    let (is_padded, is_dilated) = (padding.number() != Some(0), !span.same(kernel));
    let requirement = written.fits(nouns, &span, &room, [is_padded, is_dilated, is_begun], kernel.place());
    (Size::computed(function, vec![size, span, stride, padding], named, place), Some(requirement))
}

/// Returns the last arguments of the type of a convolution: the channels of a group and the number of biases, as far as they are
/// not the defaults.
pub(super) fn last_arguments(groups: Option<Argument>, channels: &Size, biases: Option<Argument>) -> Vec<Argument> {
    // The channels stand before the biases.
    let groups = groups.or_else(|| biases.as_ref().map(|_| Argument::Size(channels.clone())));
    groups.into_iter().chain(biases).collect()
}

/// The groups of a convolution.
pub(super) struct Groups {
    /// The last argument of the type of the layer; none for a single group.
    pub(super) argument: Option<Argument>,
    /// The number of channels per group on the side of the weight that has those of one group.
    pub(super) channels: Size,
    /// The requirement that the groups divide the channels, if the macro or the compiler can check it in the network.
    pub(super) requirement: Option<Requirement>,
}

impl Groups {
    /// Returns the groups that the value of a setting stands for; they divide `divided`, the input or the output channels. `noun`
    /// is what they count.
    pub(super) fn new(
        written: &Written,
        setting: usize,
        [input, output]: [&Size; 2],
        divided: &Size,
        noun: &str,
    ) -> Self {
        let (count, place) = match &written.settings[setting] {
            // Each input channel is a group, so the output channels are the ones that may not fit.
            Value::Word(_) => (input.clone(), output.place()),
            Value::Size(groups) => (groups.clone(), groups.place()),
            Value::Pair(_) | Value::Expression(_) => (Size::Number(1, written.place), written.place),
        };
        if count.number() == Some(1) {
            return Self { argument: None, channels: divided.clone(), requirement: None };
        }
        let words = format!("the {noun}s in a group of {}", written.layer);
        let channels = if divided.same(&count) {
            Size::Number(1, place)
        } else {
            Size::computed(&QUOTIENT, vec![divided.clone(), count.clone()], words, place)
        };
        // The layer itself asserts what depends on a const parameter, where it is instantiated.
        let is_parameter = |size: &Size| matches!(size, Size::Parameter(_));
        let settled = input.same(output) && input.same(&count);
        let checked = !settled && ![input, output, &count].into_iter().any(is_parameter);
        let requirement = checked.then(|| {
            let words = format!("the common divisors of the {noun}s of {}", written.layer);
            let counted = [(input, "input"), (output, "output")]
                .map(|(size, side)| size.counted([&format!("{side} {noun}"), &format!("{side} {noun}s")]));
            Requirement {
                relation: Relation::Divides,
                gives: Size::computed(&SHARED, vec![input.clone(), output.clone()], words, place),
                takes: count,
                nouns: ["group", "groups"],
                message: errors::groups_do_not_divide(written.layer, &counted, noun),
                place,
            }
        });
        Self { argument: Some(Argument::Size(channels.clone())), channels, requirement }
    }
}
