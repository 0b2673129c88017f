//! What is the value of a graph? One number after the other, straight from the meaning of each operation.

use std::collections::HashMap;

use crate::formula::testing::{Axes, Extent, Graph, Length, Operation, Outer, Part, Reduction, Size, Value};
use crate::formula::testing::{Binary, Unary};

/// The elements of a value: those of the first row, then those of the second.
pub(super) type Numbers = Vec<f64>;

/// Values that are known.
pub(super) type Known = HashMap<Value, Numbers>;

/// A value in memory.
struct Array<'a> {
    /// The lengths of the axes of a row.
    lens: Vec<usize>,
    rows: Vec<&'a [f64]>,
}

/// What gives a graph its numbers.
pub(super) struct Evaluator<'a> {
    pub(super) graph: &'a Graph,
    /// The elements of each parameter, as they are in memory: a matrix column by column.
    pub(super) parameters: Vec<Numbers>,
    /// The const parameters and the indices of the loops around, the innermost last.
    pub(super) sizes: Vec<(String, i64)>,
    /// The gradients of the parameters, to which ways back through loops add.
    pub(super) gradients: Vec<Numbers>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(graph: &'a Graph, parameters: &[Numbers], sizes: &[(&str, i64)]) -> Self {
        let gradients = parameters.iter().map(|parameter| vec![0.0; parameter.len()]).collect();
        let sizes = sizes.iter().map(|&(name, size)| (name.to_owned(), size)).collect();
        Self { graph, parameters: parameters.to_vec(), sizes, gradients }
    }

    /// Returns a length in numbers.
    pub(super) fn number(&self, length: &Length) -> i64 {
        if let Some(number) = length.as_number() {
            return number;
        }
        let mut length = length.clone();
        for (name, size) in self.sizes.iter().rev() {
            length = length.replaced(name, &Length::number(*size)).unwrap_or(length);
        }
        length.as_number().unwrap_or_else(|| panic!("{} is no number", length.text()))
    }

    fn len(&self, size: Size) -> usize {
        usize::try_from(self.number(&self.graph.length(size))).unwrap_or(0)
    }

    /// Returns the number of elements along axes.
    pub(super) fn count(&self, axes: Axes) -> usize {
        self.graph.sizes(axes).iter().map(|&size| self.len(size)).product()
    }

    /// Returns the lengths of the axes of a value.
    fn lens(&self, value: Value) -> Vec<usize> {
        let axes = self.graph.extent(value).axes().unwrap_or_default();
        self.graph.sizes(axes).iter().map(|&size| self.len(size)).collect()
    }

    /// Returns the numbers of rows and of elements of each row.
    pub(super) fn dimensions(&self, value: Value) -> [usize; 2] {
        let extent = self.graph.extent(value);
        [extent.rows(), extent.axes()].map(|axes| self.count(axes.unwrap_or_default()))
    }

    /// Computes values and what they need, apart from what is known.
    pub(super) fn evaluate(&mut self, roots: &[Value], known: &mut Known) {
        for value in self.graph.needed(roots, |value| known.contains_key(&value)) {
            if known.contains_key(&value) {
                continue;
            }
            match self.graph.operation(value) {
                Operation::Looped(repetition, _) => self.repeat(repetition, known),
                Operation::LoopedBack(back, _) => self.back(back, known),
                _ => {
                    let numbers = self.computed(value, known);
                    known.insert(value, numbers);
                }
            }
        }
    }

    /// Returns the value of an operation whose arguments are known.
    pub(super) fn computed(&self, value: Value, known: &Known) -> Numbers {
        let operation = self.graph.operation(value);
        let numbers = if operation.is_of_arrays() {
            self.of_arrays(operation, value, known)
        } else {
            self.of_elements(operation, value, known)
        };
        let [rows, elements] = self.dimensions(value);
        assert_eq!(numbers.len(), rows * elements, "{operation:?} has another length than its dimensions");
        numbers
    }

    /// Returns the value of an operation that treats elements alike, or combines those of each row.
    fn of_elements(&self, operation: Operation, value: Value, known: &Known) -> Numbers {
        let [rows, elements] = self.dimensions(value);
        // The numbers of an argument, and how far its rows and its elements are apart.
        let read = |argument: Value| {
            let strides = match self.graph.extent(argument) {
                Extent::Constant => [0, 0],
                Extent::Shared(_) => [0, 1],
                Extent::Sample(_) => [1, 0],
                Extent::Element(..) => [self.dimensions(argument)[1], 1],
            };
            (&known[&argument], strides)
        };
        let arguments: Vec<_> = self.graph.arguments(value).into_iter().map(read).collect();
        let at = |argument: usize, row: usize, element: usize| {
            let (numbers, [of_row, of_element]) = &arguments[argument];
            numbers[row * of_row + element * of_element]
        };
        let each = |f: &dyn Fn(usize, usize) -> f64| {
            (0..rows).flat_map(|row| (0..elements).map(move |element| (row, element))).map(|(r, e)| f(r, e)).collect()
        };
        match operation {
            Operation::Parameter(index, _) => self.parameters[index].clone(),
            Operation::Named(index) => vec![self.named(index)],
            Operation::Number(bits) => vec![f64::from_bits(bits)],
            Operation::Unary(function, _) => each(&|r, e| unary(function, at(0, r, e))),
            Operation::Binary(function, ..) => each(&|r, e| binary(function, at(0, r, e), at(1, r, e))),
            Operation::Select { .. } => each(&|r, e| at(if at(0, r, e) < at(1, r, e) { 2 } else { 3 }, r, e)),
            Operation::Detached(_) | Operation::Spread(..) => each(&|r, e| at(0, r, e)),
            Operation::Reduce(reduction, argument) => {
                assert!(self.graph.extent(argument).axes().is_some(), "a reduction of elements");
                let [_, width] = self.dimensions(argument);
                each(&|r, _| {
                    let elements = (0..width).map(|element| at(0, r, element));
                    match reduction {
                        Reduction::Sum => elements.sum(),
                        Reduction::Largest => elements.fold(f64::NEG_INFINITY, f64::max),
                    }
                })
            }
            other => unreachable!("{other:?} is given"),
        }
    }

    /// Returns a constant: a const parameter, or one over a product of sizes.
    fn named(&self, index: usize) -> f64 {
        let name = self.graph.named(index).map_or("", |named| &named.name);
        let product = |text: &str| -> f64 {
            let read = |factor: &str| {
                let known = self.sizes.iter().rev().find(|(name, _)| name == factor).map(|&(_, size)| size as f64);
                known.or_else(|| factor.parse().ok()).unwrap_or(f64::NAN)
            };
            text.trim_matches(['(', ')']).split(" * ").map(read).product()
        };
        name.strip_prefix("1/").map_or_else(|| product(name), |below| 1.0 / product(below))
    }

    /// Returns the value of an operation that reads memory.
    fn of_arrays(&self, operation: Operation, value: Value, known: &Known) -> Numbers {
        let arguments = self.graph.arguments(value);
        // Parameters and constants are not in the memory of a sample.
        let is_in_memory = |&argument: &Value| self.graph.extent(argument).rows().is_some();
        assert!(arguments.iter().all(is_in_memory), "{operation:?} reads what is not in memory");
        let array = |&argument: &Value| Array {
            lens: self.lens(argument),
            rows: known[&argument].chunks(self.dimensions(argument)[1]).collect(),
        };
        if let Operation::View(_, seen) = operation {
            return known[&seen].clone();
        }
        let arrays: Vec<_> = arguments.iter().map(array).collect();
        let [rows, _] = self.dimensions(value);
        let of_row: &dyn Fn(usize) -> Numbers = match operation {
            Operation::Product(..) | Operation::MatrixProduct(..) => &|row| self.multiplied(operation, &arrays, row),
            _ => &|row| self.moved(operation, &arrays, row),
        };
        (0..rows).flat_map(of_row).collect()
    }

    /// Returns a row of a value whose elements were moved, or added.
    fn moved(&self, operation: Operation, arrays: &[Array<'_>], row: usize) -> Numbers {
        let Array { lens, rows } = &arrays[0];
        match operation {
            Operation::Repeat(after, _) => rows[row / self.last(Some(after))].to_vec(),
            Operation::Collapse(_, argument) => {
                let times = self.last(self.graph.extent(argument).rows());
                let mut sum = vec![0.0; rows[0].len()];
                rows[row * times..(row + 1) * times].iter().for_each(|row| add(&mut sum, row));
                sum
            }
            Operation::Transpose(_) => {
                let &[height, width] = lens.as_slice() else { unreachable!("a matrix") };
                (0..width * height).map(|k| rows[row][k % height * width + k / height]).collect()
            }
            Operation::Slice(part, _) => {
                let [start, len, _] = self.part(part, lens);
                rows[row][start..start + len].to_vec()
            }
            Operation::Pad(part, _) => {
                let [start, len, whole] = self.part(part, lens);
                [&vec![0.0; start], rows[row], &vec![0.0; whole - start - len]].concat()
            }
            Operation::Concat(..) => [rows[row], arrays[1].rows[row]].concat(),
            other => unreachable!("{other:?} is computed with others"),
        }
    }

    /// Returns a row of a product.
    fn multiplied(&self, operation: Operation, arrays: &[Array<'_>], row: usize) -> Numbers {
        // The sum of the products of a row of the left side and a column of the right one.
        let element = |inner: usize, left: &dyn Fn(usize) -> f64, right: &dyn Fn(usize) -> f64| {
            (0..inner).map(|n| left(n) * right(n)).sum()
        };
        match operation {
            Operation::Product(matrix, is_transposed, _) => {
                let (vector, weight) = (arrays[0].rows[row], &self.parameters[matrix.parameter]);
                let [height, width] = [matrix.rows, matrix.columns].map(|size| self.len(size));
                let [outputs, inputs] = if is_transposed { [width, height] } else { [height, width] };
                let at = |i: usize, j: usize| weight[if is_transposed { i * height + j } else { j * height + i }];
                (0..outputs).map(|i| element(inputs, &|n| at(i, n), &|n| vector[n])).collect()
            }
            Operation::MatrixProduct(are_transposed, ..) => {
                let at = |side: usize, i: usize, j: usize| {
                    let (i, j) = if are_transposed[side] { (j, i) } else { (i, j) };
                    arrays[side].rows[row][i * arrays[side].lens[1] + j]
                };
                let len = |side: usize, axis: usize| arrays[side].lens[axis ^ usize::from(are_transposed[side])];
                let [height, inner, width] = [len(0, 0), len(0, 1), len(1, 1)];
                let of = |k: usize| element(inner, &|n| at(0, k / width, n), &|n| at(1, n, k % width));
                (0..height * width).map(of).collect()
            }
            other => unreachable!("{other:?} is no product"),
        }
    }

    /// Returns the length of the last axis.
    fn last(&self, axes: Option<Axes>) -> usize {
        self.graph.sizes(axes.unwrap_or_default()).last().map_or(1, |&size| self.len(size))
    }

    /// Returns the start, the length and the whole length of a part in elements.
    fn part(&self, part: Part, lens: &[usize]) -> [usize; 3] {
        let width: usize = lens.iter().skip(1).product();
        [part.start, part.len, part.whole].map(|size| self.len(size) * width)
    }

    /// Computes what a loop makes of its variables, and these before each repetition.
    fn repeat(&mut self, repetition: usize, known: &mut Known) {
        let graph = self.graph;
        let of = &graph.repetitions[repetition];
        let mut states: Vec<_> = of.initial.iter().map(|initial| known[initial].clone()).collect();
        let mut trajectories = vec![Numbers::new(); states.len()];
        for step in self.number(&of.start)..self.number(&of.end) {
            for (trajectory, state) in trajectories.iter_mut().zip(&states) {
                trajectory.extend(state);
            }
            let mut inside = self.enter(repetition, step, &states, known);
            self.evaluate(&of.results, &mut inside);
            states = of.results.iter().map(|result| inside[result].clone()).collect();
            self.leave(repetition);
        }
        for (index, (state, trajectory)) in states.into_iter().zip(trajectories).enumerate() {
            known.extend(graph.value_of(Operation::Looped(repetition, index)).map(|value| (value, state)));
            known.extend(graph.value_of(Operation::Trajectory(repetition, index)).map(|value| (value, trajectory)));
        }
    }

    /// Computes the derivatives of what a loop starts from, and adds to the gradients of parameters.
    fn back(&mut self, back: usize, known: &mut Known) {
        let (graph, index) = (self.graph, back);
        let back = &graph.backs[back];
        let of = &graph.repetitions[back.repetition];
        let mut slopes: Vec<_> = back.slopes.iter().map(|slope| known[slope].clone()).collect();
        let (states, captures) = back.derivatives.split_at(slopes.len());
        let mut sums: Vec<_> =
            captures.iter().map(|&capture| vec![0.0; self.dimensions(capture).into_iter().product()]).collect();
        let (start, end) = (self.number(&of.start), self.number(&of.end));
        for step in (start..end).rev() {
            let at = usize::try_from(step - start).unwrap_or(0);
            let before = |index: usize| {
                let trajectory =
                    &known[&graph.value_of(Operation::Trajectory(back.repetition, index)).unwrap_or(back.seeds[0])];
                let len = slopes[index].len();
                trajectory[at * len..(at + 1) * len].to_vec()
            };
            let before: Vec<_> = (0..slopes.len()).map(before).collect();
            let mut inside = self.enter(back.repetition, step, &before, known);
            inside.extend(back.seeds.iter().copied().zip(slopes.iter().cloned()));
            let factors = back.outers.iter().flat_map(|outer| [outer.left, outer.right]);
            let vectors = back.vectors.iter().map(|&(_, value)| value);
            let inner = graph.backs_within(Some(back.repetition));
            let roots: Vec<_> = back.derivatives.iter().copied().chain(factors).chain(vectors).chain(inner).collect();
            self.evaluate(&roots, &mut inside);
            slopes = states.iter().map(|state| inside[state].clone()).collect();
            for (sum, capture) in sums.iter_mut().zip(captures) {
                add(sum, &inside[capture]);
            }
            for &(parameter, value) in &back.vectors {
                self.add_vector(parameter, &inside[&value]);
            }
            for outer in &back.outers {
                self.add_outer(outer, &inside);
            }
            self.leave(back.repetition);
        }
        for (place, numbers) in slopes.into_iter().chain(sums).enumerate() {
            known.extend(graph.value_of(Operation::LoopedBack(index, place)).map(|value| (value, numbers)));
        }
    }

    /// Returns what the body of a loop knows.
    fn enter(&mut self, repetition: usize, step: i64, states: &[Numbers], known: &Known) -> Known {
        let of = &self.graph.repetitions[repetition];
        let mut inside: Known = of.states.iter().copied().zip(states.iter().cloned()).collect();
        inside.extend(of.captures.iter().map(|&[outside, inside]| (inside, known[&outside].clone())));
        if let Some((name, number)) = &of.index {
            let [rows, _] = self.dimensions(*number);
            inside.insert(*number, vec![step as f64; rows]);
            self.sizes.push((name.to_string(), step));
        }
        inside
    }

    fn leave(&mut self, repetition: usize) {
        if self.graph.repetitions[repetition].index.is_some() {
            self.sizes.pop();
        }
    }

    /// Adds the sum over the rows of elements to the gradient of a parameter.
    pub(super) fn add_vector(&mut self, parameter: usize, numbers: &Numbers) {
        let gradient = &mut self.gradients[parameter];
        for row in numbers.chunks(gradient.len()) {
            add(gradient, row);
        }
    }

    /// Adds the sum over the rows of products of two vectors to the gradient of a matrix.
    pub(super) fn add_outer(&mut self, outer: &Outer, known: &Known) {
        let [height, width] = [outer.matrix.rows, outer.matrix.columns].map(|size| self.len(size));
        let (left, right) = (&known[&outer.left], &known[&outer.right]);
        assert_eq!(left.len() / height, right.len() / width, "as many rows of both factors");
        for (left, right) in left.chunks(height).zip(right.chunks(width)) {
            for (place, sum) in self.gradients[outer.matrix.parameter].iter_mut().enumerate() {
                *sum += left[place % height] * right[place / height];
            }
        }
    }
}

/// Adds numbers to sums.
pub(super) fn add(sums: &mut [f64], numbers: &[f64]) {
    for (sum, number) in sums.iter_mut().zip(numbers) {
        *sum += number;
    }
}

fn unary(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Negate => -x,
        Unary::Exp => x.exp(),
        Unary::ExpMinusOne => x.exp_m1(),
        Unary::Ln => x.ln(),
        Unary::LnOnePlus => x.ln_1p(),
        Unary::Sqrt | Unary::Length => x.sqrt(),
        Unary::Absolute => x.abs(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tanh => x.tanh(),
        Unary::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Unary::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
        // Abramowitz and Stegun, 7.1.5: the series, for the small arguments of these tests.
        Unary::Erf => {
            let (mut term, mut sum) = (x, x);
            for n in 1..200 {
                let n = f64::from(n);
                term *= -x * x / n;
                sum += term / (2.0 * n + 1.0);
            }
            sum * core::f64::consts::FRAC_2_SQRT_PI
        }
    }
}

fn binary(function: Binary, a: f64, b: f64) -> f64 {
    match function {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Maximum => {
            if a < b {
                b
            } else {
                a
            }
        }
        Binary::Minimum => {
            if b < a {
                b
            } else {
                a
            }
        }
        Binary::OrNan => {
            if b.is_nan() {
                b
            } else {
                a
            }
        }
    }
}
