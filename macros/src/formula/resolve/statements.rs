//! What do `let`, assignments, loops and functions of the user mean?


use proc_macro2::{Ident, TokenStream};

use super::{Meaning, Scope};
use crate::errors;
use crate::formula::expression::{Expression, Statement};
use crate::formula::graph::Value;
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
                self.indices.push((identifier::plain(index), Length::number(number)));
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
}
