//! How does a declaration read? Tokens become the tree of `ast.rs`; syntax errors only, and after
//! each of them reading goes on.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Visibility;
use syn::parse::Parser;

use crate::ast::{Declaration, Form, Layer, LayerKind, Shape, ShapeKind, Size, Written};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;
use crate::tokens::{self, Tokens};

mod attribute;
mod condition;
mod header;
mod layer;
mod path;
mod setting;

pub(crate) use condition::{Conditional, conditional};

/// Reads a whole declaration; `None` when not even its name could be read.
pub(crate) fn declaration(stream: TokenStream, errors: &mut Errors) -> Option<Declaration> {
    let trees = tokens::flatten(stream);
    let mut tokens = Tokens::new(&trees);
    if tokens.is_empty() {
        errors.push(errors::empty_declaration());
        return None;
    }
    let attributes = attribute::attributes(&mut tokens, attribute::Marked::Network, errors);
    let visibility = visibility(&mut tokens, errors);
    let name = header::name(&mut tokens, errors)?;
    let parameters = header::parameters(&mut tokens, &name, errors);
    header::where_clause(&mut tokens, errors);
    let input = header::input(&mut tokens, errors);
    let output = header::output(&mut tokens, errors);
    header::where_clause(&mut tokens, errors);
    let mut declaration = Declaration {
        attributes: attributes.passed,
        tile: attributes.tile,
        budget: attributes.budget,
        visibility,
        name,
        parameters: parameters.sizes,
        input,
        output,
        form: Form::Missing,
        layers: Vec::new(),
    };
    body(&mut tokens, &mut declaration, errors);
    forget(&mut declaration, &parameters.types);
    Some(declaration)
}

/// Takes whatever names a type parameter, which was reported, for a mistake of its own that was reported too.
fn forget(declaration: &mut Declaration, types: &[Ident]) {
    let names = |tokens: TokenStream| identifier::mentioned(tokens, types).is_some();
    let fail = |sizes: &mut [Size]| {
        for size in sizes {
            match size {
                Size::Expression { expression, place, .. } if names(expression.to_token_stream()) => {
                    *size = Size::Failed(*place);
                }
                _ => {}
            }
        }
    };
    forget_layers(&mut declaration.layers, &names, &fail);
    for written in [&mut declaration.input, &mut declaration.output] {
        match written {
            Written::Here(Shape { kind: ShapeKind::BuiltIn { sizes, .. }, .. }) => fail(sizes),
            Written::Here(Shape { kind: ShapeKind::Own(path), .. }) if names(path.to_token_stream()) => {
                *written = Written::Failed;
            }
            _ => {}
        }
    }
}

/// As `forget`, for layers and those in their blocks.
fn forget_layers(layers: &mut [Option<Layer>], names: &dyn Fn(TokenStream) -> bool, fail: &dyn Fn(&mut [Size])) {
    for layer in layers {
        match layer.as_mut().map(|layer| &mut layer.kind) {
            Some(LayerKind::BuiltIn { sizes, .. }) => fail(sizes),
            Some(LayerKind::Residual { layers, .. }) => forget_layers(layers, names, fail),
            Some(LayerKind::Own { path, .. }) if names(path.to_token_stream()) => *layer = None,
            _ => {}
        }
    }
}

/// Reads the layers in either form.
fn body(tokens: &mut Tokens, declaration: &mut Declaration, errors: &mut Errors) {
    let name = &declaration.name;
    if !tokens.is_mark('=') && tokens.group(Delimiter::Brace).is_none() {
        let failed = matches!(declaration.input, Written::Failed) || matches!(declaration.output, Written::Failed);
        // A header that went wrong may have swallowed the body.
        if !(failed && tokens.is_empty()) {
            errors.push(errors::missing_body(tokens.place(), &tokens.found(), name));
        }
        tokens.skip_to_body();
    }
    if let Some(group) = tokens.take_group(Delimiter::Brace) {
        declaration.form = Form::Braces;
        let trees = tokens::flatten(group.stream());
        declaration.layers = layer::layers(Tokens::inside(group, &trees), name, errors);
        if !tokens.is_empty() {
            errors.push(errors::after_body(tokens.place(), &tokens.found(), name));
        }
    } else if tokens.take_mark('=').is_some() {
        declaration.form = Form::OneLine;
        declaration.layers = layer::layers(tokens.without_last(';'), name, errors);
    }
}

/// Reads `pub`, `pub(crate)` and so on.
fn visibility(tokens: &mut Tokens, errors: &mut Errors) -> Visibility {
    if !tokens.is_word("pub") {
        return Visibility::Inherited;
    }
    let everyone: TokenStream = tokens.next().cloned().into_iter().collect();
    let mut written = everyone.clone();
    let restriction = tokens.take_group(Delimiter::Parenthesis).cloned().map(TokenTree::Group);
    written.extend(restriction.clone());
    syn::parse2(written.clone()).unwrap_or_else(|_| {
        errors.push(errors::unknown_visibility(Place::of(TokenStream::from_iter(restriction)), &text::of(written)));
        // Whoever uses the network finds it.
        syn::parse2(everyone).unwrap_or(Visibility::Inherited)
    })
}

/// Why tokens were not read.
enum Unread {
    /// There are too many of them.
    TooLong(syn::Error),
    /// They are something else; the caller knows what was wanted.
    Wrong,
}

/// Lets syn read tokens, unless there are so many that its recursion could exhaust the stack.
fn limited<P: Parser>(parser: P, stream: TokenStream, place: Place) -> Result<P::Output, Unread> {
    // 500 unary operators in a row fit into the 2 MiB of a test thread without optimisation.
    const MOST_TOKENS: usize = 400;
    if exceeds(&stream, &mut MOST_TOKENS.clone(), 0) {
        return Err(Unread::TooLong(errors::too_long(place)));
    }
    parser.parse2(stream).map_err(|_| Unread::Wrong)
}

/// Whether there are more than `left` tokens, or groups nested too deeply to be counted.
fn exceeds(stream: &TokenStream, left: &mut usize, depth: usize) -> bool {
    // An unoptimised syn takes some 30 KiB of stack for each array in an array.
    const DEEPEST: usize = 24;
    depth > DEEPEST
        || stream.clone().into_iter().any(|tree| {
            if *left == 0 {
                return true;
            }
            *left -= 1;
            matches!(tree, TokenTree::Group(group) if exceeds(&group.stream(), left, depth + 1))
        })
}
