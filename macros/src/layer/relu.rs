//! `Relu`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Relu", "Relu", &[]);
