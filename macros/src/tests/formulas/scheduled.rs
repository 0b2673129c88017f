//! Do the steps of a schedule compute the graph? They run on memory that has what was written before, and nothing else.

use super::evaluated::{Evaluator, Known, Numbers, add};
use crate::formula::testing::{Extent, Graph, Operation, Pass, Step, Value, Wanted, steps};

/// A machine that runs steps.
pub(super) struct Machine<'a> {
    pub(super) evaluator: Evaluator<'a>,
    /// The values in memory. A view is the memory of what it shows.
    memory: Known,
}

impl<'a> Machine<'a> {
    /// Returns a machine with these values in memory.
    pub(super) fn new(evaluator: Evaluator<'a>, memory: Known) -> Self {
        Self { evaluator, memory }
    }

    fn graph(&self) -> &'a Graph {
        self.evaluator.graph
    }

    /// Returns a value in memory.
    pub(super) fn read(&self, value: Value) -> &Numbers {
        let seen = self.graph().seen(value);
        let operation = self.graph().operation(seen);
        self.memory.get(&seen).unwrap_or_else(|| panic!("{operation:?} is read before it was written"))
    }

    fn write(&mut self, value: Value, numbers: Numbers) {
        self.memory.insert(self.graph().seen(value), numbers);
    }

    /// Puts a value into memory, as whoever calls a layer does.
    pub(super) fn give(&mut self, value: Value, numbers: &Numbers) {
        self.memory.insert(value, numbers.clone());
    }

    /// Runs the steps to these values, from what is in memory.
    pub(super) fn compute(&mut self, roots: &[(Value, Wanted)]) {
        let given: Vec<_> = self.memory.keys().copied().collect();
        self.run(&steps(self.graph(), roots, &given));
    }

    fn run(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Loop(pass) => {
                    let computed = self.pass(pass);
                    for &output in &pass.outputs {
                        self.write(output, computed[&output].clone());
                    }
                    for reduced in &pass.reduced {
                        let numbers = self.evaluator.computed(reduced.result, &computed);
                        self.write(reduced.result, numbers);
                    }
                }
                &Step::Product { result, vector, bias, .. } => self.product(result, vector, bias),
                &Step::Arrays(value) => {
                    let arguments = self.graph().arguments(value).into_iter();
                    let known = arguments.map(|argument| (argument, self.read(argument).clone())).collect();
                    let numbers = self.evaluator.computed(value, &known);
                    self.write(value, numbers);
                }
                Step::Sums { parameter, pass } => {
                    let computed = self.pass(pass);
                    for reduced in &pass.reduced {
                        self.evaluator.add_vector(*parameter, &computed[&reduced.argument]);
                    }
                }
                Step::Outer(outer) => {
                    let factors = [outer.left, outer.right].map(|factor| (factor, self.read(factor).clone()));
                    self.evaluator.add_outer(outer, &Known::from(factors));
                }
                &Step::Repeat(repetition) => self.repeat(repetition),
                &Step::Back(back) => self.back(back),
            }
        }
    }

    /// Computes a product, and adds its bias.
    fn product(&mut self, result: Value, vector: Value, bias: Option<Value>) {
        let known = Known::from([(vector, self.read(vector).clone())]);
        let product = bias.and_then(|_| self.graph().as_biased_product(result)).map_or(result, |(product, _)| product);
        let mut numbers = self.evaluator.computed(product, &known);
        if let Some(Operation::Parameter(index, _)) = bias.map(|bias| self.graph().operation(bias)) {
            let bias = &self.evaluator.parameters[index];
            numbers.chunks_mut(bias.len()).for_each(|row| add(row, bias));
        }
        self.write(result, numbers);
    }

    /// Computes what a loop does, from what it says that it reads.
    fn pass(&self, pass: &Pass) -> Known {
        let graph = self.graph();
        let [rows, elements] = [pass.rows, pass.axes.unwrap_or_default()].map(|axes| self.evaluator.count(axes));
        let fits = |value: Value| {
            let [found_rows, found_elements] = self.evaluator.dimensions(value);
            let is_of_loop = match graph.extent(value) {
                Extent::Constant => true,
                Extent::Shared(_) => found_elements == elements && pass.axes.is_some(),
                Extent::Sample(_) => found_rows == rows,
                Extent::Element(..) => [found_rows, found_elements] == [rows, elements] && pass.axes.is_some(),
            };
            assert!(is_of_loop, "{:?} is not of a loop of {rows} rows and {elements} elements", graph.operation(value));
        };
        let reads = pass.elements.iter().chain(&pass.samples);
        let mut known: Known = reads.map(|&value| (value, self.read(value).clone())).collect();
        assert!(
            pass.samples.iter().all(|&value| matches!(graph.extent(value), Extent::Sample(_))),
            "a number of each row"
        );
        let is_element = |&value: &Value| matches!(graph.extent(value), Extent::Element(..)) == pass.axes.is_some();
        assert!(pass.elements.iter().all(is_element), "an element at each position");
        let roots: Vec<_> =
            pass.outputs.iter().copied().chain(pass.reduced.iter().map(|reduced| reduced.argument)).collect();
        for value in graph.needed(&roots, |value| known.contains_key(&value)) {
            fits(value);
            if known.contains_key(&value) {
                continue;
            }
            let operation = graph.operation(value);
            let is_local = match operation {
                Operation::Parameter(..) => pass.shared.contains(&value),
                Operation::Input(..) | Operation::Reduce(..) | Operation::Trajectory(..) => false,
                _ => !operation.is_of_arrays(),
            };
            assert!(is_local, "{operation:?} is not computed by a loop");
            let numbers = self.evaluator.computed(value, &known);
            known.insert(value, numbers);
        }
        known
    }

    /// Runs a loop, as the code of `memory::repetition` does.
    fn repeat(&mut self, repetition: usize) {
        let graph = self.graph();
        let of = &graph.repetitions[repetition];
        let roots: Vec<_> = of.results.iter().map(|&result| (result, Wanted::Elements)).collect();
        let mut states: Vec<_> = of.initial.iter().map(|&initial| self.read(initial).clone()).collect();
        let mut trajectories = vec![Numbers::new(); states.len()];
        for step in self.evaluator.number(&of.start)..self.evaluator.number(&of.end) {
            for (trajectory, state) in trajectories.iter_mut().zip(&states) {
                trajectory.extend(state);
            }
            let given = self.enter(repetition, step, &states);
            self.run(&steps(graph, &roots, &given));
            states = of.results.iter().map(|&result| self.read(result).clone()).collect();
            self.leave(repetition);
        }
        for (index, (state, trajectory)) in states.into_iter().zip(trajectories).enumerate() {
            for (operation, numbers) in
                [(Operation::Looped(repetition, index), state), (Operation::Trajectory(repetition, index), trajectory)]
            {
                self.memory.extend(graph.value_of(operation).map(|value| (value, numbers)));
            }
        }
    }

    /// Runs the way back through a loop, as the code of `memory::repetition` does.
    fn back(&mut self, index: usize) {
        let graph = self.graph();
        let back = &graph.backs[index];
        let of = &graph.repetitions[back.repetition];
        let results: Vec<_> = (0..back.derivatives.len())
            .filter_map(|place| graph.value_of(Operation::LoopedBack(index, place)))
            .collect();
        for (place, &result) in results.iter().enumerate() {
            let numbers = match back.slopes.get(place) {
                Some(&slope) => self.read(slope).clone(),
                None => vec![0.0; self.evaluator.dimensions(result).into_iter().product()],
            };
            self.write(result, numbers);
        }
        let vectors = back.vectors.iter().map(|&(parameter, value)| (value, Wanted::ColumnSums(parameter)));
        let outers = back.outers.iter().map(|outer| (outer.left, Wanted::OuterSum(outer.matrix, outer.right)));
        let elements = back.derivatives.iter().copied().chain(graph.backs_within(Some(back.repetition)));
        let roots: Vec<_> = vectors.chain(outers).chain(elements.map(|value| (value, Wanted::Elements))).collect();
        let (start, end) = (self.evaluator.number(&of.start), self.evaluator.number(&of.end));
        for step in (start..end).rev() {
            let states = self.before(back.repetition, usize::try_from(step - start).unwrap_or(0));
            let mut given = self.enter(back.repetition, step, &states);
            given.extend(&back.seeds);
            // The slopes of the variables are in the memory of the results.
            for (&seed, &result) in back.seeds.iter().zip(&results) {
                let numbers = self.read(result).clone();
                self.write(seed, numbers);
            }
            self.run(&steps(graph, &roots, &given));
            for (place, (&result, &derivative)) in results.iter().zip(&back.derivatives).enumerate() {
                let mut numbers = self.read(derivative).clone();
                if place >= back.slopes.len() {
                    add(&mut numbers, self.read(result));
                }
                self.write(result, numbers.clone());
                if let Some(&seed) = back.seeds.get(place) {
                    self.write(seed, numbers);
                }
            }
            self.leave(back.repetition);
        }
    }

    /// Returns the variables of a loop before a repetition.
    fn before(&self, repetition: usize, at: usize) -> Vec<Numbers> {
        let of = |(place, &state): (usize, &Value)| {
            let len: usize = self.evaluator.dimensions(state).into_iter().product();
            let trajectory = self.graph().value_of(Operation::Trajectory(repetition, place));
            trajectory.map_or_else(Numbers::new, |value| self.read(value)[at * len..(at + 1) * len].to_vec())
        };
        self.graph().repetitions[repetition].states.iter().enumerate().map(of).collect()
    }

    /// Makes the inputs of a loop's body known, and returns them.
    fn enter(&mut self, repetition: usize, step: i64, states: &[Numbers]) -> Vec<Value> {
        let of = &self.graph().repetitions[repetition];
        for (&state, numbers) in of.states.iter().zip(states) {
            self.give(state, numbers);
        }
        for &[outside, inside] in &of.captures {
            let numbers = self.read(outside).clone();
            self.give(inside, &numbers);
        }
        let number = of.index.as_ref().map(|&(_, number)| number);
        if let Some((name, number)) = &of.index {
            let [rows, _] = self.evaluator.dimensions(*number);
            self.give(*number, &vec![step as f64; rows]);
            self.evaluator.sizes.push((name.to_string(), step));
        }
        of.states.iter().copied().chain(of.captures.iter().map(|&[_, inside]| inside)).chain(number).collect()
    }

    fn leave(&mut self, repetition: usize) {
        if self.graph().repetitions[repetition].index.is_some() {
            self.evaluator.sizes.pop();
        }
    }
}
