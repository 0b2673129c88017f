//! Masks: which pairs of steps are left out of an attention?

use crate::onnx::model::{Graph, Node};
use crate::onnx::tensor::Tensor;

/// The largest number that a mask adds to a pair that is left out.
const LEAST: f64 = -1e4;

/// A mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// It leaves nothing out.
    Nothing,
    /// It leaves out all later steps.
    Later,
}

/// Returns what the constant of an `Add` or a `Where` does to pairs of so many steps; `None` if no layer does the same.
pub(super) fn read(graph: &Graph, node: &Node, steps: usize) -> Option<Mask> {
    let constant = |place: usize| graph.constants.get(node.inputs.get(place)?);
    if node.operator == "Add" {
        return of_constant((0..2).find_map(constant)?, steps);
    }
    let (number, is_where) = match (constant(1), constant(2)) {
        (Some(number), None) => (number, true),
        (None, Some(number)) => (number, false),
        _ => return None,
    };
    number.scalar().filter(|&number| number <= LEAST)?;
    let condition = constant(0)?;
    let hides: Vec<bool> = condition.indices()?.iter().map(|&is| (is != 0) == is_where).collect();
    of_pairs(&condition.sizes, &hides, steps)
}

/// Returns what a constant does that is added to the products, or says which of them count.
pub(super) fn of_constant(mask: &Tensor, steps: usize) -> Option<Mask> {
    let is_hidden = |&number: &f64| if number == 0.0 { Some(false) } else { (number <= LEAST).then_some(true) };
    let hides: Vec<bool> = match (mask.values(), mask.indices()) {
        (Some(numbers), _) => numbers.iter().map(is_hidden).collect::<Option<_>>()?,
        (None, counts) => counts?.iter().map(|&counts| counts == 0).collect(),
    };
    of_pairs(&mask.sizes, &hides, steps)
}

/// Returns what a mask of these sizes does that hides some pairs.
fn of_pairs(sizes: &[usize], hides: &[bool], steps: usize) -> Option<Mask> {
    let &[ref before @ .., rows, columns] = sizes else { return None };
    if [rows, columns] != [steps; 2] || before.iter().any(|&size| size != 1) {
        return None;
    }
    let is_later = |at: usize| at % steps > at / steps;
    if hides.iter().enumerate().all(|(at, &hidden)| hidden == is_later(at)) {
        return Some(Mask::Later);
    }
    (!hides.contains(&true)).then_some(Mask::Nothing)
}
