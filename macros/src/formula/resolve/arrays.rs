//! What do `each`, ranges, and the functions mean that move elements or depend on axes?

use proc_macro2::Ident;

use super::{Inner, Scope};
use crate::errors;
use crate::formula::expression::Expression;
use crate::formula::graph::{Axes, Extent, Operation, Size, Value};
use crate::formula::size::{Length, Verdict};
use crate::identifier;
use crate::place::Place;

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
