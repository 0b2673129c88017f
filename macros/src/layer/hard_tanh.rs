//! `HardTanh`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("HardTanh", "HardTanh", &[]);
