//! What do the names and operations of a formula mean? The tree becomes values of a graph.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use super::expression::{Condition, Expression, Kind, Operator};
use super::function::{self, any_vector, whole_power};
use super::graph::{Binary, Extent, Graph, Matrix, Operation, Reduction, Size, Unary, Value};
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

/// What a formula may mention.
pub(crate) struct Scope<'a> {
    pub(crate) graph: &'a mut Graph,
    pub(crate) errors: &'a mut Errors,
    /// The name of what is declared.
    pub(crate) owner: String,
    /// Whether the formula sees one element only, as in an activation.
    pub(crate) alone: bool,
    /// Pairs of sizes that only the compiler can compare, with the position and the text before and between them.
    pub(crate) comparisons: Vec<Comparison>,
    entries: Vec<Entry>,
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
}

impl<'a> Scope<'a> {
    /// Returns a scope without names.
    pub(crate) fn new(graph: &'a mut Graph, errors: &'a mut Errors, alone: bool) -> Self {
        Self { graph, errors, owner: String::new(), alone, comparisons: Vec::new(), entries: Vec::new() }
    }

    /// Adds a name.
    pub(crate) fn declare(&mut self, name: &Ident, value: Option<Value>, role: &'static str) {
        let meaning = value.map_or(Meaning::Mistake, Meaning::Value);
        self.entries.push(Entry { name: name.clone(), meaning, role, used: false });
    }

    /// Adds the name of a matrix.
    pub(crate) fn declare_matrix(&mut self, name: &Ident, matrix: Matrix, role: &'static str) {
        self.entries.push(Entry { name: name.clone(), meaning: Meaning::Matrix(matrix), role, used: false });
    }

    /// Reports the names that were never used, from the entry at `start` on, and forgets them.
    pub(crate) fn close(&mut self, start: usize) {
        for entry in self.entries.split_off(start) {
            if !entry.used && entry.meaning != Meaning::Mistake && !identifier::plain(&entry.name).starts_with('_') {
                self.errors.push(errors::unused_in_formula(&entry.name, entry.role));
            }
        }
    }

    fn report(&mut self, error: syn::Error) -> Option<Value> {
        self.errors.push(error);
        None
    }

    /// Adds an expression to the graph. Returns `None` after a mistake, which was reported.
    pub(crate) fn value(&mut self, expression: &Expression) -> Option<Value> {
        match &expression.kind {
            Kind::Number(number) => Some(self.graph.number(*number)),
            Kind::Name(name) => self.named(name),
            Kind::Path(path) => Some(self.constant(path)),
            Kind::Negated(inner) => self.value(inner).map(|value| self.graph.unary(Unary::Negate, value)),
            Kind::Binary(operator, place, sides) => self.binary(*operator, *place, sides),
            Kind::Call(name, arguments) => self.call(name, arguments, expression.place),
            Kind::If(condition) => self.condition(condition),
            Kind::Block(bindings, result) => {
                let start = self.entries.len();
                for binding in bindings {
                    let value = self.value(&binding.value);
                    if let Some(value) = value {
                        self.graph.name(value, &identifier::plain(&binding.name));
                    }
                    self.declare(&binding.name, value, "`let`");
                }
                let result = self.value(result);
                self.close(start);
                result
            }
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
                Meaning::Matrix(matrix) => {
                    let vector = self.vector_text(matrix.columns);
                    self.report(errors::lone_matrix(Place::of(name), &word, &vector))
                }
            };
        }
        // A constant of the surrounding code.
        if !word.contains(char::is_lowercase) && word.contains(char::is_uppercase) {
            return Some(self.constant(&name.to_token_stream()));
        }
        let names: Vec<_> = self.entries.iter().map(|entry| identifier::plain(&entry.name)).collect();
        self.report(errors::unknown_in_formula(name, &names))
    }

    /// Returns the vector of this size in words.
    fn vector_text(&self, size: Size) -> String {
        self.graph.size_text(size).map_or_else(String::new, |size| format!("Vector<{}>", size.text))
    }

    /// Returns the matrix that an expression is, and whether it is transposed.
    fn matrix(&mut self, expression: &Expression) -> Option<(Matrix, bool)> {
        match &expression.kind {
            Kind::Name(name) => {
                let word = identifier::plain(name);
                let entry = self.entries.iter_mut().rev().find(|entry| identifier::plain(&entry.name) == word)?;
                let Meaning::Matrix(matrix) = entry.meaning else { return None };
                entry.used = true;
                Some((matrix, false))
            }
            Kind::Call(name, arguments) if name == "transpose" => {
                let [argument] = arguments.as_slice() else { return None };
                self.matrix(argument).map(|(matrix, is_transposed)| (matrix, !is_transposed))
            }
            _ => None,
        }
    }

    /// Adds a sum, difference, product or quotient of equal shapes, or the product of a matrix and a vector.
    fn binary(&mut self, operator: Operator, place: Place, sides: &[Expression; 2]) -> Option<Value> {
        let [left, right] = sides;
        if let Some((matrix, is_transposed)) = self.matrix(left) {
            return self.product(operator, place, sides, matrix, is_transposed);
        }
        if let Some((matrix, _)) = self.matrix(right) {
            self.value(left)?;
            let vector = self.vector_text(matrix.columns);
            return self.report(errors::matrix_on_the_right(
                place,
                &left.text,
                &right.text,
                operator == Operator::Multiply,
                &vector,
            ));
        }
        let (first, second) = (self.value(left), self.value(right));
        let (first, second) = (first?, second?);
        self.check_sizes([first, second], place, operator.symbol(), [&left.text, &right.text])?;
        let operator = match operator {
            Operator::Add => Binary::Add,
            Operator::Subtract => Binary::Subtract,
            Operator::Multiply => Binary::Multiply,
            Operator::Divide => Binary::Divide,
        };
        Some(self.graph.binary(operator, first, second))
    }

    fn product(
        &mut self,
        operator: Operator,
        place: Place,
        [left, right]: &[Expression; 2],
        matrix: Matrix,
        is_transposed: bool,
    ) -> Option<Value> {
        if self.matrix(right).is_some() && operator == Operator::Multiply {
            return self.report(errors::product_of_matrices(place, [&left.text, &right.text]));
        }
        if operator != Operator::Multiply {
            if self.matrix(right).is_none() {
                self.value(right)?;
            }
            let vector = self.vector_text(if is_transposed { matrix.rows } else { matrix.columns });
            return self.report(errors::operator_of_matrix(place, &left.text, &vector));
        }
        let value = self.value(right)?;
        let (rows, columns) = if is_transposed { (matrix.columns, matrix.rows) } else { (matrix.rows, matrix.columns) };
        let wanted = self.size_words(columns);
        let texts = [&left.text, &right.text].map(String::as_str);
        match self.graph.extent(value) {
            Extent::Element(size) if self.graph.are_equal(size, columns) => {
                Some(self.graph.product(matrix, is_transposed, value))
            }
            Extent::Element(size) if !self.are_known([size, columns]) => {
                self.compare(place, [size, columns], errors::compared_vector(texts));
                Some(self.graph.product(matrix, is_transposed, value))
            }
            Extent::Element(size) | Extent::Shared(size) if !self.graph.are_equal(size, columns) => {
                let (found, rows) = (self.size_words(size), self.size_words(rows));
                let name = self.graph.parameter_name(matrix.parameter).to_owned();
                let sizes = [&*wanted, &*found, &*rows];
                let vector = self.is_declared(right).then_some(&*right.text);
                self.report(errors::wrong_vector(place, texts, sizes, &name, is_transposed, vector))
            }
            Extent::Shared(_) => self.report(errors::product_of_parameters(place, texts)),
            _ => self.report(errors::matrix_times_number(place, texts, &wanted)),
        }
    }

    /// Returns whether an expression is the name of an input or a parameter.
    fn is_declared(&self, expression: &Expression) -> bool {
        let Kind::Name(name) = &expression.kind else { return false };
        let entry = self.entries.iter().rev().find(|entry| identifier::plain(&entry.name) == identifier::plain(name));
        entry.is_some_and(|entry| entry.role != "`let`")
    }

    fn are_known(&self, sizes: [Size; 2]) -> bool {
        self.graph.are_known(sizes)
    }

    /// Lets the compiler compare two sizes, once.
    fn compare(&mut self, place: Place, sizes: [Size; 2], message: [String; 3]) {
        let [first, second] = sizes;
        if !self.comparisons.iter().any(|known| known.sizes == sizes || known.sizes == [second, first]) {
            self.comparisons.push(Comparison { place, sizes, message });
        }
    }

    fn size_words(&self, size: Size) -> String {
        self.graph.size_text(size).map_or_else(String::new, |size| size.text.clone())
    }

    /// Reports two vectors of different lengths.
    fn check_sizes(&mut self, values: [Value; 2], place: Place, operator: &str, texts: [&str; 2]) -> Option<()> {
        let [left, right] = values.map(|value| self.graph.extent(value).size());
        match (left, right) {
            (Some(left), Some(right)) if self.graph.are_equal(left, right) => Some(()),
            (Some(left), Some(right)) if !self.are_known([left, right]) => {
                self.compare(place, [left, right], errors::compared_vectors(operator, texts));
                Some(())
            }
            (Some(left), Some(right)) => {
                let sizes = [left, right].map(|size| self.size_words(size));
                self.report(errors::different_vectors(place, operator, texts, [&sizes[0], &sizes[1]]));
                None
            }
            _ => Some(()),
        }
    }

    fn constant(&mut self, path: &TokenStream) -> Value {
        self.graph.constant(crate::text::of(path.clone()), path.clone())
    }

    fn call(&mut self, name: &Ident, arguments: &[Expression], place: Place) -> Option<Value> {
        let word = identifier::plain(name);
        if word == "transpose"
            && let [argument] = arguments
            && let Some((matrix, is_transposed)) = self.matrix(argument)
        {
            let vector = self.vector_text(if is_transposed { matrix.columns } else { matrix.rows });
            return self.report(errors::lone_matrix(place, &format!("transpose({})", argument.text), &vector));
        }
        let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        if word == "powi" {
            return self.whole_power(name, arguments, &values);
        }
        let mut wanted: Vec<_> = match word.as_str() {
            "mean" => vec![1],
            _ => function::named(&word).map(|function| function.arguments).collect(),
        };
        wanted.sort_unstable();
        if word == "transpose" {
            let Some(argument) = arguments.first() else {
                return self.report(errors::wrong_number_of_arguments(name, &[1], 0));
            };
            values.first().copied().flatten()?;
            return self.report(errors::transposed_value(argument.place, &argument.text));
        }
        if wanted.is_empty() {
            if word == self.owner {
                return self.report(errors::calls_itself(name));
            }
            return self.report(errors::unknown_function(name, function::similar(&word)));
        }
        if !wanted.contains(&values.len()) {
            return self.report(errors::wrong_number_of_arguments(name, &wanted, values.len()));
        }
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        for (value, argument) in values.iter().zip(arguments).skip(1) {
            let first = (*values.first()?, arguments.first().map_or("", |first| &first.text));
            self.check_sizes([first.0, *value], place, &word, [first.1, &argument.text])?;
        }
        let found = function::named(&word).find(|function| function.arguments == values.len());
        if found.is_none_or(|function| function.combines) {
            if self.alone {
                return self.report(errors::combination_in_activation(name, place));
            }
            if !any_vector(self.graph, &values) {
                let argument = arguments.first().map_or("", |argument| &argument.text);
                return self.report(errors::combination_of_number(name, argument, place));
            }
        }
        if let Some(function) = found {
            return (function.build)(self.graph, &values);
        }
        let value = *values.first()?;
        let size = self.graph.extent(value).size()?;
        let sum = self.graph.reduce(Reduction::Sum, value);
        let reciprocal = self.graph.reciprocal(size);
        Some(self.graph.times(sum, reciprocal))
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
        let (yes, no) = (self.value(&condition.yes), self.value(&condition.no));
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
