//! `First`

use super::Spec;

pub(super) const SPEC: Spec = Spec::of_pair("First", 0);
