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

/// Returns whether it starts at the last step.
pub(super) fn is_backward(written: &Written) -> bool {
    matches!(written.settings.first(), Some(Value::Word(BACKWARD)))
}

/// Resolves a recurrent layer with this number of gates.
pub(super) fn resolve(written: &Written, gates: u64) -> Resolved {
    let units = &written.sizes[1];
    let gives = Shape::Known(&SEQUENCE, vec![written.axis(0, &SEQUENCE), units.clone()]);
    let sizes = || written.sizes.iter().cloned().map(Argument::Size);
    let gates = Size::Number(gates, written.place);
    Resolved {
        arguments: sizes()
            .chain([Argument::Shape(gives.clone())])
            .chain(is_backward(written).then_some(Argument::Flag(true)))
            .collect(),
        gives,
        parameters: Some(Type {
            name: "RecurrentWeights",
            arguments: sizes().chain([Argument::Size(gates.clone())]).collect(),
            axes: 3,
            others: vec![vec![units.clone(), units.clone(), gates]],
        }),
        requires: Vec::new(),
    }
}
