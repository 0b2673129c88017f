//! `GroupNorm<groups>(epsilon)`

use super::{Argument, Flow, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Type, Written};
use crate::errors;
use crate::setting::Setting;
use crate::shape::IMAGE;

pub(super) const SPEC: Spec = Spec {
    name: "GroupNorm",
    example: "GroupNorm<1>(1e-5)",
    takes: Takes::Shape(&IMAGE),
    sizes: &[Slot::free("groups", "the number of groups")],
    settings: &[Setting::optional("epsilon", "EPSILON")],
    parameters: Parameters::Fixed,
    flow: Flow::Keeps,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let (groups, channels) = (written.sizes[0].clone(), written.axis(0, &IMAGE));
    let requirement = (groups.number() != Some(1)).then(|| Requirement {
        relation: Relation::Divides,
        message: errors::normalized_groups_do_not_divide(written.layer, &channels.counted(["channel", "channels"])),
        gives: channels.clone(),
        takes: groups.clone(),
        nouns: ["group", "groups"],
        place: groups.place(),
    });
    let sizes = || [groups.clone(), channels.clone()].map(Argument::Size).into();
    Resolved {
        gives: written.input.plain(written.unknown),
        arguments: sizes(),
        parameters: Some(Type { name: "GroupNorm", arguments: sizes(), axes: 0, others: Vec::new() }),
        requires: requirement.into_iter().collect(),
    }
}
