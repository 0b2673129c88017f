//! `LastStep`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes};
use crate::shape::{SEQUENCE, Shape};

pub(super) const SPEC: Spec = Spec {
    name: "LastStep",
    example: "LastStep",
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
