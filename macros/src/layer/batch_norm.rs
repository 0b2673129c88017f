//! `BatchNorm(epsilon, momentum)`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes, Type};
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec {
    name: "BatchNorm",
    example: "BatchNorm(1e-5, momentum = 0.1)",
    takes: Takes::Any,
    sizes: &[],
    settings: &[Setting::optional("epsilon", "EPSILON"), Setting::optional("momentum", "MOMENTUM")],
    parameters: Parameters::Fixed,
    flow: Flow::Keeps,
    resolve: |written| {
        let channels = || vec![Argument::Size(written.channels())];
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: channels(),
            parameters: Some(Type { name: "BatchNorm", arguments: channels(), axes: 1, others: Vec::new() }),
            requires: Vec::new(),
        }
    },
};
