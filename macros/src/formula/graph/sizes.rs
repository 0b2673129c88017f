//! How many elements does a value have? Sizes, axes, and the constants that are made from them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::{Axes, Extent, Graph, Size, Value};
use crate::formula::size::{Length, Verdict};

/// A size as it is written, its code, and how it compares.
#[derive(Clone)]
pub(crate) struct SizeText {
    pub(crate) text: String,
    pub(crate) code: TokenStream,
    pub(crate) length: Length,
}

impl Graph {
    /// Returns the const parameters of what is declared.
    pub(crate) fn const_parameters(&self) -> &[Ident] {
        &self.const_parameters
    }

    /// Adds a size, or finds the equal one.
    pub(crate) fn size(&mut self, written: SizeText) -> Size {
        let known = self.sizes.iter().position(|size| size.length == written.length);
        Size(known.unwrap_or_else(|| {
            self.sizes.push(written);
            self.sizes.len() - 1
        }))
    }

    /// Adds a computed size, or finds the equal one.
    pub(crate) fn computed(&mut self, length: Length) -> Size {
        self.size(SizeText { text: length.text(), code: length.code(), length })
    }

    /// Returns a size as it is written.
    pub(crate) fn size_text(&self, size: Size) -> Option<&SizeText> {
        self.sizes.get(size.0)
    }

    /// Returns how a size compares.
    pub(crate) fn length(&self, size: Size) -> Length {
        self.size_text(size).map_or_else(|| Length::number(0), |size| size.length.clone())
    }

    /// Marks a size that is a mistake. It equals every other.
    pub(crate) fn mark_mistake(&mut self, size: Size) {
        self.mistaken.push(size);
    }

    /// Compares two sizes. One that is a mistake equals every other.
    pub(crate) fn compare(&self, left: Size, right: Size) -> Verdict {
        if self.mistaken.contains(&left) || self.mistaken.contains(&right) {
            return Verdict::Equal;
        }
        self.length(left).compare(&self.length(right), &self.const_parameters)
    }

    /// Returns whether a const parameter takes part in a size.
    pub(crate) fn is_generic(&self, size: Size) -> bool {
        self.length(size).mentions(&self.const_parameters)
    }

    /// Returns these axes.
    pub(crate) fn axes(&mut self, sizes: &[Size]) -> Axes {
        let known = self.axes.iter().position(|known| known == sizes);
        Axes(known.unwrap_or_else(|| {
            self.axes.push(sizes.to_vec());
            self.axes.len() - 1
        }))
    }

    /// Returns the axis of a formula for any shape: the `M` elements of a sample, whose number the code calls `row`.
    pub(crate) fn row(&mut self) -> Axes {
        let length = Length::opaque(&quote!(M));
        let size = self.size(SizeText { text: "M".to_owned(), code: quote!(row), length });
        self.axes(&[size])
    }

    /// Returns the lengths of axes.
    pub(crate) fn sizes(&self, axes: Axes) -> &[Size] {
        self.axes.get(axes.0).map_or(&[], Vec::as_slice)
    }

    /// Returns these axes after others.
    pub(crate) fn joined_axes(&mut self, first: Axes, second: Axes) -> Axes {
        let sizes = [self.sizes(first), self.sizes(second)].concat();
        self.axes(&sizes)
    }

    /// Returns the first axis and the others.
    pub(crate) fn split_axes(&mut self, axes: Axes) -> Option<(Size, Axes)> {
        let (&first, others) = self.sizes(axes).split_first()?;
        let others = others.to_vec();
        Some((first, self.axes(&others)))
    }

    /// Returns the axes without the last.
    pub(crate) fn outer_rows(&mut self, rows: Axes) -> Axes {
        let sizes = self.sizes(rows).split_last().map_or(Vec::new(), |(_, others)| others.to_vec());
        self.axes(&sizes)
    }

    /// Returns the length of the first axis of a value.
    pub(crate) fn first_size(&mut self, value: Value) -> Size {
        let axes = self.extent(value).axes().unwrap_or_default();
        let first = self.sizes(axes).first().copied();
        first.unwrap_or_else(|| self.computed(Length::number(1)))
    }

    /// Returns the code of a number of elements.
    pub(crate) fn count_code(&self, axes: Axes) -> TokenStream {
        let codes: Vec<_> =
            self.sizes(axes).iter().filter_map(|&size| self.size_text(size)).map(|size| &size.code).collect();
        match codes.as_slice() {
            [] => quote!(1),
            [first, others @ ..] => quote!(#first #(* #others)*),
        }
    }

    /// Returns the code of the number of elements per sample.
    pub(crate) fn len_code(&self, extent: Extent) -> TokenStream {
        let rows = extent.rows().unwrap_or_default();
        let axes = extent.axes().unwrap_or_default();
        match (rows, axes) {
            (Axes::NONE, axes) => self.count_code(axes),
            (rows, Axes::NONE) => self.count_code(rows),
            (rows, axes) => {
                let (rows, axes) = (self.count_code(rows), self.count_code(axes));
                quote!(#rows * #axes)
            }
        }
    }

    /// Returns the number of elements in words.
    pub(crate) fn count_text(&self, axes: Axes) -> String {
        let texts: Vec<_> =
            self.sizes(axes).iter().filter_map(|&size| self.size_text(size)).map(|size| size.text.as_str()).collect();
        texts.join(" * ")
    }

    /// Adds one over a number of elements.
    pub(crate) fn reciprocal(&mut self, axes: Axes) -> Value {
        let known = self.reciprocals.iter().position(|&known| known == axes);
        let index = known.unwrap_or_else(|| {
            self.reciprocals.push(axes);
            self.reciprocals.len() - 1
        });
        let field = reciprocal_name(index);
        let text = self.count_text(axes);
        let text = if self.sizes(axes).len() > 1 { format!("({text})") } else { text };
        self.constant(format!("1/{text}"), quote!(self.0.#field))
    }

    /// Adds a size as a number.
    pub(crate) fn count(&mut self, length: &Length) -> Value {
        if let Some(number) = length.as_number() {
            #[expect(clippy::cast_precision_loss, reason = "a size is far below 2^53")]
            return self.number(number as f64);
        }
        let known = self.counts.iter().position(|known| known == length);
        let index = known.unwrap_or_else(|| {
            self.counts.push(length.clone());
            self.counts.len() - 1
        });
        let field = count_name(index);
        self.constant(length.text(), quote!(self.0.#field))
    }

    /// Returns the names and the values of the constants that are made from sizes, of type `f64`.
    pub(crate) fn constants_of_sizes(&self) -> Vec<(Ident, TokenStream)> {
        let code = |(index, length): (usize, &Length)| {
            let count = length.code();
            (count_name(index), quote!(#count as f64))
        };
        let counts = self.counts.iter().enumerate().map(code);
        self.reciprocals().into_iter().chain(counts).collect()
    }

    /// Returns the names and the values of the reciprocals of numbers of elements.
    pub(super) fn reciprocals(&self) -> Vec<(Ident, TokenStream)> {
        let code = |(index, &axes)| {
            let count = self.count_code(axes);
            let count = if self.sizes(axes).len() == 1 { count } else { quote!((#count)) };
            (reciprocal_name(index), quote!(1.0 / #count as f64))
        };
        self.reciprocals.iter().enumerate().map(code).collect()
    }
}

/// Returns the name of a size as a number.
fn count_name(index: usize) -> Ident {
    format_ident!("size_{}", index + 1, span = Span::mixed_site())
}

/// Returns the name of the reciprocal of a number of elements.
fn reciprocal_name(index: usize) -> Ident {
    format_ident!("over_size_{}", index + 1, span = Span::mixed_site())
}
