//! `Conv1d<input features, output features, kernel size>(stride, padding, dilation, groups, bias)`

use super::bias;
use super::convolution::{self, Groups, Positions};
use super::{Argument, Flow, Parameters, Resolved, Slot, Spec, Takes, Type, Written};
use crate::setting::{Setting, Value};
use crate::shape::{SEQUENCE, Shape};
use crate::size::Size;

pub(super) const SPEC: Spec = Spec {
    name: "Conv1d",
    example: "Conv1d<4, 8, 3>",
    takes: Takes::Shape(&SEQUENCE),
    sizes: &[
        Slot::of_input("input features", "the number of input features", 1),
        Slot::of_output("output features", "the number of output features", 1),
        Slot::free("kernel size", "the size of the kernel"),
    ],
    settings: &[
        Setting::shaping("stride", 1, 1),
        Setting::shaping("padding", 0, 0).with_words(&["Same", "Valid", "Causal"], "SequencePadding"),
        Setting::shaping("dilation", 1, 1).with_examples(&[
            "Conv1d<4, 8, 2>(dilation = 2)",
            "Conv1d<4, 8, 3>(padding = Same, dilation = 2, stride = 2)",
            "Conv1d<4, 8, 3>(padding = Causal, dilation = 2)",
        ]),
        convolution::groups(&["Conv1d<4, 6, 2>(groups = 2)", "Conv1d<4, 8, 3>(groups = _)"]),
        bias::setting(&[
            "Conv1d<4, 8, 3>(bias = true)",
            "Conv1d<4, 8, 3>(bias = false)",
            "Conv1d<4, 8, 3>(1, Same, 1, _, false)",
        ]),
    ],
    parameters: Parameters::Drawn,
    flow: Flow::Changes,
    resolve,
};

/// Returns the dilation of a layer whose outputs depend on no later input, with one for each step, so that it reads streams. It
/// is in the type of the layer.
fn causal_dilation(written: &Written) -> Option<Size> {
    let is_causal = matches!(written.settings[1], Value::Word("Causal"));
    let is_each_step = written.settings[0].along(0).is_none_or(|stride| stride.number() == Some(1));
    (is_causal && is_each_step).then(|| convolution::along(written, 2, 1, 1))
}

fn resolve(written: &Written) -> Resolved {
    let [input, output, kernel] = [0, 1, 2].map(|slot| written.sizes[slot].clone());
    let Groups { argument, channels, requirement } = Groups::new(written, 3, [&input, &output], &input, "feature");
    // A single size is the same along every axis.
    let settings = [(0, 1), (1, 0), (2, 1)].map(|(setting, default)| convolution::along(written, setting, 1, default));
    let positions = Positions::by_padding(written, 1, &["Same", "Causal"]);
    let (steps, fits) = convolution::positions(written, (&SEQUENCE, 0), &kernel, settings, positions);
    let gives = Shape::Known(&SEQUENCE, vec![steps, output.clone()]);
    let sizes = |input: &_| [input, &output, &kernel].map(|size| Argument::Size(size.clone()));
    let last = match causal_dilation(written) {
        Some(dilation) => {
            let biases = bias::argument(written).unwrap_or_else(|| Argument::Size(output.clone()));
            vec![Argument::Size(channels.clone()), biases, Argument::Size(dilation)]
        }
        None => convolution::last_arguments(argument, &channels, bias::argument(written)),
    };
    Resolved {
        arguments: sizes(&input).into_iter().chain([Argument::Shape(gives.clone())]).chain(last).collect(),
        gives,
        parameters: Some(Type {
            name: "SequenceFilters",
            arguments: bias::of_parameters(written, sizes(&channels)),
            axes: 3,
            others: Vec::new(),
        }),
        requires: requirement.into_iter().chain(fits).collect(),
    }
}
