//! Do the shapes of values agree?

use super::{Comparison, Scope};
use crate::errors::{self, Errors};
use crate::formula::graph::{Axes, Extent, Graph, Size, Value};
use crate::formula::size::Verdict;
use crate::identifier;
use crate::place::Place;

impl Scope<'_> {
    /// Returns the number of axes of a value.
    pub(super) fn rank(&self, value: Value) -> usize {
        self.graph.sizes(self.graph.extent(value).axes().unwrap_or_default()).len()
    }

    /// Returns a value that has elements for each row, of which one may be shared or a constant.
    pub(super) fn spread_value(&mut self, value: Value) -> Value {
        let axes = self.graph.extent(value).axes().unwrap_or_default();
        self.graph.spread(Extent::of(self.rows, axes), value)
    }

    /// Returns the vector of this size in words.
    pub(super) fn vector_text(&self, size: Size) -> String {
        format!("Vector<{}>", self.size_words(size))
    }

    /// Returns the shape of a value in words.
    pub(super) fn shape_text(&self, value: Value) -> String {
        self.axes_text(self.graph.extent(value).axes().unwrap_or_default())
    }

    /// Returns axes in words, as the type that has them.
    pub(super) fn axes_text(&self, axes: Axes) -> String {
        shape_text(self.graph, axes)
    }

    /// Returns a size as it is written.
    pub(super) fn size_words(&self, size: Size) -> String {
        self.graph.size_text(size).map_or_else(String::new, |size| size.text.clone())
    }

    /// Lets the compiler compare two sizes, once.
    pub(super) fn compare(&mut self, place: Place, sizes: [Size; 2], message: [String; 3]) {
        let [first, second] = sizes;
        if !self.comparisons.iter().any(|known| known.sizes == sizes || known.sizes == [second, first]) {
            self.comparisons.push(Comparison { place, sizes, message });
        }
    }

    /// Reports two values whose shapes differ. A number fits every shape.
    pub(super) fn check_sizes(
        &mut self,
        values: [Value; 2],
        place: Place,
        operator: &str,
        texts: [&str; 2],
    ) -> Option<()> {
        let [Some(left), Some(right)] = values.map(|value| self.graph.extent(value).axes()) else { return Some(()) };
        let sizes = [left, right].map(|axes| self.graph.sizes(axes).to_vec());
        let mut unknown = Vec::new();
        let mut differ = sizes[0].len() != sizes[1].len();
        for (&left, &right) in sizes[0].iter().zip(&sizes[1]) {
            match self.graph.compare(left, right) {
                Verdict::Equal => {}
                Verdict::Unknown => unknown.push([left, right]),
                Verdict::Different => differ = true,
            }
        }
        if !differ {
            for sizes in unknown {
                self.compare(place, sizes, errors::compared_vectors(operator, texts));
            }
            return Some(());
        }
        let error = if let (&[left], &[right]) = (sizes[0].as_slice(), sizes[1].as_slice()) {
            let sizes = [left, right].map(|size| self.size_words(size));
            let declared = texts.iter().position(|text| self.is_declared_name(text));
            errors::different_vectors(place, operator, texts, [&sizes[0], &sizes[1]], declared)
        } else {
            let shapes = [left, right].map(|axes| self.axes_text(axes));
            let instead = self.for_every_row(operator, texts, [&sizes[0], &sizes[1]]);
            errors::different_shapes(place, operator, texts, [&shapes[0], &shapes[1]], instead.as_deref())
        };
        self.report(error);
        None
    }

    /// Returns whether a text is the name of a parameter.
    fn is_declared_name(&self, text: &str) -> bool {
        self.entries
            .iter()
            .rev()
            .find(|entry| identifier::plain(&entry.name) == text)
            .is_some_and(|entry| entry.role == "parameter")
    }

    /// Returns an operation of the rows of one value and the other value, or its elements, if their lengths agree.
    fn for_every_row(&self, operator: &str, [left, right]: [&str; 2], [first, second]: [&[Size]; 2]) -> Option<String> {
        let agree = |left: &[Size], right: &[Size]| {
            left.len() == right.len()
                && left.iter().zip(right).all(|(&left, &right)| self.graph.compare(left, right) == Verdict::Equal)
        };
        if operator.len() > 1 {
            return None;
        }
        let row = if first.len().max(second.len()) > 2 { "channel" } else { "row" };
        match (first, second) {
            ([_, rest @ ..], _) if agree(rest, second) => {
                Some(format!("each({left}, |{row}| {row} {operator} {right})"))
            }
            (_, [_, rest @ ..]) if agree(first, rest) => {
                Some(format!("each({right}, |{row}| {left} {operator} {row})"))
            }
            ([count, _, ..], [number]) if agree(&[*count], &[*number]) => {
                Some(format!("each({left}, {right}, |{row}, number| {row} {operator} number)"))
            }
            ([number], [count, _, ..]) if agree(&[*count], &[*number]) => {
                Some(format!("each({left}, {right}, |number, {row}| number {operator} {row})"))
            }
            _ => None,
        }
    }
}

/// Returns axes in words, as the type that has them.
pub(crate) fn shape_text(graph: &Graph, axes: Axes) -> String {
    let sizes = graph.sizes(axes).iter();
    let sizes: Vec<_> =
        sizes.map(|&size| graph.size_text(size).map_or_else(String::new, |size| size.text.clone())).collect();
    let name = match sizes.len() {
        0 => return "Scalar".to_owned(),
        1 => "Vector",
        2 => "Matrix",
        3 => "Image",
        _ => "Tensor",
    };
    format!("{name}<{}>", sizes.join(", "))
}

/// Reports the result of a formula at `place` that is no number.
pub(crate) fn require_scalar(graph: &Graph, value: Value, place: Place, errors: &mut Errors) -> Option<()> {
    let Some(axes) = graph.extent(value).axes() else { return Some(()) };
    errors.push(errors::vector_as_scalar(place, &shape_text(graph, axes)));
    None
}
