//! `formula!`: a function that the formulas of other macros import by `use`.
//!
//! A macro does not see what another one declared. So `formula!` declares a macro that hands its function on: `use swish;` in a
//! `layer!` calls the macro `swish` with the rest of the layer, and that calls `layer!` again, with the function before the rest.

use std::rc::Rc;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Path, Token, Visibility, parse_quote};

use super::declared::{Function, axes};
use super::graph::{Axes, Extent, Graph};
use super::parse;
use super::resolve::{Scope, SubFormula, sub_formulas};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;

const EXAMPLE: &str = "formula! { pub(crate) fn swish(x: Scalar) -> Scalar { x * sigmoid(x) } }";

/// Returns the call of the macro of a shared function, if the tokens begin with `use`, maybe after functions. `callback` is the
/// macro of the library that reads the result.
pub(crate) fn imported(tokens: TokenStream, library: &TokenStream, callback: &str) -> Option<TokenStream> {
    let callback = format_ident!("{callback}");
    let read = |input: ParseStream<'_>| {
        let mut before = TokenStream::new();
        while input.peek(Token![fn]) {
            before.extend(function_tokens(input)?);
        }
        input.parse::<Token![use]>()?;
        let path: Path = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        let rest: TokenStream = input.parse()?;
        Ok(quote!(#path! { { #library::private::#callback } (#library) #before #rest }))
    };
    read.parse2(tokens).ok()
}

/// Takes the tokens of a function up to its braces.
pub(super) fn function_tokens(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    loop {
        let tree: TokenTree = input.parse()?;
        let is_last = matches!(&tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        tokens.extend([tree]);
        if is_last {
            return Ok(tokens);
        }
    }
}

/// The declaration of a shared function.
struct Shared {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    /// All functions, of which the last is shared.
    functions: Vec<Function>,
    tokens: TokenStream,
}

/// Returns the macro that hands a function on, or the errors in its declaration.
pub(crate) fn formula(tokens: TokenStream) -> TokenStream {
    let read = if tokens.is_empty() { Err(errors::empty_formula(EXAMPLE)) } else { read.parse2(tokens) };
    let shared = match read {
        Ok(shared) => shared,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    check(&shared, &mut errors);
    let mistakes = errors.into_result().err().map(|error| error.to_compile_error());
    let Shared { attributes, mut visibility, name, mut tokens, functions } = shared;
    if matches!(visibility, Visibility::Public(_)) {
        // Reported. What uses it from another module still finds it.
        visibility = parse_quote!(pub(crate));
    }
    if mistakes.is_some() {
        // Told here, and not where it is used.
        tokens = functions.iter().map(Function::mistaken).collect();
    }
    quote! {
        #mistakes
        #(#attributes)*
        #[allow(unused_macros)]
        macro_rules! #name {
            ({ $callback:path } $library:tt $($rest:tt)*) => {
                $callback! { $library #tokens $($rest)* }
            };
        }
        #[allow(unused_imports)]
        #visibility use #name;
    }
}

/// Reads functions, of which the last is shared.
fn read(input: ParseStream<'_>) -> syn::Result<Shared> {
    let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
    let mut functions = Vec::new();
    let mut all = TokenStream::new();
    loop {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        let fork = input.fork();
        if !input.peek(Token![fn]) {
            return Err(expected("`fn`", input));
        }
        if let Ok(tokens) = function_tokens(&fork) {
            all.extend(tokens);
        }
        input.parse::<Token![fn]>()?;
        let name: Ident = input.parse().map_err(|_| expected("the name of the function", input))?;
        functions.push(Function::read(name.clone(), input, EXAMPLE)?);
        if input.is_empty() {
            return Ok(Shared { attributes, visibility, name, functions, tokens: all });
        }
    }
}

/// Reports mistakes in the formula, for any sizes.
fn check(shared: &Shared, errors: &mut Errors) {
    if let Visibility::Public(word) = &shared.visibility {
        errors.push(errors::public_formula(Place::of(word)));
    }
    let Some((last, _)) = shared.functions.split_last() else { return };
    let mut graph = Graph::new(last.sizes.clone());
    let arguments: Vec<_> = last
        .arguments
        .iter()
        .map(|(name, of)| {
            let axes = axes(&mut graph, of, errors);
            (name, graph.input(name.to_string(), Extent::of(Axes::NONE, axes)))
        })
        .collect();
    let owner = format_ident!("_{}", identifier::plain(&last.name));
    let read: Vec<SubFormula> = sub_formulas(&shared.functions, &owner, errors);
    let Some(position) = read.iter().position(|function| function.name == last.name) else { return };
    let call = parse::formula(call_of(last), Place::of(&last.name), errors);
    let mut scope = Scope::new(&mut graph, errors, false);
    scope.functions = Rc::new(read);
    for (name, value) in arguments {
        scope.declare(name, Some(value), "argument");
    }
    if let Some(call) = call
        && scope.value(&call).is_some()
    {
        scope.called(position);
        scope.check_functions();
    }
}

/// Returns the call of a function by the names of its arguments.
fn call_of(function: &Function) -> TokenStream {
    let name = &function.name;
    let arguments = function.arguments.iter().map(|(name, _)| name);
    quote!(#name(#(#arguments),*))
}
