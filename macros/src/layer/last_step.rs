//! `LastStep`

use super::Spec;

pub(super) const SPEC: Spec = Spec::of_features("LastStep");
