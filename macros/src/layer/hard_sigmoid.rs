//! `HardSigmoid`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("HardSigmoid", "HardSigmoid", &[]);
