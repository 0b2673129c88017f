//! `Sigmoid`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Sigmoid", "Sigmoid", &[]);
