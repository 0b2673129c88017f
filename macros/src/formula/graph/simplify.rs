//! Which expressions have a simpler or a more exact form?
//!
//! Only forms that have the same value for every number, or that are exact where the written one is not. Sums are not reordered,
//! since that would change bits.

use super::{Binary, Graph, Operation, Reduction, Unary, Value};

/// Returns an equal value that is simpler or more exact, if there is one.
pub(super) fn simplified(graph: &mut Graph, operation: Operation) -> Option<Value> {
    match operation {
        Operation::Unary(function, value) => {
            if let Some(number) = graph.as_number(value) {
                return folded(function, number).map(|number| graph.number(number));
            }
            of_unary(graph, function, value)
        }
        Operation::Binary(function, left, right) => {
            if let (Some(left), Some(right)) = (graph.as_number(left), graph.as_number(right)) {
                let number = match function {
                    Binary::Add => left + right,
                    Binary::Subtract => left - right,
                    Binary::Multiply => left * right,
                    Binary::Divide => left / right,
                    Binary::Maximum => left.max(right),
                    Binary::Minimum => left.min(right),
                    Binary::OrNan => left,
                };
                return Some(graph.number(number));
            }
            of_binary(graph, function, left, right)
        }
        _ => None,
    }
}

/// Evaluates functions that round alike everywhere. The others are left to the machine that runs the program.
fn folded(function: Unary, number: f64) -> Option<f64> {
    match function {
        Unary::Negate => Some(-number),
        Unary::Absolute => Some(number.abs()),
        Unary::Sqrt if number >= 0.0 => Some(number.sqrt()),
        _ => None,
    }
}

fn argument(graph: &Graph, function: Unary, value: Value) -> Option<Value> {
    match graph.operation(value) {
        Operation::Unary(found, argument) if found == function => Some(argument),
        _ => None,
    }
}

fn of_unary(graph: &mut Graph, function: Unary, value: Value) -> Option<Value> {
    match function {
        Unary::Negate => {
            if let Some(argument) = argument(graph, Unary::Negate, value) {
                return Some(argument);
            }
            match graph.operation(value) {
                Operation::Binary(Binary::Subtract, left, right) => Some(graph.minus(right, left)),
                _ => None,
            }
        }
        Unary::Absolute => argument(graph, Unary::Negate, value).map(|value| graph.unary(Unary::Absolute, value)),
        Unary::Ln => of_logarithm(graph, value),
        _ => None,
    }
}

/// The logarithms of sigmoid, of 1 + eˣ, of 1 + x, of exponentials and of softmax, each in the form that does not cancel,
/// overflow or vanish.
fn of_logarithm(graph: &mut Graph, value: Value) -> Option<Value> {
    if let Some(argument) = argument(graph, Unary::Exp, value) {
        return Some(argument);
    }
    if let Some(argument) = argument(graph, Unary::Sigmoid, value) {
        let opposite = graph.unary(Unary::Negate, argument);
        let softplus = graph.unary(Unary::Softplus, opposite);
        return Some(graph.unary(Unary::Negate, softplus));
    }
    match graph.operation(value) {
        Operation::Binary(Binary::Add, left, right) => {
            let other = match (graph.as_number(left), graph.as_number(right)) {
                (Some(1.0), _) => right,
                (_, Some(1.0)) => left,
                _ => return None,
            };
            if let Some(argument) = argument(graph, Unary::Exp, other) {
                return Some(graph.unary(Unary::Softplus, argument));
            }
            Some(graph.unary(Unary::LnOnePlus, other))
        }
        Operation::Binary(Binary::Subtract, one, other) if graph.as_number(one) == Some(1.0) => {
            let opposite = graph.unary(Unary::Negate, other);
            Some(graph.unary(Unary::LnOnePlus, opposite))
        }
        // ln softmax(x): the exponential over the sum of exponentials.
        Operation::Binary(Binary::Divide, above, below) => {
            let exponent = argument(graph, Unary::Exp, above)?;
            let Operation::Reduce(Reduction::Sum, summand) = graph.operation(below) else {
                return None;
            };
            (summand == above).then(|| {
                let logarithm = graph.unary(Unary::Ln, below);
                graph.minus(exponent, logarithm)
            })
        }
        Operation::Reduce(Reduction::Sum, summand) => {
            let exponent = argument(graph, Unary::Exp, summand)?;
            // A sum whose largest exponent is 0 is left as it is.
            let is_shifted = matches!(graph.operation(exponent), Operation::Binary(Binary::Subtract, _, largest)
                if matches!(graph.operation(largest), Operation::Detached(_)));
            (!is_shifted).then(|| log_sum_exp(graph, exponent))
        }
        _ => None,
    }
}

/// Adds ln Σ eˣ over the elements of a sample.
pub(crate) fn log_sum_exp(graph: &mut Graph, value: Value) -> Value {
    let (_, largest, sum) = exponentials(graph, value);
    let logarithm = graph.unary(Unary::Ln, sum);
    graph.plus(largest, logarithm)
}

/// Adds the exponentials of the differences from the largest element, that element, and the sum of the exponentials.
pub(crate) fn exponentials(graph: &mut Graph, value: Value) -> (Value, Value, Value) {
    let largest = graph.reduce(Reduction::Largest, value);
    // The shift cancels, so it has no derivative.
    let largest = graph.detached(largest);
    let shifted = graph.push(Operation::Binary(Binary::Subtract, value, largest));
    let exponential = graph.unary(Unary::Exp, shifted);
    let sum = graph.reduce(Reduction::Sum, exponential);
    (exponential, largest, sum)
}

fn of_binary(graph: &mut Graph, function: Binary, left: Value, right: Value) -> Option<Value> {
    let numbers = (graph.as_number(left), graph.as_number(right));
    let negated = (argument(graph, Unary::Negate, left), argument(graph, Unary::Negate, right));
    match (function, numbers, negated) {
        (Binary::Add, (Some(0.0), _), _) | (Binary::Multiply, (Some(1.0), _), _) => Some(right),
        (Binary::Add | Binary::Subtract, (_, Some(0.0)), _)
        | (Binary::Multiply | Binary::Divide, (_, Some(1.0)), _) => Some(left),
        (Binary::Subtract, (Some(0.0), _), _) | (Binary::Multiply, (Some(-1.0), _), _) => {
            Some(graph.unary(Unary::Negate, right))
        }
        (Binary::Multiply | Binary::Divide, (_, Some(-1.0)), _) => Some(graph.unary(Unary::Negate, left)),
        (Binary::Subtract, (Some(1.0), _), _) => {
            let argument = argument(graph, Unary::Sigmoid, right)?;
            let opposite = graph.unary(Unary::Negate, argument);
            Some(graph.unary(Unary::Sigmoid, opposite))
        }
        (Binary::Subtract, (_, Some(1.0)), _) => {
            let argument = argument(graph, Unary::Exp, left)?;
            Some(graph.unary(Unary::ExpMinusOne, argument))
        }
        (Binary::Add, _, (_, Some(right))) => Some(graph.minus(left, right)),
        (Binary::Add, _, (Some(left), _)) => Some(graph.minus(right, left)),
        (Binary::Subtract, _, (_, Some(right))) => Some(graph.plus(left, right)),
        (Binary::Multiply | Binary::Divide, _, (Some(left), Some(right))) => Some(graph.binary(function, left, right)),
        (Binary::Multiply | Binary::Divide, _, (Some(left), None)) => {
            let value = graph.binary(function, left, right);
            Some(graph.unary(Unary::Negate, value))
        }
        (Binary::Multiply | Binary::Divide, _, (None, Some(right))) => {
            let value = graph.binary(function, left, right);
            Some(graph.unary(Unary::Negate, value))
        }
        // Division by a power of two is exact as a product.
        (Binary::Divide, (_, Some(number)), _) if is_power_of_two(number) => {
            let factor = graph.number(1.0 / number);
            Some(graph.times(left, factor))
        }
        // A product has its number first, so that equal products are found.
        (Binary::Multiply, (None, Some(_)), _) => Some(graph.times(right, left)),
        (Binary::Multiply, (Some(outer), None), _) => match graph.operation(right) {
            Operation::Binary(Binary::Multiply, inner, rest) if is_power_of_two(outer) => {
                let inner = graph.as_number(inner)?;
                let product = graph.number(outer * inner);
                Some(graph.times(product, rest))
            }
            _ => None,
        },
        // As are sums and products of the same values.
        (Binary::Add | Binary::Multiply, (None, None), _) if right < left => Some(graph.binary(function, right, left)),
        _ => None,
    }
}

fn is_power_of_two(number: f64) -> bool {
    number.is_normal() && (1.0 / number).is_normal() && number.to_bits().trailing_zeros() >= 52
}
