//! `LayerNorm(epsilon)`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes, Type};
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec {
    name: "LayerNorm",
    example: "LayerNorm(1e-5)",
    takes: Takes::Any,
    sizes: &[],
    settings: &[Setting::optional("epsilon", "EPSILON")],
    parameters: Parameters::Fixed,
    flow: Flow::Keeps,
    resolve: |written| {
        let features = || vec![Argument::Size(written.features())];
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: features(),
            parameters: Some(Type { name: "LayerNorm", arguments: features(), axes: 1, others: Vec::new() }),
            requires: Vec::new(),
        }
    },
};
