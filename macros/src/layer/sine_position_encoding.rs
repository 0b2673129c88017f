//! `SinePositionEncoding(max_wavelength)`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes};
use crate::setting::Setting;
use crate::shape::SEQUENCE;

pub(super) const SPEC: Spec = Spec {
    name: "SinePositionEncoding",
    example: "SinePositionEncoding(1e4)",
    takes: Takes::Shape(&SEQUENCE),
    sizes: &[],
    settings: &[Setting::optional("max_wavelength", "MAX_WAVELENGTH")],
    parameters: Parameters::None,
    flow: Flow::Keeps,
    resolve: |written| Resolved {
        gives: written.input.plain(written.unknown),
        arguments: [0, 1].map(|axis| Argument::Size(written.axis(axis, &SEQUENCE))).into(),
        parameters: None,
        requires: Vec::new(),
    },
};
