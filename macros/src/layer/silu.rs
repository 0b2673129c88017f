//! `Silu`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Silu", "Silu", &[]);
