//! Which values does the text of a value mention?

use std::collections::{BTreeSet, HashMap};

use crate::formula::graph::{Binary, Extent, Graph, Operation, Reduction, Unary, Value};

/// Returns the value whose text is that of another: a value without a name is seen through what has no sign in mathematics.
pub(super) fn seen(graph: &Graph, value: Value) -> Value {
    if graph.user_name(value).is_some() {
        return value;
    }
    match graph.operation(value) {
        Operation::Detached(inner)
        | Operation::Spread(_, inner)
        | Operation::Repeat(_, inner)
        | Operation::Binary(Binary::OrNan, inner, _) => seen(graph, inner),
        // A parameter that is a number.
        Operation::Reduce(Reduction::Sum, inner) if is_parameter(graph, inner) => seen(graph, inner),
        Operation::View(extent, inner) if count_of_rows(graph, extent) == count_of_rows(graph, graph.extent(inner)) => {
            seen(graph, inner)
        }
        Operation::Select { .. } => match where_not_zero(graph, value) {
            Some([base, power, at_zero]) if is_power(graph, base, power, at_zero) => power,
            _ => value,
        },
        _ => value,
    }
}

/// Returns the number of axes of the rows.
pub(super) fn count_of_rows(graph: &Graph, extent: Extent) -> usize {
    extent.rows().map_or(0, |rows| graph.sizes(rows).len())
}

/// Returns the values that the text of a value mentions.
pub(super) fn parts(graph: &Graph, value: Value) -> Vec<Value> {
    let parts = if let Some([base, elsewhere, at_zero]) = where_not_zero(graph, value) {
        vec![elsewhere, base, at_zero]
    } else if let Some((base, exponent)) = power(graph, value) {
        vec![base.value(), exponent]
    } else if let Operation::Binary(Binary::OrNan, inner, _) = graph.operation(value) {
        vec![inner]
    } else {
        graph.arguments(value)
    };
    opposites(graph, parts)
}

/// Returns values without their minus signs, which are repeated.
fn opposites(graph: &Graph, values: Vec<Value>) -> Vec<Value> {
    let without_sign = |value: Value| {
        let value = seen(graph, value);
        match graph.operation(value) {
            Operation::Unary(Unary::Negate, inner) if graph.user_name(value).is_none() => seen(graph, inner),
            _ => value,
        }
    };
    values.into_iter().map(without_sign).collect()
}

/// Returns the values that the texts of `roots` mention, and those that these mention, in the order of the graph. Values that
/// have a name mention nothing.
pub(super) fn needed(graph: &Graph, roots: &[Value], names: &HashMap<Value, String>) -> Vec<Value> {
    let mut waiting = roots.to_vec();
    let mut needed = BTreeSet::new();
    while let Some(value) = waiting.pop() {
        if needed.insert(value) && !names.contains_key(&value) {
            waiting.extend(parts(graph, value));
        }
    }
    needed.into_iter().collect()
}

/// Returns x, the value elsewhere, and the value at 0, of a value with a condition that is only met where x is 0.
pub(super) fn where_not_zero(graph: &Graph, value: Value) -> Option<[Value; 3]> {
    let Operation::Select { left, right, yes, no, .. } = graph.operation(value) else {
        return None;
    };
    let Operation::Select { left: second_left, right: second_right, yes: second_yes, no: at_zero, .. } =
        graph.operation(no)
    else {
        return None;
    };
    let is_zero = |value| graph.as_number(value) == Some(0.0);
    let base = if is_zero(left) { right } else { left };
    let compares_zero = is_zero(left) || is_zero(right);
    (compares_zero && [left, right] == [second_right, second_left] && yes == second_yes).then_some([base, yes, at_zero])
}

/// What is raised to a power.
#[derive(Clone, Copy)]
pub(super) enum Base {
    Value(Value),
    /// One more than the value.
    OnePlus(Value),
}

impl Base {
    /// Returns the value that it contains.
    fn value(self) -> Value {
        match self {
            Self::Value(value) | Self::OnePlus(value) => value,
        }
    }
}

/// Returns the base and the exponent of e^(p ln x).
pub(super) fn power(graph: &Graph, value: Value) -> Option<(Base, Value)> {
    let Operation::Unary(Unary::Exp, product) = graph.operation(value) else {
        return None;
    };
    let Operation::Binary(Binary::Multiply, left, right) = graph.operation(product) else {
        return None;
    };
    let base = |value| match graph.operation(value) {
        Operation::Unary(Unary::Ln, base) => Some(Base::Value(base)),
        Operation::Unary(Unary::LnOnePlus, base) => Some(Base::OnePlus(base)),
        _ => None,
    };
    base(right).map(|base| (base, left)).or_else(|| base(left).map(|base| (base, right)))
}

/// Returns whether a value elsewhere and at 0 is one power, as `powf` adds it.
fn is_power(graph: &Graph, base: Value, elsewhere: Value, at_zero: Value) -> bool {
    let is_limit = match graph.operation(at_zero) {
        Operation::Unary(Unary::Sqrt, root) => root == base,
        Operation::Select { .. } => true,
        _ => graph.as_number(at_zero) == Some(0.0),
    };
    is_limit && power(graph, elsewhere).is_some()
}

/// Returns whether a value is a parameter that is a matrix. Its columns are the rows of the value.
pub(super) fn is_matrix(graph: &Graph, value: Value) -> bool {
    matches!(graph.operation(value), Operation::Parameter(_, axes) if graph.sizes(axes).len() == 2)
}

/// Returns whether a value is a copy of a parameter of one element.
fn is_parameter(graph: &Graph, value: Value) -> bool {
    let Operation::Spread(_, inner) = graph.operation(value) else { return false };
    let Operation::Parameter(_, axes) = graph.operation(inner) else { return false };
    matches!(graph.sizes(axes), &[size] if graph.length(size).as_number() == Some(1))
}
