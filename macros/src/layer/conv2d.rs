//! `Conv2d<input channels, output channels, kernel rows, kernel columns>(stride, padding, dilation, groups)`

use super::convolution::{self, Groups};
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
        Slot::free("kernel columns", "the number of kernel columns").or_previous(),
    ],
    settings: &[
        Setting::shaping("stride", 1, 1).in_pairs(),
        Setting::shaping("padding", 0, 0).in_pairs().with_words(&["Same", "Valid"], "Padding"),
        Setting::shaping("dilation", 1, 1).in_pairs().with_examples(&[
            "Conv2d<3, 8, 3>(dilation = 2)",
            "Conv2d<3, 8, 2, 3>(dilation = (4, 2), stride = (1, 2))",
            "Conv2d<3, 8, 3>(padding = Same, dilation = (1, 2), stride = 2)",
        ]),
        convolution::groups(&["Conv2d<4, 6, 3>(groups = 2)", "Conv2d<4, 8, 5, 3>(groups = _)"]),
    ],
    has_parameters: true,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let [input, output, rows, columns] = [0, 1, 2, 3].map(|slot| written.sizes[slot].clone());
    let Groups { argument, channels, requirement } = Groups::new(written, 3, [&input, &output], &input);
    let mut requires: Vec<_> = requirement.into_iter().collect();
    let axes = [(1, &rows), (2, &columns)].map(|(axis, kernel)| {
        let (size, requirement) = positions(written, axis, kernel);
        requires.extend(requirement);
        size
    });
    let gives = Shape::Known(&IMAGE, [output.clone()].into_iter().chain(axes).collect());
    let sizes = |channels: &Size| [channels, &output, &rows, &columns].map(|size| Argument::Size(size.clone()));
    Resolved {
        arguments: sizes(&input).into_iter().chain([Argument::Shape(gives.clone())]).chain(argument).collect(),
        gives,
        parameters: Some(Type { name: "Filters", arguments: sizes(&channels).into(), axes: 4 }),
        requires,
    }
}

/// Returns the number of kernel positions along an axis, and the requirement that the kernel fits.
fn positions(written: &Written, axis: usize, kernel: &Size) -> (Size, Option<Requirement>) {
    let (size, place) = (written.axis(axis, &IMAGE), written.place);
    let named = format!("the {} of {}", IMAGE.axes[axis].nouns[1], written.layer);
    let [stride, padding, dilation] =
        [(0, 1), (1, 0), (2, 1)].map(|(setting, default)| convolution::along(written, setting, axis, default));
    if let Value::Word("Same") = &written.settings[1] {
        let preserved = stride.number() == Some(1);
        return (if preserved { size } else { Size::computed(&CEILING, vec![size, stride], named, place) }, None);
    }
    let span = convolution::span(written, axis, kernel, &dilation);
    let padded = format!("the padded {}", IMAGE.axes[axis].nouns[1]);
    let room = Size::computed(&PADDED, vec![size.clone(), padding.clone()], padded, place);
    let (is_padded, is_dilated) = (padding.number() != Some(0), !span.same(kernel));
    let requirement = written.fits(axis, &span, &room, is_padded, is_dilated, kernel.place());
    (Size::computed(&WINDOWS, vec![size, span, stride, padding], named, place), Some(requirement))
}
