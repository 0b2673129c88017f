//! Settings of layers, initializers and the tile: constants of the network, which are computed and checked once.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Expr, ExprLit, ExprUnary, Lit, LitFloat, UnOp};

use super::{Names, Site, at, call};
use crate::ast::Tile;
use crate::errors;
use crate::graph::{Initialization, InitializerKind, Kind, Layer};
use crate::initializer::Variant;
use crate::setting::{DefaultValue, Reading, Setting, Value};
use crate::size::Size;

/// Returns the constants: free items, or associated constants of the network if an expression depends on a const parameter.
pub(super) fn constants(names: &Names) -> TokenStream {
    let private = &names.private;
    let (mut beside, mut of_network) = (TokenStream::new(), TokenStream::new());
    for (index, site) in names.layers.iter().enumerate() {
        let Some(layer) = site.layer else { continue };
        let constant = is_constant(names, layer);
        let list = if constant { &mut beside } else { &mut of_network };
        let kind = if constant { &constant_kind(names, index, site) } else { &site.kind };
        if let Some(value) = settings(names, index, layer, kind) {
            let name = settings_name(names, index);
            list.extend(code!(#[doc(hidden)] const #name: <#kind as #private::Layer>::Settings = #value;));
        }
        if let Some(initialization) = &layer.initialization {
            let (name, value) = (initializer_name(names, index), initializer_value(names, initialization));
            list.extend(code!(#[doc(hidden)] const #name: #private::Initializer = #value;));
        }
    }
    if !of_network.is_empty() {
        let (parameters, architecture, allowed) = (names.parameters(), names.architecture(), names.allowed());
        beside.extend(code!(#allowed impl<#parameters> #architecture { #of_network }));
    }
    beside.extend(tile_constant(names));
    beside
}

/// Returns the path of one of these constants.
fn constant(names: &Names, layer: &Layer, name: &Ident) -> TokenStream {
    let architecture = names.architecture();
    if is_constant(names, layer) { name.to_token_stream() } else { code!(<#architecture>::#name) }
}

/// Returns the constant for the number of samples in a tile, with an assertion that it is in range.
fn tile_constant(names: &Names) -> Option<TokenStream> {
    let (private, tile, name) = (&names.private, names.network.tile.as_ref()?, names.alias("Tile"));
    let samples = &tile.samples;
    let required = require_tile(names, tile, &name);
    (!names.mentions_parameters(samples)).then(|| {
        let required = at(tile.place.span(), code!(const _: () = #required;));
        code!(#[doc(hidden)] const #name: #private::usize = #samples; #required)
    })
}

/// Returns the assertion that the size of a tile is in range.
fn require_tile(names: &Names, tile: &Tile, samples: impl ToTokens) -> TokenStream {
    let (private, few, many) = (&names.private, errors::tile_zero(), errors::tile_too_large());
    call(tile.place.span(), &code!(#private::require_tile), code!(#samples, #few, #many))
}

/// Returns the type of a layer whose settings depend on no const parameter, without const parameters.
fn constant_kind(names: &Names, index: usize, site: &Site) -> TokenStream {
    let parameters = &names.network.parameters;
    match site.layer.map(|layer| &layer.kind) {
        _ if parameters.is_empty() => site.kind.clone(),
        // The type of the settings does not depend on the sizes.
        Some(Kind::BuiltIn(built_in)) => {
            let size = |size: &Size| if let Size::Parameter(_) = size { code!(1) } else { names.sizes.tokens(size) };
            names.library_type_with(built_in.spec.name, &built_in.arguments, None, &size)
        }
        // The alias still has the parameters but does not use them.
        Some(Kind::Custom { .. }) => {
            let (alias, any) = (names.layer_alias(index), parameters.iter().map(|_| code!(1)));
            code!(#alias<#(#any),*>)
        }
        Some(Kind::Block(_)) | None => site.kind.clone(),
    }
}

/// Returns a reference to the settings of a layer.
pub(super) fn reference(names: &Names, index: usize, layer: &Layer, kind: &TokenStream) -> TokenStream {
    if settings(names, index, layer, kind).is_none() {
        return code!(&());
    }
    let constant = constant(names, layer, &settings_name(names, index));
    code!(&#constant)
}

/// Returns the initializer that the user chose for a layer, if any.
pub(super) fn initializer(names: &Names, index: usize, site: &Site) -> Option<TokenStream> {
    let layer = site.layer.filter(|layer| layer.initialization.is_some())?;
    Some(constant(names, layer, &initializer_name(names, index)))
}

/// Returns the constant for the size of a tile, if the user chose one.
pub(super) fn tile(names: &Names) -> Option<TokenStream> {
    let (private, tile) = (&names.private, names.network.tile.as_ref()?);
    let value = if names.mentions_parameters(&tile.samples) {
        let required = require_tile(names, tile, code!(__samples));
        let samples = &tile.samples;
        code!({ let __samples = #samples; #required; __samples })
    } else {
        // An out-of-range value was rejected where the constant is defined, so nothing is computed with it.
        let name = names.alias("Tile");
        code!(#private::tile_in_range(#name))
    };
    Some(code!(const TILE: #private::usize = #value;))
}

/// Returns each expression that the user wrote in the settings and the initializer of a layer.
pub(super) fn expressions(layer: &Layer) -> Vec<&Expr> {
    let mut expressions = Vec::new();
    match &layer.kind {
        Kind::BuiltIn(built_in) => expressions.extend(built_in.settings.iter().filter_map(|value| match value {
            Value::Expression(expression) => expression.as_ref(),
            Value::Size(_) | Value::Pair(_) | Value::Word(_) => None,
        })),
        Kind::Custom { settings: Some(settings), .. } => {
            expressions.extend(&settings.arguments);
            expressions.extend(settings.named.iter().map(|(_, value)| value));
        }
        Kind::Block(block) => {
            let layers = block.shortcut().into_iter().flat_map(|shortcut| &shortcut.network.layers);
            expressions.extend(layers.flat_map(self::expressions));
        }
        Kind::Custom { settings: None, .. } => {}
    }
    match layer.initialization.as_ref().map(|initialization| &initialization.kind) {
        Some(InitializerKind::BuiltIn(_, values)) => expressions.extend(values.iter().flatten()),
        Some(InitializerKind::Value(value)) => expressions.push(value),
        None => {}
    }
    expressions
}

/// Returns whether neither the settings of the layer nor its type depend on a const parameter of the network.
fn is_constant(names: &Names, layer: &Layer) -> bool {
    let type_depends = match &layer.kind {
        Kind::Custom { path, .. } => names.mentions_parameters(path),
        // The type of a shortcut is part of that of its block.
        Kind::Block(block) => block.shortcut().is_some() && !names.network.parameters.is_empty(),
        Kind::BuiltIn(_) => false,
    };
    !type_depends && !expressions(layer).into_iter().any(|expression| names.mentions_parameters(expression))
}

fn settings_name(names: &Names, index: usize) -> Ident {
    names.alias(&format!("Settings{index}"))
}

fn initializer_name(names: &Names, index: usize) -> Ident {
    names.alias(&format!("Initializer{index}"))
}

/// Returns the settings of a layer as a value; `None` for a layer without settings.
fn settings(names: &Names, index: usize, layer: &Layer, kind: &TokenStream) -> Option<TokenStream> {
    let span = layer.settings_place.span();
    let function = |arguments| call(span, &code!(<#kind>::settings), arguments);
    match &layer.kind {
        Kind::BuiltIn(built_in) => {
            let settings = built_in.spec.settings.iter().zip(&built_in.settings);
            let in_value: Vec<_> = settings.filter(|(known, _)| !known.is_in_type()).collect();
            (!in_value.is_empty()).then(|| {
                let values = in_value.into_iter().map(|(known, value)| match value {
                    Value::Expression(written) => expression(known, written.as_ref(), kind),
                    Value::Size(_) | Value::Pair(_) => {
                        shaping(names, known, &code!(Of), Some(sizes(names, known, value)))
                    }
                    Value::Word(word) => shaping(names, known, &Ident::new(word, Span::mixed_site()), None),
                });
                function(code!(#(#values),*))
            })
        }
        Kind::Block(block) => block.shortcut().map(|shortcut| of_shortcut(&names.within(index, &shortcut.network))),
        // A layer whose required settings are missing is one error here instead of one for each use.
        Kind::Custom { settings: None, .. } => {
            let private = &names.private;
            Some(at(span, code!(<<#kind as #private::Layer>::Settings as #private::DefaultSettings>::DEFAULT)))
        }
        Kind::Custom { settings: Some(settings), .. } => {
            let (private, arguments) = (&names.private, &settings.arguments);
            let (otherwise, mut value) = if arguments.is_empty() {
                let otherwise = code!(#[allow(unused)] use #private::WithoutSettings as _;);
                (otherwise, at(span, code!(#private::settings_of::<#kind>().start_of_settings())))
            } else {
                (without_settings(names, arguments.len()), function(code!(#(#arguments),*)))
            };
            for (name, setting) in &settings.named {
                value.extend(quote!(.#name(#setting)));
            }
            Some(code!({ #otherwise #value }))
        }
    }
}

/// Returns the settings of a block, which are those of its shortcut.
fn of_shortcut(names: &Names) -> TokenStream {
    let (private, layer, kind) = (&names.private, names.network.layers.first(), &names.layers[0].kind);
    let value = layer.and_then(|layer| settings(names, 0, layer, kind)).unwrap_or_else(|| code!(()));
    let initializer = layer.and_then(|layer| layer.initialization.as_ref());
    let initializer = initializer.map_or_else(
        || code!(None),
        |initialization| {
            let initializer = initializer_value(names, initialization);
            code!(Some(#initializer))
        },
    );
    code!(#private::Shortcut { settings: #value, initializer: #private::core::option::Option::#initializer })
}

/// Returns a function `settings` for every type, which a call reaches if the type has none of its own, such as a nested network.
/// Its bound is the error.
fn without_settings(names: &Names, arguments: usize) -> TokenStream {
    let private = &names.private;
    let kinds: Vec<_> = (0..arguments).map(|index| format_ident!("A{index}", span = Span::mixed_site())).collect();
    code! {
        #[allow(unused)]
        trait Otherwise: #private::core::marker::Sized {
            fn settings<#(#kinds),*>(#(_: #kinds),*) -> <Self as #private::TakesSettingsByPosition>::Settings
            where
                Self: #private::TakesSettingsByPosition;
        }
        impl<L> Otherwise for L {
            fn settings<#(#kinds),*>(#(_: #kinds),*) -> <Self as #private::TakesSettingsByPosition>::Settings
            where
                Self: #private::TakesSettingsByPosition,
            {
                #private::core::unreachable!()
            }
        }
    }
}

/// Returns the value of a setting: the written expression, or the constant of `owner` that is its default.
fn expression(known: &Setting, written: Option<&Expr>, owner: &TokenStream) -> TokenStream {
    match (written, &known.default) {
        (Some(written), _) => number(written),
        (None, DefaultValue::Constant(default)) => {
            let default = Ident::new(default, Span::mixed_site());
            code!(<#owner>::#default)
        }
        (None, DefaultValue::None | DefaultValue::Number(_) | DefaultValue::Variant(_)) => TokenStream::new(),
    }
}

/// Returns a setting, all of which are floats, so that an integer such as `50` may be written for `50.0`.
fn number(written: &Expr) -> TokenStream {
    match written {
        Expr::Lit(ExprLit { lit: Lit::Int(integer), .. }) if integer.suffix().is_empty() => {
            LitFloat::new(&format!("{}.0", integer.base10_digits()), integer.span()).to_token_stream()
        }
        Expr::Unary(ExprUnary { op: operator @ UnOp::Neg(_), expr, .. }) => {
            let number = number(expr);
            quote!(#operator #number)
        }
        written => written.to_token_stream(),
    }
}

/// Returns the sizes in the value of a setting: an array for rows and columns if the setting may be a pair.
fn sizes(names: &Names, known: &Setting, value: &Value) -> TokenStream {
    let pairs = matches!(known.reading, Reading::Shapes { pairs: true, .. });
    let along = |axis| value.along(axis).map(|size| names.sizes.tokens(size));
    if let (true, Some(rows), Some(columns)) = (pairs, along(0), along(1)) {
        return code!([#rows, #columns]);
    }
    along(0).unwrap_or_default()
}

/// Returns the value of a setting that changes shapes: a size, or a variant of the library's enum.
fn shaping(names: &Names, known: &Setting, variant: &impl ToTokens, size: Option<TokenStream>) -> TokenStream {
    let library = &names.library;
    let (Reading::Shapes { named: Some(named), .. } | Reading::Word { named: Some(named), .. }) = known.reading else {
        return size.unwrap_or_default();
    };
    let named = Ident::new(named, Span::call_site());
    let size = size.map(|size| code!((#size)));
    code!(#library::#named::#variant #size)
}

/// Returns an initializer as a value that does not compile if it is out of range.
fn initializer_value(names: &Names, initialization: &Initialization) -> TokenStream {
    let private = &names.private;
    let value = match &initialization.kind {
        InitializerKind::Value(value) => value.to_token_stream(),
        InitializerKind::BuiltIn(kind, written) => {
            let owner = code!(#private::Initializer);
            let name = Ident::new(kind.name, Span::mixed_site());
            let pairs = kind.settings.iter().zip(written);
            let values = pairs.map(|(known, written)| expression(known, written.as_ref(), &owner));
            let fields = kind.settings.iter().map(|setting| Ident::new(setting.name, Span::mixed_site()));
            match kind.variant {
                Variant::Unit => code!(#owner::#name),
                Variant::Tuple => code!(#owner::#name(#(#values),*)),
                Variant::Struct => code!(#owner::#name { #(#fields: #values),* }),
            }
        }
    };
    call(initialization.place.span(), &code!(#private::require_initializer), value)
}
