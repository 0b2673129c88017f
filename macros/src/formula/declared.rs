//! Which shapes and functions did the user declare?

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::parse::ParseStream;
use syn::{GenericArgument, GenericParam, Generics, PathArguments, Token, Type, braced, parenthesized};

use super::expression::MISTAKE;
use super::graph::{Axes, Graph, Size, SizeText};
use super::size::Length;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;

/// A shape as it is written: `Image<C, H, W>`.
pub(crate) struct ShapeOf {
    pub(crate) name: String,
    pub(crate) sizes: Vec<TokenStream>,
    pub(crate) place: Place,
}

impl ShapeOf {
    /// Returns the source text.
    pub(crate) fn text(&self) -> String {
        let sizes: Vec<_> = self.sizes.iter().map(|size| text::of(size.clone())).collect();
        if sizes.is_empty() { self.name.clone() } else { format!("{}<{}>", self.name, sizes.join(", ")) }
    }

    /// Returns the type of the library.
    pub(crate) fn code(&self, private: &TokenStream) -> TokenStream {
        let name = quote::format_ident!("{}", self.name);
        let sizes = &self.sizes;
        quote::quote!(#private::#name<#({ #sizes }),*>)
    }

    /// Reads a shape with one of these names, which have so many axes.
    pub(crate) fn read(written: &Type, known: &[(&str, usize)]) -> syn::Result<Self> {
        let place = Place::of(written);
        let (name, sizes) = named(written)
            .or_else(|| {
                let Type::Path(path) = written else { return None };
                path.path.get_ident().map(|name| (name.to_string(), Vec::new()))
            })
            .unwrap_or_default();
        if known.iter().any(|&(known, axes)| known == name && axes == sizes.len()) {
            return Ok(Self { name, sizes, place });
        }
        Err(errors::unknown_formula_shape(place, &text::of(written.to_token_stream()), known))
    }
}

/// The shapes between layers.
pub(crate) const OF_NETWORKS: [(&str, usize); 3] = [("Vector", 1), ("Image", 3), ("Sequence", 2)];
/// The shapes of values in a formula.
pub(crate) const OF_VALUES: [(&str, usize); 5] =
    [("Scalar", 0), ("Vector", 1), ("Matrix", 2), ("Image", 3), ("Sequence", 2)];

/// `fn gate(x: Vector<N>, y: Scalar) -> Vector<N> { .. }`
pub(crate) struct Function {
    pub(crate) name: Ident,
    /// Its const parameters.
    pub(crate) sizes: Vec<Ident>,
    pub(crate) arguments: Vec<(Ident, ShapeOf)>,
    pub(crate) gives: ShapeOf,
    pub(crate) formula: TokenStream,
    pub(crate) braces: Place,
}

impl Function {
    /// Returns the tokens of the function with a formula that was reported as a mistake.
    pub(crate) fn mistaken(&self) -> TokenStream {
        let (name, sizes) = (&self.name, &self.sizes);
        let arguments = self.arguments.iter().map(|(name, of)| {
            let of: TokenStream = of.text().parse().unwrap_or_default();
            quote!(#name: #of)
        });
        let gives: TokenStream = self.gives.text().parse().unwrap_or_default();
        let mistake = format_ident!("{MISTAKE}");
        quote!(fn #name<#(const #sizes: usize),*>(#(#arguments),*) -> #gives { #mistake })
    }

    /// Returns whether two functions are written alike.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && text::of(self.formula.clone()) == text::of(other.formula.clone())
    }

    /// Reads functions and what follows them.
    pub(crate) fn read_all(input: ParseStream<'_>, example: &str) -> syn::Result<Vec<Self>> {
        let mut functions = Vec::new();
        while input.peek(Token![fn]) {
            input.parse::<Token![fn]>()?;
            let name: Ident =
                input.parse().map_err(|_| errors::expected_in_formula("the name of a function", input, example))?;
            functions.push(Self::read(name, input, example)?);
        }
        Ok(functions)
    }

    /// Reads what follows the name of a function.
    pub(crate) fn read(name: Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Self> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, example);
        let generics: Generics = input.parse()?;
        let mut sizes = Vec::new();
        for parameter in &generics.params {
            match parameter {
                GenericParam::Const(size) => sizes.push(size.ident.clone()),
                GenericParam::Type(parameter) => return Err(errors::formula_parameter(&parameter.ident)),
                GenericParam::Lifetime(parameter) => return Err(errors::formula_parameter(&parameter.lifetime)),
            }
        }
        if !input.peek(syn::token::Paren) {
            return Err(expected("its arguments in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        let mut arguments = Vec::new();
        while !inside.is_empty() {
            let argument: Ident = inside.parse().map_err(|_| expected("the name of an argument", &inside))?;
            inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the argument", &inside))?;
            arguments.push((argument, ShapeOf::read(&inside.parse()?, &OF_VALUES)?));
            if !inside.is_empty() {
                inside.parse::<Token![,]>().map_err(|_| expected("`,`", &inside))?;
            }
        }
        input.parse::<Token![->]>().map_err(|_| expected("`->` and the shape of the result", input))?;
        let gives = ShapeOf::read(&input.parse()?, &OF_VALUES)?;
        if !input.peek(syn::token::Brace) {
            return Err(expected("the formula in braces", input));
        }
        let (formula, braces) = formula(input)?;
        Ok(Self { name, sizes, arguments, gives, formula, braces })
    }
}

/// Reads a formula in braces, and returns their position too.
pub(crate) fn formula(input: ParseStream<'_>) -> syn::Result<(TokenStream, Place)> {
    let body;
    let braces = braced!(body in input);
    let statements: TokenStream = body.parse()?;
    let place = Place::from(braces.span.join());
    if statements.is_empty() {
        return Ok((statements, place));
    }
    let mut block = Group::new(Delimiter::Brace, statements);
    block.set_span(braces.span.join());
    Ok((TokenTree::from(block).into(), place))
}

/// Returns the name of a type and its arguments.
pub(crate) fn named(written: &Type) -> Option<(String, Vec<TokenStream>)> {
    let Type::Path(path) = written else { return None };
    let segment = path.path.segments.last().filter(|_| path.path.segments.len() == 1 && path.qself.is_none())?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    let sizes = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(size) => Some(size.to_token_stream()),
        GenericArgument::Const(size) => Some(size.to_token_stream()),
        _ => None,
    });
    Some((segment.ident.to_string(), sizes.collect::<Option<_>>()?))
}

/// Adds a size to the graph.
pub(crate) fn size(graph: &mut Graph, written: &TokenStream, errors: &mut Errors) -> Size {
    let text = text::of(written.clone());
    let parameters = graph.const_parameters().to_vec();
    let is_parameter = parameters.iter().any(|parameter| identifier::plain(parameter) == text);
    let mut is_mistake = false;
    if !is_parameter && let Some(parameter) = identifier::mentioned(written.clone(), &parameters) {
        is_mistake = true;
        errors.push(errors::computed_formula_size(Place::of(written), &text, &parameter.to_string()));
    }
    if text == "0" {
        is_mistake = true;
        errors.push(errors::formula_size_zero(Place::of(written)));
    }
    let size = graph.size(SizeText { text, code: quote!({ #written }), length: Length::read(written, &[]) });
    if is_mistake {
        graph.mark_mistake(size);
    }
    size
}

/// Adds the axes of a shape to the graph.
pub(crate) fn axes(graph: &mut Graph, shape: &ShapeOf, errors: &mut Errors) -> Axes {
    let sizes: Vec<_> = shape.sizes.iter().map(|written| size(graph, written, errors)).collect();
    graph.axes(&sizes)
}
