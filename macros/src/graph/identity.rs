//! Which layer is meant: one of the library, a block, or a custom type?

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use crate::ast::{self, Block, Declaration, Path};
use crate::errors::{self, Errors};
use crate::graph::size;
use crate::identifier;
use crate::layer::{Flow, RESIDUAL, Spec};
use crate::parse;
use crate::place::Place;
use crate::shape::ShapeSpec;
use crate::text;

/// The identity of a layer.
pub(super) enum Identity {
    /// A layer of the library.
    BuiltIn {
        /// The specification of the layer.
        spec: &'static Spec,
        /// Its name as written.
        word: Ident,
        /// The sizes between `<` and `>`.
        sizes: Vec<ast::Size>,
        /// The settings in parentheses.
        settings: Option<ast::Settings>,
    },
    /// A block.
    Block {
        /// Its keyword as written.
        word: Ident,
        /// The layers in braces.
        layers: Vec<Option<ast::Layer>>,
    },
    /// Any other path. The compiler decides whether it is a layer.
    Custom {
        /// The path with its generic arguments.
        path: syn::Path,
        /// The settings in parentheses.
        settings: Option<ast::Settings>,
    },
}

/// Returns the identity of a layer; `None` after a mistake, which leaves the layer out.
pub(super) fn identity(layer: &ast::Layer, declaration: &Declaration, errors: &mut Errors) -> Option<Identity> {
    if let Some(block) = braces(layer, errors) {
        return self::block(&layer.path, block, errors);
    }
    if let Some(error) = no_layer(layer, &declaration.name) {
        errors.push(error);
        return None;
    }
    match library_layer(&layer.path, errors) {
        Some((spec, word)) => built_in(layer, spec, word, declaration, errors),
        None => custom(layer, declaration, errors),
    }
}

/// Returns the braces of a block. Braces after parentheses belong to nothing.
fn braces<'a>(layer: &'a ast::Layer, errors: &mut Errors) -> Option<&'a Block> {
    let block = layer.block.as_ref()?;
    if layer.settings.is_none() {
        return Some(block);
    }
    if layer.path.word().is_none_or(|word| !is_residual(word)) {
        errors.push(errors::expected_comma(block.braces.span_open().into(), "`{`"));
    }
    None
}

/// Parses the layers of a block.
fn block(path: &Path, block: &Block, errors: &mut Errors) -> Option<Identity> {
    // Deeper than any practical network, and far from the end of the stack.
    const DEEPEST: usize = 16;
    let place = Place::between(path.place.span(), block.braces.span_open());
    let behind = path.in_library().filter(|word| is_residual(word));
    if let Some(word) = behind {
        errors.push(errors::library_path(path.place, &text::of(path.base.clone()), word));
    }
    let Some(word) = path.word().filter(|word| is_residual(word)).or(behind) else {
        errors.push(errors::unknown_block(place, &text::of(path.base.clone())));
        return None;
    };
    if path.arguments.is_some() {
        errors.push(errors::block_with_sizes(path.place));
    }
    if block.depth == DEEPEST {
        errors.push(errors::blocks_too_deep(place, DEEPEST));
        return None;
    }
    Some(Identity::Block { word: word.clone(), layers: parse::block(block, errors) })
}

fn is_residual(word: &Ident) -> bool {
    identifier::plain(word) == RESIDUAL
}

/// Returns the mistake if the written text cannot be a layer.
fn no_layer(layer: &ast::Layer, network: &Ident) -> Option<syn::Error> {
    let path = &layer.path;
    if let Some(shape) = path.word().and_then(ShapeSpec::named) {
        return Some(errors::shape_as_layer(path.place, shape.name, network));
    }
    if path.word().is_some_and(is_residual) {
        return Some(errors::block_without_layers(path.place));
    }
    let layer = path.words.first().filter(|_| path.leads).and_then(Spec::named)?;
    Some(errors::called(path.place, &text::of(path.base.clone()), layer.example))
}

/// Returns the layer of the library that a path names. A path into the library is reported.
fn library_layer<'a>(path: &'a Path, errors: &mut Errors) -> Option<(&'static Spec, &'a Ident)> {
    let named = |word: &'a Ident| Some((Spec::named(word)?, word));
    let behind = path.in_library().and_then(named);
    if let Some((_, word)) = behind {
        errors.push(errors::library_path(path.place, &text::of(path.base.clone()), word));
    }
    path.word().and_then(named).or(behind)
}

fn built_in(
    layer: &ast::Layer,
    spec: &'static Spec,
    word: &Ident,
    declaration: &Declaration,
    errors: &mut Errors,
) -> Option<Identity> {
    let (mut spec, mut path) = (spec, &layer.path);
    let shape;
    if let Flow::Becomes(_) = spec.flow {
        (spec, shape) = becoming(path, spec, errors)?;
        path = &shape;
    }
    let mut sizes = parse::sizes(path, errors);
    for size in &mut sizes {
        if let ast::Size::Expression { expression, place, .. } = size
            && names_type(expression.to_token_stream(), declaration)
        {
            *size = ast::Size::Failed(*place);
        }
    }
    let settings = match &layer.settings {
        Some(group) if !spec.settings.is_empty() => Some(parse::settings(group, errors)?),
        // The settings of a layer that has none are not parsed.
        Some(group) => Some(ast::Settings { list: Vec::new(), place: Place::of(group.to_token_stream()) }),
        None => None,
    };
    Some(Identity::BuiltIn { spec, word: word.clone(), sizes, settings })
}

/// Returns the layer for the shape that is written between `<` and `>`, and this shape.
fn becoming(path: &Path, spec: &'static Spec, errors: &mut Errors) -> Option<(&'static Spec, Path)> {
    let shape = parse::argument_path(path);
    let named = shape.as_ref().and_then(|shape| ShapeSpec::named(shape.word()?));
    let variant = named.and_then(|named| spec.becoming(named));
    if variant.is_none() {
        let found = match path.arguments.as_deref() {
            None | Some([]) => "nothing".to_owned(),
            Some(arguments) => {
                let texts: Vec<_> = arguments.iter().map(|argument| text::of(argument.stream())).collect();
                format!("`{}`", texts.join(", "))
            }
        };
        let examples: Vec<_> = spec.variants().map(|layer| layer.example).collect();
        errors.push(errors::shape_argument(path.place, spec.name, &found, &examples));
    }
    variant.zip(shape)
}

fn custom(layer: &ast::Layer, declaration: &Declaration, errors: &mut Errors) -> Option<Identity> {
    let path = parse::custom(&layer.path, errors)?;
    let settings = match &layer.settings {
        Some(group) => Some(parse::settings(group, errors)?),
        None => None,
    };
    if is_network(&path, &declaration.name) {
        errors.push(errors::contains_itself(&declaration.name, layer.path.place));
        return None;
    }
    let right = size::is_custom_right(&path, &declaration.parameters, errors);
    (right && !names_type(path.to_token_stream(), declaration)).then_some(Identity::Custom { path, settings })
}

/// Returns whether a path names the network itself, with or without arguments: `Name`, `Name<N>`, `self::Name`.
fn is_network(path: &syn::Path, network: &Ident) -> bool {
    let segments: Vec<_> = path.segments.iter().map(|segment| &segment.ident).collect();
    match segments[..] {
        _ if path.leading_colon.is_some() => false,
        [word] => word == network,
        [module, word] => module == "self" && word == network,
        _ => false,
    }
}

/// Returns whether some tokens mention a type parameter. It was already reported, so the use is not a second mistake.
pub(super) fn names_type(tokens: TokenStream, declaration: &Declaration) -> bool {
    identifier::mentioned(tokens, &declaration.types).is_some()
}
