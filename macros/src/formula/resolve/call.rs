//! What does a call mean? A function of the user, a parameter that is transposed, or a function of formulas.

use proc_macro2::Ident;

use super::{Meaning, Scope};
use crate::errors;
use crate::formula::expression::Expression;
use crate::formula::function::{self, any_vector, whole_power};
use crate::formula::graph::{Reduction, Value};
use crate::identifier;
use crate::place::Place;

/// The largest exponent of `powi`.
const LARGEST_POWER: f64 = 64.0;

impl Scope<'_> {
    /// Adds a call of a function.
    pub(super) fn call(&mut self, name: &Ident, arguments: &[Expression], place: Place) -> Option<Value> {
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
        if word == "each" {
            return self.each_without_closure(name, arguments, place);
        }
        let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        if word == "powi" {
            return self.whole_power(name, arguments, &values);
        }
        let wanted = function::numbers_of_arguments(&word);
        if wanted.is_empty() {
            return self.unknown_function(name, &word, arguments);
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
        self.mean(*values.first()?)
    }

    /// Adds the mean of all elements.
    fn mean(&mut self, value: Value) -> Option<Value> {
        let axes = self.graph.extent(value).axes()?;
        let sum = self.graph.reduce(Reduction::Sum, value);
        let reciprocal = self.graph.reciprocal(axes);
        Some(self.graph.times(sum, reciprocal))
    }

    /// Reports `each` without a closure.
    fn each_without_closure(&mut self, name: &Ident, arguments: &[Expression], place: Place) -> Option<Value> {
        if self.alone {
            return self.report(self.combination_alone(name, place));
        }
        let texts: Vec<_> = arguments.iter().map(|argument| &*argument.text).collect();
        for text in &texts {
            self.mention(text);
        }
        let is_function = |text: &str| {
            let is_name = self.functions.iter().any(|function| identifier::plain(&function.name) == text);
            is_name || !function::numbers_of_arguments(text).is_empty()
        };
        let function = texts.last().copied().filter(|text| is_function(text));
        let values = if function.is_some() { &texts[..texts.len() - 1] } else { &texts };
        self.report(errors::each_without_closure(name, values, function))
    }

    /// Reports a function that does not exist, unless its name was a mistake.
    fn unknown_function(&mut self, name: &Ident, word: &str, arguments: &[Expression]) -> Option<Value> {
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
        let formula = match arguments {
            [argument] => function::as_formula(word, &argument.text),
            _ => None,
        };
        self.report(errors::unknown_function(name, formula.as_deref(), similar.as_deref()))
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
    pub(super) fn combination_alone(&self, name: &Ident, place: Place) -> syn::Error {
        match self.calls.last().and_then(|&function| self.functions.get(function)) {
            Some(function) => errors::combination_in_function(name, &function.name, place),
            None => errors::combination_in_activation(name, place),
        }
    }

    /// Adds a power whose exponent is a whole number that is written out.
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
}
