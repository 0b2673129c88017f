//! `Dropout(rate)`

use super::Spec;
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec::elementwise("Dropout", "Dropout(0.2)", &[Setting::needed("rate")]);
