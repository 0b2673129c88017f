//! `Tanh`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Tanh", "Tanh", &[]);
