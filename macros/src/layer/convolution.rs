//! What do convolutions have in common: spans of kernels, and groups of channels.

use super::{Argument, Relation, Requirement, Written};
use crate::errors;
use crate::setting::{Setting, Value};
use crate::shape::IMAGE;
use crate::size::{QUOTIENT, SHARED, SPAN, Size};

/// The setting for groups of channels, which determines the type of the weight.
pub(super) const fn groups(examples: &'static [&'static str]) -> Setting {
    Setting::shaping("groups", 1, 1).in_type(&["_"]).with_examples(examples)
}

/// Returns the size of a setting along an axis of an image; its default if it is a word.
pub(super) fn along(written: &Written, setting: usize, axis: usize, default: u64) -> Size {
    written.settings[setting].along(axis - 1).cloned().unwrap_or(Size::Number(default, written.place))
}

/// Returns how many elements of an axis a kernel spans.
pub(super) fn span(written: &Written, axis: usize, kernel: &Size, dilation: &Size) -> Size {
    if dilation.number() == Some(1) || kernel.number() == Some(1) {
        return kernel.clone();
    }
    let words = format!("the {} that {} spans", IMAGE.axes[axis].nouns[1], written.layer);
    Size::computed(&SPAN, vec![kernel.clone(), dilation.clone()], words, kernel.place())
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
    /// Returns the groups that the value of a setting stands for; they divide `divided`, the input or the output channels.
    pub(super) fn new(written: &Written, setting: usize, [input, output]: [&Size; 2], divided: &Size) -> Self {
        let (count, place) = match &written.settings[setting] {
            // Each input channel is a group, so the output channels are the ones that may not fit.
            Value::Word(_) => (input.clone(), output.place()),
            Value::Size(groups) => (groups.clone(), groups.place()),
            Value::Pair(_) | Value::Expression(_) => (Size::Number(1, written.place), written.place),
        };
        if count.number() == Some(1) {
            return Self { argument: None, channels: divided.clone(), requirement: None };
        }
        let words = format!("the channels in a group of {}", written.layer);
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
            let words = format!("the common divisors of the channels of {}", written.layer);
            let counted = [(input, "input channel"), (output, "output channel")]
                .map(|(size, noun)| size.counted([noun, &format!("{noun}s")]));
            Requirement {
                relation: Relation::Divides,
                gives: Size::computed(&SHARED, vec![input.clone(), output.clone()], words, place),
                takes: count,
                nouns: IMAGE.axes[0].nouns,
                message: errors::groups_do_not_divide(written.layer, &counted),
                place,
            }
        });
        Self { argument: Some(Argument::Size(channels.clone())), channels, requirement }
    }
}
