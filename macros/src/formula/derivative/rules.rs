//! What is the derivative of each operation?

use super::{AT_ENTRY, within_branch};
use crate::formula::graph::{Binary, Graph, Operation, Part, Reduction, Unary, Value};
use crate::formula::size::Length;

/// Returns what each argument of an operation receives.
pub(super) fn contributions(
    graph: &mut Graph,
    operation: Operation,
    value: Value,
    slope: Value,
) -> Vec<(Value, Value)> {
    match operation {
        Operation::Input(..)
        | Operation::Parameter(..)
        | Operation::Named(_)
        | Operation::Number(_)
        | Operation::Detached(_)
        // A loop passes on all of its results at once, and has no second derivative.
        | Operation::Looped(..)
        | Operation::Trajectory(..)
        | Operation::LoopedBack(..) => Vec::new(),
        Operation::Unary(function, argument) => {
            let contribution = of_unary(graph, function, argument, value, slope);
            vec![(argument, contribution)]
        }
        Operation::Binary(function, left, right) => of_binary(graph, function, [left, right], value, slope),
        Operation::Select { left, right, yes, no, start } => {
            of_select(graph, [left, right], [yes, no], start, slope)
        }
        // A number or a parameter collects what the elements receive, and every element receives the slope of the sum.
        Operation::Spread(_, argument) | Operation::Reduce(Reduction::Sum, argument) => vec![(argument, slope)],
        Operation::Reduce(Reduction::Largest, argument) => vec![(argument, of_largest(graph, argument, value, slope))],
        Operation::Product(..)
        | Operation::View(..)
        | Operation::Repeat(..)
        | Operation::Collapse(..)
        | Operation::Transpose(_)
        | Operation::Slice(..)
        | Operation::Pad(..)
        | Operation::Concat(..)
        | Operation::MatrixProduct(..) => {
            let slope = graph.spread(graph.extent(value), slope);
            of_arrays(graph, operation, slope)
        }
    }
}

/// Returns what the branches of a condition receive.
fn of_select(
    graph: &mut Graph,
    sides: [Value; 2],
    [yes, no]: [Value; 2],
    start: usize,
    slope: Value,
) -> Vec<(Value, Value)> {
    // The condition applies where a derivative leaves the branch: a factor of 0 where it enters would meet infinities of the
    // branch that was not taken.
    let zero = graph.number(0.0);
    let mut contributions = Vec::new();
    for (branch, is_yes) in [(yes, true), (no, false)] {
        for (argument, slope) in within_branch(graph, branch, slope, start) {
            let [yes, no] = if is_yes { [slope, zero] } else { [zero, slope] };
            contributions.push((argument, graph.select(sides, yes, no, AT_ENTRY)));
        }
    }
    contributions
}

/// Returns what each element receives from the slope of the largest one: the elements that are equal to it share the slope.
fn of_largest(graph: &mut Graph, elements: Value, largest: Value, slope: Value) -> Value {
    let [zero, one] = [0.0, 1.0].map(|number| graph.number(number));
    let is_largest = graph.select([elements, largest], zero, one, AT_ENTRY);
    let count = graph.reduce(Reduction::Sum, is_largest);
    let share = graph.over(slope, count);
    graph.select([elements, largest], zero, share, AT_ENTRY)
}

/// Returns what the argument `x` of a function of one value receives. `y` is its value.
#[allow(clippy::too_many_lines, reason = "one arm per function")]
fn of_unary(graph: &mut Graph, function: Unary, x: Value, y: Value, slope: Value) -> Value {
    let one = graph.number(1.0);
    match function {
        Unary::Negate => graph.unary(Unary::Negate, slope),
        Unary::Exp => graph.times(slope, y),
        Unary::ExpMinusOne => {
            let exponential = graph.plus(y, one);
            graph.times(slope, exponential)
        }
        Unary::Ln => graph.over(slope, x),
        Unary::LnOnePlus => {
            let argument = graph.plus(one, x);
            graph.over(slope, argument)
        }
        Unary::Sqrt => {
            let double = graph.plus(y, y);
            graph.over(slope, double)
        }
        Unary::Length => {
            let zero = graph.number(0.0);
            let double = graph.plus(y, y);
            let quotient = graph.over(slope, double);
            graph.select([zero, y], quotient, zero, AT_ENTRY)
        }
        Unary::Absolute => {
            let zero = graph.number(0.0);
            let opposite = graph.unary(Unary::Negate, slope);
            let not_above = graph.select([x, zero], opposite, zero, AT_ENTRY);
            graph.select([zero, x], slope, not_above, AT_ENTRY)
        }
        Unary::Sin => {
            let cosine = graph.unary(Unary::Cos, x);
            graph.times(slope, cosine)
        }
        Unary::Cos => {
            let sine = graph.unary(Unary::Sin, x);
            let product = graph.times(slope, sine);
            graph.unary(Unary::Negate, product)
        }
        Unary::Tanh => {
            let square = graph.times(y, y);
            let derivative = graph.minus(one, square);
            graph.times(slope, derivative)
        }
        Unary::Sigmoid => {
            let rest = graph.push(Operation::Binary(Binary::Subtract, one, y));
            let derivative = graph.times(y, rest);
            graph.times(slope, derivative)
        }
        Unary::Softplus => {
            let derivative = graph.unary(Unary::Sigmoid, x);
            graph.times(slope, derivative)
        }
        Unary::Erf => {
            let factor = graph.number(core::f64::consts::FRAC_2_SQRT_PI);
            let square = graph.times(x, x);
            let opposite = graph.unary(Unary::Negate, square);
            let exponential = graph.unary(Unary::Exp, opposite);
            let derivative = graph.times(factor, exponential);
            graph.times(slope, derivative)
        }
    }
}

/// Returns what each argument of a function of two values receives.
fn of_binary(
    graph: &mut Graph,
    function: Binary,
    [left, right]: [Value; 2],
    value: Value,
    slope: Value,
) -> Vec<(Value, Value)> {
    let zero = graph.number(0.0);
    match function {
        Binary::Add => vec![(left, slope), (right, slope)],
        Binary::OrNan => vec![(left, slope)],
        Binary::Subtract => {
            let opposite = graph.unary(Unary::Negate, slope);
            vec![(left, slope), (right, opposite)]
        }
        Binary::Multiply => {
            let of_left = graph.times(slope, right);
            let of_right = graph.times(slope, left);
            vec![(left, of_left), (right, of_right)]
        }
        Binary::Divide => {
            let of_left = graph.over(slope, right);
            let of_right = graph.times(of_left, value);
            let of_right = graph.unary(Unary::Negate, of_right);
            vec![(left, of_left), (right, of_right)]
        }
        // At equality the first argument counts.
        Binary::Maximum => {
            let of_left = graph.select([left, right], zero, slope, AT_ENTRY);
            let of_right = graph.select([left, right], slope, zero, AT_ENTRY);
            vec![(left, of_left), (right, of_right)]
        }
        Binary::Minimum => {
            let of_left = graph.select([right, left], zero, slope, AT_ENTRY);
            let of_right = graph.select([right, left], slope, zero, AT_ENTRY);
            vec![(left, of_left), (right, of_right)]
        }
    }
}

/// Returns what each argument of an operation receives that moves or combines elements. `slope` has its dimensions.
fn of_arrays(graph: &mut Graph, operation: Operation, slope: Value) -> Vec<(Value, Value)> {
    let rows_of = |graph: &Graph, value| graph.extent(value).rows().unwrap_or_default();
    match operation {
        Operation::Product(matrix, is_transposed, argument) => {
            vec![(argument, graph.product(matrix, !is_transposed, slope))]
        }
        Operation::View(_, argument) => vec![(argument, graph.view(graph.extent(argument), slope))],
        Operation::Repeat(_, argument) => {
            vec![(argument, graph.push(Operation::Collapse(rows_of(graph, argument), slope)))]
        }
        Operation::Collapse(_, argument) => {
            vec![(argument, graph.push(Operation::Repeat(rows_of(graph, argument), slope)))]
        }
        Operation::Transpose(argument) => vec![(argument, graph.transposed(slope))],
        Operation::Slice(part, argument) => vec![(argument, graph.push(Operation::Pad(part, slope)))],
        Operation::Pad(part, argument) => vec![(argument, graph.push(Operation::Slice(part, slope)))],
        Operation::Concat(first, second) => {
            let [start, len, whole] = [first, second, slope].map(|value| graph.first_size(value));
            let zero = graph.computed(Length::number(0));
            let before = graph.push(Operation::Slice(Part { start: zero, len: start, whole }, slope));
            let after = graph.push(Operation::Slice(Part { start, len, whole }, slope));
            vec![(first, before), (second, after)]
        }
        Operation::MatrixProduct(are_transposed, left, right) => {
            let mut product = |are, left, right| graph.push(Operation::MatrixProduct(are, left, right));
            let (of_left, of_right) = match are_transposed {
                [true, _] => (product([false, true], right, slope), product([false, false], left, slope)),
                [false, false] => (product([false, true], slope, right), product([true, false], left, slope)),
                [false, true] => (product([false, false], slope, right), product([true, false], slope, left)),
            };
            vec![(left, of_left), (right, of_right)]
        }
        _ => Vec::new(),
    }
}
