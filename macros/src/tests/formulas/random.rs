//! Random formulas: derivatives against differences, and loops against the graph that they compute.

use proc_macro2::{Ident, Span};

use super::evaluated::{Evaluator, Known, Numbers};
use super::scheduled::Machine;
use super::written::{LEN, REPETITIONS, ROWS, Random};
use crate::errors::Errors;
use crate::formula::testing::{Axes, Extent, Graph, Length, Matrix, Operation, Outer, Reduction, Scope, Value};
use crate::formula::testing::{Wanted, formula, propagate};

/// A formula of inputs `x` and `m`, a vector `b`, a number `s`, and matrices `v` and `w`, as a graph.
struct Case {
    graph: Graph,
    root: Value,
    inputs: [Value; 2],
}

fn named(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

fn case(source: &str) -> Case {
    let mut graph = Graph::new(vec![named("K")]);
    let mut errors = Errors::new();
    let [one, rows, len] = [1, ROWS, LEN].map(|len| {
        let len = Length::read(&len.to_string().parse().unwrap_or_default(), &[]);
        graph.computed(len)
    });
    let [single, vector, matrix] = [&[one][..], &[len], &[rows, len]].map(|sizes| graph.axes(sizes));
    let inputs = [("x", vector), ("m", matrix)];
    let inputs = inputs.map(|(name, axes)| graph.input(name, Extent::Element(Axes::NONE, axes)));
    let [b, s, v, w] = ["b", "s", "v", "w"].map(|name| graph.parameter(name.to_owned()));
    let bias = graph.push(Operation::Parameter(b, vector));
    // As `layer!` declares a number that is learned.
    let element = graph.push(Operation::Parameter(s, single));
    let element = graph.spread(Extent::Element(Axes::NONE, single), element);
    let number = graph.reduce(Reduction::Sum, element);
    let expression = formula(source.parse().unwrap_or_default(), crate::place::Place::call(), &mut errors);
    let root = {
        let mut scope = Scope::new(&mut graph, &mut errors, false);
        for (name, value) in [("x", inputs[0]), ("m", inputs[1]), ("b", bias), ("s", number)] {
            scope.declare(&named(name), Some(value), "input");
        }
        for (name, parameter, rows) in [("v", v, len), ("w", w, rows)] {
            scope.declare_matrix(&named(name), Matrix { parameter, rows, columns: len }, "parameter");
        }
        expression.and_then(|expression| scope.value(&expression))
    };
    let mistakes = errors.into_result().err();
    let root = root.filter(|_| mistakes.is_none());
    Case { graph, root: root.unwrap_or_else(|| panic!("{source}: {mistakes:?}")), inputs }
}

/// The allowed difference between a derivative and a difference quotient, relative to the larger of both and 1.
const TOLERANCE: f64 = 2e-6;

/// The allowed difference between the steps and the graph: the sums of a gradient are added in another order.
const ROUNDING: f64 = 1e-13;

/// Along so many directions, each of which changes all inputs and parameters.
const DIRECTIONS: usize = 3;

/// Returns whether a derivative agrees with a difference quotient, a function of the step.
fn agrees(derivative: f64, quotient: impl Fn(f64) -> f64) -> bool {
    let [whole, half] = [1e-5, 5e-6].map(quotient);
    let scale = 1.0_f64.max(derivative.abs()).max(whole.abs());
    // Two steps that disagree are across a kink, or in a place that is too steep for differences.
    let is_smooth = (whole - half).abs() < 0.2 * TOLERANCE * scale;
    !is_smooth || (derivative - half).abs() < TOLERANCE * scale
}

/// Where a formula is evaluated.
#[derive(Clone)]
struct Point {
    /// The elements of `x` and `m`.
    inputs: [Numbers; 2],
    /// The elements of `b`, `s`, `v` and `w`.
    parameters: [Numbers; 4],
}

impl Point {
    fn random(random: &mut Random) -> Self {
        let mut numbers = |count: usize| -> Numbers { (0..count).map(|_| random.number()).collect() };
        let inputs = [LEN, ROWS * LEN].map(&mut numbers);
        Self { inputs, parameters: [LEN, 1, LEN * LEN, ROWS * LEN].map(numbers) }
    }

    /// Returns what evaluates a graph here, and what it knows.
    fn evaluator<'a>(&self, case: &Case, graph: &'a Graph) -> (Evaluator<'a>, Known) {
        let evaluator = Evaluator::new(graph, &self.parameters, &[("K", REPETITIONS)]);
        (evaluator, case.inputs.into_iter().zip(self.inputs.clone()).collect())
    }

    /// Returns the elements of all inputs and parameters.
    fn all(&mut self) -> impl Iterator<Item = &mut f64> {
        self.inputs.iter_mut().chain(&mut self.parameters).flatten()
    }
}

/// The values of a layer whose formula this is, as `layer!` adds them.
struct Layer {
    case: Case,
    /// The derivative of the result by the output, and the derivatives by the inputs.
    grad_output: Value,
    grad_inputs: [Value; 2],
    vectors: Vec<(usize, Value)>,
    outers: Vec<Outer>,
}

fn layer(mut case: Case) -> Layer {
    let graph = &mut case.graph;
    let axes = graph.extent(case.root).axes().unwrap_or_default();
    let extent = Extent::of(Axes::NONE, axes);
    let grad_output = graph.input("gradient", extent);
    let derivatives = propagate(graph, case.root, grad_output);
    let grad_inputs = case.inputs.map(|input| {
        let derivative = derivatives.of(graph, input);
        graph.push(Operation::Spread(graph.extent(input), derivative))
    });
    let vectors = derivatives.of_parameters(graph);
    let outers = derivatives.outers(graph);
    case.root = graph.push(Operation::Spread(extent, case.root));
    Layer { case, grad_output, grad_inputs, vectors, outers }
}

/// The output of a layer, and the gradients of its inputs and parameters.
type Results = [Vec<Numbers>; 3];

impl Layer {
    /// Returns the values straight from the graph.
    fn evaluated(&self, point: &Point, grad_output: &Numbers) -> Results {
        let (mut evaluator, mut known) = point.evaluator(&self.case, &self.case.graph);
        known.insert(self.grad_output, grad_output.clone());
        let factors = self.outers.iter().flat_map(|outer| [outer.left, outer.right]);
        let vectors = self.vectors.iter().map(|&(_, value)| value);
        let backs = self.case.graph.backs_within(None);
        let all = [self.case.root].into_iter().chain(self.grad_inputs).chain(vectors).chain(factors).chain(backs);
        evaluator.evaluate(&all.collect::<Vec<_>>(), &mut known);
        for &(parameter, value) in &self.vectors {
            evaluator.add_vector(parameter, &known[&value]);
        }
        for outer in &self.outers {
            evaluator.add_outer(outer, &known);
        }
        let grad_inputs = self.grad_inputs.map(|value| known[&value].clone());
        [vec![known[&self.case.root].clone()], grad_inputs.to_vec(), evaluator.gradients]
    }

    /// Returns the same values from the steps of both passes.
    fn scheduled(&self, point: &Point, grad_output: &Numbers) -> Results {
        let (evaluator, known) = point.evaluator(&self.case, &self.case.graph);
        let mut machine = Machine::new(evaluator, known);
        machine.compute(&[(self.case.root, Wanted::Elements)]);
        let output = machine.read(self.case.root).clone();
        machine.give(self.grad_output, grad_output);
        let vectors = self.vectors.iter().map(|&(parameter, value)| (value, Wanted::ColumnSums(parameter)));
        let outers = self.outers.iter().map(|outer| (outer.left, Wanted::OuterSum(outer.matrix, outer.right)));
        let backs = self.case.graph.backs_within(None).into_iter().map(|back| (back, Wanted::Elements));
        machine.compute(&vectors.chain(outers).chain(backs).collect::<Vec<_>>());
        machine.compute(&self.grad_inputs.map(|value| (value, Wanted::Elements)));
        let grad_inputs = self.grad_inputs.map(|value| machine.read(value).clone());
        [vec![output], grad_inputs.to_vec(), machine.evaluator.gradients]
    }
}

/// Compares derivatives with differences, unless a kink is between the two places, and steps with the graph.
fn check(source: &str, random: &mut Random) {
    let layer = layer(case(source));
    let point = Point::random(random);
    let (graph, root) = (&layer.case.graph, layer.case.root);
    let extent = graph.extent(root);
    let (evaluator, _) = point.evaluator(&layer.case, graph);
    let count = evaluator.count(extent.axes().unwrap_or_default());
    // Weights of all elements, so that exchanged ones are seen.
    let weights: Numbers = (0..count).map(|_| random.number()).collect();
    let results = layer.evaluated(&point, &weights);
    let scheduled = layer.scheduled(&point, &weights);
    let all = |results: &Results| results.iter().flatten().flatten().copied().collect::<Numbers>();
    for (evaluated, scheduled) in all(&results).into_iter().zip(all(&scheduled)) {
        let is_near = (evaluated - scheduled).abs() <= ROUNDING * evaluated.abs().max(1.0);
        let is_equal = evaluated == scheduled || evaluated.is_nan() && scheduled.is_nan();
        assert!(is_near || is_equal, "{source}: {evaluated} and {scheduled} by steps");
    }
    let weighted = |point: &Point| -> f64 {
        let (mut evaluator, mut known) = point.evaluator(&layer.case, graph);
        evaluator.evaluate(&[root], &mut known);
        known[&root].iter().zip(&weights).map(|(value, weight)| value * weight).sum()
    };
    let derivatives: Numbers = results[1].iter().chain(&results[2]).flatten().copied().collect();
    for _ in 0..DIRECTIONS {
        let direction: Numbers = derivatives.iter().map(|_| random.number()).collect();
        let quotient = |step: f64| {
            let [above, below] = [step, -step].map(|step| {
                let mut point = point.clone();
                for (number, along) in point.all().zip(&direction) {
                    *number += step * along;
                }
                weighted(&point)
            });
            (above - below) / (2.0 * step)
        };
        let derivative = derivatives.iter().zip(&direction).map(|(derivative, along)| derivative * along).sum();
        assert!(agrees(derivative, quotient), "{source}: {derivative}, not {}", quotient(1e-5));
    }
}

#[test]
fn derivatives_of_random_formulas_match_differences() {
    let mut random = Random::new(37);
    for _ in 0..1_000 {
        let (depth, shape) = (1 + random.below(3), random.shape());
        let source = random.formula(depth, &shape);
        check(&source, &mut random);
    }
}

/// Forms that are replaced, and powers and conditions, whose derivatives have several parts.
const REPLACED: [&str; 19] = [
    "1 / (1 + exp(-(w * x)))",
    "b / (1 + exp(x))",
    "exp(x * b) / (exp(x * b) + 1)",
    "exp(w * x) / sum(exp(w * x))",
    "exp(x - max(x)) / sum(exp(x - max(x)))",
    "(exp(x * b) - exp(-x * b)) / (exp(-x * b) + exp(x * b))",
    "(1 - exp(-2 * x)) / (1 + exp(-2 * x)) * b",
    "ln_1p(exp(x + b)) + ln(1 - exp(-0.25 - x * x))",
    "sqrt(sum(x * x)) * b",
    "powf(abs(x) + 0.25, 1.5) + powf(abs(x) + 0.25, 0.75) * powf(abs(b) + 0.25, -0.5)",
    "powf(sigmoid(x), b) + powf(b + 1.5, x)",
    "powf(abs(x) + 0.25, sum(b))",
    "powf(1.5 + max(x), b)",
    "powf(1 - softmax(x), 2.5) * ln(1 - softmax(x))",
    "powf(x, b)",
    "(if x < 0 { x * b } else { 0 }) + (if x < 0 { 0 } else { sin(x) })",
    "(if x < b { x * x } else { x }) - (if x < b { b } else { 0 })",
    "abs(x) * abs(x) + max(x, b) - min(x, b)",
    "x_ln_x(abs(x)) + powf(abs(x), 1.25)",
];

#[test]
fn derivatives_of_replaced_forms_match_differences() {
    let mut random = Random::new(41);
    for source in REPLACED {
        for _ in 0..50 {
            check(source, &mut random);
        }
    }
}
