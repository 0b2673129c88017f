//! `PRelu(slope)`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes, Type};
use crate::setting::Setting;
use crate::shape::{IMAGE, SEQUENCE};

pub(super) const SPEC: Spec = Spec {
    name: "PRelu",
    example: "PRelu(0.25)",
    takes: Takes::Any,
    sizes: &[],
    settings: &[Setting::optional("slope", "SLOPE")],
    parameters: Parameters::Fixed,
    flow: Flow::Keeps,
    resolve: |written| {
        let is_sequence = written.input.is_a(&SEQUENCE);
        let (axis, shape) = if is_sequence { (1, &SEQUENCE) } else { (0, &IMAGE) };
        let channels = || vec![Argument::Size(written.axis(axis, shape))];
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: channels(),
            parameters: Some(Type { name: "PRelu", arguments: channels(), axes: 1 }),
            requires: Vec::new(),
        }
    },
};
