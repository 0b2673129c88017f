//! What do `let`, assignments, loops and functions of the user mean?

use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};

use super::{Meaning, Scope};
use crate::errors;
use crate::formula::expression::{Expression, Statement};
use crate::formula::graph::{Size, Value};
use crate::formula::size::{Length, Verdict};
use crate::identifier;
use crate::place::Place;

/// The most repetitions of a loop, whose code is written out.
const MOST_REPETITIONS: i64 = 64;
/// The most values of a formula, so that loops in loops end.
const MOST_VALUES: usize = 20_000;

impl Scope<'_> {
    pub(super) fn block(&mut self, statements: &[Statement], result: &Expression) -> Option<Value> {
        let start = self.entries.len();
        self.run(statements);
        let result = self.value(result);
        self.close(start);
        result
    }

    fn run(&mut self, statements: &[Statement]) {
        for statement in statements {
            match statement {
                Statement::Let { name, value, is_mutable } => {
                    let value = self.value(value);
                    self.name(value, name);
                    self.declare(name, value, "`let`");
                    if let Some(entry) = self.entries.last_mut() {
                        entry.is_mutable = *is_mutable;
                    }
                }
                Statement::Assign { name, value } => self.assign(name, value),
                Statement::For { index, start, end, place, body } => {
                    self.repeat(index.as_ref(), [start, end], *place, body);
                }
            }
        }
    }

    fn name(&mut self, value: Option<Value>, name: &Ident) {
        if let Some(value) = value {
            self.graph.name(value, &identifier::plain(name));
        }
    }

    fn assign(&mut self, name: &Ident, value: &Expression) {
        let result = self.value(value);
        self.name(result, name);
        let word = identifier::plain(name);
        let Some(index) = self.entries.iter().rposition(|entry| identifier::plain(&entry.name) == word) else {
            let names: Vec<_> = self.entries.iter().map(|entry| identifier::plain(&entry.name)).collect();
            self.report(errors::unknown_in_formula(name, &names));
            return;
        };
        let Some(entry) = self.entries.get(index) else { return };
        let (meaning, is_mutable) = (entry.meaning, entry.is_mutable);
        if !is_mutable {
            self.report(errors::assigned_constant(name, entry.role));
        } else if let (Meaning::Value(old), Some(new)) = (meaning, result) {
            // A loop could not go on with another shape.
            let shapes = [old, new].map(|value| self.shape_text(value));
            if self.check_same_shape([old, new], Place::of(name)).is_none() {
                self.report(errors::assigned_shape(name, [&shapes[0], &shapes[1]]));
            }
        }
        if let Some(entry) = self.entries.get_mut(index)
            && is_mutable
        {
            entry.meaning = result.map_or(Meaning::Mistake, Meaning::Value);
        }
    }

    /// Returns whether two values have the same axes.
    fn check_same_shape(&mut self, values: [Value; 2], place: Place) -> Option<()> {
        let [old, new] = values.map(|value| self.graph.extent(value).axes().unwrap_or_default());
        let sizes = [old, new].map(|axes| self.graph.sizes(axes).to_vec());
        if sizes[0].len() != sizes[1].len() {
            return None;
        }
        for (&left, &right) in sizes[0].iter().zip(&sizes[1]) {
            match self.graph.compare(left, right) {
                Verdict::Equal => {}
                Verdict::Unknown => self.compare(
                    place,
                    [left, right],
                    errors::compared_vectors("=", ["the old value", "the new value"]),
                ),
                Verdict::Different => return None,
            }
        }
        Some(())
    }

    /// Adds the statements of a loop for each of its indices.
    fn repeat(&mut self, index: Option<&Ident>, bounds: [&TokenStream; 2], place: Place, body: &[Statement]) {
        let [start, end] = bounds.map(|bound| Length::read(bound, &self.indices));
        let (Some(first), Some(last)) = (start.as_number(), end.as_number()) else {
            self.report(errors::unknown_repetitions(place, &format!("{}..{}", start.text(), end.text())));
            return;
        };
        if last - first > MOST_REPETITIONS {
            self.report(errors::too_many_repetitions(place, MOST_REPETITIONS));
            return;
        }
        for number in first..last {
            if self.graph.len() > MOST_VALUES {
                self.report(errors::too_many_values(place));
                return;
            }
            let scope = self.entries.len();
            let mistakes = self.errors.len();
            if let Some(index) = index {
                self.indices.push((identifier::plain(index), number));
            }
            self.run(body);
            if index.is_some() {
                self.indices.pop();
            }
            self.close(scope);
            // The same mistakes would follow.
            if self.errors.len() > mistakes {
                return;
            }
        }
    }

    /// Adds the formula of a function for these arguments.
    pub(super) fn inlined(
        &mut self,
        function: usize,
        name: &Ident,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Value> {
        if self.calls.contains(&function) {
            return self.report(errors::calls_itself(name));
        }
        let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        let functions = Rc::clone(&self.functions);
        let called = functions.get(function)?;
        let declared = &called.arguments;
        let is_first = !self.called.contains(&function);
        self.called.push(function);
        if declared.len() != values.len() {
            return self.report(errors::wrong_number_of_arguments(name, &[declared.len()], values.len()));
        }
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        // A function of numbers acts on every element.
        let is_of_numbers = declared.iter().all(|(_, sizes)| sizes.is_empty());
        if is_of_numbers {
            for (value, argument) in values.iter().zip(arguments).skip(1) {
                let first = (*values.first()?, arguments.first().map_or("", |first| &first.text));
                self.check_sizes([first.0, *value], place, &name.to_string(), [first.1, &argument.text])?;
            }
        } else {
            for ((value, argument), (_, sizes)) in values.iter().zip(arguments).zip(declared) {
                self.check_declared(*value, sizes, argument.place, &argument.text, false)?;
            }
        }
        // Its mistakes were reported where it was called first.
        if !is_first && self.errors.any() {
            return None;
        }
        let entries = std::mem::take(&mut self.entries);
        let was_alone = self.alone;
        self.alone |= is_of_numbers;
        self.calls.push(function);
        for ((argument, _), value) in declared.iter().zip(values) {
            self.declare(argument, Some(value), "argument");
        }
        let result = self.value(&called.body);
        if result.is_some() && !self.errors.any() {
            self.close(0);
        }
        self.calls.pop();
        self.alone = was_alone;
        self.entries = entries;
        let result = result?;
        if !is_of_numbers {
            let (place, sizes) = &called.gives;
            self.check_declared(result, sizes, *place, &name.to_string(), true)?;
        }
        Some(result)
    }

    /// Reports a value of another shape than declared for an argument, or for the result of a function.
    fn check_declared(
        &mut self,
        value: Value,
        sizes: &[Size],
        place: Place,
        text: &str,
        is_result: bool,
    ) -> Option<()> {
        let declared = self.graph.axes(sizes);
        let found = self.graph.sizes(self.graph.extent(value).axes().unwrap_or_default()).to_vec();
        let mut agree = found.len() == sizes.len();
        for (&left, &right) in found.iter().zip(sizes) {
            match self.graph.compare(left, right) {
                Verdict::Equal => {}
                Verdict::Unknown => self.compare(place, [left, right], errors::compared_argument(text)),
                Verdict::Different => agree = false,
            }
        }
        if agree {
            return Some(());
        }
        let shapes = [self.shape_text(value), self.axes_text(declared)];
        self.report(errors::wrong_argument(place, text, [&shapes[0], &shapes[1]], is_result));
        None
    }

    /// Reports the functions that were never called.
    pub(crate) fn check_functions(&mut self) {
        let functions = Rc::clone(&self.functions);
        let unused = functions.iter().enumerate().filter(|(index, _)| !self.called.contains(index));
        for (_, function) in unused {
            self.errors.push(errors::unused_in_formula(&function.name, "function"));
        }
    }
}
