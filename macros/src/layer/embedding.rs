//! `Embedding<vocabulary, features>`

use super::{Argument, Flow, Parameters, Resolved, Slot, Spec, Takes, Type, Written};
use crate::shape::{SEQUENCE, Shape, TOKENS};

pub(super) const SPEC: Spec = Spec {
    name: "Embedding",
    example: "Embedding<16, 8>",
    takes: Takes::Shape(&TOKENS),
    sizes: &[
        Slot::of_input("vocabulary", "the size of the vocabulary", 1),
        Slot::of_output("features", "the number of features", 1),
    ],
    settings: &[],
    parameters: Parameters::Drawn,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let arguments = || written.sizes.iter().cloned().map(Argument::Size).collect();
    Resolved {
        gives: Shape::Known(&SEQUENCE, vec![written.axis(0, &TOKENS), written.sizes[1].clone()]),
        arguments: arguments(),
        parameters: Some(Type { name: "Embedding", arguments: arguments(), axes: 2, others: Vec::new() }),
        requires: Vec::new(),
    }
}
