//! `Gru<input features, units>(direction, reset)`

use super::{Argument, Resolved, Spec, Type, Written, recurrent};
use crate::setting::{Setting, Value};

/// The reset of the state before its product.
const BEFORE: &str = "Before";

const SETTINGS: [Setting; 2] = [
    recurrent::direction(&["Gru<4, 8>(direction = Backward)"]),
    Setting::word_in_type("reset", &["After", BEFORE])
        .with_examples(&["Gru<4, 8>(reset = Before)", "Gru<4, 8>(Backward, Before)"]),
];

pub(super) const SPEC: Spec = recurrent::spec("Gru", "Gru<4, 8>", &SETTINGS, resolve);

fn resolve(written: &Written) -> Resolved {
    let after = recurrent::resolve(written, 3);
    if !matches!(written.settings.get(1), Some(Value::Word(BEFORE))) {
        return after;
    }
    let others = after.parameters.into_iter().flat_map(|kind| kind.others).collect();
    let flags = [Argument::Flag(recurrent::is_backward(written)), Argument::Flag(true)];
    let sizes = || written.sizes.iter().cloned().map(Argument::Size);
    Resolved {
        arguments: sizes().chain([Argument::Shape(after.gives.clone())]).chain(flags).collect(),
        parameters: Some(Type { name: "ResetWeights", arguments: sizes().collect(), axes: 2, others }),
        gives: after.gives,
        requires: after.requires,
    }
}
