//! What do `each`, ranges, and the functions mean that move elements or depend on axes?

use proc_macro2::{Ident, Span, TokenStream};

use super::{Checked, Inner, Scope, Whole};
use crate::errors;
use crate::formula::expression::{Bounds, Expression};
use crate::formula::graph::{Axes, Extent, Operation, Part, Size, Value};
use crate::formula::size::{Length, Verdict};
use crate::identifier;
use crate::place::Place;
use crate::text;

impl Scope<'_> {
    /// Adds a formula of each of the parts of which values consist along their first axis.
    pub(super) fn each(
        &mut self,
        name: &Ident,
        arguments: &[Expression],
        parameters: &[Ident],
        body: &Expression,
        place: Place,
    ) -> Option<Value> {
        let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        if name != "each" {
            return self.report(errors::closure_of(name));
        }
        if self.alone {
            return self.report(self.combination_alone(name, place));
        }
        self.check_shapes(place, "each")?;
        if arguments.is_empty() || arguments.len() != parameters.len() {
            return self.report(errors::parameters_of_each(name, arguments.len(), parameters.len()));
        }
        let Some(values) = values.into_iter().collect::<Option<Vec<_>>>() else {
            self.mention(&body.text);
            return None;
        };
        let (count, parts) = self.parts_of_each(&values, arguments, body, place)?;
        let axis = self.graph.axes(&[count]);
        let result = self.result_of_each(axis, parts, parameters, body)?;
        let axes = self.graph.extent(result).axes().unwrap_or_default();
        let whole = self.graph.joined_axes(axis, axes);
        Some(self.graph.view(Extent::Element(self.rows, whole), result))
    }

    /// Returns the number of parts of the arguments of `each`, and for each argument its value and the axes of a part. Reports
    /// numbers, and arguments of different lengths.
    fn parts_of_each(
        &mut self,
        values: &[Value],
        arguments: &[Expression],
        body: &Expression,
        place: Place,
    ) -> Option<(Size, Vec<(Value, Axes)>)> {
        let mut parts = Vec::new();
        let mut count: Option<(Size, &str)> = None;
        for (&value, argument) in values.iter().zip(arguments) {
            let Some((first, rest)) = self.graph.extent(value).axes().and_then(|axes| self.graph.split_axes(axes))
            else {
                self.mention(&body.text);
                return self.report_part(errors::each_of_number(argument.place, &argument.text));
            };
            if let Some((known, text)) = count {
                self.check_counts([known, first], place, [text, &argument.text])?;
            } else {
                count = Some((first, &argument.text));
            }
            parts.push((self.spread_value(value), rest));
        }
        Some((count?.0, parts))
    }

    /// Adds the formula of `each` for all parts together: they are rows along `axis`.
    fn result_of_each(
        &mut self,
        axis: Axes,
        parts: Vec<(Value, Axes)>,
        parameters: &[Ident],
        body: &Expression,
    ) -> Option<Value> {
        let rows = self.graph.joined_axes(self.rows, axis);
        let outer = std::mem::replace(&mut self.rows, rows);
        let (start, mistakes) = (self.entries.len(), self.errors.len());
        let outside = std::mem::replace(&mut self.outside, (start, Inner::Row));
        for ((value, rest), parameter) in parts.into_iter().zip(parameters) {
            let part = self.graph.view(Extent::of(rows, rest), value);
            self.graph.name(part, &identifier::plain(parameter));
            self.declare(parameter, Some(part), "argument");
        }
        let result = self.value(body);
        self.close(start, mistakes);
        let result = result.map(|result| self.spread_value(result));
        (self.rows, self.outside) = (outer, outside);
        result
    }

    /// Reports arguments of `each` that have different numbers of parts.
    fn check_counts(&mut self, sizes: [Size; 2], place: Place, texts: [&str; 2]) -> Option<()> {
        match self.graph.compare(sizes[0], sizes[1]) {
            Verdict::Equal => {}
            Verdict::Unknown => self.compare(place, sizes, errors::compared_counts(texts)),
            Verdict::Different => {
                let sizes = sizes.map(|size| self.size_words(size));
                self.report(errors::different_counts(place, texts, [&sizes[0], &sizes[1]]));
                return None;
            }
        }
        Some(())
    }

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

    /// Reports an operation that needs declared shapes.
    pub(super) fn check_shapes(&mut self, place: Place, what: &str) -> Option<()> {
        if self.has_shapes {
            return Some(());
        }
        self.report_part(errors::needs_shapes(place, what))
    }

    /// Reports a mistake, and returns nothing.
    pub(super) fn report_part<T>(&mut self, error: syn::Error) -> Option<T> {
        self.errors.push(error);
        None
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
    ) -> Option<Vec<([Length; 2], Vec<[Length; 2]>)>> {
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

    /// Adds a function that moves elements or depends on axes.
    pub(super) fn of_arrays(
        &mut self,
        name: &Ident,
        arguments: &[Expression],
        values: &[Value],
        place: Place,
    ) -> Option<Value> {
        let argument = arguments.first()?;
        let value = *values.first()?;
        match name.to_string().as_str() {
            "transpose" => {
                if self.rank(value) != 2 {
                    return self.report(errors::transposed_value(argument.place, &argument.text));
                }
                let value = self.spread_value(value);
                Some(self.graph.transposed(value))
            }
            "flatten" => {
                let axes = self.graph.extent(value).axes().unwrap_or_default();
                let value = self.spread_value(value);
                let flat = self.flat(axes)?;
                Some(self.graph.view(Extent::Element(self.rows, flat), value))
            }
            "row_sum" | "row_mean" => {
                if self.rank(value) < 2 {
                    return self.report(errors::rows_of_vector(name, argument.place, &argument.text));
                }
                let value = self.spread_value(value);
                let axes = self.graph.extent(value).axes()?;
                let (first, rest) = self.graph.split_axes(axes)?;
                let axis = self.graph.axes(&[first]);
                let rows = self.graph.joined_axes(self.rows, axis);
                let parts = self.graph.view(Extent::of(rows, rest), value);
                let sum = self.graph.push(Operation::Collapse(self.rows, parts));
                if name == "row_sum" {
                    return Some(sum);
                }
                let reciprocal = self.graph.reciprocal(axis);
                Some(self.graph.times(sum, reciprocal))
            }
            "outer" => self.outer(name, arguments, values),
            _ => self.concat(arguments, values, place),
        }
    }

    /// Returns the only axis of as many elements.
    fn flat(&mut self, axes: Axes) -> Option<Axes> {
        let mut length = Length::number(1);
        for &size in self.graph.sizes(axes) {
            length = length.times(&self.graph.length(size))?;
        }
        let size = self.graph.computed(length);
        Some(self.graph.axes(&[size]))
    }

    /// Adds the products of each element of a vector and each of another.
    fn outer(&mut self, name: &Ident, arguments: &[Expression], values: &[Value]) -> Option<Value> {
        let mut matrices = Vec::new();
        let one = self.graph.computed(Length::number(1));
        for (index, (&value, argument)) in values.iter().zip(arguments).enumerate() {
            if self.rank(value) != 1 {
                return self.report(errors::outer_of_no_vector(name, argument.place, &argument.text));
            }
            let value = self.spread_value(value);
            let size = self.graph.first_size(value);
            let axes = self.graph.axes(&if index == 0 { [size, one] } else { [one, size] });
            matrices.push(self.graph.view(Extent::Element(self.rows, axes), value));
        }
        let &[left, right] = matrices.as_slice() else { return None };
        Some(self.graph.push(Operation::MatrixProduct([false, false], left, right)))
    }

    /// Adds the rows of all values, one after another. A number is one element.
    fn concat(&mut self, arguments: &[Expression], values: &[Value], place: Place) -> Option<Value> {
        let one = self.graph.computed(Length::number(1));
        let single = self.graph.axes(&[one]);
        let mut whole: Option<(Value, &str)> = None;
        for (&value, argument) in values.iter().zip(arguments) {
            let mut value = self.spread_value(value);
            if self.rank(value) == 0 {
                value = self.graph.view(Extent::Element(self.rows, single), value);
            }
            whole = Some(match whole {
                None => (value, &argument.text),
                Some((known, text)) => {
                    self.check_rests([known, value], place, [text, &argument.text])?;
                    (self.graph.push(Operation::Concat(known, value)), text)
                }
            });
        }
        whole.map(|(value, _)| value)
    }

    /// Reports values whose axes after the first differ.
    fn check_rests(&mut self, values: [Value; 2], place: Place, texts: [&str; 2]) -> Option<()> {
        let sizes = values.map(|value| self.graph.sizes(self.graph.extent(value).axes().unwrap_or_default()).to_vec());
        let mut agree = sizes[0].len() == sizes[1].len();
        for (&left, &right) in sizes[0].iter().zip(&sizes[1]).skip(1) {
            match self.graph.compare(left, right) {
                Verdict::Equal => {}
                Verdict::Unknown => self.compare(place, [left, right], errors::compared_vectors("concat", texts)),
                Verdict::Different => agree = false,
            }
        }
        if agree {
            return Some(());
        }
        let shapes = values.map(|value| self.shape_text(value));
        self.report(errors::different_rows(place, texts, [&shapes[0], &shapes[1]]));
        None
    }
}
