//! `Softmax`

use super::{Flow, Parameters, Resolved, Spec, Takes};
use crate::shape::VECTOR;

pub(super) const SPEC: Spec = Spec {
    name: "Softmax",
    example: "Softmax",
    takes: Takes::Steps(&VECTOR),
    sizes: &[],
    settings: &[],
    parameters: Parameters::None,
    flow: Flow::Head,
    resolve: |written| Resolved::without_parameters(written.input.normalized(written.unknown)),
};
