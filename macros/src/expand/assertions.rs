//! What does the compiler check? Sizes that only it can compute, and types that only it knows.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use super::{MayBePadded, Names, at, plain};
use crate::block::{COUNT, Join};
use crate::check::{Assertion, Judge, Judges};
use crate::errors;
use crate::generated;
use crate::graph::{Block, End, Layer};
use crate::layer::Relation;
use crate::setting::Reading;
use crate::size::Size;

/// Returns a constant assertion or a trait for each edge that the macro left open, and for each size that may be 0.
pub(super) fn assertions(names: &Names, judges: &Judges) -> TokenStream {
    let mut assertions = TokenStream::new();
    if names.network.block.is_none() {
        assertions.extend(sizes(names));
    }
    assertions.extend(budget(names).filter(|_| names.network.parameters.is_empty()));
    assertions.extend(entry(names, judges));
    assertions.extend(judges.edges.iter().chain([&judges.output]).map(|judge| assertion(names, judge)));
    if names.network.parameters.is_empty() && !judges.mistaken {
        let allowed = names.allowed();
        assertions.extend(of_blocks(names).into_iter().map(|call| code!(#allowed const _: () = #call;)));
    }
    assertions
}

/// Returns the calls that assert what holds in blocks as in the network: that layers leave padding out and can be computed again.
pub(super) fn of_blocks(names: &Names) -> Vec<TokenStream> {
    [recomputable(names), without_padding(names), of_joins(names)].concat()
}

/// Returns the calls that assert of each layer, apart from blocks, that it leaves the padding of sequences out, if the input of the
/// network has padding.
fn without_padding(names: &Names) -> Vec<TokenStream> {
    let (private, Some(MayBePadded { network, sample, .. })) = (&names.private, &names.padded) else {
        return Vec::new();
    };
    let sites = names.layers.iter().zip(&names.shapes).enumerate();
    let calls = sites.filter_map(|(index, (site, shape))| {
        let (layer, kind) = (site.layer.filter(|layer| layer.block().is_none())?, &site.kind);
        let (message, origins) = (errors::sees_padding(&layer.path, network), names.origins_before(index)?);
        let parts = code!(<#shape as #private::Shape>::PARTS.len());
        let unpadded = code!(!#origins.are_padded::<#sample>(#parts));
        let allows = code!(#private::chain::allows_padding::<#kind, #shape>() || #unpadded, #message);
        Some(super::call(layer.place.span(), &code!(#private::require_no_padding), allows))
    });
    calls.collect()
}

/// Returns the calls that assert of each block which adds or concatenates the outputs of branches that they have the same steps, if the
/// input of the network has padding.
fn of_joins(names: &Names) -> Vec<TokenStream> {
    let (private, Some(MayBePadded { network, sample, .. })) = (&names.private, &names.padded) else {
        return Vec::new();
    };
    let calls = names.layers.iter().enumerate().filter_map(|(index, site)| {
        let (layer, kind, origins) = (site.layer?, &site.kind, names.origins_before(index)?);
        let Block::Parallel { join: Join::Add | Join::Concat, .. } = layer.block()? else { return None };
        let message = errors::joins_other_steps(&layer.path, network);
        let are_same = code!(#private::join_same_steps::<#kind, #sample>(#origins), #message);
        Some(super::call(layer.place.span(), &code!(#private::require_same_steps), are_same))
    });
    calls.collect()
}

/// Returns the calls that assert of each layer in a block with `#[recompute]`, apart from blocks, that it can be computed again.
fn recomputable(names: &Names) -> Vec<TokenStream> {
    let Names { private, recomputed: Some(block), .. } = names else { return Vec::new() };
    let sites = names.layers.iter().zip(&names.shapes);
    let calls = sites.filter_map(|(site, shape)| {
        let (layer, kind) = (site.layer.filter(|layer| layer.block().is_none())?, &site.kind);
        let message = errors::recomputes_mixing(&layer.path, block);
        let mixing = code!(#private::chain::mixing::<#kind, #shape>(), #message);
        Some(super::call(layer.place.span(), &code!(#private::require_recomputable), mixing))
    });
    calls.collect()
}

/// Asserts that each size which only the compiler knows is at least 1, in the header and in blocks too. A size that occurs
/// several times is asserted once.
fn sizes(names: &Names) -> TokenStream {
    let (network, private) = (names.network, &names.private);
    let layers = network.every_layer().into_iter();
    let layers = layers.filter_map(|layer| {
        let built_in = layer.built_in()?;
        let slots = built_in.sizes.iter().zip(built_in.spec.sizes);
        Some((layer.text(), slots.filter(|(_, slot)| slot.least > 0).map(|(size, _)| size).collect::<Vec<_>>()))
    });
    let output = network.declared_output.iter().map(|(shape, _)| (errors::THE_OUTPUT.to_owned(), shape));
    let header = [(errors::THE_INPUT.to_owned(), &network.input)].into_iter().chain(output);
    let header = header.map(|(whose, shape)| (whose, shape.sizes().iter().collect()));
    let mut seen = HashSet::new();
    let mut assertions = TokenStream::new();
    // Without a header, the input is the input of the first layer.
    for (whose, sizes) in layers.chain(header) {
        for size in sizes.into_iter().filter(|size| matches!(size, Size::Opaque(..)) && seen.insert(size.text())) {
            let (value, message) = (names.sizes.tokens(size), errors::open_zero(&whose));
            let assertion = code!(const _: () = #private::require_size(#value, #message););
            assertions.extend(at(size.place().span(), assertion));
        }
    }
    assertions.extend(settings(names));
    assertions
}

/// Asserts the lower bounds of settings that change shapes, if only the compiler knows their values.
fn settings(names: &Names) -> TokenStream {
    let private = &names.private;
    let layers = names.network.every_layer().into_iter();
    let built_in = layers.filter_map(|layer| Some((layer.text(), layer.built_in()?)));
    let settings = built_in.flat_map(|(whose, built_in)| {
        let settings = built_in.spec.settings.iter().zip(&built_in.settings);
        settings.flat_map(move |(setting, value)| {
            let bounded = matches!(setting.reading, Reading::Shapes { least, .. } if least > 0);
            let message = errors::open_setting_zero(setting.name, &whose);
            let open = value.sizes().iter().filter(move |size| bounded && size.is_open());
            open.map(|size| (size, message.clone())).collect::<Vec<_>>()
        })
    });
    let blocks =
        names.network.every_layer().into_iter().filter_map(|layer| Some((layer.text(), layer.block()?.count()?)));
    let counts = blocks.filter(|(_, count)| count.is_open());
    let counts = counts.map(|(whose, count)| (count, errors::open_setting_zero(COUNT, &whose)));
    let assertions = settings.chain(counts).map(|(size, message)| {
        let value = names.sizes.tokens(size);
        at(size.place().span(), code!(const _: () = #private::require_size(#value, #message);))
    });
    assertions.collect()
}

/// Returns the comparison of the network's size with its budget: an item, or, for a network with const parameters, an
/// expression that each instance has to evaluate. It does not use the number of parameters in `FlatParameters`, because it may
/// be part of the constant that computes this number.
pub(super) fn budget(names: &Names) -> Option<TokenStream> {
    let budget = names.network.budget.as_ref()?;
    let (private, name, architecture) = (&names.private, plain(&names.network.name), names.architecture());
    let unlimited = || code!(#private::Budget::UNLIMITED);
    let parameters = budget.parameters.as_ref().map_or_else(unlimited, |limit| code!(#limit));
    let workspace = budget.workspace.as_ref().map_or_else(unlimited, |limit| code!(#limit));
    let batch = budget.batch.as_ref().map_or_else(|| code!(0), |batch| code!(#batch));
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
            batch: #batch,
            mixes_samples: #network::MIXING.barriers > 0,
        }
    };
    let call = super::call(budget.place.span(), &code!(#private::require_budget), taken);
    Some(if names.network.parameters.is_empty() {
        let allowed = names.allowed();
        code!(#allowed const _: () = #call;)
    } else {
        call
    })
}

/// Returns the constant that tells whether the input of a block fits, if the compiler decides it.
fn entry(names: &Names, judges: &Judges) -> Option<TokenStream> {
    let (private, name) = (&names.private, fits_name(&names.network.name));
    let edges = judges.entry.edges.iter().filter_map(|&index| match judges.edges.get(index)? {
        Judge::Assertions { comparisons, .. } => {
            let comparisons = comparisons.iter().map(|assertion| {
                let (gives, takes) = (names.sizes.tokens(&assertion.gives), names.sizes.tokens(&assertion.takes));
                match assertion.relation {
                    Relation::Same => code!(#gives == #takes),
                    Relation::Fits => code!(#gives >= #takes),
                    Relation::Divides => code!(#private::divides(#takes, #gives)),
                    Relation::DividesIntoPairs => code!(#private::divides(2 * #takes, #gives)),
                }
            });
            Some(code!(#(#comparisons)&&*))
        }
        Judge::Trait { .. } => {
            let (kind, shape) = (&names.layers.get(index)?.kind, names.shapes.get(index)?);
            Some(code!(#private::Question::<(#kind, #shape)>::FITS))
        }
        Judge::Settled => None,
    });
    let blocks = judges.entry.blocks.iter().map(|block| fits_name(block).into_token_stream());
    let answers: Vec<_> = edges.chain(blocks).collect();
    (!answers.is_empty()).then(|| {
        code! {
            #[doc(hidden)]
            const #name: #private::bool = {
                #[allow(unused_imports)]
                use #private::Otherwise as _;
                #(#answers)&&*
            };
        }
    })
}

/// Returns the rule for the output of a network, and the shape that it is compared with.
fn end(names: &Names) -> [TokenStream; 2] {
    let (private, input) = (&names.private, &names.shapes[0]);
    let wanted = names.network.declared_output.as_ref().map(|(shape, _)| match names.network.end {
        End::Added { is_shortcut: false, .. } => code!(<#input as #private::Shape>::Plain),
        End::Repeated => input.clone(),
        End::Added { .. } | End::Declared | End::Joined { .. } | End::Free => names.shape(shape),
    });
    let same = || code!(impl<S: #private::Shape> Fits<S> for S {});
    let rule = if let End::Joined { join, .. } = names.network.end { joined(private, join) } else { same() };
    [rule, wanted.unwrap_or_default()]
}

/// Returns the rule that an output can be joined to that of the first branch.
fn joined(private: &TokenStream, join: Join) -> TokenStream {
    let (bound, [first, second]) = match join {
        Join::Add => (code!(#private::Shape), [code!(A::Plain), code!(B::Plain)]),
        // The branches of a pair are not compared.
        Join::Concat | Join::Pair => (code!(#private::Concatenates), [code!(A::Of<1>), code!(B::Of<1>)]),
    };
    code! {
        #[diagnostic::do_not_recommend]
        impl<A: #bound, B: #bound> Fits<B> for A where (#first, #second): #private::Alike {}
    }
}

/// Returns the name of that constant.
fn fits_name(block: &Ident) -> Ident {
    generated::name(block, "Fits")
}

fn assertion(names: &Names, judge: &Judge) -> TokenStream {
    match judge {
        Judge::Settled => TokenStream::new(),
        Judge::Assertions { comparisons, provided } => {
            // Each constant stops at the first kernel that is too large, because several windows of one kernel are one mistake.
            let windows = comparisons.iter().filter(|assertion| assertion.relation == Relation::Fits);
            let windows = constant(names, windows, provided);
            let sizes = comparisons.iter().filter(|assertion| assertion.relation != Relation::Fits);
            sizes
                .map(|assertion| constant(names, [assertion].into_iter(), provided))
                .chain([windows])
                .flatten()
                .collect()
        }
        Judge::Trait { producer, consumer, help, span, consumer_index, provided } => {
            at(*span, by_trait(names, [producer, consumer, help], *consumer_index, provided))
        }
    }
}

/// Returns a constant that does not compile if sizes disagree; nothing without comparisons.
fn constant<'a>(
    names: &Names,
    assertions: impl Iterator<Item = &'a Assertion>,
    provided: &[Ident],
) -> Option<TokenStream> {
    let mut assertions = assertions.peekable();
    let span = assertions.peek()?.span;
    let calls = assertions.map(|assertion| comparison(names, assertion)).collect::<Vec<_>>();
    let calls = if let [call] = &calls[..] { call.clone() } else { code!({ #(#calls;)* }) };
    let provided = provided.iter().map(fits_name).collect::<Vec<_>>();
    let judged = if provided.is_empty() { calls } else { code!(if #(#provided)&&* { #calls }) };
    Some(at(span, code!(const _: () = #judged;)))
}

/// Returns the comparisons of sizes of which one is a const parameter. Each instance of the network has to evaluate them.
pub(super) fn of_instances(names: &Names) -> Vec<TokenStream> {
    let layers = names.network.every_layer().into_iter();
    let required = layers.filter_map(Layer::built_in).flat_map(|built_in| &built_in.requires);
    let open = required.filter(|required| required.depends_on_parameter()).map(Assertion::of);
    open.map(|assertion| at(assertion.span, comparison(names, &assertion))).collect()
}

/// Returns the call that compares two sizes.
fn comparison(names: &Names, assertion: &Assertion) -> TokenStream {
    let (private, Assertion { message, nouns, .. }) = (&names.private, assertion);
    let (gives, takes) = (names.sizes.tokens(&assertion.gives), names.sizes.tokens(&assertion.takes));
    match assertion.relation {
        Relation::Same => code!(#private::require_same(#gives, #takes, [#(#message),*], [#(#nouns),*])),
        Relation::Fits => code!(#private::require_fits(#takes, #gives, [#(#message),*])),
        Relation::Divides => code!(#private::require_divides(#takes, #gives, [#(#message),*])),
        Relation::DividesIntoPairs => code!(#private::require_divides(2 * #takes, #gives, [#(#message),*])),
    }
}

/// Returns a trait for this edge alone, so that its message can name the two layers as the user does.
fn by_trait(names: &Names, words: [&str; 3], index: usize, provided: &[Ident]) -> TokenStream {
    let (library, private, parameters) = (&names.library, &names.private, names.parameters());
    let shape = &names.shapes[index];
    // Braces in the user's text would be parsed as placeholders.
    let words = words.map(|text| text.replace('{', "{{").replace('}', "}}"));
    let [producer, consumer, help] = words.map(|text| text.replace(errors::ITSELF, "{Self}"));
    let message = format!("shape mismatch: {producer} gives `{{In}}` but {consumer}");
    let label = match &names.network.end {
        End::Joined { first, .. } if index == names.network.layers.len() => format!("does not fit `{first}`"),
        _ => format!("does not fit {producer}"),
    };
    let (rule, subject, anything) = if let (Some(_), Some(site)) =
        (names.network.layers.get(index), names.layers.get(index))
    {
        (
            code!(#[diagnostic::do_not_recommend] impl<In: #private::Shape, L: #private::Takes<In>> Fits<In> for L {}),
            site.kind.clone(),
            code!(#library::Identity),
        )
    } else {
        let [rule, wanted] = end(names);
        (rule, wanted, shape.clone())
    };
    let subject = if provided.is_empty() {
        subject
    } else {
        let provided = provided.iter().map(fits_name);
        code!(<#subject as #private::Either<{ #(#provided)&&* }, #anything>>::Type)
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
