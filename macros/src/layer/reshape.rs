//! `Reshape<Vector<values>>`, `Reshape<Image<channels, rows, columns>>` and `Reshape<Sequence<steps, features>>`

use super::{Argument, Flow, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Written};
use crate::errors;
use crate::shape::{IMAGE, SEQUENCE, Shape, ShapeSpec, VECTOR};
use crate::size::Size;

pub(super) const VECTOR_SPEC: Spec = Spec {
    name: "Reshape",
    example: "Reshape<Vector<24>>",
    takes: Takes::Any,
    sizes: &[Slot::free("values", "the number of values")],
    settings: &[],
    parameters: Parameters::None,
    flow: Flow::Becomes(&VECTOR),
    resolve: |written| resolve(written, &VECTOR),
};

pub(super) const IMAGE_SPEC: Spec = Spec {
    example: "Reshape<Image<2, 3, 4>>",
    sizes: &[
        Slot::free("channels", "the number of channels"),
        Slot::free("height", "the number of rows"),
        Slot::free("width", "the number of columns"),
    ],
    flow: Flow::Becomes(&IMAGE),
    resolve: |written| resolve(written, &IMAGE),
    ..VECTOR_SPEC
};

pub(super) const SEQUENCE_SPEC: Spec = Spec {
    example: "Reshape<Sequence<4, 6>>",
    sizes: &[Slot::free("steps", "the number of steps"), Slot::free("features", "the number of features")],
    flow: Flow::Becomes(&SEQUENCE),
    resolve: |written| resolve(written, &SEQUENCE),
    ..VECTOR_SPEC
};

fn resolve(written: &Written, shape: &'static ShapeSpec) -> Resolved {
    let gives = Shape::Known(shape, written.sizes.to_vec());
    let place = written.sizes.first().map_or(written.place, Size::place);
    let words = format!("the values of {}", written.layer);
    let requirement = Requirement {
        relation: Relation::Same,
        gives: written.length(),
        takes: Size::product(written.sizes, words, place),
        nouns: VECTOR.axes[0].nouns,
        message: errors::reshaped_to_another_length(written.layer, &written.input.text(), &gives.text()),
        place,
    };
    let is_parameter = [&requirement.gives, &requirement.takes].iter().any(|size| matches!(size, Size::Parameter(_)));
    Resolved {
        arguments: vec![Argument::Shape(gives.clone())],
        gives,
        parameters: None,
        // The layer itself asserts what depends on a const parameter, where it is instantiated.
        requires: if is_parameter { Vec::new() } else { vec![requirement] },
    }
}
