//! What is the code of an operation that moves or combines elements? A call of a function of the library.

use proc_macro2::TokenStream;
use quote::quote;

use super::graph::{Axes, Graph, Operation, Part, Size, Value};

/// Returns the code that writes a value to `output`, of the elements of its arguments.
pub(crate) fn code(
    graph: &Graph,
    value: Value,
    arguments: &[TokenStream],
    output: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let rows_of = |value: Value| rows(graph, graph.extent(value).rows().unwrap_or_default());
    let count_of = |value: Value| graph.count_code(graph.extent(value).axes().unwrap_or_default());
    let argument = arguments.first();
    match graph.operation(value) {
        Operation::Repeat(rows_after, seen) => {
            let (rows, times, row) = (rows_of(seen), last(graph, rows_after), count_of(seen));
            quote!(#private::repeat_rows(#rows, #times, #row, #argument, #output);)
        }
        Operation::Collapse(_, seen) => {
            let before = graph.extent(seen).rows().unwrap_or_default();
            let (rows, times, row) = (rows_of(value), last(graph, before), count_of(seen));
            quote!(#private::add_rows(#rows, #times, #row, #argument, #output);)
        }
        Operation::Transpose(seen) => {
            let rows = rows_of(value);
            let sizes = sizes(graph, seen);
            quote!(#private::transpose_rows(#rows, [#(#sizes),*], #argument, #output);)
        }
        Operation::Slice(part, _) => {
            let (rows, part) = (rows_of(value), part_code(graph, part, value));
            quote!(#private::slice_rows(#rows, #part, #argument, #output);)
        }
        Operation::Pad(part, seen) => {
            let (rows, part) = (rows_of(value), part_code(graph, part, seen));
            quote!(#private::pad_rows(#rows, #part, #argument, #output);)
        }
        Operation::Concat(first, second) => {
            let (rows, first, second) = (rows_of(value), count_of(first), count_of(second));
            quote!(#private::concat_rows(#rows, [#first, #second], [#(#arguments),*], #output);)
        }
        Operation::MatrixProduct([left, right], ..) => {
            let (rows, sizes) = (rows_of(value), sizes_of_product(graph, value));
            quote!(#private::matrix_products(isa, #rows, #sizes, [#left, #right], [#(#arguments),*], #output);)
        }
        _ => TokenStream::new(),
    }
}

/// Returns the lengths of the axes of a value.
fn sizes(graph: &Graph, value: Value) -> Vec<TokenStream> {
    let code = |&size: &Size| graph.size_text(size).map_or_else(|| quote!(1), |size| size.code.clone());
    graph.sizes(graph.extent(value).axes().unwrap_or_default()).iter().map(code).collect()
}

/// Returns the sizes of a product of matrices: the rows and columns of the result, and the terms of each sum.
fn sizes_of_product(graph: &Graph, product: Value) -> TokenStream {
    let Operation::MatrixProduct([is_transposed, _], left, _) = graph.operation(product) else {
        return TokenStream::new();
    };
    let terms = sizes(graph, left).into_iter().nth(usize::from(!is_transposed));
    let result = sizes(graph, product);
    quote!([#(#result,)* #terms])
}

/// Returns the number of rows of all samples.
fn rows(graph: &Graph, rows: Axes) -> TokenStream {
    if rows == Axes::NONE {
        return quote!(samples);
    }
    let rows = graph.count_code(rows);
    quote!(samples * #rows)
}

/// Returns the length of the last axis.
fn last(graph: &Graph, axes: Axes) -> TokenStream {
    let last = graph.sizes(axes).last().and_then(|&size| graph.size_text(size));
    last.map_or_else(|| quote!(1), |size| size.code.clone())
}

/// Returns the start, the length and the whole length of a part in elements. `value` has its rows.
fn part_code(graph: &Graph, part: Part, value: Value) -> TokenStream {
    let others = graph.sizes(graph.extent(value).axes().unwrap_or_default()).iter().skip(1);
    let others: Vec<_> = others.filter_map(|&size| graph.size_text(size)).map(|size| &size.code).collect();
    let counts = [part.start, part.len, part.whole].map(|size| {
        let size = graph.size_text(size).map_or_else(|| quote!(0), |size| size.code.clone());
        quote!(#size #(* #others)*)
    });
    quote!([#(#counts),*])
}
