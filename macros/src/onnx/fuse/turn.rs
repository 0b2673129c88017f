//! The turn of each pair of features by its step, as the library writes rotary attention.

use super::{Group, ROUNDED};
use crate::onnx::model::{Attribute, Graph, Node};
use crate::onnx::tensor::Tensor;

/// The name of the operator, which is none of ONNX.
pub(crate) const TURN: &str = "+Turn";

/// x cos α + (x Q) sin α, where Q turns each pair by a quarter.
pub(super) fn of_pairs(graph: &Graph, at: usize) -> Option<Group> {
    let sum = graph.nodes.get(at).filter(|node| node.operator == "Add")?;
    let [one, other] = &sum.inputs[..] else { return None };
    let ((x, cosines), (turned, sines)) = (product(graph, one)?, product(graph, other)?);
    let quarter = &graph.nodes[graph.giver(turned).filter(|_| graph.only_reader(turned).is_some())?];
    let matrix = graph.constants.get(quarter.inputs.get(1)?)?;
    let (&[steps, width], sizes) = (&cosines.sizes[..], &sines.sizes) else { return None };
    let is_quarter = quarter.operator == "MatMul" && quarter.inputs.first() == Some(x) && *sizes == [steps, width];
    if !is_quarter || matrix.sizes != [width, width] || width % 2 == 1 || !is_quarter_turn(matrix, width) {
        return None;
    }
    let angle = |at: usize| (at / width) as f64 / 10_000_f64.powf((at % width / 2 * 2) as f64 / width as f64);
    let is_near = |tensor: &Tensor, of: fn(f64) -> f64| {
        let all = tensor.values().unwrap_or_default().iter().enumerate();
        all.into_iter().all(|(at, &number)| (number - of(angle(at))).abs() <= ROUNDED)
    };
    let node = Node {
        operator: TURN.to_owned(),
        inputs: vec![x.clone()],
        attributes: [("steps".to_owned(), Attribute::Integer(i64::try_from(steps).ok()?))].into(),
        ..sum.clone()
    };
    (is_near(cosines, f64::cos) && is_near(sines, f64::sin)).then(|| Group::one(at, node))
}

/// Returns the factors of a product of a value and numbers, which only one node reads.
fn product<'a>(graph: &'a Graph, name: &str) -> Option<(&'a String, &'a Tensor)> {
    let node = &graph.nodes[graph.giver(name).filter(|_| graph.only_reader(name).is_some())?];
    let [value, numbers] = &node.inputs[..] else { return None };
    let numbers = graph.constants.get(numbers).filter(|numbers| numbers.values().is_some())?;
    (node.operator == "Mul" && !graph.constants.contains_key(value)).then_some((value, numbers))
}

/// Returns whether a matrix makes (-b, a) of each pair (a, b).
fn is_quarter_turn(matrix: &Tensor, width: usize) -> bool {
    let wanted = |at: usize| match (at / width, at % width) {
        (row, column) if row % 2 == 0 && column == row + 1 => 1.0,
        (row, column) if row % 2 == 1 && column + 1 == row => -1.0,
        _ => 0.0,
    };
    matrix.values().is_some_and(|all| all.iter().enumerate().all(|(at, &number)| number == wanted(at)))
}
