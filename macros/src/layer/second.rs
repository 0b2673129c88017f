//! `Second`

use super::Spec;

pub(super) const SPEC: Spec = Spec::of_pair("Second", 1);
