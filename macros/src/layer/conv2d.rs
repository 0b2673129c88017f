//! `Conv2d<input channels, output channels, kernel rows, kernel columns>(stride, padding, dilation, groups, bias)`

use super::bias;
use super::convolution::{self, Groups, Positions};
use super::{Argument, Flow, Parameters, Resolved, Slot, Spec, Takes, Type, Written};
use crate::setting::Setting;
use crate::shape::{IMAGE, Shape};
use crate::size::Size;

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
        Setting::shaping("stride", 1, 1)
            .in_pairs()
            .with_examples(&["Conv2d<3, 4, 3>(stride = 2)", "Conv2d<3, 4, 3>(stride = (3, 2))"]),
        Setting::shaping("padding", 0, 0).in_pairs().with_words(&["Same", "Valid"], "Padding").with_examples(&[
            "Conv2d<3, 4, 3>(padding = 1)",
            "Conv2d<3, 4, 3>(padding = (2, 1))",
            "Conv2d<3, 4, 3>(padding = Same)",
            "Conv2d<3, 4, 3>(padding = Valid)",
        ]),
        Setting::shaping("dilation", 1, 1).in_pairs().with_examples(&[
            "Conv2d<3, 4, 3>(dilation = 2)",
            "Conv2d<3, 4, 2, 3>(dilation = (4, 2), stride = (1, 2))",
            "Conv2d<3, 4, 3>(padding = Same, dilation = (1, 2), stride = 2)",
        ]),
        convolution::groups(&["Conv2d<4, 6, 3>(groups = 2)", "Conv2d<4, 8, 2, 3>(groups = _)"]),
        bias::setting(&[
            "Conv2d<3, 4, 3>(bias = true)",
            "Conv2d<3, 4, 3>(bias = false)",
            "Conv2d<4, 6, 3>(groups = 2, bias = false)",
        ]),
    ],
    parameters: Parameters::Drawn,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let [input, output, rows, columns] = [0, 1, 2, 3].map(|slot| written.sizes[slot].clone());
    let Groups { argument, channels, requirement } = Groups::new(written, 3, [&input, &output], &input, "channel");
    let mut requires: Vec<_> = requirement.into_iter().collect();
    let axes = [(1, &rows), (2, &columns)].map(|(axis, kernel)| {
        let settings =
            [(0, 1), (1, 0), (2, 1)].map(|(setting, default)| convolution::along(written, setting, axis, default));
        let positions = Positions::by_padding(written, 1, &["Same"]);
        let (size, requirement) = convolution::positions(written, (&IMAGE, axis), kernel, settings, positions);
        requires.extend(requirement);
        size
    });
    let gives = Shape::Known(&IMAGE, [output.clone()].into_iter().chain(axes).collect());
    let sizes = |channels: &Size| [channels, &output, &rows, &columns].map(|size| Argument::Size(size.clone()));
    let last = convolution::last_arguments(argument, &channels, bias::argument(written));
    Resolved {
        arguments: sizes(&input).into_iter().chain([Argument::Shape(gives.clone())]).chain(last).collect(),
        gives,
        parameters: Some(Type { name: "Filters", arguments: bias::of_parameters(written, sizes(&channels)), axes: 4, others: Vec::new() }),
        requires,
    }
}
