//! `Upsample<row factor, column factor>(mode)`

use super::{Argument, Flow, Parameters, Resolved, Slot, Spec, Takes, Written};
use crate::setting::Setting;
use crate::shape::{IMAGE, Shape};
use crate::size::Size;

pub(super) const SPEC: Spec = Spec {
    name: "Upsample",
    example: "Upsample<2>",
    takes: Takes::Shape(&IMAGE),
    sizes: &[
        Slot::free("rows", "the factor of the rows"),
        Slot::free("columns", "the factor of the columns").or_previous(),
    ],
    settings: &[Setting::word("mode", &["Nearest", "Bilinear"], "Interpolation")],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let [rows, columns] = [1, 2].map(|axis| {
        let words = format!("the {} of {}", IMAGE.axes[axis].nouns[1], written.layer);
        Size::product(&[written.axis(axis, &IMAGE), written.sizes[axis - 1].clone()], words, written.place)
    });
    let gives = Shape::Known(&IMAGE, vec![written.axis(0, &IMAGE), rows, columns]);
    let factors = written.sizes.iter().cloned().map(Argument::Size);
    Resolved {
        arguments: factors.chain([Argument::Shape(gives.clone())]).collect(),
        gives,
        parameters: None,
        requires: Vec::new(),
    }
}
