//! `Gelu`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Gelu", "Gelu", &[]);
