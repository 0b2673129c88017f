//! Which functions are there? One line each.

use super::graph::{Binary, Extent, Graph, Operation, Reduction, Unary, Value, exponentials, log_sum_exp};

/// A function of formulas.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The number of its arguments.
    pub(crate) arguments: usize,
    /// Whether it combines the elements of a vector.
    pub(crate) combines: bool,
    /// Whether it is a function of one vector, so that of a matrix it would have to be said which.
    pub(crate) is_of_vector: bool,
    /// Adds it to the graph.
    pub(crate) build: fn(&mut Graph, &[Value]) -> Option<Value>,
}

/// Returns a function of one value, element by element.
macro_rules! unary {
    ($name:literal, $function:ident) => {
        Function {
            name: $name,
            arguments: 1,
            combines: false,
            is_of_vector: false,
            build: |graph, values| Some(graph.unary(Unary::$function, *values.first()?)),
        }
    };
}

/// Returns any other function.
macro_rules! function {
    ($name:literal, |$graph:ident, $($argument:ident),*| $body:expr, combines = $combines:literal) => {
        Function {
            name: $name,
            arguments: [$(stringify!($argument)),*].len(),
            combines: $combines,
            is_of_vector: matches!($name.as_bytes(), b"log_sum_exp" | b"softmax" | b"log_softmax"),
            build: |$graph, values| {
                let &[$($argument),*] = values else { return None };
                Some($body)
            },
        }
    };
}

/// The functions, in the order of the documentation. A name may occur with several numbers of arguments.
pub(crate) const FUNCTIONS: &[Function] = &[
    unary!("exp", Exp),
    unary!("exp_m1", ExpMinusOne),
    unary!("ln", Ln),
    unary!("ln_1p", LnOnePlus),
    unary!("sqrt", Sqrt),
    unary!("abs", Absolute),
    unary!("sin", Sin),
    unary!("cos", Cos),
    unary!("tanh", Tanh),
    unary!("sigmoid", Sigmoid),
    unary!("softplus", Softplus),
    unary!("erf", Erf),
    function!("powf", |graph, base, exponent| power(graph, base, exponent), combines = false),
    function!("min", |graph, a, b| graph.binary(Binary::Minimum, a, b), combines = false),
    function!("max", |graph, a, b| graph.binary(Binary::Maximum, a, b), combines = false),
    function!(
        "clamp",
        |graph, value, low, high| {
            let above = graph.binary(Binary::Maximum, value, low);
            graph.binary(Binary::Minimum, above, high)
        },
        combines = false
    ),
    function!("x_ln_x", |graph, x| x_ln_x(graph, x), combines = false),
    function!("component_mul", |graph, a, b| graph.times(a, b), combines = false),
    function!("sum", |graph, x| graph.reduce(Reduction::Sum, x), combines = true),
    function!("max", |graph, x| graph.reduce(Reduction::Largest, x), combines = true),
    function!(
        "min",
        |graph, x| {
            let opposite = graph.unary(Unary::Negate, x);
            let largest = graph.reduce(Reduction::Largest, opposite);
            graph.unary(Unary::Negate, largest)
        },
        combines = true
    ),
    function!(
        "dot",
        |graph, a, b| {
            let products = graph.times(a, b);
            graph.reduce(Reduction::Sum, products)
        },
        combines = true
    ),
    function!(
        "norm",
        |graph, x| {
            let squares = graph.times(x, x);
            let sum = graph.reduce(Reduction::Sum, squares);
            graph.unary(Unary::Length, sum)
        },
        combines = true
    ),
    function!("log_sum_exp", |graph, x| log_sum_exp(graph, x), combines = true),
    function!(
        "softmax",
        |graph, x| {
            let (exponential, _, sum) = exponentials(graph, x);
            graph.over(exponential, sum)
        },
        combines = true
    ),
    function!(
        "log_softmax",
        |graph, x| {
            let logarithm = log_sum_exp(graph, x);
            graph.minus(x, logarithm)
        },
        combines = true
    ),
];

/// Adds xᵖ = e^(p ln x), with the limits of the value and the derivative at 0.
fn power(graph: &mut Graph, base: Value, exponent: Value) -> Value {
    let number = graph.as_number(exponent);
    match number {
        Some(0.5) => return graph.unary(Unary::Sqrt, base),
        Some(number) if number.fract() == 0.0 && number.abs() <= 64.0 => {
            #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small")]
            return whole_power(graph, base, number as i32);
        }
        _ => {}
    }
    let logarithm = graph.unary(Unary::Ln, base);
    // The logarithms of exponentials, sigmoid and softmax are finite where these vanish.
    let may_be_infinite = match graph.operation(logarithm) {
        Operation::Unary(Unary::Ln, argument) => graph.as_number(argument).is_none_or(|number| number <= 0.0),
        Operation::Unary(Unary::LnOnePlus, _) | Operation::Select { .. } => true,
        _ => false,
    };
    if !may_be_infinite || number.is_some_and(|number| number < 0.0) {
        return exponential(graph, base, exponent);
    }
    // The derivative of the logarithm has to be in the branch, so it is that of each element if the exponent has several.
    let has_several = |extent: Extent| extent.axes().is_some();
    let is_number = graph.extent(base) != Extent::Constant && !has_several(graph.extent(base));
    let base = if is_number && has_several(graph.extent(exponent)) {
        graph.push(Operation::Binary(Binary::OrNan, base, exponent))
    } else {
        base
    };
    let start = after(graph, base);
    let power = exponential(graph, base, exponent);
    let zero = graph.number(0.0);
    let at_zero = power_of_zero(graph, base, exponent, power, start);
    let not_below = graph.select([zero, base], power, at_zero, start);
    let selected = graph.select([base, zero], power, not_below, start);
    let selected = graph.push(Operation::Binary(Binary::OrNan, selected, base));
    match graph.extent(exponent) {
        Extent::Constant => selected,
        _ => graph.push(Operation::Binary(Binary::OrNan, selected, exponent)),
    }
}

/// Adds e^(p ln x).
fn exponential(graph: &mut Graph, base: Value, exponent: Value) -> Value {
    let logarithm = graph.unary(Unary::Ln, base);
    let product = graph.times(exponent, logarithm);
    graph.unary(Unary::Exp, product)
}

/// Adds a function of x that has the value and the derivative of xᵖ at 0, where those of e^(p ln x) are not numbers.
fn power_of_zero(graph: &mut Graph, base: Value, exponent: Value, power: Value, start: usize) -> Value {
    let [zero, one] = [0.0, 1.0].map(|number| graph.number(number));
    if graph.as_number(exponent).is_some_and(|number| number > 1.0) {
        return zero;
    }
    let root = graph.unary(Unary::Sqrt, base);
    if graph.as_number(exponent).is_some() {
        return root;
    }
    let not_above_zero = graph.select([exponent, zero], power, one, start);
    let below_one = graph.select([zero, exponent], root, not_above_zero, start);
    let not_below_one = graph.select([one, exponent], zero, base, start);
    graph.select([exponent, one], below_one, not_below_one, start)
}

/// Returns the length of the graph when this was its last value, so that a branch contains everything after it.
fn after(graph: &Graph, value: Value) -> usize {
    (0..graph.len()).find(|&start| Graph::is_before(value, start)).unwrap_or_else(|| graph.len())
}

/// Adds xⁿ, by squaring.
pub(crate) fn whole_power(graph: &mut Graph, base: Value, exponent: i32) -> Value {
    let one = graph.number(1.0);
    let (mut rest, mut square, mut product) = (exponent.unsigned_abs(), base, None);
    while rest > 0 {
        if rest % 2 == 1 {
            product = Some(product.map_or(square, |product| graph.times(product, square)));
        }
        rest /= 2;
        if rest > 0 {
            square = graph.times(square, square);
        }
    }
    let power = product.unwrap_or(one);
    if exponent < 0 { graph.over(one, power) } else { power }
}

/// Adds x ln x, which is 0 at 0.
fn x_ln_x(graph: &mut Graph, x: Value) -> Value {
    let zero = graph.number(0.0);
    let start = after(graph, x);
    let logarithm = graph.unary(Unary::Ln, x);
    let product = graph.times(x, logarithm);
    let not_above = graph.select([x, zero], product, zero, start);
    let selected = graph.select([zero, x], product, not_above, start);
    graph.push(Operation::Binary(Binary::OrNan, selected, x))
}

/// The functions that move elements or depend on axes, and the numbers of their arguments. `concat` takes more, too.
const OF_ARRAYS: [(&str, usize); 6] =
    [("transpose", 1), ("flatten", 1), ("row_sum", 1), ("row_mean", 1), ("outer", 2), ("concat", 2)];

/// Returns whether a function moves elements or depends on axes.
pub(crate) fn is_of_arrays(name: &str) -> bool {
    OF_ARRAYS.iter().any(|(known, _)| *known == name)
}

/// Returns the numbers of arguments that functions of this name take: none if there are none.
pub(crate) fn numbers_of_arguments(name: &str) -> Vec<usize> {
    let of_arrays = OF_ARRAYS.iter().filter(|(known, _)| *known == name).map(|&(_, count)| count);
    let mean = (name == "mean").then_some(1);
    let mut numbers: Vec<_> = named(name).map(|function| function.arguments).chain(of_arrays).chain(mean).collect();
    numbers.sort_unstable();
    numbers
}

/// Returns the functions of this name.
pub(crate) fn named(name: &str) -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().filter(move |function| function.name == name)
}

/// Names of other languages and libraries, and the functions of formulas that they mean.
const OTHER_NAMES: [(&str, &str); 23] = [
    ("log", "ln"),
    ("log1p", "ln_1p"),
    ("expm1", "exp_m1"),
    ("fabs", "abs"),
    ("absolute", "abs"),
    ("pow", "powi"),
    ("power", "powi"),
    ("logistic", "sigmoid"),
    ("expit", "sigmoid"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("logsumexp", "log_sum_exp"),
    ("logsoftmax", "log_softmax"),
    ("reduce_sum", "sum"),
    ("reduce_mean", "mean"),
    ("length", "norm"),
    ("hadamard", "component_mul"),
    ("concatenate", "concat"),
    ("cat", "concat"),
    ("t", "transpose"),
    ("vmap", "each"),
    ("map", "each"),
    ("reshape", "flatten"),
];

/// Functions of other libraries, and how they are written as formulas of x.
const AS_FORMULAS: [(&str, &str); 33] = [
    ("relu", "max(0, x)"),
    ("relu6", "clamp(x, 0, 6)"),
    ("leaky_relu", "max(0.01 * x, x)"),
    ("elu", "if x < 0 { exp_m1(x) } else { x }"),
    ("silu", "x * sigmoid(x)"),
    ("swish", "x * sigmoid(x)"),
    ("mish", "x * tanh(softplus(x))"),
    ("gelu", "x * (1 + erf(x / sqrt(2))) / 2"),
    ("softsign", "x / (1 + abs(x))"),
    ("logit", "ln(x) - ln_1p(-x)"),
    ("log_sigmoid", "-softplus(-x)"),
    ("logsigmoid", "-softplus(-x)"),
    ("square", "powi(x, 2)"),
    ("cube", "powi(x, 3)"),
    ("rsqrt", "1 / sqrt(x)"),
    ("recip", "1 / x"),
    ("reciprocal", "1 / x"),
    ("neg", "-x"),
    ("sign", "if x < 0 { -1 } else { 1 }"),
    ("signum", "if x < 0 { -1 } else { 1 }"),
    ("sinh", "(exp(x) - exp(-x)) / 2"),
    ("cosh", "(exp(x) + exp(-x)) / 2"),
    ("asinh", "ln(x + sqrt(x * x + 1))"),
    ("acosh", "ln(x + sqrt(x * x - 1))"),
    ("atanh", "(ln_1p(x) - ln_1p(-x)) / 2"),
    ("tan", "sin(x) / cos(x)"),
    ("log2", "ln(x) / ln(2)"),
    ("log10", "ln(x) / ln(10)"),
    ("exp2", "exp(x * ln(2))"),
    ("erfc", "1 - erf(x)"),
    ("row_max", "each(transpose(x), |column| max(column))"),
    ("row_min", "each(transpose(x), |column| min(column))"),
    ("variance", "mean(powi(x - mean(x), 2))"),
];

/// Functions of other libraries that have no short formula, whose names are similar to those of other functions.
const OF_OTHERS: [&str; 13] = [
    "asin", "acos", "atan", "atan2", "arcsin", "arccos", "arctan", "sinc", "cosine", "round", "floor", "ceil", "cumsum",
];

/// Returns the formula that an unknown function means, for this argument.
pub(crate) fn as_formula(name: &str, argument: &str) -> Option<String> {
    let (_, formula) = AS_FORMULAS.iter().find(|(known, _)| *known == name)?;
    let is_name = argument.chars().all(|letter| letter.is_alphanumeric() || letter == '_') && !argument.is_empty();
    let words = formula.split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let put = |word: &str| match word.strip_prefix('x') {
        Some(rest) if is_name && !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_') => {
            format!("{argument}{rest}")
        }
        _ => word.to_owned(),
    };
    Some(words.map(put).collect())
}

/// Returns the most similar of these names, if it is similar.
pub(crate) fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let (distance, nearest) = known.map(|known| (distance(name, &known), known)).min()?;
    (name.len() > 2 && distance <= 1 + name.len() / 4).then_some(nearest)
}

/// Returns the function that an unknown name probably means. `others` are functions of the user.
pub(crate) fn similar(name: &str, others: impl Iterator<Item = String>) -> Option<String> {
    if let Some((_, meant)) = OTHER_NAMES.iter().find(|(other, _)| *other == name) {
        return Some((*meant).to_owned());
    }
    if OF_OTHERS.contains(&name) {
        return None;
    }
    let of_arrays = OF_ARRAYS.iter().map(|&(name, _)| name);
    let names = FUNCTIONS.iter().map(|function| function.name).chain(of_arrays).chain(["powi", "mean", "each"]);
    nearest(name, names.map(str::to_owned).chain(others))
}

/// Returns the number of letters to insert, delete, replace or exchange with a neighbour to turn one word into the other.
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<_>, Vec<_>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (row, letter) in from.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let at = |rows: &[Vec<usize>], row: usize, column: usize| {
                rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or(usize::MAX / 2)
            };
            let replaced = at(&rows, row, column) + usize::from(letter != other);
            let removed = at(&rows, row, column + 1) + 1;
            let inserted = next.last().map_or(usize::MAX / 2, |before| before + 1);
            let swaps = row > 0 && column > 0 && from.get(row - 1) == Some(other) && to.get(column - 1) == Some(letter);
            let swapped = if swaps { at(&rows, row - 1, column - 1) + 1 } else { usize::MAX / 2 };
            next.push(replaced.min(removed).min(inserted).min(swapped));
        }
        rows.push(next);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(0)
}

/// Returns whether any value is a vector.
pub(crate) fn any_vector(graph: &Graph, values: &[Value]) -> bool {
    values.iter().any(|&value| graph.extent(value).axes().is_some())
}
