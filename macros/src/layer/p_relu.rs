//! `PRelu(slope)`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes, Type};
use crate::setting::Setting;

pub(super) const SPEC: Spec = Spec {
    name: "PRelu",
    example: "PRelu(0.25)",
    takes: Takes::Any,
    sizes: &[],
    settings: &[Setting::optional("slope", "SLOPE")],
    parameters: Parameters::Fixed,
    flow: Flow::Keeps,
    resolve: |written| {
        let channels = || vec![Argument::Size(written.channels())];
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: channels(),
            parameters: Some(Type { name: "PRelu", arguments: channels(), axes: 1, others: Vec::new() }),
            requires: Vec::new(),
        }
    },
};
