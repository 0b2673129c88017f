//! `Dense<inputs, outputs>(bias)`

use super::bias;
use super::{Argument, Flow, Parameters, Resolved, Slot, Spec, Takes, Type, Written};
use crate::shape::VECTOR;

pub(super) const SPEC: Spec = Spec {
    name: "Dense",
    example: "Dense<64, 32>",
    takes: Takes::Steps(&VECTOR),
    sizes: &[
        Slot::of_input("inputs", "the number of inputs", 0),
        Slot::of_output("outputs", "the number of outputs", 0),
    ],
    settings: &[bias::setting(&[])],
    parameters: Parameters::Drawn,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let arguments = || bias::of_parameters(written, written.sizes.iter().cloned().map(Argument::Size));
    Resolved {
        gives: written.input.with_features(written.sizes[1].clone(), written.unknown),
        arguments: arguments(),
        parameters: Some(Type { name: "Dense", arguments: arguments(), axes: 2, others: Vec::new() }),
        requires: Vec::new(),
    }
}
