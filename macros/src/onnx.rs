//! `network_from_onnx!`: which declaration has the layers of an ONNX model, and which weights belong to it?
//!
//! The phases are files: `model` reads a file, `simplify` computes what is constant, `fuse` finds operators that were written as
//! several nodes, `chain` walks from the input to the output and asks the table in `operator` for the layers of each node and
//! `attention` for those of many, and `declaration` writes them. The text is expanded as that of `network!`.

// Constants of a model.
mod tensor;

mod nesting;

// The file as a graph.
mod model;

mod sizes;

mod simplify;

mod fuse;

// The layers of a node.
mod value;

mod step;

mod operator;

// Layers of many nodes.
mod attention;

// The layers of the graph, as text with weights.
mod input;

mod chain;

mod declaration;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Token, Visibility};

use crate::embed;
use crate::errors;
use crate::place::Place;
use crate::text;
use declaration::Written;
use model::Graph;
use tensor::{Kind, Tensor};

/// The arguments of the macro.
pub(crate) struct Call {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    file: LitStr,
}

impl Parse for Call {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (attributes, visibility) = (input.call(Attribute::parse_outer)?, input.parse()?);
        input.parse::<Token![struct]>()?;
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let file = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![;]>()?;
        }
        if !input.is_empty() {
            return Err(input.error("a token after the call"));
        }
        Ok(Self { attributes, visibility, name, file })
    }
}

/// A model as a network.
pub(crate) struct Imported {
    /// The declaration that `network!` takes.
    pub(crate) declaration: TokenStream,
    /// The constants and functions of the network that come from the file.
    pub(crate) items: TokenStream,
}

/// Why a model did not become a network.
pub(crate) struct Failed {
    /// The message.
    pub(crate) error: syn::Error,
    /// The name of the network, unless the call could not be read, with a declaration that stands for it and its items.
    pub(crate) stand_in: Option<(Ident, Imported)>,
}

/// Why a model cannot become a network: one line, about a node unless `node` is `None`.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    /// The node, such as `node 'conv1' (Conv)`.
    node: Option<String>,
    /// The reason.
    reason: String,
}

impl Refusal {
    /// Returns a refusal of the whole model.
    fn of_model(reason: impl Into<String>) -> Self {
        Self { node: None, reason: reason.into() }
    }

    /// Returns the line.
    fn text(&self) -> String {
        self.node.as_ref().map_or_else(|| self.reason.clone(), |node| format!("{node}: {}", self.reason))
    }
}

/// Returns the declaration and the weights of the model in a call.
pub(crate) fn import(call: TokenStream, library: &TokenStream) -> Result<Imported, Failed> {
    let place = Place::of(&call);
    let call: Call = syn::parse2(call).map_err(|_| Failed { error: errors::onnx_wanted(place), stand_in: None })?;
    imported(&call, library)
        .map_err(|error| Failed { error, stand_in: Some((call.name.clone(), stand_in(&call, library))) })
}

fn imported(call: &Call, library: &TokenStream) -> syn::Result<Imported> {
    let (place, file) = (Place::of(&call.file), call.file.value());
    let path = embed::located(call.file.span(), &file);
    let bytes = std::fs::read(&path).map_err(|error| errors::unreadable_weights(place, &file, &error.to_string()))?;
    import_bytes(call, &path, &bytes, library)
}

/// Returns the declaration and the weights of a model, in a file with these bytes.
pub(crate) fn import_bytes(call: &Call, path: &Path, bytes: &[u8], library: &TokenStream) -> syn::Result<Imported> {
    let (place, file) = (Place::of(&call.file), call.file.value());
    let graph = model::read(bytes).map_err(|reason| errors::no_onnx(place, &file, &reason))?;
    let refused = |refusal: Refusal| errors::refused_onnx(place, &file, &refusal.text());
    let written = graph.and_then(written).map_err(refused)?;
    let body: TokenStream =
        written.body.parse().map_err(|_| refused(Refusal::of_model("its declaration is no Rust")))?;
    let Call { attributes, visibility, name, .. } = call;
    // An error in the declaration is one at the file name, since nothing of it is in the source.
    let body = at(call.file.span(), body);
    finite(&written).map_err(refused)?;
    let tensors = written.tensors.iter().map(|(name, tensor)| {
        embed::tensor(library, name, &tensor.sizes, written.kind.name(), &tensor.bytes(written.kind))
    });
    let scalar = quote_spanned!(Span::mixed_site()=> #library::private::core::primitive);
    let kind = Ident::new(written.kind.name(), Span::mixed_site());
    let network = quote!(#name<#scalar::#kind>);
    let weights = embed::constant(library, &network, &name.to_string(), &call.file, Some(path), tensors);
    let header = text::of(quote!(#visibility struct #name));
    let declaration = format!("network! {{\n    {header} {}\n}}\n", written.body.replace('\n', "\n    "));
    Ok(Imported {
        declaration: quote!(#(#attributes)* #visibility struct #name #body),
        items: items(call, &network, library, &declaration, &weights),
    })
}

/// Returns the phases after reading.
fn written(mut graph: Graph) -> Result<Written, Refusal> {
    simplify::simplify(&mut graph)?;
    fuse::fuse(&mut graph);
    let kind = kind(&graph)?;
    let input = input::value(&graph)?;
    let (steps, output) = chain::steps(&graph, &input)?;
    Ok(declaration::write(&input, &steps, &output, kind))
}

/// Returns the type of the network's elements: that of its weights.
fn kind(graph: &Graph) -> Result<Kind, Refusal> {
    let used = graph.nodes.iter().flat_map(|node| &node.inputs).filter_map(|name| graph.constants.get(name)?.kind());
    let kinds: BTreeMap<&str, Kind> = used.chain(graph.input.kind).map(|kind| (kind.name(), kind)).collect();
    match kinds.values().copied().collect::<Vec<_>>()[..] {
        [] => Ok(Kind::F32),
        [kind] => Ok(kind),
        _ => Err(Refusal::of_model("it mixes numbers of single and double precision")),
    }
}

/// Returns what the network has beside the items of `network!`.
fn items(call: &Call, network: &TokenStream, library: &TokenStream, text: &str, weights: &TokenStream) -> TokenStream {
    let Call { visibility, file, .. } = call;
    let (file, private) = (file.value(), quote!(#library::private));
    let docs = [
        "The declaration of the network as text, to be written in its place.",
        &format!("Returns the network with the weights of `{file}`, which are part of the program; for a `static`."),
    ];
    let [about_declaration, about_weights] = docs;
    quote! {
        #[allow(dead_code)]
        impl #network {
            #[doc = #about_declaration]
            #visibility const DECLARATION: &'static #private::str = #text;

            #[doc = #about_weights]
            #[must_use]
            #visibility const fn trained() -> Self {
                #weights
            }
        }
    }
}

/// Returns what stands for a network after a mistake: one with a size that no network has, whose message is not shown.
fn stand_in(call: &Call, library: &TokenStream) -> Imported {
    let Call { attributes, visibility, name, file } = call;
    let network = quote!(#name);
    let weights = embed::constant(library, &network, &name.to_string(), file, None, std::iter::empty());
    Imported {
        declaration: quote!(#(#attributes)* #visibility struct #name (Vector<0>) { Identity }),
        items: items(call, &network, library, "", &weights),
    }
}

/// Checks that all weights are finite numbers, as in a file of `weights!`.
fn finite(written: &Written) -> Result<(), Refusal> {
    let is_finite = |tensor: &Tensor| tensor.values().is_none_or(|all| all.iter().all(|number| number.is_finite()));
    match written.tensors.iter().find(|(_, tensor)| !is_finite(tensor)) {
        Some((name, _)) => Err(Refusal::of_model(format!("`{name}` has an element that is not finite"))),
        None => Ok(()),
    }
}

/// Moves `tokens` to the user's `span`, with its names.
fn at(span: Span, tokens: impl ToTokens) -> TokenStream {
    let located = tokens.into_token_stream().into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let mut located = Group::new(group.delimiter(), at(span, group.stream()));
            located.set_span(span);
            TokenTree::Group(located)
        }
        mut tree => {
            tree.set_span(span);
            tree
        }
    });
    located.collect()
}
