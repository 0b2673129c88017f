//! How does mathematics write a formula?

mod parts;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use self::parts::{Base, count_of_rows, is_matrix, needed, parts, power, seen, where_not_zero};
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
    let roots: Vec<_> = roots.iter().map(|(name, root)| (name.as_str(), seen(graph, *root))).collect();
    let values: Vec<_> = roots.iter().map(|&(_, root)| root).collect();
    let all = needed(graph, &values, given);
    let mut uses: HashMap<Value, usize> = HashMap::new();
    let of_computed = all.iter().filter(|value| !given.contains_key(value)).flat_map(|&value| parts(graph, value));
    for value in of_computed.chain(values) {
        *uses.entry(value).or_default() += 1;
    }
    let of_matrices = all.iter().filter(|&&value| is_matrix(graph, value));
    let of_matrices: Vec<_> = of_matrices.map(|&value| format!("dL/d{}", transposed(graph, value, given).0)).collect();
    let leaves = all.iter().filter(|&&value| graph.arguments(value).is_empty());
    let taken = leaves.map(|&value| write(graph, value, given).0).chain(roots.iter().map(|&(name, _)| name.to_owned()));
    let mut lines = Lines { graph, uses, names: given.clone(), taken: taken.collect(), number: 0, written: Vec::new() };
    for (name, root) in roots {
        // A derivative of a layer is a sum over the samples, so its name is not that of the value.
        let names_value = !name.starts_with(UNNAMED) && !name.starts_with("dL/");
        lines.name_parts(root, names_value);
        // The derivative of a matrix has its columns as rows, too.
        let is_transposed = of_matrices.iter().any(|of_matrix| of_matrix == name);
        let write = if is_transposed { transposed } else { write };
        lines.written.push(format!("{name} = {}", write(graph, root, &lines.names).0));
        if names_value && !graph.arguments(root).is_empty() {
            lines.names.entry(root).or_insert_with(|| name.to_owned());
        }
    }
    lines.written
}

/// The lines so far.
struct Lines<'a> {
    graph: &'a Graph,
    /// How often the texts of other values mention a value.
    uses: HashMap<Value, usize>,
    /// The names of values that other lines mention.
    names: HashMap<Value, String>,
    /// Names that mean something: a `let` may have the name of an input, or of another `let`.
    taken: HashSet<String>,
    /// How many values have a number as their name.
    number: usize,
    written: Vec<String>,
}

impl Lines<'_> {
    /// Adds lines for the values that a root mentions, if they have the user's name or occur more than once, and for the root
    /// itself unless its own line names it.
    fn name_parts(&mut self, root: Value, names_value: bool) {
        for value in needed(self.graph, &[root], &self.names) {
            let is_repeated = self.uses.get(&value).is_some_and(|&uses| uses > 1);
            let user_name = self.graph.user_name(value);
            let is_root = value == root && (names_value || !is_repeated);
            let is_worth_it = user_name.is_some() || is_repeated;
            if self.is_short(value) || is_root || !is_worth_it || self.names.contains_key(&value) {
                continue;
            }
            let user_name = user_name.map(str::to_owned).filter(|name| self.taken.insert(name.clone()));
            let name = user_name.unwrap_or_else(|| {
                self.number += 1;
                format!("t{}", subscript(self.number))
            });
            self.written.push(format!("{name} = {}", write(self.graph, value, &self.names).0));
            self.names.insert(value, name);
        }
    }

    /// Returns whether the text of a value is as short as a name.
    fn is_short(&self, value: Value) -> bool {
        let of_leaf = match self.graph.operation(value) {
            Operation::Transpose(inner) => seen(self.graph, inner),
            _ => value,
        };
        self.graph.arguments(of_leaf).is_empty()
    }
}

/// Returns a number in subscript digits.
fn subscript(number: usize) -> String {
    number
        .to_string()
        .chars()
        .map(|digit| digit.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit)).unwrap_or(digit))
        .collect()
}

/// Returns an expression for a value: its name, or how it is computed.
#[allow(clippy::too_many_lines, reason = "one arm per operation")]
fn write(graph: &Graph, value: Value, names: &HashMap<Value, String>) -> (String, Level) {
    let value = seen(graph, value);
    if let Some(name) = names.get(&value) {
        return (name.clone(), Level::Atom);
    }
    if let Some(special) = special(graph, value, names) {
        return special;
    }
    let of = |value: Value, least: Level| at_least(least, write(graph, value, names));
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
        Operation::Binary(function, left, right) => binary(graph, function, [left, right], names),
        Operation::Select { left, right, yes, no, .. } => {
            let [left, right, yes, no] = [left, right, yes, no].map(|value| of(value, Level::Sum));
            (format!("({yes} if {left} < {right}, else {no})"), Level::Atom)
        }
        Operation::Reduce(Reduction::Sum, value) => (format!("Σ({})", of(value, Level::Sum)), Level::Atom),
        Operation::Reduce(Reduction::Largest, value) => (format!("max({})", of(value, Level::Sum)), Level::Atom),
        Operation::Product(matrix, is_transposed, value) => {
            let transposed = if is_transposed { "ᵀ" } else { "" };
            let name = graph.parameter_name(matrix.parameter);
            (format!("{name}{transposed} {}", of(value, Level::Atom)), Level::Product)
        }
        Operation::Parameter(index, _) => {
            let mark = if is_matrix(graph, value) { "ᵀ" } else { "" };
            (format!("{}{mark}", graph.parameter_name(index)), Level::Atom)
        }
        Operation::Detached(value) | Operation::Spread(_, value) | Operation::Repeat(_, value) => {
            write(graph, value, names)
        }
        Operation::View(extent, seen) => view(graph, extent, seen, names),
        Operation::Collapse(_, value) => (format!("Σ rows({})", of(value, Level::Sum)), Level::Product),
        Operation::Transpose(value) => transposed(graph, value, names),
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
            let argument = argument_of_loop(graph, back, index).map(|value| of(value, Level::Sum));
            (format!("d(loop)/d({})", argument.unwrap_or_default()), Level::Atom)
        }
        Operation::MatrixProduct(are_transposed, left, right) => product(graph, are_transposed, [left, right], names),
    }
}

/// Returns the shorter expression that several operations have together: a power, or a condition on a value that is not 0.
fn special(graph: &Graph, value: Value, names: &HashMap<Value, String>) -> Option<(String, Level)> {
    let of = |value: Value, least: Level| at_least(least, write(graph, value, names));
    if let Some((base, exponent)) = power(graph, value) {
        let base = match base {
            Base::Value(base) => of(base, Level::Atom),
            Base::OnePlus(value) => match graph.operation(value) {
                Operation::Unary(Unary::Negate, rest) => format!("(1 - {})", of(rest, Level::Product)),
                _ => format!("(1 + {})", of(value, Level::Sum)),
            },
        };
        return Some((format!("{base}^{}", of(exponent, Level::Atom)), Level::Product));
    }
    let [base, elsewhere, at_zero] = where_not_zero(graph, value)?.map(|value| of(value, Level::Sum));
    Some((format!("({elsewhere} if {base} ≠ 0, else {at_zero})"), Level::Atom))
}

/// Returns an expression for a function of two values.
fn binary(
    graph: &Graph,
    function: Binary,
    [left, right]: [Value; 2],
    names: &HashMap<Value, String>,
) -> (String, Level) {
    let of = |value: Value, least: Level| at_least(least, write(graph, value, names));
    match function {
        Binary::Add => (format!("{} + {}", of(left, Level::Sum), of(right, Level::Sum)), Level::Sum),
        Binary::Subtract => (format!("{} - {}", of(left, Level::Sum), of(right, Level::Product)), Level::Sum),
        Binary::Multiply if left == right => (format!("{}²", of(left, Level::Atom)), Level::Product),
        Binary::Multiply => (format!("{} · {}", of(left, Level::Product), of(right, Level::Product)), Level::Product),
        Binary::Divide => (format!("{} / {}", of(left, Level::Product), of(right, Level::Atom)), Level::Product),
        Binary::Maximum => (format!("max({}, {})", of(left, Level::Sum), of(right, Level::Sum)), Level::Atom),
        Binary::Minimum => (format!("min({}, {})", of(left, Level::Sum), of(right, Level::Sum)), Level::Atom),
        Binary::OrNan => write(graph, left, names),
    }
}

/// Returns an expression for the same elements with other rows, which only more or less rows change.
fn view(graph: &Graph, extent: Extent, seen: Value, names: &HashMap<Value, String>) -> (String, Level) {
    let written = write(graph, seen, names);
    match count_of_rows(graph, extent).cmp(&count_of_rows(graph, graph.extent(seen))) {
        Ordering::Greater => (format!("each {}", at_least(Level::Atom, written)), Level::Product),
        Ordering::Less => (format!("rows({})", written.0), Level::Atom),
        Ordering::Equal => written,
    }
}

/// Returns what a loop starts from: the variable or the captured value with this index, of the loop of this way back.
fn argument_of_loop(graph: &Graph, back: usize, index: usize) -> Option<Value> {
    let of = graph.repetitions.get(graph.backs.get(back)?.repetition)?;
    let captured = of.captures.iter().map(|&[outside, _]| outside);
    of.initial.iter().copied().chain(captured).nth(index)
}

/// Returns a value with rows and columns exchanged.
fn transposed(graph: &Graph, value: Value, names: &HashMap<Value, String>) -> (String, Level) {
    let value = seen(graph, value);
    match graph.operation(value) {
        Operation::Parameter(index, _) if is_matrix(graph, value) => {
            (graph.parameter_name(index).to_owned(), Level::Atom)
        }
        Operation::Transpose(inner) if !names.contains_key(&value) => write(graph, inner, names),
        Operation::MatrixProduct([left, right], first, second) if !names.contains_key(&value) => {
            product(graph, [!right, !left], [second, first], names)
        }
        _ => (format!("{}ᵀ", at_least(Level::Atom, write(graph, value, names))), Level::Atom),
    }
}

/// Returns a product of matrices, some of them with rows and columns exchanged.
fn product(
    graph: &Graph,
    are_transposed: [bool; 2],
    [left, right]: [Value; 2],
    names: &HashMap<Value, String>,
) -> (String, Level) {
    let factor = |is_transposed: bool, value: Value| {
        let written = if is_transposed { transposed(graph, value, names) } else { write(graph, value, names) };
        at_least(Level::Atom, written)
    };
    let [of_left, of_right] = are_transposed;
    (format!("{} {}", factor(of_left, left), factor(of_right, right)), Level::Product)
}

/// Returns a text, in parentheses if its parts hold together less tightly than `least`.
fn at_least(least: Level, (text, level): (String, Level)) -> String {
    if level < least { format!("({text})") } else { text }
}

/// Returns the name of a function in mathematics.
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
    let (initial, body) = (write(graph, initial, names).0, write(graph, result, names).0);
    let name = write(graph, state, names).0;
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
