//! The constants that define the memory layout around the network.

use proc_macro2::{Ident, Span, TokenStream};

use super::{Names, assertions, at};
use crate::errors;
use crate::graph::{Kind, Layer};
use crate::size::Size;

/// Returns `impl Plan` for the network as a layer.
pub(super) fn plan(names: &Names) -> TokenStream {
    let (derived, private, count) = (names.derived(), &names.private, names.layers.len());
    let (parameters, architecture) = (names.parameters(), names.architecture());
    let of_each = |function: &str| of_each(names, function);
    let (caches, scratch, multiply_adds) = (of_each("cache"), of_each("scratch"), of_each("multiply_adds"));
    let (samples_together, sums_from_zero) = (of_each("samples_together"), of_each("sums_from_zero"));
    let (mixing, rows, stream) = (of_each("mixing"), of_each("rows"), super::stream::plan(names));
    let padding = padding(names);
    let kept = (0..count.saturating_sub(1)).map(|index| super::forward::kept(names, index));
    let widest = names.widest(count);
    let plan_of = |index: usize| {
        let (kind, shape) = (&names.layers[index].kind, &names.shapes[index]);
        code!(<<#kind as #private::Layer>::Plan<#shape> as #private::Plan>)
    };
    let (first, last) = (plan_of(0), plan_of(count - 1));
    let kept = code!(#(#kept +)*);
    let cache_len = code!(#kept #(#caches +)* 2 * #widest);
    let full_cache_len = may_recompute(names).then(|| {
        let caches = of_each("full_cache");
        code!(const FULL_CACHE_LEN: #private::usize = #kept #(#caches +)* 2 * #widest;)
    });
    let inference_len = code!(2 * #widest + #private::chain::largest(&[#(#scratch),*]));
    let ((cache_len, inference_len), evaluated) = (checked(names, cache_len, inference_len), evaluated(names));
    code! {
        #derived
        impl<#parameters> #private::Plan for #architecture {
            const CACHE_LEN: #private::usize = #cache_len;
            #full_cache_len
            const INFERENCE_LEN: #private::usize = #inference_len;
            const MULTIPLY_ADDS: #private::u64 = #(#multiply_adds)+*;
            const READS_INPUT: #private::bool = #first::READS_INPUT;
            const READS_OUTPUT: #private::bool = #last::READS_OUTPUT;
            const SAMPLES_TOGETHER: #private::usize = #private::chain::largest(&[#(#samples_together),*]);
            const ROWS: #private::usize = #private::chain::fewest(&[#(#rows),*]);
            const SUMS_FROM_ZERO: #private::bool = #(#sums_from_zero)&&*;
            const MIXING: #private::Mixing = #private::chain::joint_mixing(&[#(#mixing),*]);
            #padding
            const STREAM: #private::core::option::Option<#private::StreamPlan> = #stream;
        }
        #evaluated
    }
}

/// Returns the constants about padded sequences, if a shape may have steps.
fn padding(names: &Names) -> Option<TokenStream> {
    let private = &names.private;
    let origins = names.changes_steps().then(|| {
        let origins = of_each(names, "origins");
        code!(const ORIGINS: #private::Origins = #private::chain::joint_origins(&[#(#origins),*]);)
    });
    names.has_steps().then(|| {
        let allows_padding = of_each(names, "allows_padding");
        code! {
            const ALLOWS_PADDING: #private::bool = #(#allows_padding)&&*;
            #origins
        }
    })
}

/// Returns whether a layer may have less memory because the backward pass computes something again: a block in the network, or
/// one in a nested network.
fn may_recompute(names: &Names) -> bool {
    let layers = names.network.every_layer();
    layers.into_iter().any(|layer| layer.recomputed || matches!(layer.kind, Kind::Custom { .. }))
}

/// Returns what a function of `chain` gives for each layer.
fn of_each(names: &Names, function: &str) -> Vec<TokenStream> {
    let (private, function) = (&names.private, Ident::new(function, Span::mixed_site()));
    let layers = names.layers.iter().zip(&names.shapes);
    layers
        .map(|(site, shape)| (&site.kind, shape))
        .map(|(kind, shape)| code!(#private::chain::#function::<#kind, #shape>()))
        .collect()
}

/// Returns a constant that evaluates the plan of a network without const parameters, so that `cargo check` reports what a custom
/// layer asserts about its sizes.
fn evaluated(names: &Names) -> Option<TokenStream> {
    let (private, network, architecture) = (&names.private, names.network, names.architecture());
    let has_custom = network.layers.iter().any(|layer| matches!(layer.kind, Kind::Custom { .. }));
    let is_concrete = network.parameters.is_empty() && network.block.is_none() && names.sizes.unknown().is_none();
    let allowed = names.allowed();
    (has_custom && is_concrete)
        .then(|| code!(#allowed const _: #private::usize = <#architecture as #private::Plan>::CACHE_LEN;))
}

/// Returns both lengths, preceded by assertions that the const parameters which are sizes are not 0, and that they are as layers
/// require. Only an instance of the network can fail them, and each use of an instance needs one of the two lengths.
fn checked(names: &Names, cache_len: TokenStream, inference_len: TokenStream) -> (TokenStream, TokenStream) {
    let (private, network) = (&names.private, names.network);
    let layers = network.every_layer().into_iter().flat_map(Layer::sizes);
    let sizes: Vec<_> = network.input.sizes().iter().chain(layers).collect();
    let is_size =
        |parameter: &&Ident| sizes.iter().any(|size| matches!(size, Size::Parameter(name) if name == *parameter));
    let mut checks = network.parameters.iter().filter(is_size).peekable();
    let recomputable = if network.parameters.is_empty() { Vec::new() } else { assertions::of_blocks(names) };
    // The const parameters of a block are those of the network around it.
    if checks.peek().is_none() || network.block.is_some() {
        let is_empty = recomputable.is_empty();
        let checked = if is_empty { cache_len } else { code!({ #(#recomputable;)* #cache_len }) };
        return (checked, inference_len);
    }
    let checks = checks.map(|parameter| {
        let message = errors::parameter_zero(parameter, &network.name);
        at(parameter.span(), code!(#private::require_size(#parameter, #message);))
    });
    let requirements = assertions::of_instances(names);
    let checks = checks.chain(requirements.into_iter().map(|required| code!(#required;)));
    (code!({ #(#checks)* #cache_len }), code!({ let _ = Self::CACHE_LEN; #inference_len }))
}
