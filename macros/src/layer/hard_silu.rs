//! `HardSilu`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("HardSilu", "HardSilu", &[]);
