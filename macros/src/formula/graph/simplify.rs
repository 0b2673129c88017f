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

/// Returns the argument, if a value is this function of it.
fn argument(graph: &Graph, function: Unary, value: Value) -> Option<Value> {
    match graph.operation(value) {
        Operation::Unary(found, argument) if found == function => Some(argument),
        _ => None,
    }
}

/// Returns an equal value that is simpler or more exact than a function of one value, if there is one.
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
        Unary::LnOnePlus => argument(graph, Unary::Exp, value).map(|value| graph.unary(Unary::Softplus, value)),
        // The norm has the same value, and a derivative where all elements are 0.
        Unary::Sqrt if is_sum_of_squares(graph, value) => Some(graph.unary(Unary::Length, value)),
        _ => None,
    }
}

/// Returns whether a value is the sum of the squares of elements.
fn is_sum_of_squares(graph: &Graph, value: Value) -> bool {
    let Operation::Reduce(Reduction::Sum, summand) = graph.operation(value) else {
        return false;
    };
    matches!(graph.operation(summand), Operation::Binary(Binary::Multiply, left, right) if left == right)
}

/// Returns the other summand of 1 + x.
fn beside_one(graph: &Graph, value: Value) -> Option<Value> {
    let Operation::Binary(Binary::Add, left, right) = graph.operation(value) else {
        return None;
    };
    match (graph.as_number(left), graph.as_number(right)) {
        (Some(1.0), _) => Some(right),
        (_, Some(1.0)) => Some(left),
        _ => None,
    }
}

/// The logarithms of sigmoid, of 1 + eˣ, of 1 - eˣ, of 1 + x, of exponentials and of softmax, each in the form that does not
/// cancel, overflow or vanish.
fn of_logarithm(graph: &mut Graph, value: Value) -> Option<Value> {
    if let Some(argument) = argument(graph, Unary::Exp, value) {
        return Some(argument);
    }
    if let Some(argument) = argument(graph, Unary::Sigmoid, value) {
        let opposite = graph.unary(Unary::Negate, argument);
        let softplus = graph.unary(Unary::Softplus, opposite);
        return Some(graph.unary(Unary::Negate, softplus));
    }
    if let Some(other) = beside_one(graph, value) {
        return Some(graph.unary(Unary::LnOnePlus, other));
    }
    match graph.operation(value) {
        Operation::Binary(Binary::Subtract, one, other) if graph.as_number(one) == Some(1.0) => {
            if let Some(exponent) = argument(graph, Unary::Exp, other) {
                return Some(logarithm_of_rest(graph, exponent));
            }
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
            (!is_shifted(graph, exponent)).then(|| log_sum_exp(graph, exponent))
        }
        _ => None,
    }
}

/// Adds ln(1 - eˣ). Below -ln 2 the exponential is the smaller part, and above it the rest is.
fn logarithm_of_rest(graph: &mut Graph, exponent: Value) -> Value {
    let half = graph.number(-core::f64::consts::LN_2);
    let start = graph.len();
    let exponential = graph.unary(Unary::Exp, exponent);
    let opposite = graph.unary(Unary::Negate, exponential);
    let far = graph.unary(Unary::LnOnePlus, opposite);
    let opposite = graph.unary(Unary::ExpMinusOne, exponent);
    let rest = graph.unary(Unary::Negate, opposite);
    let near = graph.unary(Unary::Ln, rest);
    graph.select([exponent, half], far, near, start)
}

/// Returns whether exponents are differences from the largest, as `exponentials` adds them. They are left as they are.
fn is_shifted(graph: &Graph, exponent: Value) -> bool {
    matches!(graph.operation(exponent), Operation::Binary(Binary::Subtract, _, largest)
        if matches!(graph.operation(largest), Operation::Detached(_)))
}

/// The quotients of exponentials that are sigmoid, tanh and softmax, which do not overflow.
fn of_quotient(graph: &mut Graph, above: Value, below: Value) -> Option<Value> {
    if let Some(exponent) = beside_one(graph, below).and_then(|other| argument(graph, Unary::Exp, other)) {
        return Some(over_one_plus_exponential(graph, above, exponent));
    }
    match (graph.operation(above), graph.operation(below)) {
        (Operation::Unary(Unary::Exp, exponent), Operation::Reduce(Reduction::Sum, summand))
            if summand == above && !is_shifted(graph, exponent) =>
        {
            let (exponential, _, sum) = exponentials(graph, before_shift(graph, exponent));
            Some(graph.over(exponential, sum))
        }
        (Operation::Binary(Binary::Subtract, left, right), Operation::Binary(Binary::Add, first, second))
            if [first, second] == [left, right] || [second, first] == [left, right] =>
        {
            let exponent = argument(graph, Unary::Exp, left)?;
            let is_odd = are_opposite(graph, exponent, argument(graph, Unary::Exp, right)?);
            is_odd.then(|| graph.unary(Unary::Tanh, exponent))
        }
        _ => None,
    }
}

/// Adds `above` / (1 + eˣ).
fn over_one_plus_exponential(graph: &mut Graph, above: Value, exponent: Value) -> Value {
    let is_exponential = |value| argument(graph, Unary::Exp, value) == Some(exponent);
    let is_opposite = matches!(graph.operation(above), Operation::Binary(Binary::Subtract, one, exponential)
        if graph.as_number(one) == Some(1.0) && is_exponential(exponential));
    if is_exponential(above) {
        return graph.unary(Unary::Sigmoid, exponent);
    }
    if argument(graph, Unary::ExpMinusOne, above) == Some(exponent) {
        return tangent_of_half(graph, exponent);
    }
    if is_opposite {
        let tangent = tangent_of_half(graph, exponent);
        return graph.unary(Unary::Negate, tangent);
    }
    let opposite = graph.unary(Unary::Negate, exponent);
    let sigmoid = graph.unary(Unary::Sigmoid, opposite);
    graph.times(above, sigmoid)
}

/// Returns x of x - max x as it is written out, and any other value as it is.
fn before_shift(graph: &Graph, exponent: Value) -> Value {
    match graph.operation(exponent) {
        Operation::Binary(Binary::Subtract, value, largest)
            if graph.operation(largest) == Operation::Reduce(Reduction::Largest, value) =>
        {
            value
        }
        _ => exponent,
    }
}

/// Adds tanh(x / 2), with a minus sign before it rather than in it.
fn tangent_of_half(graph: &mut Graph, value: Value) -> Value {
    let half = graph.number(0.5);
    let half = graph.times(half, value);
    let Some(opposite) = argument(graph, Unary::Negate, half) else {
        return graph.unary(Unary::Tanh, half);
    };
    let tangent = graph.unary(Unary::Tanh, opposite);
    graph.unary(Unary::Negate, tangent)
}

/// Returns whether one value is the negative of the other by its form.
fn are_opposite(graph: &Graph, left: Value, right: Value) -> bool {
    if argument(graph, Unary::Negate, left) == Some(right) || argument(graph, Unary::Negate, right) == Some(left) {
        return true;
    }
    match (graph.operation(left), graph.operation(right)) {
        (Operation::Binary(Binary::Subtract, a, b), Operation::Binary(Binary::Subtract, c, d)) => [a, b] == [d, c],
        (Operation::Binary(function @ (Binary::Multiply | Binary::Divide), a, b), Operation::Binary(other, c, d))
            if function == other && b == d =>
        {
            match (graph.as_number(a), graph.as_number(c)) {
                (Some(a), Some(c)) => a == -c,
                _ => false,
            }
        }
        _ => false,
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

/// Returns an equal value that is simpler or more exact than a function of two values, if there is one.
#[allow(clippy::too_many_lines, reason = "one arm per rule")]
fn of_binary(graph: &mut Graph, function: Binary, left: Value, right: Value) -> Option<Value> {
    let numbers = (graph.as_number(left), graph.as_number(right));
    let negated = (argument(graph, Unary::Negate, left), argument(graph, Unary::Negate, right));
    let known = match (function, negated) {
        (Binary::Add | Binary::Subtract, _) => of_conditions(graph, function, left, right),
        (Binary::Divide, (None, None)) => of_quotient(graph, left, right),
        _ => None,
    };
    if known.is_some() {
        return known;
    }
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

/// The sum or difference of two values with one condition, where it leaves at most one sum to compute.
fn of_conditions(graph: &mut Graph, function: Binary, first: Value, second: Value) -> Option<Value> {
    let of = |value| match graph.operation(value) {
        Operation::Select { left, right, yes, no, start } => Some(([left, right], start, [yes, no])),
        _ => None,
    };
    let ((sides, start, first), (other_sides, other_start, second)) = (of(first)?, of(second)?);
    let is_zero = |value| graph.as_number(value) == Some(0.0);
    let is_simpler = first.iter().zip(&second).any(|(&first, &second)| is_zero(first) || is_zero(second));
    if sides != other_sides || start != other_start || !is_simpler {
        return None;
    }
    let [yes, no] = [0, 1].map(|branch| graph.binary(function, first[branch], second[branch]));
    Some(graph.select(sides, yes, no, start))
}

/// Returns whether products with a number and its reciprocal are exact: it is a power of two.
fn is_power_of_two(number: f64) -> bool {
    number.is_normal() && (1.0 / number).is_normal() && number.to_bits().trailing_zeros() >= 52
}
