//! `Elu(alpha)`

use super::Spec;
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec::elementwise("Elu", "Elu(1.0)", &[Setting::optional("alpha", "ALPHA")]);
