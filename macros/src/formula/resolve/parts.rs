//! What do `x[i]` and `x[a..b]` mean, and are they within x? In a loop, at its first and its last index.

use proc_macro2::{Ident, Span, TokenStream};

use super::{Checked, Scope, Whole};
use crate::errors;
use crate::formula::expression::{Bounds, Expression};
use crate::formula::graph::{Extent, Operation, Part, Size, Value};
use crate::formula::size::Length;
use crate::identifier;
use crate::place::Place;
use crate::text;

/// The bounds of a range.
type Range = [Length; 2];

impl Scope<'_> {
    /// Adds some rows of a value.
    pub(super) fn range(&mut self, base: &Expression, bounds: &Bounds, place: Place) -> Option<Value> {
        let (value, whole) = self.indexed(base, place)?;
        let written = [&bounds.start, &bounds.end].map(|bound| bound.clone().map_or_else(String::new, text::of));
        let start = match &bounds.start {
            Some(start) => self.bound(start, place)?,
            None => Length::number(0),
        };
        let end = match &bounds.end {
            Some(end) => self.bound(end, place)?,
            None => self.graph.length(whole),
        };
        self.part(value, [start, end], whole, place, [&written.join(".."), &base.text])
    }

    /// Adds one row of a value.
    pub(super) fn index(&mut self, base: &Expression, index: &TokenStream, place: Place) -> Option<Value> {
        let (value, whole) = self.indexed(base, place)?;
        let start = self.bound(index, place)?;
        let end = start.plus(&Length::number(1))?;
        let part = self.part(value, [start, end], whole, place, [&text::of(index.clone()), &base.text])?;
        let axes = self.graph.extent(part).axes()?;
        let (_, rest) = self.graph.split_axes(axes)?;
        Some(self.graph.view(Extent::of(self.rows, rest), part))
    }

    /// Returns the value before brackets, and the number of its rows.
    fn indexed(&mut self, base: &Expression, place: Place) -> Option<(Value, Size)> {
        let value = self.value(base)?;
        if !self.alone {
            self.check_shapes(place, "an index")?;
        }
        if self.alone || self.rank(value) == 0 {
            return self.report_part(errors::indexed(place, &base.text));
        }
        Some((self.spread_value(value), self.graph.first_size(value)))
    }

    /// Reads an index.
    fn bound(&mut self, written: &TokenStream, place: Place) -> Option<Length> {
        let declared: Vec<_> = self.entries.iter().map(|entry| entry.name.clone()).collect();
        let is_index = |name: &Ident| self.indices.iter().any(|(index, _)| *index == identifier::plain(name));
        let declared: Vec<_> = declared.into_iter().filter(|name| !is_index(name)).collect();
        if let Some(name) = identifier::mentioned(written.clone(), &declared) {
            let name = identifier::plain(&name);
            self.mention(&name);
            return self.report_part(errors::index_of_value(place, &name));
        }
        Some(Length::read(written, &self.indices))
    }

    /// Adds the rows from `start` to `end`: what is written in brackets, and before them.
    fn part(
        &mut self,
        value: Value,
        [start, end]: [Length; 2],
        whole: Size,
        place: Place,
        texts: [&str; 2],
    ) -> Option<Value> {
        let length = end.minus(&start)?;
        if let Some(index) = self.mentioned_index(&length) {
            self.errors.push_once(errors::length_by_index(place, texts[0], &index));
            return None;
        }
        for (bounds, loops) in self.ends_of([&start, &end], place, texts[0])? {
            self.check_part(bounds, loops, whole, place, texts)?;
        }
        let [start, len] = [start, length].map(|length| self.graph.computed(length));
        if self.graph.length(start).as_number() == Some(0) && len == whole {
            return Some(value);
        }
        Some(self.graph.push(Operation::Slice(Part { start, len, whole }, value)))
    }

    /// Returns the index, as it is written, of a loop at run time that takes part in a size.
    pub(super) fn mentioned_index(&self, size: &Length) -> Option<String> {
        let names = self.bounds.iter().map(|(name, _)| name);
        let mut mentioned = names.filter(|name| size.mentions(&[Ident::new(name, Span::call_site())]));
        let name = mentioned.next()?;
        let index = self.indices.iter().rev().find(|(_, length)| length.has(name));
        Some(index.map_or_else(|| name.clone(), |(index, _)| index.clone()))
    }

    /// Returns a range as text.
    pub(super) fn range_text([start, end]: [&Length; 2]) -> String {
        format!("{}..{}", start.text(), end.text())
    }

    /// Returns a range at the first and at the last indices of the loops around, each with the bounds of the loops that have a
    /// repetition then. Reports indices that are factors of a size that only the compiler can evaluate.
    pub(super) fn ends_of(
        &mut self,
        range: [&Length; 2],
        place: Place,
        text: &str,
    ) -> Option<Vec<(Range, Vec<Range>)>> {
        let mut ends = vec![(range.map(Length::clone), Vec::new())];
        // The bounds of a loop may have the indices of those around it.
        for (name, [first, after]) in self.bounds.clone().into_iter().rev() {
            let last = after.minus(&Length::number(1))?;
            let has = |bounds: &[Length; 2]| bounds.iter().any(|bound| bound.has(&name));
            if !ends.iter().any(|(bounds, loops)| has(bounds) || loops.iter().any(has)) {
                continue;
            }
            let mut next = Vec::new();
            for by in [first.clone(), last] {
                let replaced =
                    |[start, end]: &[Length; 2]| Some([start.replaced(&name, &by)?, end.replaced(&name, &by)?]);
                for (bounds, loops) in &ends {
                    let mut loops = loops.iter().map(replaced).collect::<Option<Vec<_>>>()?;
                    loops.push([first.clone(), after.clone()]);
                    next.push((replaced(bounds)?, loops));
                }
            }
            ends = next;
        }
        for bound in ends.iter().flat_map(|(bounds, loops)| loops.iter().chain([bounds])).flatten() {
            if let Some(index) = self.mentioned_index(bound) {
                return self.report_part(errors::nonlinear_index(place, text, &index));
            }
        }
        Some(ends)
    }

    /// Reports a range that is empty or ends beyond the value, or lets the compiler check it.
    fn check_part(
        &mut self,
        [start, end]: [Length; 2],
        loops: Vec<[Length; 2]>,
        whole: Size,
        place: Place,
        [written, text]: [&str; 2],
    ) -> Option<()> {
        let whole_length = self.graph.length(whole);
        let range = Self::range_text([&start, &end]);
        let difference = |from: &Length, to: &Length| to.minus(from).and_then(|length| length.as_number());
        let (first, count, rest) = (start.as_number(), difference(&start, &end), difference(&end, &whole_length));
        if first.is_some_and(|first| first < 0) || count.is_some_and(|count| count <= 0) {
            return self.report_part(errors::empty_range(place, &range));
        }
        if rest.is_some_and(|rest| rest < 0) {
            let last = whole_length.minus(&Length::number(1)).map_or_else(String::new, |last| last.text());
            let whole = whole_length.text();
            return self.report_part(if written.contains("..") {
                errors::range_beyond_end(place, &range, text, &whole)
            } else {
                errors::index_beyond_end(place, &start.text(), text, [&whole, &last])
            });
        }
        let is_whole = first == Some(0) && rest == Some(0);
        if !is_whole && (first.is_none() || count.is_none() || rest.is_none()) {
            let whole = Whole::Rows(whole, text.to_owned());
            self.ranges.push(Checked { place, start, end, whole, loops, text: range });
        }
        Some(())
    }
}
