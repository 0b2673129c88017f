//! `Dropout2d(rate)`

use super::{Spec, Takes};
use crate::setting::Setting;
use crate::shape::IMAGE;

pub(super) const SPEC: Spec = Spec {
    takes: Takes::Shape(&IMAGE),
    ..Spec::elementwise("Dropout2d", "Dropout2d(0.2)", &[Setting::needed("rate")])
};
