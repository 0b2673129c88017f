//! Settings of layers, initializers and the tile: constants beside the network, which are computed, and refused, once.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

use super::{Names, Site, at, call};
use crate::ast::Tile;
use crate::errors;
use crate::graph::{Initialization, InitializerKind, Kind, Layer};
use crate::signature::Setting;

/// The constants, where nothing in them depends on a const parameter. What does stands where it is used.
pub(super) fn constants(names: &Names) -> TokenStream {
    let private = &names.private;
    let mut constants = TokenStream::new();
    for (index, site) in names.layers.iter().enumerate() {
        let Some(layer) = site.layer else { continue };
        let kind = &constant_kind(names, index, site);
        if let Some(value) = settings(names, layer, kind).filter(|_| is_constant(names, layer)) {
            let name = settings_name(names, index);
            constants.extend(code! {
                #[doc(hidden)]
                const #name: <#kind as #private::Layer>::Settings = #value;
            });
        }
        if let Some(initialization) = layer.initialization.as_ref().filter(|_| is_constant(names, layer)) {
            let (name, value) = (initializer_name(names, index), initializer_value(names, initialization));
            constants.extend(code! {
                #[doc(hidden)]
                const #name: #private::Initializer = #value;
            });
        }
    }
    constants.extend(tile_constant(names));
    constants
}

/// The number of samples in a tile by its name, and what does not compile when it is out of range.
fn tile_constant(names: &Names) -> Option<TokenStream> {
    let (private, tile, name) = (&names.private, names.network.tile.as_ref()?, names.alias("Tile"));
    let samples = &tile.samples;
    let required = require_tile(names, tile, &name);
    (!names.mentions_parameters(samples)).then(|| {
        let required = at(tile.place.span(), code!(const _: () = #required;));
        code!(#[doc(hidden)] const #name: #private::usize = #samples; #required)
    })
}

/// The assertion that the size of a tile is in range.
fn require_tile(names: &Names, tile: &Tile, samples: impl ToTokens) -> TokenStream {
    let (private, few, many) = (&names.private, errors::tile_zero(), errors::tile_too_large());
    call(tile.place.span(), &code!(#private::require_tile), code!(#samples, #few, #many))
}

/// The type of a layer that depends on no const parameter, where there are no const parameters.
fn constant_kind(names: &Names, index: usize, site: &Site) -> TokenStream {
    let parameters = &names.network.parameters;
    if parameters.is_empty() || !site.is_own() {
        return site.kind.clone();
    }
    // Its alias has them all the same, and does not use them.
    let (alias, any) = (names.layer_alias(index), parameters.iter().map(|_| code!(1)));
    code!(#alias<#(#any),*>)
}

/// A reference to the settings of a layer.
pub(super) fn reference(names: &Names, index: usize, layer: &Layer, kind: &TokenStream) -> TokenStream {
    match settings(names, layer, kind) {
        None => code!(&()),
        Some(_) if is_constant(names, layer) => {
            let name = settings_name(names, index);
            code!(&#name)
        }
        Some(value) => code!(&const { #value }),
    }
}

/// What the weights of a layer are drawn by, where the user says so.
pub(super) fn initializer(names: &Names, index: usize, site: &Site) -> Option<TokenStream> {
    let layer = site.layer?;
    let initialization = layer.initialization.as_ref()?;
    Some(if is_constant(names, layer) {
        initializer_name(names, index).into_token_stream()
    } else {
        let value = initializer_value(names, initialization);
        code!(const { #value })
    })
}

/// The constant for the size of a tile, where the user says so.
pub(super) fn tile(names: &Names) -> Option<TokenStream> {
    let (private, tile) = (&names.private, names.network.tile.as_ref()?);
    let value = if names.mentions_parameters(&tile.samples) {
        let required = require_tile(names, tile, code!(__samples));
        let samples = &tile.samples;
        code!({ let __samples = #samples; #required; __samples })
    } else {
        // What is out of range was refused where it has its name, and nothing is computed with it.
        let name = names.alias("Tile");
        code!(#private::tile_in_range(#name))
    };
    Some(code!(const TILE: #private::usize = #value;))
}

/// Every expression of the user's in the settings and the initializer of a layer.
pub(super) fn expressions(layer: &Layer) -> Vec<&Expr> {
    let mut expressions = Vec::new();
    match &layer.kind {
        Kind::BuiltIn { settings, .. } => expressions.extend(settings.iter().flatten()),
        Kind::Own { settings: Some(settings), .. } => {
            expressions.extend(&settings.arguments);
            expressions.extend(settings.named.iter().map(|(_, value)| value));
        }
        Kind::Residual(_) | Kind::Own { settings: None, .. } => {}
    }
    match layer.initialization.as_ref().map(|initialization| &initialization.kind) {
        Some(InitializerKind::BuiltIn(_, values)) => expressions.extend(values.iter().flatten()),
        Some(InitializerKind::Value(value)) => expressions.push(value),
        None => {}
    }
    expressions
}

/// Whether no setting of the layer, nor its type, depends on a const parameter of the network.
fn is_constant(names: &Names, layer: &Layer) -> bool {
    let own = match &layer.kind {
        Kind::Own { path, .. } => names.mentions_parameters(path),
        Kind::BuiltIn { .. } | Kind::Residual(_) => false,
    };
    !own && !expressions(layer).into_iter().any(|expression| names.mentions_parameters(expression))
}

fn settings_name(names: &Names, index: usize) -> Ident {
    names.alias(&format!("Settings{index}"))
}

fn initializer_name(names: &Names, index: usize) -> Ident {
    names.alias(&format!("Initializer{index}"))
}

/// The settings of a layer as a value; nothing where there is nothing to set.
fn settings(names: &Names, layer: &Layer, kind: &TokenStream) -> Option<TokenStream> {
    let span = layer.settings_place.span();
    let function = |arguments| call(span, &code!(<#kind>::settings), arguments);
    match &layer.kind {
        Kind::BuiltIn { layer: built_in, settings, .. } => {
            let known = built_in.settings();
            (!known.is_empty()).then(|| {
                let values = values(known, settings, kind);
                function(code!(#(#values),*))
            })
        }
        Kind::Residual(_) => None,
        // A layer that has settings, and none were written, is one error here instead of one for each use.
        Kind::Own { path, settings: None } if !names.mentions_parameters(path) => {
            let private = &names.private;
            Some(at(span, code!(<<#kind as #private::Layer>::Settings as #private::Unset>::VALUE)))
        }
        Kind::Own { settings, .. } => settings.as_ref().map(|settings| {
            let arguments = &settings.arguments;
            let mut value = function(code!(#(#arguments),*));
            for (name, setting) in &settings.named {
                value.extend(quote!(.#name(#setting)));
            }
            value
        }),
    }
}

/// The values of settings, each as written or as the constant of `owner` that holds its default.
fn values(known: &[Setting], written: &[Option<Expr>], owner: &TokenStream) -> Vec<TokenStream> {
    let value = |(known, written): (&Setting, &Option<Expr>)| match (written, known.default) {
        (Some(written), _) => written.to_token_stream(),
        (None, Some(default)) => {
            let default = Ident::new(default, Span::mixed_site());
            code!(<#owner>::#default)
        }
        (None, None) => TokenStream::new(),
    };
    known.iter().zip(written).map(value).collect()
}

/// An initializer as a value, which does not compile when it is out of range.
fn initializer_value(names: &Names, initialization: &Initialization) -> TokenStream {
    let private = &names.private;
    let value = match &initialization.kind {
        InitializerKind::Value(value) => value.to_token_stream(),
        InitializerKind::BuiltIn(kind, written) => {
            let known = kind.settings();
            let owner = code!(#private::Initializer);
            let name = Ident::new(kind.name(), Span::mixed_site());
            let values = values(known, written, &owner);
            let fields = known.iter().map(|setting| Ident::new(setting.name, Span::mixed_site()));
            match known {
                [] => code!(#owner::#name),
                [Setting { name: "value", .. }] => code!(#owner::#name(#(#values),*)),
                _ => code!(#owner::#name { #(#fields: #values),* }),
            }
        }
    };
    call(initialization.place.span(), &code!(#private::require_initializer), value)
}
