//! How does mathematics write a formula?

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write as _;

use super::graph::{Binary, Extent, Graph, Operation, Part, Reduction, Unary, Value};

/// How tightly the parts of an expression hold together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Sum,
    Product,
    Atom,
}

/// The start of the name of a root that other lines do not mention.
pub(crate) const UNNAMED: char = '@';

/// Returns a line `name = expression` for each root, after lines for the values that occur more than once.
pub(crate) fn lines(graph: &Graph, roots: &[(String, Value)], given: &HashMap<Value, String>) -> Vec<String> {
    let values: Vec<_> = roots.iter().map(|&(_, value)| value).collect();
    let needed = graph.needed(&values, |value| given.contains_key(&value));
    let mut uses: HashMap<Value, usize> = HashMap::new();
    let computed = needed.into_iter().filter(|value| !given.contains_key(value));
    for argument in computed.flat_map(|value| graph.arguments(value)) {
        *uses.entry(argument).or_default() += 1;
    }
    let mut names = given.clone();
    let mut lines = Vec::new();
    let mut number = 0;
    for (name, root) in roots {
        for value in graph.needed(&[*root], |value| names.contains_key(&value)) {
            // Short expressions are repeated.
            let is_short =
                matches!(graph.operation(value), Operation::Unary(Unary::Negate, _) | Operation::Detached(_))
                    || graph.arguments(value).is_empty();
            let is_named = graph.user_name(value).is_some();
            let is_repeated = uses.get(&value).is_some_and(|&uses| uses > 1);
            if is_short || value == *root || names.contains_key(&value) || !(is_named || is_repeated) {
                continue;
            }
            let of_value = graph.user_name(value).map_or_else(
                || {
                    number += 1;
                    format!("t{}", subscript(number))
                },
                str::to_owned,
            );
            lines.push(format!("{of_value} = {}", write(graph, value, &names, true).0));
            names.insert(value, of_value);
        }
        lines.push(format!("{name} = {}", write(graph, *root, &names, true).0));
        if !graph.arguments(*root).is_empty() && !name.starts_with(UNNAMED) {
            names.entry(*root).or_insert_with(|| name.clone());
        }
    }
    lines
}

fn subscript(number: usize) -> String {
    number
        .to_string()
        .chars()
        .map(|digit| digit.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit)).unwrap_or(digit))
        .collect()
}

fn write(graph: &Graph, value: Value, names: &HashMap<Value, String>, is_first: bool) -> (String, Level) {
    if let Some(name) = names.get(&value).filter(|_| !is_first || graph.arguments(value).is_empty()) {
        return (name.clone(), Level::Atom);
    }
    let of = |value: Value, least: Level| {
        let (text, level) = write(graph, value, names, false);
        if level < least { format!("({text})") } else { text }
    };
    match graph.operation(value) {
        Operation::Input(index, _) => (graph.input_name(index).to_owned(), Level::Atom),
        Operation::Named(index) => {
            (graph.named(index).map_or_else(String::new, |named| named.name.clone()), Level::Atom)
        }
        Operation::Number(bits) => {
            let number = f64::from_bits(bits);
            (number.to_string(), if number < 0.0 { Level::Sum } else { Level::Atom })
        }
        Operation::Unary(Unary::Negate, value) => (format!("-{}", of(value, Level::Product)), Level::Sum),
        Operation::Unary(Unary::Absolute, value) => (format!("|{}|", of(value, Level::Sum)), Level::Atom),
        Operation::Unary(Unary::Sqrt | Unary::Length, value) => (format!("√({})", of(value, Level::Sum)), Level::Atom),
        Operation::Unary(function, value) => (format!("{}({})", word(function), of(value, Level::Sum)), Level::Atom),
        Operation::Binary(function, left, right) => match function {
            Binary::Add => (format!("{} + {}", of(left, Level::Sum), of(right, Level::Sum)), Level::Sum),
            Binary::Subtract => (format!("{} - {}", of(left, Level::Sum), of(right, Level::Product)), Level::Sum),
            Binary::Multiply if left == right => (format!("{}²", of(left, Level::Atom)), Level::Product),
            Binary::Multiply => {
                (format!("{} · {}", of(left, Level::Product), of(right, Level::Product)), Level::Product)
            }
            Binary::Divide => (format!("{} / {}", of(left, Level::Product), of(right, Level::Atom)), Level::Product),
            Binary::Maximum => (format!("max({}, {})", of(left, Level::Sum), of(right, Level::Sum)), Level::Atom),
            Binary::Minimum => (format!("min({}, {})", of(left, Level::Sum), of(right, Level::Sum)), Level::Atom),
            Binary::OrNan => write(graph, left, names, false),
        },
        Operation::Select { left, right, yes, no, .. } => {
            let mut text = String::new();
            let _ = write!(
                text,
                "({} if {} < {}, else {})",
                of(yes, Level::Sum),
                of(left, Level::Sum),
                of(right, Level::Sum),
                of(no, Level::Sum)
            );
            (text, Level::Atom)
        }
        Operation::Reduce(Reduction::Sum, value) => (format!("Σ({})", of(value, Level::Sum)), Level::Atom),
        Operation::Reduce(Reduction::Largest, value) => (format!("max({})", of(value, Level::Sum)), Level::Atom),
        Operation::Product(matrix, is_transposed, value) => {
            let transposed = if is_transposed { "ᵀ" } else { "" };
            let name = graph.parameter_name(matrix.parameter);
            (format!("{name}{transposed} {}", of(value, Level::Atom)), Level::Product)
        }
        Operation::Parameter(index, _) => (graph.parameter_name(index).to_owned(), Level::Atom),
        Operation::Detached(value) | Operation::Spread(_, value) | Operation::Repeat(_, value) => {
            write(graph, value, names, false)
        }
        Operation::View(extent, seen) => {
            let rows = |extent: Extent| extent.rows().map_or(0, |rows| graph.sizes(rows).len());
            match rows(extent).cmp(&rows(graph.extent(seen))) {
                Ordering::Greater => (format!("each {}", of(seen, Level::Atom)), Level::Product),
                Ordering::Less => (format!("rows({})", of(seen, Level::Sum)), Level::Atom),
                Ordering::Equal => write(graph, seen, names, false),
            }
        }
        Operation::Collapse(_, value) => (format!("Σ rows({})", of(value, Level::Sum)), Level::Product),
        Operation::Transpose(value) => (format!("{}ᵀ", of(value, Level::Atom)), Level::Atom),
        Operation::Slice(part, value) => {
            let [start, end] = bounds(graph, part);
            (format!("{}[{start}..{end}]", of(value, Level::Atom)), Level::Atom)
        }
        Operation::Pad(part, value) => {
            let [start, end] = bounds(graph, part);
            (format!("pad[{start}..{end}]({})", of(value, Level::Sum)), Level::Atom)
        }
        Operation::Concat(left, right) => {
            (format!("concat({}, {})", of(left, Level::Sum), of(right, Level::Sum)), Level::Atom)
        }
        Operation::Looped(repetition, index) | Operation::Trajectory(repetition, index) => {
            (looped(graph, repetition, index, names), Level::Atom)
        }
        Operation::LoopedBack(back, index) => {
            let repeated = graph.backs.get(back).and_then(|back| graph.repetitions.get(back.repetition));
            let given =
                repeated.map(|of| of.initial.iter().copied().chain(of.captures.iter().map(|&[outside, _]| outside)));
            let argument = given.and_then(|mut given| given.nth(index)).map(|value| of(value, Level::Sum));
            (format!("d(loop)/d({})", argument.unwrap_or_default()), Level::Atom)
        }
        Operation::MatrixProduct(are_transposed, left, right) => {
            let mark = |is_transposed| if is_transposed { "ᵀ" } else { "" };
            let [first, second] = are_transposed.map(mark);
            (format!("{}{first} {}{second}", of(left, Level::Atom), of(right, Level::Atom)), Level::Product)
        }
    }
}

fn word(function: Unary) -> &'static str {
    match function {
        Unary::Negate => "-",
        Unary::Absolute => "abs",
        Unary::Sqrt | Unary::Length => "√",
        Unary::Exp => "exp",
        Unary::ExpMinusOne => "exp_m1",
        Unary::Ln => "ln",
        Unary::LnOnePlus => "ln_1p",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tanh => "tanh",
        Unary::Sigmoid => "σ",
        Unary::Softplus => "softplus",
        Unary::Erf => "erf",
    }
}

/// Returns a variable after a loop in words: what it starts from, and what each repetition makes of it.
fn looped(graph: &Graph, repetition: usize, index: usize, names: &HashMap<Value, String>) -> String {
    let Some(of) = graph.repetitions.get(repetition) else { return String::new() };
    let (Some(&initial), Some(&state), Some(&result)) =
        (of.initial.get(index), of.states.get(index), of.results.get(index))
    else {
        return String::new();
    };
    let (initial, body) = (write(graph, initial, names, false).0, write(graph, result, names, true).0);
    let name = write(graph, state, names, false).0;
    let step = of.index.as_ref().map_or_else(|| "step".to_owned(), |(name, _)| name.to_string());
    format!("({name} = {initial}; for {step} from {} to {}: {name} = {body})", of.start.text(), of.end.text())
}

/// Returns the bounds of a part in words.
fn bounds(graph: &Graph, part: Part) -> [String; 2] {
    let [start, len] = [part.start, part.len].map(|size| graph.length(size));
    let end = start.plus(&len).map_or_else(String::new, |end| end.text());
    [start.text(), end]
}

/// Returns whether a value has an element for each element of the input.
pub(crate) fn is_vector(graph: &Graph, value: Value) -> bool {
    matches!(graph.extent(value), Extent::Element(..))
}
