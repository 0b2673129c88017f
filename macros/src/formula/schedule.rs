//! Which loops compute a formula?
//!
//! A reduction needs all elements of a sample before anything can use it, and so does a product of a matrix, so the steps are
//! cut there. What lies between two cuts is one loop for each length of vectors, however many operations it has, and several
//! reductions and outputs share it. Other values of elements are not stored between loops, but computed again.

use std::collections::HashMap;

use super::graph::{Axes, Extent, Graph, Matrix, Operation, Outer, Reduction, Value};

/// What is wanted of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Every element of each sample.
    Elements,
    /// One number for each sample.
    Samples,
    /// The sum over the samples of each element, for the gradient of the parameter with this index.
    ColumnSums(usize),
    /// The sum over the samples of the products of each of its elements and each element of another vector, for the gradient of
    /// a matrix.
    OuterSum(Matrix, Value),
}

/// One step.
#[derive(Debug)]
pub(crate) enum Step {
    /// A loop over elements (with their size) or over samples.
    Loop(Pass),
    /// A product of a matrix, or of its transpose, and a vector of each sample. The bias is added to it.
    Product {
        result: Value,
        matrix: Matrix,
        is_transposed: bool,
        vector: Value,
        bias: Option<Value>,
    },
    /// Any other operation that moves or combines elements.
    Arrays(Value),
    /// The sums over the samples of a value, for the gradient of a parameter.
    Sums {
        parameter: usize,
        pass: Pass,
    },
    /// The sum of the products of two vectors, for the gradient of a matrix.
    Outer(Outer),
    /// A loop, and the way back through one.
    Repeat(usize),
    Back(usize),
}

/// One loop.
#[derive(Debug)]
pub(crate) struct Pass {
    /// The rows of each sample.
    pub(crate) rows: Axes,
    /// The axes of the elements of a row; `None` for a loop over rows.
    pub(crate) axes: Option<Axes>,
    /// The vectors of each sample that it reads; in a loop over samples, the numbers.
    pub(crate) elements: Vec<Value>,
    /// The numbers per sample that it reads, in a loop over elements.
    pub(crate) samples: Vec<Value>,
    /// The parameters that it reads.
    pub(crate) shared: Vec<Value>,
    /// The values that it writes.
    pub(crate) outputs: Vec<Value>,
    /// The reductions that it computes.
    pub(crate) reduced: Vec<Reduced>,
}

/// A reduction in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reduced {
    pub(crate) result: Value,
    pub(crate) reduction: Reduction,
    pub(crate) argument: Value,
}

/// Everything that the steps are made from.
struct Schedule<'a> {
    graph: &'a Graph,
    roots: &'a [(Value, Wanted)],
    /// The values that are in memory before.
    given: &'a [Value],
    needed: Vec<Value>,
    levels: HashMap<Value, usize>,
    /// The values that are in memory when their readers run, apart from those that are given.
    stored: Vec<Value>,
    /// Products that are the sum with their bias.
    biased: HashMap<Value, (Value, Value)>,
}

/// Returns what is wanted of the derivatives of parameters: of vectors, each with the index of its parameter, and of matrices.
pub(crate) fn of_parameters(vectors: &[(usize, Value)], outers: &[Outer]) -> impl Iterator<Item = (Value, Wanted)> {
    let of_vectors = vectors.iter().map(|&(parameter, value)| (value, Wanted::ColumnSums(parameter)));
    of_vectors.chain(outers.iter().map(|outer| (outer.left, Wanted::OuterSum(outer.matrix, outer.right))))
}

/// Returns the steps that compute the roots, given values in memory.
pub(crate) fn steps(graph: &Graph, roots: &[(Value, Wanted)], given: &[Value]) -> Vec<Step> {
    let mut wanted: Vec<_> = roots.iter().map(|&(value, _)| value).collect();
    wanted.extend(roots.iter().filter_map(|&(_, wanted)| match wanted {
        Wanted::OuterSum(_, other) => Some(other),
        _ => None,
    }));
    let needed = graph.needed(&wanted, |value| given.contains(&value));
    let biased = biased(graph, &needed, given);
    let levels = levels(graph, &needed, given);
    let mut schedule = Schedule { graph, roots, given, needed, levels, stored: Vec::new(), biased };
    schedule.stored = schedule.to_store();
    schedule.all()
}

/// Returns the sums of a product and a parameter, where nothing else reads the product: the sum, its product and the parameter.
fn biased(graph: &Graph, needed: &[Value], given: &[Value]) -> HashMap<Value, (Value, Value)> {
    let readers = |value: Value| {
        needed.iter().filter(|&&reader| !given.contains(&reader) && graph.arguments(reader).contains(&value)).count()
    };
    let mut biased = HashMap::new();
    for &value in needed.iter().filter(|value| !given.contains(value)) {
        if let Some((product, bias)) = graph.as_biased_product(value)
            && readers(product) == 1
            && !given.contains(&product)
        {
            biased.insert(value, (product, bias));
        }
    }
    biased
}

/// Returns the number of cuts before each value.
fn levels(graph: &Graph, needed: &[Value], given: &[Value]) -> HashMap<Value, usize> {
    let mut levels = HashMap::new();
    for &value in needed {
        let operation = graph.operation(value);
        let before = graph.arguments(value).into_iter().filter_map(|argument| levels.get(&argument)).max();
        let before = before.copied().unwrap_or(0);
        let cuts = operation.is_of_arrays() || matches!(operation, Operation::Reduce(..));
        levels.insert(value, if given.contains(&value) { 0 } else { before + usize::from(cuts) });
    }
    levels
}

/// Returns the step of an operation of arrays, if it is one. A view needs none, and one step computes all values of a loop.
fn of_arrays(operation: Operation, value: Value) -> Option<Step> {
    match operation {
        Operation::Looped(repetition, 0) => Some(Step::Repeat(repetition)),
        Operation::LoopedBack(back, 0) => Some(Step::Back(back)),
        Operation::View(..) | Operation::Looped(..) | Operation::LoopedBack(..) => None,
        _ => operation.is_of_arrays().then_some(Step::Arrays(value)),
    }
}

impl Schedule<'_> {
    /// Returns the number of cuts before a value.
    fn level(&self, value: Value) -> usize {
        self.levels.get(&value).copied().unwrap_or(0)
    }

    /// Returns whether a value comes to memory without a loop that writes it.
    fn is_array(&self, value: Value) -> bool {
        self.given.contains(&value)
            || self.biased.contains_key(&value)
            || self.graph.operation(value).is_of_arrays()
            || matches!(self.graph.operation(value), Operation::Reduce(..) | Operation::Input(..))
    }

    /// Returns the values that have to be in memory.
    fn to_store(&self) -> Vec<Value> {
        let is_of_arrays = |value: Value| {
            let by_product = self.needed.iter().any(|&reader| {
                let operation = self.graph.operation(reader);
                !self.given.contains(&reader)
                    && operation.is_of_arrays()
                    && self.graph.arguments(reader).contains(&value)
            });
            let by_outer = self
                .roots
                .iter()
                .any(|&(root, wanted)| matches!(wanted, Wanted::OuterSum(_, other) if root == value || other == value));
            by_product || by_outer
        };
        let is_wanted = |value: Value| {
            let is_written = |wanted| matches!(wanted, Wanted::Elements | Wanted::Samples);
            self.roots.iter().any(|&(root, wanted)| root == value && is_written(wanted))
        };
        // A product that its bias takes in is never in memory.
        let is_taken_in = |value: Value| self.biased.values().any(|&(product, _)| product == value);
        let is_read =
            |value: Value| matches!(self.graph.extent(value), Extent::Sample(_)) && self.is_read_elsewhere(value);
        let candidates = self
            .needed
            .iter()
            .copied()
            .filter(|&value| self.graph.extent(value).rows().is_some() && !is_taken_in(value));
        candidates
            .filter(|&value| self.is_array(value) || is_of_arrays(value) || is_wanted(value) || is_read(value))
            .collect()
    }

    /// Returns whether a number per sample is read by elements, or by a later loop over samples.
    fn is_read_elsewhere(&self, value: Value) -> bool {
        let by_roots =
            self.roots.iter().any(|&(root, wanted)| matches!(wanted, Wanted::ColumnSums(_)) && root == value);
        by_roots
            || self.needed.iter().any(|&reader| {
                let operation = self.graph.operation(reader);
                let is_later = self.graph.extent(reader).axes().is_some()
                    || matches!(operation, Operation::Reduce(..))
                    || self.level(reader) > self.level(value);
                is_later && !self.given.contains(&reader) && self.graph.arguments(reader).contains(&value)
            })
    }

    /// Returns the steps in the order in which they run.
    fn all(&self) -> Vec<Step> {
        let last = self.needed.iter().map(|&value| self.level(value)).max().unwrap_or(0);
        let mut steps = Vec::new();
        for level in 0..=last {
            self.products(level, &mut steps);
            let written: Vec<_> = self
                .stored
                .iter()
                .copied()
                .filter(|&value| self.level(value) == level && !self.is_array(value))
                .collect();
            let reduced = self.reductions(level);
            // Loops over rows first, since loops over elements read what they write.
            let arguments = reduced.iter().map(|reduced| reduced.argument);
            let mut loops: Vec<_> = written.iter().copied().chain(arguments).map(|value| self.place(value)).collect();
            loops.sort_unstable_by_key(|&(rows, axes)| (axes, rows));
            loops.dedup();
            for place in loops {
                let outputs = written.iter().copied().filter(|&value| self.place(value) == place).collect();
                let reduced = reduced.iter().copied().filter(|reduced| self.place(reduced.argument) == place).collect();
                steps.extend(self.pass(place, outputs, reduced).map(Step::Loop));
            }
        }
        self.sums(&mut steps);
        steps
    }

    /// Returns the rows and the axes of the loop that computes a value.
    fn place(&self, value: Value) -> (Axes, Option<Axes>) {
        let extent = self.graph.extent(value);
        (extent.rows().unwrap_or_default(), extent.axes())
    }

    /// Returns the reductions whose arguments are complete.
    fn reductions(&self, level: usize) -> Vec<Reduced> {
        let found = self.needed.iter().filter_map(|&result| match self.graph.operation(result) {
            Operation::Reduce(reduction, argument)
                if !self.given.contains(&result)
                    && self.level(result) == level + 1
                    && self.graph.extent(argument).axes().is_some() =>
            {
                Some(Reduced { result, reduction, argument })
            }
            _ => None,
        });
        found.collect()
    }

    /// Adds the products and the other operations of arrays whose arguments are complete.
    fn products(&self, level: usize, steps: &mut Vec<Step>) {
        for &value in self.needed.iter().filter(|&&value| self.level(value) == level && self.stored.contains(&value)) {
            let (product, bias) = match self.biased.get(&value) {
                Some(&(product, bias)) => (product, Some(bias)),
                None => (value, None),
            };
            let operation = self.graph.operation(product);
            if self.given.contains(&value) {
                continue;
            }
            if let Operation::Product(matrix, is_transposed, vector) = operation {
                steps.push(Step::Product { result: value, matrix, is_transposed, vector, bias });
            } else {
                steps.extend(of_arrays(operation, value));
            }
        }
    }

    /// Adds the sums over the samples.
    fn sums(&self, steps: &mut Vec<Step>) {
        for &(value, wanted) in self.roots {
            let sum = vec![Reduced { result: value, reduction: Reduction::Sum, argument: value }];
            match wanted {
                Wanted::Elements | Wanted::Samples => {}
                Wanted::OuterSum(matrix, right) => steps.push(Step::Outer(Outer { matrix, left: value, right })),
                Wanted::ColumnSums(parameter) => {
                    let pass = self.pass(self.place(value), Vec::new(), sum);
                    steps.extend(pass.map(|pass| Step::Sums { parameter, pass }));
                }
            }
        }
    }

    /// Returns a loop, unless it would compute nothing.
    fn pass(&self, (rows, axes): (Axes, Option<Axes>), outputs: Vec<Value>, reduced: Vec<Reduced>) -> Option<Pass> {
        if outputs.is_empty() && reduced.is_empty() {
            return None;
        }
        // What the loop writes is not in memory yet.
        let is_given =
            |value: Value| (self.stored.contains(&value) || self.given.contains(&value)) && !outputs.contains(&value);
        let roots: Vec<_> = outputs.iter().copied().chain(reduced.iter().map(|reduced| reduced.argument)).collect();
        let needed = self.graph.needed(&roots, is_given);
        let of_memory = needed.iter().copied().filter(|&value| is_given(value));
        let (elements, samples): (Vec<_>, Vec<_>) = match axes {
            Some(_) => of_memory.partition(|&value| matches!(self.graph.extent(value), Extent::Element(..))),
            None => (of_memory.collect(), Vec::new()),
        };
        let shared = needed.into_iter().filter(|&value| self.graph.is_parameter(value) && !is_given(value)).collect();
        Some(Pass { rows, axes, elements, samples, shared, outputs, reduced })
    }
}
