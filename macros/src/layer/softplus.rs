//! `Softplus(beta)`

use super::Spec;
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec::elementwise("Softplus", "Softplus(1.0)", &[Setting::optional("beta", "BETA")]);
