//! `CrossAttention<heads>(bias)`

use super::bias;
use super::{Argument, Flow, Large, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Type, Written};
use crate::errors;
use crate::shape::{SEQUENCE, Shape};
use crate::size::Size;

pub(super) const SPEC: Spec = Spec {
    name: "CrossAttention",
    example: "CrossAttention<1>",
    takes: Takes::Pair(&SEQUENCE),
    sizes: &[Slot::free("heads", "the number of heads")],
    settings: &[bias::setting(&["CrossAttention<1>(bias = false)"])],
    parameters: Parameters::Drawn,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let (heads, [features, other]) = (written.sizes[0].clone(), written.features_of_parts());
    let width = || Argument::Size(features.clone());
    let mut others = vec![Large::parameters(vec![Size::Number(3, written.place), features.clone(), features.clone()])];
    let mut gives = written.unknown.clone();
    if let Shape::Pair(parts, _) = written.input {
        gives = parts[0].plain(written.unknown);
        let steps = parts.iter().filter_map(|part| part.sizes().first().cloned());
        let axes = [heads.clone()].into_iter().chain(steps).collect();
        others.push(Large { what: "its weights for pairs of steps are", axes });
    }
    Resolved {
        gives,
        arguments: [Argument::Size(heads.clone()), width()].into_iter().chain(bias::argument(written)).collect(),
        parameters: Some(Type {
            name: "AttentionWeights",
            arguments: bias::of_parameters(written, [width()]),
            axes: 0,
            others,
        }),
        requires: requirements(written, heads, [features, other]),
    }
}

/// Returns the requirements that both sequences have the same number of features, and that the heads divide it.
fn requirements(written: &Written, heads: Size, [features, other]: [Size; 2]) -> Vec<Requirement> {
    let nouns = ["feature", "features"];
    let same = (!features.same(&other)).then(|| Requirement {
        relation: Relation::Same,
        gives: features.clone(),
        takes: other,
        nouns,
        message: errors::widths_differ(written.layer),
        place: written.place,
    });
    let message = errors::heads_do_not_divide(written.layer, &features.counted(nouns));
    let (is_one, place) = (heads.number() == Some(1), heads.place());
    let divides = (!is_one).then_some(Requirement {
        relation: Relation::Divides,
        gives: features,
        takes: heads,
        nouns: ["head", "heads"],
        message,
        place,
    });
    same.into_iter().chain(divides).collect()
}
