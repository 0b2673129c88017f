//! Does a layer have a bias?

use super::{Argument, Written};
use crate::setting::{Setting, Value};
use crate::size::Size;

/// The setting that says so. The type of the layer has the number of its biases, by default one per output.
pub(super) const fn setting(examples: &'static [&'static str]) -> Setting {
    Setting::flag("bias", "true").with_examples(examples)
}

/// Returns the number of biases as an argument of the type of a layer with the setting as its last; `None` for the default.
pub(super) fn argument(written: &Written) -> Option<Argument> {
    let is_absent = matches!(written.settings.last(), Some(Value::Word("false")));
    is_absent.then_some(Argument::Size(Size::Number(0, written.place)))
}

/// Returns the arguments of the type of the parameters, whose last one follows the scalar.
pub(super) fn of_parameters(written: &Written, sizes: impl IntoIterator<Item = Argument>) -> Vec<Argument> {
    let biases = argument(written).into_iter().flat_map(|biases| [Argument::Scalar, biases]);
    sizes.into_iter().chain(biases).collect()
}
