//! `LeakyRelu(slope)`

use super::Spec;
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec::elementwise("LeakyRelu", "LeakyRelu(0.01)", &[Setting::optional("slope", "SLOPE")]);
