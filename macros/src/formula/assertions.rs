//! What does the compiler check of a formula? Sizes and ranges that the macro cannot compare.

use proc_macro2::TokenStream;
use quote::quote;

use super::graph::Graph;
use super::resolve::{Checked, Comparison, Whole};
use super::size::Length;
use crate::errors;
use crate::place::Place;

/// The assertions of sizes that only the compiler knows: items, and statements of a generic function.
pub(super) struct Assertions {
    pub(super) items: TokenStream,
    pub(super) statements: TokenStream,
}

/// Returns the assertions of sizes that only the compiler knows.
pub(super) fn assertions(
    graph: &Graph,
    comparisons: &[Comparison],
    ranges: &[Checked],
    private: &TokenStream,
) -> Assertions {
    let mut assertions = Assertions { items: TokenStream::new(), statements: TokenStream::new() };
    let mut add = |place: Place, is_generic: bool, assertion: TokenStream| {
        let code = if is_generic { quote!(#assertion;) } else { quote!(const _: () = #assertion;) };
        let code = crate::expand::at(place.span(), code);
        if is_generic { assertions.statements.extend(code) } else { assertions.items.extend(code) }
    };
    for comparison in comparisons {
        let [first, second] = comparison.sizes.map(|size| graph.length(size).code());
        let [before, between, after] = &comparison.message;
        let is_generic = comparison.sizes.iter().any(|&size| graph.is_generic(size));
        let assertion =
            quote!(#private::require_same(#first, #second, [#before, #between, #after], ["value", "values"]));
        add(comparison.place, is_generic, assertion);
    }
    for checked in ranges {
        let (whole, message) = match &checked.whole {
            Whole::Rows(size, value) => (Some(graph.length(*size)), errors::compared_range(&checked.text, value)),
            Whole::Repetitions => (None, errors::compared_repetitions(&checked.text)),
        };
        let bounds = checked.loops.iter().flatten().chain([&checked.start, &checked.end]).chain(&whole);
        let is_generic = bounds.into_iter().any(|length| length.mentions(graph.const_parameters()));
        let [start, end] = [&checked.start, &checked.end].map(Length::code);
        let assertion = if let Some(whole) = whole.map(|whole| whole.code()) {
            quote!(#private::require_range(#start, #end, #whole, #message))
        } else {
            quote!(::core::assert!(#start <= #end, "{}", #message))
        };
        // The outermost first: without its repetition, the bounds of the others may have no value.
        let repeats = checked.loops.iter().rev().map(|bounds| {
            let [first, after] = bounds.each_ref().map(Length::code);
            quote!(#first < #after)
        });
        let assertion = if checked.loops.is_empty() { assertion } else { quote!(if #(#repeats)&&* { #assertion }) };
        add(checked.place, is_generic, assertion);
    }
    assertions
}
