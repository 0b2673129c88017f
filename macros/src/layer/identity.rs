//! `Identity`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Identity", "Identity", &[]);
