//! What does the compiler check of a formula? Sizes and ranges that the macro cannot compare.

use proc_macro2::TokenStream;
use quote::quote;

use super::graph::Graph;
use super::resolve::{Checked, Comparison};
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
        let [start, end, whole] = [checked.start.clone(), checked.end.clone(), graph.length(checked.whole)];
        let is_generic = [&start, &end, &whole].iter().any(|length| length.mentions(graph.const_parameters()));
        let [start, end, whole] = [start, end, whole].map(|length| length.code());
        let message = errors::compared_range(&checked.texts[0], &checked.texts[1]);
        add(checked.place, is_generic, quote!(#private::require_range(#start, #end, #whole, #message)));
    }
    assertions
}
