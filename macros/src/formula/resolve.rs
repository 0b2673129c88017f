//! What do the names and operations of a formula mean? The tree becomes values of a graph.

mod arrays;
mod call;
mod condition;
mod functions;
mod other_product;
mod parts;
mod product;
mod shape;
mod statements;

use std::collections::HashSet;
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

pub(crate) use self::functions::sub_formulas;
pub(crate) use self::shape::{require_scalar, shape_text};
use super::declared::Function;
use super::expression::{Expression, Kind};
use super::graph::{Axes, Graph, Matrix, Operation, Size, Unary, Value};
use super::header::Setting;
use super::size::Length;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;

/// Two sizes that the compiler compares.
pub(crate) struct Comparison {
    pub(crate) place: Place,
    pub(crate) sizes: [Size; 2],
    /// The text before the first size, between them, and after the second.
    pub(crate) message: [String; 3],
}

/// A range whose bounds the compiler compares, also with a number of rows.
pub(crate) struct Checked {
    pub(crate) place: Place,
    pub(crate) start: Length,
    pub(crate) end: Length,
    pub(crate) whole: Whole,
    /// The bounds of the loops around from the innermost on, of which each has a repetition if the range matters.
    pub(crate) loops: Vec<[Length; 2]>,
    /// The range, as it is written.
    pub(crate) text: String,
}

/// What a range is compared with.
pub(crate) enum Whole {
    /// The number of rows of a value, with its text.
    Rows(Size, String),
    /// Nothing: a loop has repetitions, or none if its range is empty.
    Repetitions,
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

    /// Reports the names that were never used, from the entry at `start` on, and forgets them. One of the mistakes since there were
    /// `mistakes` may be why a name is not used.
    pub(crate) fn close(&mut self, start: usize, mistakes: usize) {
        let has_mistakes = self.errors.len() > mistakes;
        for entry in self.entries.split_off(start) {
            if !has_mistakes
                && !entry.used
                && entry.meaning != Meaning::Mistake
                && !identifier::plain(&entry.name).starts_with('_')
            {
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
            self.close(0, 0);
            self.check_functions();
        }
        Some(Resolved { value: value?, comparisons: self.comparisons, ranges: self.ranges })
    }

    /// Reports a mistake, and returns no value.
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

    /// Adds an expression to the graph, maybe for fewer rows.
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

    /// Returns what a name stands for: a value, an index, a const parameter, or a constant of the surrounding code.
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
        let error = self.unknown(name);
        self.report(error)
    }

    /// Returns the message about a name that is not declared. The name that was meant is no longer one that is never used.
    fn unknown(&mut self, name: &Ident) -> syn::Error {
        let names: Vec<_> = self.entries.iter().map(|entry| identifier::plain(&entry.name)).collect();
        let similar = super::function::nearest(&identifier::plain(name), names.iter().cloned());
        errors::unknown_in_formula(name, &names, similar.as_deref())
    }

    /// Returns the const parameter with this name.
    fn const_parameter(&self, name: &Ident) -> Option<Length> {
        let parameter = identifier::parameter(name, self.graph.const_parameters())?;
        Some(Length::opaque(&parameter.to_token_stream()))
    }

    /// Adds a constant of the surrounding code, of any type of numbers.
    fn constant(&mut self, path: &TokenStream) -> Value {
        let cast = crate::expand::at(Place::of(path).span(), quote!(as f64));
        self.graph.constant(crate::text::of(path.clone()), quote!((#path #cast)))
    }
}
