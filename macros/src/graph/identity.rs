//! Which layer is meant: one of the library, a block, or a custom type?

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::ast::{self, Block, Declaration, Path};
use crate::block::{Join, Keyword};
use crate::errors::{self, Errors};
use crate::graph::size;
use crate::identifier;
use crate::layer::{Flow, Spec};
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
        /// What it contains.
        inside: Inside,
    },
    /// Any other path. The compiler decides whether it is a layer.
    Custom {
        /// The path with its generic arguments.
        path: syn::Path,
        /// The settings in parentheses.
        settings: Option<ast::Settings>,
    },
}

/// The contents of a block, as written.
pub(super) enum Inside {
    /// The layers of a residual block.
    Residual {
        /// The layers in braces.
        layers: Vec<Option<ast::Layer>>,
        /// The parentheses, and what they hold, if there are any.
        shortcut: Option<(Place, Vec<Option<ast::Layer>>)>,
    },
    /// The layers of a repeated block.
    Repeat {
        /// The layers in braces.
        layers: Vec<Option<ast::Layer>>,
        /// The count; `None` after a mistake in it.
        count: Option<ast::Size>,
    },
    /// Branches.
    Parallel {
        /// The branches in braces.
        branches: Vec<Option<ast::Branch>>,
        /// How they are joined; `None` after a mistake in it.
        join: Option<Join>,
    },
}

/// Returns the identity of a layer; `None` after a mistake, which leaves the layer out.
pub(super) fn identity(layer: &ast::Layer, declaration: &Declaration, errors: &mut Errors) -> Option<Identity> {
    if let Some(block) = braces(layer, errors) {
        return self::block(layer, block, errors);
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
    if keyword(&layer.path).is_some() {
        return Some(block);
    }
    errors.push(errors::expected_comma(block.braces.span_open().into(), "layer", "`{`"));
    None
}

/// Returns the block that a path names, with its word. A path into the library may name one too.
fn keyword(path: &Path) -> Option<(Keyword, &Ident)> {
    let named = |word| Some((Keyword::named(word)?, word));
    path.word().and_then(named).or_else(|| path.in_library().and_then(named))
}

/// Parses the contents of a block.
fn block(layer: &ast::Layer, block: &Block, errors: &mut Errors) -> Option<Identity> {
    // Deeper than any practical network, and far from the end of the stack.
    const DEEPEST: usize = 16;
    let path = &layer.path;
    let place = Place::between(path.place.span(), block.braces.span_open());
    let Some((keyword, word)) = keyword(path) else {
        errors.push(errors::unknown_block(place, &text::of(path.base.clone())));
        return None;
    };
    if path.word().is_none() {
        errors.push(errors::library_path(path.place, &text::of(path.base.clone()), word));
    }
    if path.arguments.is_some() && keyword != Keyword::Repeat {
        errors.push(errors::block_with_sizes(path.place, keyword));
    }
    if block.depth == DEEPEST {
        errors.push(errors::blocks_too_deep(place, DEEPEST));
        return None;
    }
    let inside = match keyword {
        Keyword::Residual => {
            let parentheses = layer.settings.as_ref();
            let shortcut =
                parentheses.map(|group| (Place::of(group.to_token_stream()), parse::shortcut(group, block, errors)));
            Inside::Residual { shortcut, layers: parse::block(block, errors) }
        }
        Keyword::Repeat => {
            if let Some(group) = &layer.settings {
                let place = Place::of(group.to_token_stream());
                errors.push(errors::takes_no_settings(place, keyword.name(), keyword.example()));
            }
            Inside::Repeat { count: count(path, keyword, errors), layers: parse::block(block, errors) }
        }
        Keyword::Parallel => {
            let join = join(layer, errors);
            Inside::Parallel { join, branches: parse::branches(block, errors) }
        }
    };
    Some(Identity::Block { word: word.clone(), inside })
}

/// Parses the count of a repeated block.
fn count(path: &Path, keyword: Keyword, errors: &mut Errors) -> Option<ast::Size> {
    let mut sizes = parse::sizes(path, errors);
    if sizes.len() != 1 {
        let number = (1..=1, sizes.len());
        errors.push(errors::wrong_number_of_sizes(path.place, keyword.name(), &["count"], number, keyword.example()));
        return None;
    }
    match sizes.remove(0) {
        ast::Size::Infer(place) => {
            errors.push(errors::count_inferred(place));
            None
        }
        size => Some(size),
    }
}

/// Parses the word in the parentheses of a block of branches.
fn join(layer: &ast::Layer, errors: &mut Errors) -> Option<Join> {
    let Some(group) = &layer.settings else { return Some(Join::Concat) };
    let trees: Vec<_> = group.stream().into_iter().collect();
    let join = match &trees[..] {
        [TokenTree::Ident(word)] => Join::named(word),
        _ => None,
    };
    if join.is_none() {
        let inside = group.stream();
        let place = Place::of(if inside.is_empty() { group.to_token_stream() } else { inside.clone() });
        errors.push(errors::unknown_join(place, &text::of(inside)));
    }
    join
}

/// Returns the mistake if the written text cannot be a layer.
fn no_layer(layer: &ast::Layer, network: &Ident) -> Option<syn::Error> {
    let path = &layer.path;
    if let Some(shape) = path.word().filter(|word| ShapeSpec::is_named(word)) {
        return Some(errors::shape_as_layer(path.place, &identifier::plain(shape), network));
    }
    if let Some(keyword) = path.word().and_then(Keyword::named) {
        return Some(errors::block_without_layers(path.place, keyword));
    }
    let layer = path.words.first().filter(|_| path.leads).and_then(Spec::named)?;
    Some(errors::called(path.place, &text::of(path.base.clone()), layer.example_with_defaults()))
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
