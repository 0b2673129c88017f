//! `SelfAttention<heads>(causal, bias)`

use super::bias;
use super::{Argument, Flow, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Type, Written};
use crate::errors;
use crate::setting::{Setting, Value};
use crate::shape::SEQUENCE;

pub(super) const SPEC: Spec = Spec {
    name: "SelfAttention",
    example: "SelfAttention<1>",
    takes: Takes::Shape(&SEQUENCE),
    sizes: &[Slot::free("heads", "the number of heads")],
    settings: &[
        Setting::flag("causal", "false"),
        bias::setting(&["SelfAttention<1>(bias = false)", "SelfAttention<1>(true, false)"]),
    ],
    parameters: Parameters::Drawn,
    flow: Flow::Keeps,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let (heads, features) = (written.sizes[0].clone(), written.axis(1, &SEQUENCE));
    let requirement = (heads.number() != Some(1)).then(|| Requirement {
        relation: Relation::Divides,
        message: errors::heads_do_not_divide(written.layer, &features.counted(["feature", "features"])),
        gives: features.clone(),
        takes: heads.clone(),
        nouns: ["head", "heads"],
        place: heads.place(),
    });
    let is_causal = Argument::Flag(matches!(written.settings.first(), Some(Value::Word("true"))));
    let width = || Argument::Size(features.clone());
    Resolved {
        gives: written.input.plain(written.unknown),
        arguments: [Argument::Size(heads), width(), is_causal].into_iter().chain(bias::argument(written)).collect(),
        parameters: Some(Type {
            name: "AttentionWeights",
            arguments: bias::of_parameters(written, [width()]),
            axes: 1,
        }),
        requires: requirement.into_iter().collect(),
    }
}
