//! `PRelu(slope)`

use super::{Argument, Flow, Resolved, Spec, Takes, Type};
use crate::setting::Setting;
use crate::shape::IMAGE;

pub(super) const SPEC: Spec = Spec {
    name: "PRelu",
    example: "PRelu(0.25)",
    takes: Takes::Any,
    sizes: &[],
    settings: &[Setting::optional("slope", "SLOPE")],
    has_parameters: true,
    flow: Flow::Keeps,
    resolve: |written| {
        let channels = || vec![Argument::Size(written.axis(0, &IMAGE))];
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: channels(),
            parameters: Some(Type { name: "PRelu", arguments: channels() }),
            requires: Vec::new(),
        }
    },
};
