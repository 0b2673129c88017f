//! What do `let`, assignments, loops and functions of the user mean?

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Checked, Inner, Meaning, Scope, Whole};
use crate::errors;
use crate::formula::expression::{Expression, Statement};
use crate::formula::graph::{Extent, Operation, Repetition, Value};
use crate::formula::size::{Length, Verdict};
use crate::identifier;
use crate::place::Place;

/// The most repetitions of a loop, whose code is written out.
const MOST_REPETITIONS: i64 = 64;
/// The most values of a formula, so that loops in loops end.
const MOST_VALUES: usize = 20_000;

/// The names of generated code that surrounds a loop.
const TAKEN: [&str; 26] = [
    "accumulate",
    "cache",
    "compared",
    "constants",
    "count",
    "grad_input",
    "grad_output",
    "gradient",
    "input",
    "isa",
    "logits",
    "losses",
    "memory",
    "output",
    "point",
    "prediction",
    "product",
    "result",
    "row",
    "rows",
    "samples",
    "site",
    "start",
    "target",
    "targets",
    "vector",
];

/// Returns the name of the index of a loop in code, where names of generated code are visible.
fn name_in_code(index: &Ident) -> Ident {
    let name = identifier::plain(index);
    let is_taken =
        TAKEN.contains(&name.as_str()) || identifier::is_keyword(&name) || matches!(&*name, "weight" | "total");
    if is_taken { Ident::new(&format!("{name}_index"), index.span()) } else { index.clone() }
}

/// A name that a loop sees.
struct Outside {
    /// Its position among the names.
    position: usize,
    /// What it means around the loop.
    value: Value,
    /// The same for each row, from which the loop starts.
    before: Value,
    /// The value in the body.
    inside: Value,
}

impl Scope<'_> {
    /// Adds the statements of a block. Returns its result.
    pub(super) fn block(&mut self, statements: &[Statement], result: &Expression) -> Option<Value> {
        let (start, mistakes) = (self.entries.len(), self.errors.len());
        self.run(statements);
        let result = self.value(result);
        self.close(start, mistakes);
        result
    }

    /// Adds statements, whose names stay declared.
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
                Statement::Mistake(text) => self.mention(text),
                Statement::For { index, bounds, place, body, text } => {
                    if self.repeat(index.as_ref(), bounds, *place, body).is_none() {
                        self.mention(text);
                    }
                }
            }
        }
    }

    /// Names a value as the user did.
    fn name(&mut self, value: Option<Value>, name: &Ident) {
        if let Some(value) = value {
            self.graph.name(value, &identifier::plain(name));
        }
    }

    /// Gives a name another value.
    fn assign(&mut self, name: &Ident, value: &Expression) {
        let mut result = self.value(value);
        self.name(result, name);
        let word = identifier::plain(name);
        let Some(index) = self.entries.iter().rposition(|entry| identifier::plain(&entry.name) == word) else {
            let error = self.unknown(name);
            self.report(error);
            return;
        };
        let Some(entry) = self.entries.get(index) else { return };
        let (meaning, is_mutable) = (entry.meaning, entry.is_mutable);
        if !is_mutable {
            self.report(errors::assigned_constant(name, entry.role));
        } else if index < self.outside.0 {
            self.report(errors::assigned_outside(name, self.outside.1 == Inner::Branch));
        } else if let (Meaning::Value(old), Some(new)) = (meaning, result) {
            // A loop could not go on with another shape.
            let shapes = [old, new].map(|value| self.shape_text(value));
            if self.check_same_shape([old, new], Place::of(name)).is_none() {
                self.report(errors::assigned_shape(name, [&shapes[0], &shapes[1]]));
                result = None;
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

    /// Adds the statements of a loop for each of its indices. Returns `None` if there is none, or after a mistake in its bounds.
    fn repeat(
        &mut self,
        index: Option<&Ident>,
        bounds: &[TokenStream; 2],
        place: Place,
        body: &[Statement],
    ) -> Option<()> {
        let [start, end] = bounds.each_ref().map(|bound| Length::read(bound, &self.indices));
        let (Some(first), Some(last)) = (start.as_number(), end.as_number()) else {
            return self.looped(index, [start, end], place, body);
        };
        if last < first {
            return self.report_part(errors::backward_loop(place, [&start.text(), &end.text()]));
        }
        if last - first > MOST_REPETITIONS {
            return self.report_part(errors::too_many_repetitions(place, MOST_REPETITIONS));
        }
        if first == last {
            // What only its body mentions is used.
            return None;
        }
        for number in first..last {
            if self.graph.len() > MOST_VALUES {
                return self.report_part(errors::too_many_values(place));
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
            self.close(scope, mistakes);
            // The same mistakes would follow.
            if self.errors.len() > mistakes {
                break;
            }
        }
        Some(())
    }

    /// Adds a loop whose number of repetitions only the compiler knows. Its body sees inputs for the values around it.
    fn looped(
        &mut self,
        index: Option<&Ident>,
        [start, end]: [Length; 2],
        place: Place,
        body: &[Statement],
    ) -> Option<()> {
        if self.alone || !self.has_shapes {
            return self.report_part(errors::unknown_repetitions(place, &Self::range_text([&start, &end])));
        }
        self.check_repetitions([&start, &end], place)?;
        let outside = self.enter_loop();
        let (scope, mistakes) = (self.entries.len(), self.errors.len());
        let number = index.map(|index| self.declare_index(index, [&start, &end]));
        self.run(body);
        if index.is_some() {
            self.indices.pop();
            self.bounds.pop();
        }
        self.close(scope, mistakes);
        self.repetition([start, end], number, &outside, place);
        Some(())
    }

    /// Lets the compiler check the bounds of a loop, of which the index of another one may be part, but not of their difference.
    fn check_repetitions(&mut self, [start, end]: [&Length; 2], place: Place) -> Option<()> {
        let text = Self::range_text([start, end]);
        let count = end.minus(start)?;
        if let Some(index) = self.mentioned_index(&count) {
            return self.report_part(errors::repetitions_by_index(place, &text, &index));
        }
        for ([start, end], loops) in self.ends_of([start, end], place, &text)? {
            // No size is negative.
            if start.as_number() == Some(0) {
                continue;
            }
            self.ranges.push(Checked { place, start, end, whole: Whole::Repetitions, loops, text: text.clone() });
        }
        Some(())
    }

    /// Gives each name that a loop sees the meaning that it has in its body: an input. Names of constants keep theirs.
    fn enter_loop(&mut self) -> Vec<Outside> {
        let mut outside = Vec::new();
        for position in 0..self.entries.len() {
            let Some(Meaning::Value(value)) = self.entries.get(position).map(|entry| entry.meaning) else { continue };
            let is_mutable = self.entries.get(position).is_some_and(|entry| entry.is_mutable);
            if self.graph.extent(value).rows().is_none() && !is_mutable {
                continue;
            }
            let before = self.repeated(value);
            let before = if is_mutable { self.spread_value(before) } else { before };
            let name = self.entries.get(position).map_or_else(String::new, |entry| identifier::plain(&entry.name));
            let inside = self.graph.input(name, self.graph.extent(before));
            if let Some(entry) = self.entries.get_mut(position) {
                entry.meaning = Meaning::Value(inside);
            }
            outside.push(Outside { position, value, before, inside });
        }
        outside
    }

    /// Declares the index of a loop with these bounds, as a number and in sizes. Returns its name in code and the number.
    fn declare_index(&mut self, index: &Ident, [start, end]: [&Length; 2]) -> (Ident, Value) {
        let number = self.graph.input(identifier::plain(index), Extent::Sample(self.rows));
        self.declare(index, Some(number), "index");
        if let Some(entry) = self.entries.last_mut() {
            entry.used = true;
        }
        let name = name_in_code(index);
        self.indices.push((identifier::plain(index), Length::opaque(&quote!(#name))));
        self.bounds.push((name.to_string(), [start.clone(), end.clone()]));
        (name, number)
    }

    /// Adds what a loop makes of the variables that its body assigns.
    fn repetition(
        &mut self,
        [start, end]: [Length; 2],
        index: Option<(Ident, Value)>,
        outside: &[Outside],
        place: Place,
    ) {
        let assigned: Vec<_> = outside.iter().filter_map(|of| Some((of, self.assigned(of)?))).collect();
        let results: Vec<_> = assigned.iter().map(|&(_, result)| self.spread_value(result)).collect();
        let (initial, states): (Vec<_>, Vec<_>) = assigned.iter().map(|(of, _)| (of.before, of.inside)).unzip();
        let read = self.graph.needed(&results, |_| false);
        let captured = outside.iter().filter(|of| read.contains(&of.inside) && !states.contains(&of.inside));
        let captures = captured.map(|of| [of.before, of.inside]).collect();
        self.leave_loop(outside);
        if results.is_empty() {
            if !self.errors.any() {
                self.report(errors::loop_without_effect(place));
            }
            return;
        }
        self.graph.repetitions.push(Repetition { start, end, index, initial, states, captures, results });
        let repetition = self.graph.repetitions.len() - 1;
        for (index, (of, _)) in assigned.into_iter().enumerate() {
            let looped = self.graph.push(Operation::Looped(repetition, index));
            self.graph.push(Operation::Trajectory(repetition, index));
            if let Some(entry) = self.entries.get_mut(of.position) {
                entry.meaning = Meaning::Value(looped);
            }
        }
    }

    /// Returns what the body of a loop assigned to a name.
    fn assigned(&self, of: &Outside) -> Option<Value> {
        match self.entries.get(of.position)?.meaning {
            Meaning::Value(result) if result != of.inside => Some(result),
            _ => None,
        }
    }

    /// Gives the names that a loop did not assign the meaning that they had before it.
    fn leave_loop(&mut self, outside: &[Outside]) {
        for &Outside { position, value, inside, .. } in outside {
            let entry = self.entries.get_mut(position);
            if let Some(entry) = entry.filter(|entry| entry.meaning == Meaning::Value(inside)) {
                entry.meaning = Meaning::Value(value);
            }
        }
    }
}
