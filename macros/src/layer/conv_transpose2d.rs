//! `ConvTranspose2d<input channels, output channels, kernel rows, kernel columns>(stride, padding, output_padding, dilation,
//! groups, bias)`

use super::bias;
use super::convolution::{self, Groups};
use super::{Argument, Flow, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Type, Written};
use crate::errors;
use crate::setting::{Setting, Value};
use crate::shape::{IMAGE, Shape};
use crate::size::{COVERED, CROPPED, PADDED, Size};

pub(super) const SPEC: Spec = Spec {
    name: "ConvTranspose2d",
    example: "ConvTranspose2d<4, 2, 3>",
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
        Setting::shaping("output_padding", 0, 0).in_pairs().with_examples(&[
            "ConvTranspose2d<4, 2, 3>(stride = 2, padding = 1, output_padding = 1)",
            "ConvTranspose2d<4, 2, 2, 3>(stride = (3, 1), output_padding = (2, 0))",
        ]),
        Setting::shaping("dilation", 1, 1).in_pairs().with_examples(&[
            "ConvTranspose2d<4, 2, 3>(dilation = 2)",
            "ConvTranspose2d<4, 2, 2, 3>(dilation = (3, 2), padding = (1, 2))",
            "ConvTranspose2d<4, 2, 3>(stride = 2, padding = Same, dilation = (1, 2))",
        ]),
        convolution::groups(&["ConvTranspose2d<4, 6, 3>(groups = 2)", "ConvTranspose2d<4, 8, 3>(groups = _)"]),
        bias::setting(&[
            "ConvTranspose2d<4, 2, 3>(bias = true)",
            "ConvTranspose2d<4, 2, 3>(bias = false)",
            "ConvTranspose2d<4, 6, 3>(groups = 2, bias = false)",
        ]),
    ],
    parameters: Parameters::Drawn,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let [input, output, rows, columns] = [0, 1, 2, 3].map(|slot| written.sizes[slot].clone());
    let Groups { argument, channels, requirement } = Groups::new(written, 4, [&input, &output], &output, "channel");
    let mut requires: Vec<_> = requirement.into_iter().collect();
    let axes = [(1, &rows), (2, &columns)].map(|(axis, kernel)| {
        let (size, requirement) = covered(written, axis, kernel);
        requires.extend(requirement);
        size
    });
    let gives = Shape::Known(&IMAGE, [output.clone()].into_iter().chain(axes).collect());
    let sizes = |output: &Size| [&input, output, &rows, &columns].map(|size| Argument::Size(size.clone()));
    let filters = sizes(&channels).into_iter().chain([Argument::Size(output.clone())]);
    let last = convolution::last_arguments(argument, &channels, bias::argument(written));
    Resolved {
        arguments: sizes(&output).into_iter().chain([Argument::Shape(gives.clone())]).chain(last).collect(),
        gives,
        parameters: Some(Type { name: "TransposedFilters", arguments: bias::of_parameters(written, filters), axes: 4, others: Vec::new() }),
        requires,
    }
}

/// Returns the number of elements of the output along an axis, and the requirement that some remain without the padding.
fn covered(written: &Written, axis: usize, kernel: &Size) -> (Size, Option<Requirement>) {
    let (size, place, nouns) = (written.axis(axis, &IMAGE), written.place, IMAGE.axes[axis].nouns);
    let named = format!("the {} of {}", nouns[1], written.layer);
    let [stride, padding, more, dilation] =
        [(0, 1), (1, 0), (2, 0), (3, 1)].map(|(setting, default)| convolution::along(written, setting, axis, default));
    if let Value::Word("Same") = &written.settings[1] {
        return (Size::product(&[size, stride], named, place), None);
    }
    let span = convolution::span(written, axis, kernel, &dilation);
    let is_padded = padding.number() != Some(0);
    let words =
        if is_padded { format!("the {} that the kernels of {} cover", nouns[1], written.layer) } else { named.clone() };
    let room = Size::computed(&COVERED, vec![size, span, stride, more], words, place);
    if !is_padded {
        return (room, None);
    }
    let words = format!("the padding of {} and one of its {}", written.layer, nouns[1]);
    let requirement = Requirement {
        relation: Relation::Fits,
        gives: room.clone(),
        takes: Size::computed(&PADDED, vec![Size::Number(1, place), padding.clone()], words, padding.place()),
        nouns,
        message: errors::crops_all(written.layer, nouns[1]),
        place: padding.place(),
    };
    (Size::computed(&CROPPED, vec![room, padding], named, place), Some(requirement))
}
