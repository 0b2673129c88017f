//! `Pad<rows, columns, rows below, columns to the right>(mode)`

use super::{Argument, Flow, Parameters, Relation, Requirement, Resolved, Slot, Spec, Takes, Written};
use crate::errors;
use crate::setting::{Setting, Value};
use crate::shape::{IMAGE, Shape};
use crate::size::{SUM, Size};

pub(super) const SPEC: Spec = Spec {
    name: "Pad",
    example: "Pad<1>",
    takes: Takes::Shape(&IMAGE),
    sizes: &[
        Slot::free("rows", "the number of rows").or_zero(),
        Slot::free("columns", "the number of columns").or_zero().or_earlier(1),
        Slot::free("rows below", "the number of rows below").or_zero().or_earlier(2),
        Slot::free("columns to the right", "the number of columns to the right").or_zero().or_earlier(2),
    ],
    settings: &[Setting::word("mode", &["Zeros", "Reflect", "Replicate", "Circular"], "PadMode")],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve,
};

fn resolve(written: &Written) -> Resolved {
    let [rows, columns] = [1, 2].map(|axis| {
        let [before, after] = [axis - 1, axis + 1].map(|slot| written.sizes[slot].clone());
        let words = format!("the {} of {}", IMAGE.axes[axis].nouns[1], written.layer);
        Size::computed(&SUM, vec![written.axis(axis, &IMAGE), before, after], words, written.place)
    });
    let gives = Shape::Known(&IMAGE, vec![written.axis(0, &IMAGE), rows, columns]);
    let amounts = written.sizes.iter().cloned().map(Argument::Size);
    Resolved {
        arguments: amounts.chain([Argument::Shape(gives.clone())]).collect(),
        gives,
        parameters: None,
        requires: (0..4).filter_map(|slot| fills(written, slot)).collect(),
    }
}

/// Returns the requirement that the image is large enough for the border on one side.
fn fills(written: &Written, slot: usize) -> Option<Requirement> {
    let (axis, border) = (slot % 2 + 1, &written.sizes[slot]);
    let needed = match written.settings.first()? {
        Value::Word("Circular") => border.clone(),
        // The outermost row or column is not repeated.
        Value::Word("Reflect") => {
            let words = format!("one more than the border of {}", written.layer);
            Size::computed(&SUM, vec![border.clone(), Size::Number(1, border.place())], words, border.place())
        }
        _ => return None,
    };
    let (mode, nouns) = (if needed.same(border) { "Circular" } else { "Reflect" }, IMAGE.axes[axis].nouns);
    Some(Requirement {
        relation: Relation::Fits,
        gives: written.axis(axis, &IMAGE),
        takes: needed,
        nouns,
        message: errors::border_too_large(written.layer, mode, nouns[1], &written.input.text()),
        place: border.place(),
    })
}
