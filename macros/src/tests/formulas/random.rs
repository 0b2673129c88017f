//! Random formulas: derivatives against differences, and loops against the graph that they compute.

use std::collections::HashMap;

use crate::errors::Errors;
use crate::formula::testing::{Axes, Extent, Graph, Length, Matrix, Operation, Reduction, Scope, Value, propagate};
use crate::formula::testing::{Binary, Unary, formula};

/// The length of the vectors.
const LEN: usize = 3;

/// A value of a graph: one number, or one for each element.
type Numbers = Vec<f64>;

/// Returns the value of a graph for these inputs, parameters and matrices (rows by rows).
fn evaluate(graph: &Graph, root: Value, leaves: &HashMap<Value, Numbers>, matrices: &[Vec<f64>]) -> Numbers {
    let mut values: HashMap<Value, Numbers> = HashMap::new();
    for value in graph.needed(&[root], |_| false) {
        let of = |argument: Value| values.get(&argument).cloned().unwrap_or_default();
        let zip = |a: Numbers, b: Numbers, f: &dyn Fn(f64, f64) -> f64| -> Numbers {
            let len = a.len().max(b.len());
            (0..len).map(|index| f(a[index % a.len()], b[index % b.len()])).collect()
        };
        let result = match graph.operation(value) {
            Operation::Input(..) | Operation::Parameter(..) => leaves[&value].clone(),
            Operation::Named(_) => vec![1.0 / LEN as f64],
            Operation::Number(bits) => vec![f64::from_bits(bits)],
            Operation::Unary(function, argument) => of(argument).into_iter().map(|x| unary(function, x)).collect(),
            Operation::Binary(function, left, right) => zip(of(left), of(right), &|a, b| binary(function, a, b)),
            Operation::Select { left, right, yes, no, .. } => {
                let choice = zip(of(left), of(right), &|a, b| f64::from(a < b));
                let (yes, no) = (of(yes), of(no));
                let len = choice.len().max(yes.len()).max(no.len());
                let at = |numbers: &Numbers, index: usize| numbers[index % numbers.len()];
                (0..len).map(|index| if at(&choice, index) > 0.0 { at(&yes, index) } else { at(&no, index) }).collect()
            }
            Operation::Reduce(Reduction::Sum, argument) => vec![spread(of(argument)).iter().sum()],
            Operation::Reduce(Reduction::Largest, argument) => {
                vec![of(argument).into_iter().fold(f64::NEG_INFINITY, f64::max)]
            }
            Operation::Product(matrix, is_transposed, vector) => {
                let (weight, vector) = (&matrices[matrix.parameter], spread(of(vector)));
                let at = |row: usize, column: usize| {
                    if is_transposed { weight[column * LEN + row] } else { weight[row * LEN + column] }
                };
                (0..LEN).map(|row| (0..LEN).map(|column| at(row, column) * vector[column]).sum()).collect()
            }
            Operation::Detached(argument) => of(argument),
            Operation::Spread(_, argument) => spread(of(argument)),
            other => unreachable!("{other:?} is not in these formulas"),
        };
        values.insert(value, result);
    }
    values[&root].clone()
}

fn spread(numbers: Numbers) -> Numbers {
    if numbers.len() == 1 { vec![numbers[0]; LEN] } else { numbers }
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

/// A generator of source text and numbers: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    /// Returns a number from -1 to 1.
    fn number(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// Returns one of these.
    fn choice<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices[index]
    }

    /// Returns a formula that is a vector, or a number.
    fn formula(&mut self, depth: u64, is_vector: bool) -> String {
        if depth == 0 {
            return self.choice(if is_vector { &["x", "b", "x"] } else { &["0.5", "1.25", "2"] }).to_owned();
        }
        if !is_vector && self.below(3) > 0 {
            return self.combination(depth - 1);
        }
        let other_is_vector = is_vector && self.below(2) == 0;
        let inner = |random: &mut Self, is_vector| random.formula(depth - 1, is_vector);
        match self.below(16) {
            0 => format!("({} + {})", inner(self, is_vector), inner(self, other_is_vector)),
            1 => format!("({} - {})", inner(self, other_is_vector), inner(self, is_vector)),
            2 => format!("{} * {}", inner(self, is_vector), inner(self, other_is_vector)),
            3 => format!("{} / (1.5 + {}.powi(2))", inner(self, is_vector), inner(self, other_is_vector)),
            4 => format!("tanh({})", inner(self, is_vector)),
            5 => format!("sigmoid({})", inner(self, is_vector)),
            6 => format!("softplus({})", inner(self, is_vector)),
            7 => format!("sin({})", inner(self, is_vector)),
            8 => format!("ln(1.25 + {}.powi(2))", inner(self, is_vector)),
            9 => format!("exp(-abs({}))", inner(self, is_vector)),
            10 => format!("sqrt(0.5 + abs({}))", inner(self, is_vector)),
            11 => format!("max({}, {})", inner(self, is_vector), inner(self, other_is_vector)),
            12 => format!(
                "(if {} < {} {{ {} }} else {{ {} }})",
                inner(self, other_is_vector),
                inner(self, false),
                inner(self, is_vector),
                inner(self, is_vector)
            ),
            13 => format!("{{ let t = {}; t * t + tanh(t) }}", inner(self, is_vector)),
            14 if is_vector => format!("(w * {})", self.input_vector(depth - 1)),
            15 if is_vector => format!("softmax({})", self.input_vector(depth - 1)),
            _ => format!("cos({})", inner(self, is_vector)),
        }
    }

    /// Returns a number from all elements of a vector.
    fn combination(&mut self, depth: u64) -> String {
        let argument = self.formula(depth, true);
        match self.below(6) {
            0 => format!("sum({argument})"),
            1 => format!("mean({argument})"),
            2 => format!("max({argument})"),
            3 => format!("norm({argument})"),
            4 => format!("log_sum_exp({argument})"),
            _ => format!("dot({argument}, {})", self.formula(depth, true)),
        }
    }

    /// Returns a vector that depends on the input.
    fn input_vector(&mut self, depth: u64) -> String {
        format!("(x + {})", self.formula(depth, true))
    }
}

/// A formula of an input `x`, a parameter `b` and a matrix `w`, as a graph.
struct Case {
    graph: Graph,
    root: Value,
    leaves: [Value; 2],
}

fn case(source: &str) -> Case {
    let mut graph = Graph::new(Vec::new());
    let mut errors = Errors::new();
    let size = graph.computed(Length::number(3));
    let axes = graph.axes(&[size]);
    let x = graph.input("x", Extent::Element(Axes::NONE, axes));
    let index = graph.parameter("w".to_owned());
    let matrix = Matrix { parameter: index, rows: size, columns: size };
    let index = graph.parameter("b".to_owned());
    let b = graph.push(Operation::Parameter(index, axes));
    let expression = formula(source.parse().unwrap_or_default(), crate::place::Place::call(), &mut errors);
    let root = {
        let mut scope = Scope::new(&mut graph, &mut errors, false);
        let name = |name: &str| proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
        scope.declare(&name("x"), Some(x), "input");
        scope.declare(&name("b"), Some(b), "parameter");
        scope.declare_matrix(&name("w"), matrix, "parameter");
        expression.and_then(|expression| scope.value(&expression))
    };
    let mistakes = errors.into_result();
    let root = root.unwrap_or_else(|| panic!("{source}: {mistakes:?}"));
    Case { graph, root, leaves: [x, b] }
}

/// The allowed difference between a derivative and a difference quotient, relative to the larger of both and 1.
const TOLERANCE: f64 = 2e-6;

/// Where a formula is evaluated.
#[derive(Clone)]
struct Point {
    /// The elements of `x` and of `b`.
    numbers: [Numbers; 2],
    weight: Vec<f64>,
}

impl Point {
    fn random(random: &mut Random) -> Self {
        let mut numbers = |count: usize| -> Numbers { (0..count).map(|_| random.number()).collect() };
        Self { numbers: [numbers(LEN), numbers(LEN)], weight: numbers(LEN * LEN) }
    }

    /// Returns the value of a formula here.
    fn value(&self, graph: &Graph, leaves: [Value; 2], value: Value) -> Numbers {
        let leaves = leaves.into_iter().zip(self.numbers.iter().cloned()).collect();
        evaluate(graph, value, &leaves, std::slice::from_ref(&self.weight))
    }
}

/// Returns whether a derivative agrees with a difference quotient, a function of the step.
fn agrees(derivative: f64, quotient: impl Fn(f64) -> f64) -> bool {
    let [whole, half] = [1e-5, 5e-6].map(quotient);
    let scale = 1.0_f64.max(derivative.abs()).max(whole.abs());
    // Two steps that disagree are across a kink, or in a place that is too steep for differences.
    let is_smooth = (whole - half).abs() < 0.2 * TOLERANCE * scale;
    !is_smooth || (derivative - half).abs() < TOLERANCE * scale
}

/// Compares derivatives with differences, unless a kink is between the two places.
fn check(source: &str, random: &mut Random) -> bool {
    let Case { mut graph, root, leaves } = case(source);
    let point = Point::random(random);
    let one = graph.number(1.0);
    let derivatives = propagate(&mut graph, root, one);
    let of_leaves = leaves.map(|leaf| derivatives.of(&mut graph, leaf));
    let outers = derivatives.outers(&mut graph);
    let at = |point: &Point, value: Value| point.value(&graph, leaves, value);
    let quotient = |step: f64, move_by: &dyn Fn(&mut Point, f64)| {
        let [above, below] = [step, -step].map(|step| {
            let mut point = point.clone();
            move_by(&mut point, step);
            at(&point, root).iter().sum::<f64>()
        });
        (above - below) / (2.0 * step)
    };
    let mut all_agree = true;
    for (leaf, &gradient) in of_leaves.iter().enumerate() {
        for (element, derivative) in spread(at(&point, gradient)).into_iter().enumerate() {
            let moved = |point: &mut Point, step: f64| point.numbers[leaf][element] += step;
            all_agree &= agrees(derivative, |step| quotient(step, &moved));
        }
    }
    let mut of_matrix = vec![0.0; LEN * LEN];
    for outer in &outers {
        let [left, right] = [outer.left, outer.right].map(|side| spread(at(&point, side)));
        for (index, place) in of_matrix.iter_mut().enumerate() {
            *place += left[index / LEN] * right[index % LEN];
        }
    }
    for (index, derivative) in of_matrix.into_iter().enumerate() {
        let moved = |point: &mut Point, step: f64| point.weight[index] += step;
        all_agree &= agrees(derivative, |step| quotient(step, &moved));
    }
    all_agree
}

#[test]
fn derivatives_of_random_formulas_match_differences() {
    let mut random = Random(37);
    let mut sources = 0;
    while sources < 2_000 {
        let depth = 1 + random.below(4);
        let is_vector = random.below(3) > 0;
        let source = random.formula(depth, is_vector);
        if !source.contains('x') && !source.contains('b') || !is_meaningful(&source) {
            continue;
        }
        sources += 1;
        assert!(check(&source, &mut random), "{source}");
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
    let mut random = Random(41);
    for source in REPLACED {
        for _ in 0..50 {
            assert!(check(source, &mut random), "{source}");
        }
    }
}

/// Returns whether a formula has no mistakes, such as the product of a matrix and a parameter.
fn is_meaningful(source: &str) -> bool {
    let mistakes =
        crate::formula::mistakes(format!("N(x, b) = {source} + sum(x) + sum(b)").parse().unwrap_or_default(), true);
    mistakes.iter().all(|mistake| mistake.to_string().contains("`w`"))
}
