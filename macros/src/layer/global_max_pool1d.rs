//! `GlobalMaxPool1d`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes};
use crate::shape::{SEQUENCE, Shape};

pub(super) const SPEC: Spec = Spec {
    name: "GlobalMaxPool1d",
    example: "GlobalMaxPool1d",
    takes: Takes::Shape(&SEQUENCE),
    sizes: &[],
    settings: &[],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| {
        let gives = Shape::vector(written.axis(1, &SEQUENCE));
        Resolved { arguments: vec![Argument::Shape(gives.clone())], gives, parameters: None, requires: Vec::new() }
    },
};
