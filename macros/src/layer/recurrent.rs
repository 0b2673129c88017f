//! What do recurrent layers have in common?

use super::{Argument, Flow, Parameters, Resolved, Slot, Spec, Takes, Type, Written};
use crate::setting::{Setting, Value};
use crate::shape::{SEQUENCE, Shape};
use crate::size::Size;

/// Returns the specification of a recurrent layer.
pub(super) const fn spec(
    name: &'static str,
    example: &'static str,
    settings: &'static [Setting],
    resolve: fn(&Written) -> Resolved,
) -> Spec {
    Spec {
        name,
        example,
        takes: Takes::Shape(&SEQUENCE),
        sizes: &SIZES,
        settings,
        parameters: Parameters::Drawn,
        flow: Flow::Changes,
        resolve,
    }
}

const SIZES: [Slot; 2] = [
    Slot::of_input("input features", "the number of input features", 1),
    Slot::of_output("units", "the number of units", 1),
];

/// The direction from the last step to the first.
const BACKWARD: &str = "Backward";

/// Returns the setting for the direction in which it reads the sequence.
pub(super) const fn direction(examples: &'static [&'static str]) -> Setting {
    Setting::word_in_type("direction", &["Forward", BACKWARD]).with_examples(examples)
}

/// Resolves a recurrent layer with this number of gates.
pub(super) fn resolve(written: &Written, gates: u64) -> Resolved {
    let units = &written.sizes[1];
    let gives = Shape::Known(&SEQUENCE, vec![written.axis(0, &SEQUENCE), units.clone()]);
    let sizes = || written.sizes.iter().cloned().map(Argument::Size);
    let is_backward = matches!(written.settings.first(), Some(Value::Word(BACKWARD)));
    Resolved {
        arguments: sizes()
            .chain([Argument::Shape(gives.clone())])
            .chain(is_backward.then_some(Argument::Flag(true)))
            .collect(),
        gives,
        parameters: Some(Type {
            name: "RecurrentWeights",
            arguments: sizes().chain([Argument::Size(Size::Number(gates, written.place))]).collect(),
            axes: 2,
        }),
        requires: Vec::new(),
    }
}
