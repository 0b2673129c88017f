//! `Dense<inputs, outputs>`

use super::{Argument, Flow, Resolved, Slot, Spec, Takes, Type, Written};
use crate::shape::{Shape, VECTOR};

pub(super) const SPEC: Spec = Spec {
    name: "Dense",
    example: "Dense<64, 32>",
    takes: Takes::Shape(&VECTOR),
    sizes: &[
        Slot { name: "inputs", phrase: "the number of inputs", takes: Some(0), gives: None },
        Slot { name: "outputs", phrase: "the number of outputs", takes: None, gives: Some(0) },
    ],
    settings: &[],
    has_parameters: true,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let sizes = || written.sizes.iter().cloned().map(Argument::Size).collect();
    Resolved {
        gives: Shape::vector(written.sizes[1].clone()),
        arguments: sizes(),
        parameters: Some(Type { name: "Dense", arguments: sizes() }),
        requires: Vec::new(),
    }
}
