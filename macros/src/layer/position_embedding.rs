//! `PositionEmbedding`

use super::{Argument, Flow, Parameters, Resolved, Spec, Takes, Type};
use crate::shape::SEQUENCE;

pub(super) const SPEC: Spec = Spec {
    name: "PositionEmbedding",
    example: "PositionEmbedding",
    takes: Takes::Shape(&SEQUENCE),
    sizes: &[],
    settings: &[],
    parameters: Parameters::Drawn,
    flow: Flow::Keeps,
    resolve: |written| {
        let sizes = || [0, 1].map(|axis| Argument::Size(written.axis(axis, &SEQUENCE))).into();
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: sizes(),
            parameters: Some(Type { name: "PositionEmbedding", arguments: sizes(), axes: 2, others: Vec::new() }),
            requires: Vec::new(),
        }
    },
};
