//! `SelfAttention<heads>(causal, rotary, bias)`

use super::bias;
use super::{Argument, Flow, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Type, Written};
use crate::errors;
use crate::setting::{Setting, Value};
use crate::shape::SEQUENCE;
use crate::size::Size;

pub(super) const SPEC: Spec = Spec {
    name: "SelfAttention",
    example: "SelfAttention<1>",
    takes: Takes::Shape(&SEQUENCE),
    sizes: &[Slot::free("heads", "the number of heads")],
    settings: &[
        Setting::flag("causal", "false"),
        Setting::flag("rotary", "false").with_examples(&["SelfAttention<1>(rotary = true)"]),
        bias::setting(&["SelfAttention<1>(bias = false)", "SelfAttention<1>(true, true, false)"]),
    ],
    parameters: Parameters::Drawn,
    flow: Flow::Keeps,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let (heads, features) = (written.sizes[0].clone(), written.axis(1, &SEQUENCE));
    let [is_causal, is_rotary] = [0, 1].map(|setting| matches!(written.settings[setting], Value::Word("true")));
    let width = || Argument::Size(features.clone());
    let biases = bias::argument(written);
    let is_written = is_rotary || biases.is_some();
    // The flag of positions stands before the biases.
    let biases = is_written.then(|| biases.unwrap_or_else(width));
    Resolved {
        gives: written.input.plain(written.unknown),
        arguments: [Argument::Size(heads.clone()), width(), Argument::Flag(is_causal)]
            .into_iter()
            .chain(is_written.then_some(Argument::Flag(is_rotary)))
            .chain(biases)
            .collect(),
        parameters: Some(Type {
            name: "AttentionWeights",
            arguments: bias::of_parameters(written, [width()]),
            axes: 1,
            others: vec![vec![features.clone(), features.clone(), Size::Number(3, written.place)]],
        }),
        requires: requirement(written, is_rotary, heads, features).into_iter().collect(),
    }
}

/// Returns the requirement that the heads divide the features, into pairs if the layer turns them.
fn requirement(written: &Written, is_rotary: bool, heads: Size, features: Size) -> Option<Requirement> {
    let counted = features.counted(["feature", "features"]);
    let (relation, message) = if is_rotary {
        (Relation::DividesIntoPairs, errors::heads_do_not_divide_into_pairs(written.layer, &counted))
    } else if heads.number() == Some(1) {
        return None;
    } else {
        (Relation::Divides, errors::heads_do_not_divide(written.layer, &counted))
    };
    let place = heads.place();
    Some(Requirement { relation, gives: features, takes: heads, nouns: ["head", "heads"], message, place })
}
