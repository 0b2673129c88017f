//! How does a formula change with its inputs? Reverse mode on the graph: derivatives are new values.

mod rules;

use std::collections::BTreeMap;

use self::rules::contributions;
use super::graph::{Back, Extent, Graph, Operation, Outer, Reduction, Value};

/// The condition of a derivative applies where a further derivative enters its branches, which are short.
const AT_ENTRY: usize = usize::MAX;

/// Derivatives with respect to inputs, parameters, and values that are treated as such.
#[derive(Default)]
pub(crate) struct Derivatives {
    of_values: BTreeMap<Value, Value>,
    /// Those of matrices.
    outers: Vec<Outer>,
}

impl Derivatives {
    /// Returns the derivative with respect to a value: 0 if the result does not depend on it.
    pub(crate) fn of(&self, graph: &mut Graph, value: Value) -> Value {
        self.of_values.get(&value).copied().unwrap_or_else(|| graph.number(0.0))
    }

    /// Returns the derivatives with respect to the elements of parameters, in the order of the parameters, with an element at each
    /// position.
    pub(crate) fn of_parameters(&self, graph: &mut Graph) -> Vec<(usize, Value)> {
        let mut derivatives = Vec::new();
        for (&value, &slope) in &self.of_values {
            if let Operation::Parameter(index, axes) = graph.operation(value) {
                let rows = graph.extent(slope).rows().unwrap_or_default();
                derivatives.push((index, graph.spread(Extent::Element(rows, axes), slope)));
            }
        }
        derivatives.sort_by_key(|&(index, _)| index);
        derivatives
    }

    /// Returns the derivatives of products of matrices, with an element at each position.
    pub(crate) fn outers(&self, graph: &mut Graph) -> Vec<Outer> {
        let spread = |outer: &Outer| Outer {
            left: graph.spread_vector(outer.matrix.rows, outer.left),
            right: graph.spread_vector(outer.matrix.columns, outer.right),
            ..*outer
        };
        self.outers.iter().map(spread).collect()
    }
}

/// Adds the derivative of Σ `slope` · `value` with respect to each of `inputs`, where `slope` is the derivative of the result
/// with respect to `value`.
pub(crate) fn derivatives<const N: usize>(
    graph: &mut Graph,
    value: Value,
    slope: Value,
    inputs: [Value; N],
) -> [Value; N] {
    let derivatives = propagate(graph, value, slope);
    inputs.map(|input| derivatives.of(graph, input))
}

/// Adds the derivatives of Σ `slope` · `value`.
pub(crate) fn propagate(graph: &mut Graph, value: Value, slope: Value) -> Derivatives {
    propagate_all(graph, BTreeMap::from([(value, slope)]))
}

/// Adds the derivatives of the sum of several values, each times its slope.
fn propagate_all(graph: &mut Graph, mut waiting: BTreeMap<Value, Value>) -> Derivatives {
    let mut done = Derivatives::default();
    // The arguments of a value precede it, so the greatest one that waits has all of its contributions.
    while let Some((value, slope)) = waiting.pop_last() {
        let operation = graph.operation(value);
        if matches!(operation, Operation::Input(..) | Operation::Parameter(..)) {
            done.of_values.insert(value, slope);
            continue;
        }
        if let Operation::Looped(repetition, _) = operation {
            waiting.insert(value, slope);
            of_loop(graph, repetition, &mut waiting);
            continue;
        }
        if let Operation::Product(matrix, is_transposed, argument) = operation {
            let slope = graph.spread(graph.extent(value), slope);
            let [left, right] = if is_transposed { [argument, slope] } else { [slope, argument] };
            let (left, right) = (graph.spread_vector(matrix.rows, left), graph.spread_vector(matrix.columns, right));
            done.outers.push(Outer { matrix, left, right });
        }
        for (argument, contribution) in contributions(graph, operation, value, slope) {
            // A number per sample that acts on every element collects the contributions of all of them.
            let contribution = match (graph.extent(value), graph.extent(argument)) {
                (extent @ Extent::Element(..), Extent::Sample(_)) if !operation.is_of_arrays() => {
                    let contribution = graph.spread(extent, contribution);
                    graph.reduce(Reduction::Sum, contribution)
                }
                _ => contribution,
            };
            add(graph, &mut waiting, argument, contribution);
        }
    }
    done
}

/// Passes what the results of a loop receive on to what it starts from. All of their contributions are there, since the results
/// follow each other.
fn of_loop(graph: &mut Graph, repetition: usize, waiting: &mut BTreeMap<Value, Value>) {
    let Some(of) = graph.repetitions.get(repetition) else { return };
    let (initial, states, results, captures) =
        (of.initial.clone(), of.states.clone(), of.results.clone(), of.captures.clone());
    let mut slopes = Vec::new();
    for index in 0..states.len() {
        let result = graph.push(Operation::Looped(repetition, index));
        let slope = waiting.remove(&result).unwrap_or_else(|| graph.number(0.0));
        slopes.push(graph.spread(graph.extent(result), slope));
    }
    let seeds: Vec<_> = results.iter().map(|&result| graph.input("slope", graph.extent(result))).collect();
    let mut within = BTreeMap::new();
    for (&result, &seed) in results.iter().zip(&seeds) {
        add(graph, &mut within, result, seed);
    }
    graph.within.push(repetition);
    let inner = propagate_all(graph, within);
    graph.within.pop();
    let inputs: Vec<_> = states.iter().copied().chain(captures.iter().map(|&[_, inside]| inside)).collect();
    let derivatives: Vec<_> = inputs
        .iter()
        .map(|&input| {
            let derivative = inner.of(graph, input);
            let extent = graph.extent(input);
            // The slope of a variable is overwritten, so that one which is passed on as it is has to be a copy.
            if matches!(graph.operation(graph.seen(derivative)), Operation::Input(..)) {
                return graph.push(Operation::Spread(extent, derivative));
            }
            graph.spread(extent, derivative)
        })
        .collect();
    let vectors = inner.of_parameters(graph);
    let outers = inner.outers(graph);
    let count = derivatives.len();
    let within = graph.within.last().copied();
    graph.backs.push(Back { repetition, within, slopes, seeds, derivatives, vectors, outers });
    let back = graph.backs.len() - 1;
    let given: Vec<_> = initial.into_iter().chain(captures.iter().map(|&[outside, _]| outside)).collect();
    for (index, argument) in (0..count).zip(given) {
        let contribution = graph.push(Operation::LoopedBack(back, index));
        add(graph, waiting, argument, contribution);
    }
}

/// Adds the derivatives within a branch of a condition: with respect to the values from which its elements are computed one by
/// one, as far as they were added for the branch.
fn within_branch(graph: &mut Graph, branch: Value, slope: Value, start: usize) -> BTreeMap<Value, Value> {
    let is_vector = graph.extent(branch).axes().is_some();
    let mut waiting = BTreeMap::from([(branch, slope)]);
    let mut done = BTreeMap::new();
    while let Some((value, slope)) = waiting.pop_last() {
        let operation = graph.operation(value);
        let is_whole = operation.is_of_arrays()
            || matches!(
                operation,
                Operation::Input(..) | Operation::Parameter(..) | Operation::Reduce(..) | Operation::Spread(..)
            );
        // What combines elements has to receive what the condition leaves.
        if is_whole || Graph::is_before(value, start) || is_vector && graph.extent(value).axes().is_none() {
            done.insert(value, slope);
            continue;
        }
        for (argument, contribution) in contributions(graph, operation, value, slope) {
            add(graph, &mut waiting, argument, contribution);
        }
    }
    done
}

/// Adds a contribution to those that wait.
fn add(graph: &mut Graph, waiting: &mut BTreeMap<Value, Value>, argument: Value, contribution: Value) {
    if graph.extent(argument) == Extent::Constant {
        return;
    }
    let sum = match waiting.remove(&argument) {
        Some(others) => {
            let [others, contribution] = with_equal_rows(graph, [others, contribution]);
            graph.plus(others, contribution)
        }
        None => contribution,
    };
    waiting.insert(argument, sum);
}

/// Returns two contributions to a parameter for the rows that both have: those of other rows are added.
fn with_equal_rows(graph: &mut Graph, mut contributions: [Value; 2]) -> [Value; 2] {
    loop {
        let [left, right] = contributions.map(|value| graph.extent(value).rows());
        let (Some(left), Some(right)) = (left, right) else { return contributions };
        if left == right {
            return contributions;
        }
        let deeper = usize::from(graph.sizes(left).len() < graph.sizes(right).len());
        if let Some(value) = contributions.get_mut(deeper) {
            let rows = graph.extent(*value).rows().unwrap_or_default();
            let rows = graph.outer_rows(rows);
            *value = graph.push(Operation::Collapse(rows, *value));
        }
    }
}
