//! What do the names and operations of a formula mean? The tree becomes values of a graph.

mod arrays;
mod functions;
mod product;
mod shape;
mod statements;

use std::collections::HashSet;
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

pub(crate) use self::functions::sub_formulas;
pub(crate) use self::shape::{require_scalar, shape_text};
use super::declared::Function;
use super::expression::{Condition, Expression, Kind};
use super::function::{self, any_vector, whole_power};
use super::graph::{Axes, Binary, Extent, Graph, Matrix, Operation, Reduction, Size, Unary, Value};
use super::header::Setting;
use super::size::Length;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;

/// The largest exponent of `powi`.
const LARGEST_POWER: f64 = 64.0;

/// Two sizes that the compiler compares.
pub(crate) struct Comparison {
    pub(crate) place: Place,
    pub(crate) sizes: [Size; 2],
    /// The text before the first size, between them, and after the second.
    pub(crate) message: [String; 3],
}

/// A range whose bounds the compiler compares with the number of rows.
pub(crate) struct Checked {
    pub(crate) place: Place,
    pub(crate) start: Length,
    pub(crate) end: Length,
    pub(crate) whole: Size,
    /// The range and the value, as they are written.
    pub(crate) texts: [String; 2],
}

/// A function that other formulas call.
pub(crate) struct SubFormula {
    pub(crate) name: Ident,
    /// Its const parameters, which its arguments determine.
    pub(crate) sizes: Vec<Ident>,
    /// The arguments, and the lengths of their axes: none for a number.
    pub(crate) arguments: Vec<(Ident, Vec<TokenStream>)>,
    /// The position of the result's type, and the lengths of its axes.
    pub(crate) gives: (Place, Vec<TokenStream>),
    pub(crate) body: Expression,
}

impl SubFormula {
    /// Returns whether its arguments are numbers, so that it acts on every element.
    fn is_of_numbers(&self) -> bool {
        self.arguments.iter().all(|(_, sizes)| sizes.is_empty())
    }
}

/// What a formula computes.
pub(crate) struct Resolved {
    pub(crate) value: Value,
    /// The sizes that the compiler compares, and the ranges that it checks.
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) ranges: Vec<Checked>,
}

/// What a formula may mention.
pub(crate) struct Scope<'a> {
    pub(crate) graph: &'a mut Graph,
    pub(crate) errors: &'a mut Errors,
    /// The name of what is declared.
    pub(crate) owner: String,
    /// Whether the formula sees one element only, as in an activation.
    pub(crate) alone: bool,
    /// Whether shapes are declared, so that elements can be moved.
    pub(crate) has_shapes: bool,
    /// Pairs of sizes that only the compiler can compare, with the position and the text before and between them.
    pub(crate) comparisons: Vec<Comparison>,
    /// Ranges that only the compiler can check.
    pub(crate) ranges: Vec<Checked>,
    /// The functions that it may call.
    pub(crate) functions: Rc<Vec<SubFormula>>,
    /// Those that are called now, from the outermost on.
    calls: Vec<usize>,
    /// Those that were called.
    called: Vec<usize>,
    entries: Vec<Entry>,
    /// The axes of the values of which the formula sees one at a time.
    rows: Axes,
    /// The indices of the loops around, and the const parameters of the function that is called, with what they stand for.
    indices: Vec<(String, Length)>,
    /// The bounds of the indices whose numbers only the compiler knows.
    bounds: Vec<(String, [Length; 2])>,
    /// The number of names that are outside of the innermost formula of rows or branch, and which of both it is.
    outside: (usize, Inner),
}

/// A part of a formula that cannot change what is around it.
#[derive(Clone, Copy, PartialEq)]
enum Inner {
    /// The formula of each row.
    Row,
    /// A branch of a condition.
    Branch,
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Value(Value),
    Matrix(Matrix),
    /// A mistake, which was reported.
    Mistake,
}

struct Entry {
    name: Ident,
    meaning: Meaning,
    /// What the name is, in messages.
    role: &'static str,
    used: bool,
    is_mutable: bool,
}

impl<'a> Scope<'a> {
    /// Returns the scope of what has this name, with its functions.
    pub(crate) fn of(owner: &Ident, functions: &[Function], graph: &'a mut Graph, errors: &'a mut Errors) -> Self {
        let functions = Rc::new(sub_formulas(functions, owner, errors));
        let mut scope = Self::new(graph, errors, false);
        scope.owner = identifier::plain(owner);
        scope.functions = functions;
        scope
    }

    /// Returns a scope without names.
    pub(crate) fn new(graph: &'a mut Graph, errors: &'a mut Errors, alone: bool) -> Self {
        Self {
            graph,
            errors,
            owner: String::new(),
            alone,
            has_shapes: true,
            comparisons: Vec::new(),
            ranges: Vec::new(),
            functions: Rc::new(Vec::new()),
            calls: Vec::new(),
            called: Vec::new(),
            entries: Vec::new(),
            rows: Axes::NONE,
            indices: Vec::new(),
            bounds: Vec::new(),
            outside: (0, Inner::Row),
        }
    }

    /// Adds a name.
    pub(crate) fn declare(&mut self, name: &Ident, value: Option<Value>, role: &'static str) {
        let meaning = value.map_or(Meaning::Mistake, Meaning::Value);
        self.entries.push(Entry { name: name.clone(), meaning, role, used: false, is_mutable: false });
    }

    /// Adds the name of a matrix.
    pub(crate) fn declare_matrix(&mut self, name: &Ident, matrix: Matrix, role: &'static str) {
        self.entries.push(Entry {
            name: name.clone(),
            meaning: Meaning::Matrix(matrix),
            role,
            used: false,
            is_mutable: false,
        });
    }

    /// Reports the names that were never used, from the entry at `start` on, and forgets them.
    pub(crate) fn close(&mut self, start: usize) {
        for entry in self.entries.split_off(start) {
            if !entry.used && entry.meaning != Meaning::Mistake && !identifier::plain(&entry.name).starts_with('_') {
                self.errors.push(errors::unused_in_formula(&entry.name, entry.role));
            }
        }
    }

    /// Adds settings, of which each has a value.
    pub(crate) fn declare_settings(&mut self, settings: &[Setting], values: &[Value]) {
        for (setting, &value) in settings.iter().zip(values) {
            self.declare(&setting.name, Some(value), "setting");
        }
    }

    /// Adds the formula to the graph, and reports names and functions that it does not use.
    pub(crate) fn resolved(mut self, formula: &Expression) -> Option<Resolved> {
        let value = self.value(formula);
        // A mistake in the formula may be why a name is not used.
        if value.is_some() && !self.errors.any() {
            self.close(0);
            self.check_functions();
        }
        Some(Resolved { value: value?, comparisons: self.comparisons, ranges: self.ranges })
    }

    fn report(&mut self, error: syn::Error) -> Option<Value> {
        self.errors.push(error);
        None
    }

    /// Adds an expression to the graph, for every row. Returns `None` after a mistake, which was reported.
    pub(crate) fn value(&mut self, expression: &Expression) -> Option<Value> {
        let value = self.unrepeated(expression)?;
        Some(self.repeated(value))
    }

    /// Returns a value for every row.
    fn repeated(&mut self, mut value: Value) -> Value {
        while let Some(rows) = self.graph.extent(value).rows().filter(|&rows| rows != self.rows) {
            let count = self.graph.sizes(rows).len() + 1;
            let next: Vec<_> = self.graph.sizes(self.rows).iter().take(count).copied().collect();
            let next = self.graph.axes(&next);
            if next == rows {
                break;
            }
            value = self.graph.push(Operation::Repeat(next, value));
        }
        value
    }

    fn unrepeated(&mut self, expression: &Expression) -> Option<Value> {
        match &expression.kind {
            Kind::Number(number) => Some(self.graph.number(*number)),
            Kind::Name(name) => self.named(name),
            Kind::Path(path) => Some(self.constant(path)),
            Kind::Negated(inner) => self.value(inner).map(|value| self.graph.unary(Unary::Negate, value)),
            Kind::Binary(operator, place, sides) => self.binary(*operator, *place, sides),
            Kind::Call(name, arguments) => self.call(name, arguments, expression.place),
            Kind::If(condition) => self.condition(condition),
            Kind::Block(statements, result) => self.block(statements, result),
            Kind::Each(name, arguments, parameters, body) => {
                self.each(name, arguments, parameters, body, expression.place)
            }
            Kind::Range(base, bounds, place) => self.range(base, bounds, *place),
            Kind::Index(base, index, place) => self.index(base, index, *place),
            Kind::Mistake => {
                self.mention(&expression.text);
                None
            }
        }
    }

    /// Marks the names in a mistake as used.
    fn mention(&mut self, text: &str) {
        let mut words = HashSet::new();
        identifier::collect(text.parse().unwrap_or_default(), &mut words);
        for entry in &mut self.entries {
            entry.used |= words.contains(&entry.name.to_string());
        }
    }

    fn named(&mut self, name: &Ident) -> Option<Value> {
        let word = identifier::plain(name);
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| identifier::plain(&entry.name) == word) {
            entry.used = true;
            return match entry.meaning {
                Meaning::Value(value) => Some(value),
                Meaning::Mistake => None,
                Meaning::Matrix(matrix) => Some(self.matrix_value(matrix, false)),
            };
        }
        let index = self.indices.iter().rev().find(|(index, _)| *index == word);
        if let Some(length) = index.map(|(_, length)| length.clone()).or_else(|| self.const_parameter(name)) {
            return Some(self.graph.count(&length));
        }
        // A constant of the surrounding code.
        if !word.contains(char::is_lowercase) && word.contains(char::is_uppercase) {
            return Some(self.constant(&name.to_token_stream()));
        }
        let names: Vec<_> = self.entries.iter().map(|entry| identifier::plain(&entry.name)).collect();
        self.report(errors::unknown_in_formula(name, &names))
    }

    /// Returns the const parameter with this name.
    fn const_parameter(&self, name: &Ident) -> Option<Length> {
        let parameter = identifier::parameter(name, self.graph.const_parameters())?;
        Some(Length::opaque(&parameter.to_token_stream()))
    }

    fn constant(&mut self, path: &TokenStream) -> Value {
        self.graph.constant(crate::text::of(path.clone()), path.clone())
    }

    fn call(&mut self, name: &Ident, arguments: &[Expression], place: Place) -> Option<Value> {
        let word = identifier::plain(name);
        if let Some(function) = self.functions.iter().position(|function| identifier::plain(&function.name) == word) {
            return self.inlined(function, name, arguments, place);
        }
        if word == "transpose"
            && let [argument] = arguments
            && let Some((matrix, is_transposed)) = self.matrix(argument)
        {
            return Some(self.matrix_value(matrix, !is_transposed));
        }
        let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        if word == "powi" {
            return self.whole_power(name, arguments, &values);
        }
        let wanted = function::numbers_of_arguments(&word);
        if wanted.is_empty() {
            return self.unknown_function(name, &word);
        }
        let takes_more = word == "concat" && values.len() > 2;
        if !wanted.contains(&values.len()) && !takes_more {
            return self.report(errors::wrong_number_of_arguments(name, &wanted, values.len()));
        }
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        let found = function::named(&word).find(|function| function.arguments == values.len());
        if self.alone && found.is_none_or(|function| function.combines) {
            return self.report(self.combination_alone(name, place));
        }
        if function::is_of_arrays(&word) {
            self.check_shapes(place, &word)?;
            return self.of_arrays(name, arguments, &values, place);
        }
        self.check_call(name, arguments, &values, found, place)?;
        if let Some(function) = found {
            return (function.build)(self.graph, &values);
        }
        // The mean.
        let value = *values.first()?;
        let axes = self.graph.extent(value).axes()?;
        let sum = self.graph.reduce(Reduction::Sum, value);
        let reciprocal = self.graph.reciprocal(axes);
        Some(self.graph.times(sum, reciprocal))
    }

    /// Reports a function that does not exist, unless its name was a mistake.
    fn unknown_function(&mut self, name: &Ident, word: &str) -> Option<Value> {
        if word == self.owner {
            return self.report(errors::calls_itself(name));
        }
        let declared = self.entries.iter_mut().rev().find(|entry| identifier::plain(&entry.name) == word);
        if let Some(entry) = declared {
            entry.used = true;
            if entry.meaning == Meaning::Mistake {
                return None;
            }
        }
        let functions = self.functions.iter().map(|function| identifier::plain(&function.name));
        let similar = function::similar(word, functions);
        self.report(errors::unknown_function(name, similar.as_deref()))
    }

    /// Reports arguments whose shapes the function does not take.
    fn check_call(
        &mut self,
        name: &Ident,
        arguments: &[Expression],
        values: &[Value],
        found: Option<&function::Function>,
        place: Place,
    ) -> Option<()> {
        let (value, text) = (*values.first()?, arguments.first().map_or("", |argument| &argument.text));
        for (&other, argument) in values.iter().zip(arguments).skip(1) {
            self.check_sizes([value, other], place, &name.to_string(), [text, &argument.text])?;
        }
        if found.is_none_or(|function| function.combines) && !any_vector(self.graph, values) {
            self.report(errors::combination_of_number(name, text, place));
            return None;
        }
        if found.is_some_and(|function| function.is_of_vector) && self.rank(value) > 1 {
            self.report(errors::vector_function(name, text, &self.shape_text(value)));
            return None;
        }
        Some(())
    }

    /// Returns what is wrong with a function of all elements where a formula sees one.
    fn combination_alone(&self, name: &Ident, place: Place) -> syn::Error {
        match self.calls.last().and_then(|&function| self.functions.get(function)) {
            Some(function) => errors::combination_in_function(name, &function.name, place),
            None => errors::combination_in_activation(name, place),
        }
    }

    fn whole_power(&mut self, name: &Ident, arguments: &[Expression], values: &[Option<Value>]) -> Option<Value> {
        let &[base, exponent] = values else {
            return self.report(errors::wrong_number_of_arguments(name, &[2], values.len()));
        };
        let (base, exponent) = (base?, exponent?);
        let number = self.graph.as_number(exponent).filter(|number| number.fract() == 0.0);
        let Some(number) = number.filter(|number| number.abs() <= LARGEST_POWER) else {
            let place = arguments.get(1).map_or_else(|| Place::of(name), |argument| argument.place);
            return self.report(errors::no_whole_power(place));
        };
        #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small")]
        Some(whole_power(self.graph, base, number as i32))
    }

    fn condition(&mut self, condition: &Condition) -> Option<Value> {
        let (left, right) = (self.value(&condition.left), self.value(&condition.right));
        let start = self.graph.len();
        let outside = std::mem::replace(&mut self.outside, (self.entries.len(), Inner::Branch));
        let (yes, no) = (self.value(&condition.yes), self.value(&condition.no));
        self.outside = outside;
        let (left, right, yes, no) = (left?, right?, yes?, no?);
        let parts = [(left, &condition.left), (right, &condition.right), (yes, &condition.yes), (no, &condition.no)];
        for (index, (value, part)) in parts.iter().enumerate() {
            for (other, other_part) in parts.iter().skip(index + 1) {
                self.check_sizes(
                    [*value, *other],
                    part.place.to(other_part.place),
                    "if",
                    [&part.text, &other_part.text],
                )?;
            }
        }
        let chosen = self.graph.select([left, right], yes, no, start);
        Some(self.keep_nan([left, right], no, chosen))
    }

    /// Makes the result NaN where one side of a comparison is. Such a comparison is false, so the value `no` is what was chosen.
    fn keep_nan(&mut self, sides: [Value; 2], no: Value, mut chosen: Value) -> Value {
        for side in sides {
            if self.graph.extent(side) == Extent::Constant || self.graph.depends(no, side) {
                continue;
            }
            chosen = self.graph.push(Operation::Binary(Binary::OrNan, chosen, side));
        }
        chosen
    }
}
