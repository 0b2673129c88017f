//! What the compiler has to judge: sizes that only it can compute, and types that only it knows.

use std::collections::HashSet;

use proc_macro2::TokenStream;

use super::{Names, at, plain};
use crate::check::{Judge, Judges};
use crate::errors;
use crate::graph::Kind;

/// A constant assertion or a trait for every edge that the macro left open, and for every size that may be 0.
pub(super) fn assertions(names: &Names, judges: &Judges) -> TokenStream {
    let mut assertions = TokenStream::new();
    if names.network.block.is_none() {
        assertions.extend(sizes(names));
    }
    assertions.extend(budget(names).filter(|_| names.network.parameters.is_empty()));
    assertions.extend(judges.edges.iter().chain(&judges.output).map(|judge| assertion(names, judge)));
    assertions
}

/// Every size that only the compiler knows must be at least 1, in the header and in blocks too. One that stands in several
/// places is asserted once.
fn sizes(names: &Names) -> TokenStream {
    let (network, private) = (names.network, &names.private);
    let layers = network.every_layer().into_iter().filter_map(|layer| match &layer.kind {
        Kind::BuiltIn { sizes, .. } => Some((layer.text(), &sizes[..])),
        Kind::Residual(_) | Kind::Own { .. } => None,
    });
    let output = network.declared_output.iter().map(|(shape, _)| (errors::THE_OUTPUT.to_owned(), shape.sizes()));
    let header = [(errors::THE_INPUT.to_owned(), network.input.sizes())].into_iter().chain(output);
    let mut seen = HashSet::new();
    let mut assertions = TokenStream::new();
    // An input that the header does not name is that of the first layer.
    for (whose, sizes) in layers.chain(header) {
        for size in sizes.iter().filter(|size| size.is_opaque() && seen.insert(size.text())) {
            let (value, message) = (names.sizes.tokens(size), errors::open_zero(&whose));
            let assertion = code!(const _: () = #private::require_size(#value, #message););
            assertions.extend(at(size.place().span(), assertion));
        }
    }
    assertions
}

/// The comparison of what the network takes with its budget: an item, or, for a network with const parameters, what an
/// instance of it has to evaluate. It does not ask for the length of the block, which may be what asks.
pub(super) fn budget(names: &Names) -> Option<TokenStream> {
    let budget = names.network.budget.as_ref()?;
    let (private, name, architecture) = (&names.private, plain(&names.network.name), names.architecture());
    let unlimited = || code!(#private::Budget::UNLIMITED);
    let parameters = budget.parameters.as_ref().map_or_else(unlimited, |limit| code!(#limit));
    let workspace = budget.workspace.as_ref().map_or_else(unlimited, |limit| code!(#limit));
    let network = code!(<#architecture as #private::Network>);
    let taken = code! {
        &#private::Budget {
            name: #name,
            layers: #network::LAYERS,
            parameters: #private::core::mem::size_of::<#architecture>() / #private::core::mem::size_of::<#private::f32>(),
            parameters_allowed: #parameters,
            workspace: #network::WORKSPACE_LEN * #private::core::mem::size_of::<#private::f32>(),
            workspace_allowed: #workspace,
            tile: #network::TILE,
        }
    };
    let call = super::call(budget.place.span(), &code!(#private::require_budget), taken);
    Some(if names.network.parameters.is_empty() { code!(const _: () = #call;) } else { call })
}

fn assertion(names: &Names, judge: &Judge) -> TokenStream {
    let private = &names.private;
    match judge {
        Judge::Settled => TokenStream::new(),
        Judge::Assertion { gives, takes, message, span } => {
            let (gives, takes) = (names.sizes.tokens(gives), names.sizes.tokens(takes));
            at(*span, code!(const _: () = #private::require_same(#gives, #takes, [#(#message),*]);))
        }
        Judge::Trait { producer, consumer, help, span, consumer_index } => {
            at(*span, by_trait(names, [producer, consumer, help], *consumer_index))
        }
    }
}

/// A trait made for this edge, so that its message can name the two layers as the user does.
fn by_trait(names: &Names, words: [&str; 3], index: usize) -> TokenStream {
    let (private, parameters) = (&names.private, names.parameters());
    let shape = &names.shapes[index];
    // Braces in the user's words would be read as placeholders.
    let [producer, consumer, help] = words.map(|text| text.replace('{', "{{").replace('}', "}}"));
    let message = format!("shape mismatch: {producer} gives `{{In}}` but {consumer}");
    let label = format!("does not fit {producer}");
    let (rule, subject) = if let Some(site) = names.layers.get(index) {
        (
            code!(#[diagnostic::do_not_recommend] impl<In: #private::Shape, L: #private::Takes<In>> Fits<In> for L {}),
            site.kind.clone(),
        )
    } else {
        let input = &names.shapes[0];
        let declared = names.network.declared_output.as_ref().map(|(shape, _)| match names.network.block {
            Some(_) => code!(<#input as #private::Shape>::Plain),
            None => names.header_shape(shape, "Output"),
        });
        (code!(impl<S: #private::Shape> Fits<S> for S {}), declared.unwrap_or_default())
    };
    code! {
        const _: () = {
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #help)]
            trait Fits<In: #private::Shape> {}
            #rule
            fn layers_fit<L: Fits<In>, In: #private::Shape>() {}
            fn _judge<#parameters>() {
                layers_fit::<#subject, #shape>();
            }
        };
    }
}
