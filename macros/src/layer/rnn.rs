//! `Rnn<input features, units>(direction)`

use super::{Spec, recurrent};
use crate::setting::Setting;

const SETTINGS: [Setting; 1] = [recurrent::direction(&["Rnn<4, 8>(direction = Backward)"])];

pub(super) const SPEC: Spec = recurrent::spec("Rnn", "Rnn<4, 8>", &SETTINGS, |written| recurrent::resolve(written, 1));
