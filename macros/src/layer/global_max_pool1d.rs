//! `GlobalMaxPool1d`

use super::Spec;

pub(super) const SPEC: Spec = Spec::of_features("GlobalMaxPool1d");
