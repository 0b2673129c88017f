//! `GroupNorm<groups>(epsilon)`

use super::{Argument, Flow, Resolved, Slot, Spec, Takes, Type};
use crate::setting::Setting;
use crate::shape::IMAGE;

pub(super) const SPEC: Spec = Spec {
    name: "GroupNorm",
    example: "GroupNorm<1>(1e-5)",
    takes: Takes::Shape(&IMAGE),
    sizes: &[Slot { name: "groups", phrase: "the number of groups", takes: None, gives: None }],
    settings: &[Setting::optional("epsilon", "EPSILON")],
    has_parameters: true,
    flow: Flow::Keeps,
    resolve: |written| {
        let sizes = || [written.sizes[0].clone(), written.axis(0, &IMAGE)].map(Argument::Size).into();
        Resolved {
            gives: written.input.plain(written.unknown),
            arguments: sizes(),
            parameters: Some(Type { name: "GroupNorm", arguments: sizes() }),
            requires: Vec::new(),
        }
    },
};
