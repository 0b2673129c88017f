//! `GlobalMaxPool2d`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes};
use crate::shape::{IMAGE, Shape};

pub(super) const SPEC: Spec = Spec {
    name: "GlobalMaxPool2d",
    example: "GlobalMaxPool2d",
    takes: Takes::Shape(&IMAGE),
    sizes: &[],
    settings: &[],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| {
        let gives = Shape::vector(written.axis(0, &IMAGE));
        Resolved { arguments: vec![Argument::Shape(gives.clone())], gives, parameters: None, requires: Vec::new() }
    },
};
