//! `Flatten`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes};
use crate::shape::Shape;

pub(super) const SPEC: Spec = Spec {
    name: "Flatten",
    example: "Flatten",
    takes: Takes::Any,
    sizes: &[],
    settings: &[],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| {
        let gives = Shape::vector(written.length());
        Resolved { arguments: vec![Argument::Shape(gives.clone())], gives, parameters: None, requires: Vec::new() }
    },
};
