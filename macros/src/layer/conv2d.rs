//! `Conv2d<input channels, output channels, kernel size>(stride, padding)`

use super::{Argument, Flow, Requirement, Resolved, Slot, Spec, Takes, Type, Written};
use crate::setting::{Setting, Value};
use crate::shape::{IMAGE, Shape};
use crate::size::{CEILING, PADDED, Size, WINDOWS};

pub(super) const SPEC: Spec = Spec {
    name: "Conv2d",
    example: "Conv2d<3, 8, 5>",
    takes: Takes::Shape(&IMAGE),
    sizes: &[
        Slot::of_input("input channels", "the number of input channels", 0),
        Slot::of_output("output channels", "the number of output channels", 0),
        Slot::free("kernel size", "the size of the kernel"),
    ],
    settings: &[
        Setting::shaping("stride", 1, 1).in_pairs(),
        Setting::shaping("padding", 0, 0).in_pairs().with_words(&["Same", "Valid"], "Padding"),
    ],
    has_parameters: true,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let [input, output, kernel] = [0, 1, 2].map(|slot| written.sizes[slot].clone());
    let mut requires = Vec::new();
    let [rows, columns] = [1, 2].map(|axis| {
        let (size, requirement) = positions(written, axis, &kernel);
        requires.extend(requirement);
        size
    });
    let gives = Shape::Known(&IMAGE, vec![output.clone(), rows, columns]);
    let filters = || [&input, &output, &kernel, &kernel].map(|size| Argument::Size(size.clone())).into_iter();
    Resolved {
        arguments: filters().chain([Argument::Shape(gives.clone())]).collect(),
        gives,
        parameters: Some(Type { name: "Filters", arguments: filters().collect() }),
        requires,
    }
}

/// Returns the number of kernel positions along an axis, and the requirement that the kernel fits.
fn positions(written: &Written, axis: usize, kernel: &Size) -> (Size, Option<Requirement>) {
    let words = &IMAGE.axes[axis];
    let (size, place) = (written.axis(axis, &IMAGE), written.place);
    let named = format!("the {} of {}", words.nouns[1], written.layer);
    let along = |setting: usize, default: u64| {
        written.settings[setting].along(axis - 1).cloned().unwrap_or(Size::Number(default, place))
    };
    let (stride, padding) = (along(0, 1), along(1, 0));
    if let Value::Word("Same") = &written.settings[1] {
        let same =
            if stride.number() == Some(1) { size } else { Size::computed(&CEILING, vec![size, stride], named, place) };
        return (same, None);
    }
    let padded = format!("the padded {}", words.nouns[1]);
    let room = Size::computed(&PADDED, vec![size.clone(), padding.clone()], padded, place);
    let is_padded = padding.number() != Some(0);
    let requirement =
        Requirement { axis: words, window: kernel.clone(), room, padded: is_padded, place: kernel.place() };
    (Size::computed(&WINDOWS, vec![size, kernel.clone(), stride, padding], named, place), Some(requirement))
}
