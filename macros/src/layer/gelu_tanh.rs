//! `GeluTanh`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("GeluTanh", "GeluTanh", &[]);
