//! How is a declaration parsed? Tokens become the tree in `ast.rs`. Only syntax errors are reported, and parsing continues
//! after each of them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Visibility;
use syn::parse::Parser;

use crate::ast::{Declaration, Form, Written};
use crate::errors::{self, Errors};
use crate::place::Place;
use crate::text;
use crate::tokens::Tokens;

mod fragment;

mod condition;
mod parameter;
mod setting;

mod attribute;
mod path;

mod header;
mod layer;

pub(crate) use condition::{Conditional, conditional};
pub(crate) use layer::{block, branches, shortcut};
pub(crate) use parameter::renamed;
pub(crate) use path::{argument_path, argument_paths, custom, sizes};
pub(crate) use setting::settings;

/// Parses a whole declaration; `None` if not even its name could be parsed.
pub(crate) fn declaration(stream: TokenStream, errors: &mut Errors) -> Option<Declaration> {
    let trees: Vec<_> = fragment::opened(stream).into_iter().collect();
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
        types: parameters.types,
        input,
        output,
        form: Form::Missing,
        layers: Vec::new(),
    };
    body(&mut tokens, &mut declaration, errors);
    Some(declaration)
}

/// Parses the layers in either form.
fn body(tokens: &mut Tokens, declaration: &mut Declaration, errors: &mut Errors) {
    let name = &declaration.name;
    if !tokens.is_mark('=') && tokens.group(Delimiter::Brace).is_none() {
        let failed = matches!(declaration.input, Written::Failed) || matches!(declaration.output, Written::Failed);
        // A wrong header may have consumed the body.
        if !(failed && (tokens.is_empty() || tokens.is_mark(';'))) {
            let in_parentheses = matches!(declaration.input, Written::Here(_));
            errors.push(errors::missing_body(tokens.place(), &tokens.found(), name, in_parentheses));
            // The parentheses may hold layers, as in a tuple struct.
            declaration.input = Written::Failed;
        }
        tokens.skip_to_body();
    }
    if let Some(group) = tokens.take_group(Delimiter::Brace) {
        declaration.form = Form::Braces;
        let trees: Vec<_> = group.stream().into_iter().collect();
        declaration.layers = layer::layers(Tokens::inside(group, &trees), errors);
        if !tokens.is_empty() {
            errors.push(errors::after_body(tokens.place(), &tokens.found(), name));
        }
    } else if tokens.take_mark('=').is_some() {
        declaration.form = Form::OneLine;
        declaration.layers = layer::layers(tokens.without_last(';'), errors);
    }
}

/// Parses `pub`, `pub(crate)` and so on.
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
        // Makes the network visible to its users, so that they cause no further errors.
        syn::parse2(everyone).unwrap_or(Visibility::Inherited)
    })
}

/// The reason why tokens were not parsed.
enum Unread {
    /// There are too many of them.
    TooLong(syn::Error),
    /// They are something else; the caller knows what was expected.
    Wrong,
}

/// Parses tokens with syn, unless they are so many that its recursion could exhaust the stack.
fn limited<P: Parser>(parser: P, stream: TokenStream, place: Place) -> Result<P::Output, Unread> {
    // Without optimization, 500 consecutive unary operators fit into the 2 MiB stack of a test thread.
    const MOST_TOKENS: usize = 400;
    if exceeds(&stream, &mut MOST_TOKENS.clone(), 0) {
        return Err(Unread::TooLong(errors::too_long(place)));
    }
    parser.parse2(stream).map_err(|_| Unread::Wrong)
}

/// Returns whether there are more than `left` tokens, or groups nested too deeply to be counted.
fn exceeds(stream: &TokenStream, left: &mut usize, depth: usize) -> bool {
    // Without optimization, syn uses about 30 KiB of stack for each level of nested arrays.
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
