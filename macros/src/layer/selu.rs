//! `Selu`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Selu", "Selu", &[]);
