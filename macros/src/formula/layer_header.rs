//! What stands before the formula of a layer: a struct of parameters and settings, and the shapes of input and output.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{
    Attribute, GenericArgument, GenericParam, Generics, PathArguments, Token, Type, Visibility, braced, parenthesized,
};

use super::header::{Input, Setting};
use super::range::Range;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;

pub(super) const EXAMPLE: &str = "layer! { pub struct Scale<const N: usize> { factor: Vector<N> } \
                                  fn forward(x: Vector<N>) -> Vector<N> { factor * x } }";

/// The declaration of a layer.
pub(crate) struct LayerHeader {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) settings: Vec<Setting>,
    /// The fields whose types have no meaning.
    pub(crate) unreadable: Vec<Ident>,
    pub(crate) input: Input,
    pub(crate) takes: TokenStream,
    pub(crate) gives: TokenStream,
    pub(crate) formula: TokenStream,
    /// The position of its braces.
    pub(crate) braces: Place,
}

/// A parameter of a layer.
pub(crate) struct Parameter {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) dimensions: Dimensions,
    /// The value of `#[init(1.0)]`.
    pub(crate) start: Option<TokenStream>,
}

/// The sizes of a parameter.
pub(crate) enum Dimensions {
    Vector(TokenStream),
    Matrix(TokenStream, TokenStream),
}

impl LayerHeader {
    /// Parses the tokens of a macro call. What was read before a mistake stays in `header`.
    ///
    /// # Errors
    ///
    /// If the tokens are no layer.
    pub(crate) fn parse(tokens: TokenStream, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        if tokens.is_empty() {
            return Err(errors::empty_formula(EXAMPLE));
        }
        (|input: ParseStream<'_>| Self::read(input, header, errors)).parse2(tokens)
    }

    fn read(input: ParseStream<'_>, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![struct]>().map_err(|_| expected("`struct`", input))?;
        let name: Ident = input.parse().map_err(|_| expected("the name of the layer", input))?;
        let generics: Generics = input.parse()?;
        check_generics(&generics, errors);
        let header = header.insert(Self {
            attributes,
            visibility,
            generics,
            parameters: Vec::new(),
            settings: Vec::new(),
            unreadable: Vec::new(),
            input: Input { name: name.clone(), range: None },
            takes: TokenStream::new(),
            gives: TokenStream::new(),
            formula: TokenStream::new(),
            braces: Place::of(&name),
            name,
        });
        if !input.peek(syn::token::Brace) {
            return Err(expected("its parameters and settings in braces", input));
        }
        let fields;
        braced!(fields in input);
        read_fields(&fields, header, errors)?;
        input.parse::<Token![fn]>().map_err(|_| expected("`fn forward`", input))?;
        let not_forward = expected("`forward`", input);
        if input.parse::<Ident>().is_ok_and(|function| function != "forward") {
            return Err(not_forward);
        }
        if !input.peek(syn::token::Paren) {
            return Err(expected("its input in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        header.input.name = inside.parse().map_err(|_| expected("the name of the input", &inside))?;
        inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the input", &inside))?;
        header.takes = vector(&inside.parse()?)?;
        if !inside.is_empty() {
            return Err(expected("one input", &inside));
        }
        input.parse::<Token![->]>().map_err(|_| expected("`->` and the shape of the output", input))?;
        header.gives = vector(&input.parse()?)?;
        if !input.peek(syn::token::Brace) {
            return Err(expected("the formula in braces", input));
        }
        (header.formula, header.braces) = formula(input)?;
        if !input.is_empty() {
            return Err(expected("nothing after the formula", input));
        }
        Ok(())
    }

    /// Returns the attributes apart from those that the macro reads.
    pub(crate) fn passed_on(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| !attribute.path().is_ident("init"))
    }

    /// Returns the names of the const parameters.
    pub(crate) fn sizes(&self) -> Vec<Ident> {
        let parameters = self.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Const(parameter) => Some(parameter.ident.clone()),
            _ => None,
        });
        parameters.collect()
    }
}

fn check_generics(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        match parameter {
            GenericParam::Const(size) => {
                let found = text::of(size.ty.to_token_stream());
                if is_type_of_layers(&size.ident) {
                    errors.push(errors::size_named_like_type(&size.ident));
                } else if found != "usize" {
                    errors.push(errors::parameter_not_usize(Place::of(&size.ty), &size.ident, &found));
                } else if let Some((_, default)) = &size.default {
                    errors.push(errors::default_of_size(Place::of(default), &size.ident));
                }
            }
            GenericParam::Type(parameter) => errors.push(errors::formula_parameter(&parameter.ident)),
            GenericParam::Lifetime(parameter) => errors.push(errors::formula_parameter(&parameter.lifetime)),
        }
    }
}

/// Returns whether a word is the name of a type in the code of every layer.
pub(super) fn is_type_of_layers(word: &Ident) -> bool {
    ["T", "I", "In"].contains(&identifier::plain(word).as_str())
}

/// Reads a formula in braces, and returns their position too.
pub(super) fn formula(input: ParseStream<'_>) -> syn::Result<(TokenStream, Place)> {
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

fn read_fields(input: ParseStream<'_>, header: &mut LayerHeader, errors: &mut Errors) -> syn::Result<()> {
    while !input.is_empty() {
        let attributes = input.call(Attribute::parse_outer)?;
        let _: Visibility = input.parse()?;
        let name: Ident = input.parse().map_err(|_| errors::expected_in_formula("a field", input, EXAMPLE))?;
        input.parse::<Token![:]>().map_err(|_| errors::expected_in_formula("`:` and its type", input, EXAMPLE))?;
        let written: Type = input.parse()?;
        let default = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(super::header::default(input, EXAMPLE)?)
        } else {
            None
        };
        let type_text = text::of(written.to_token_stream());
        let range = if type_text == "f64" { Some(Range::Finite) } else { Range::named(&type_text) };
        match (range, dimensions(&written)) {
            (Some(range), _) => {
                if let Some(attribute) = attributes.iter().find(|attribute| attribute.path().is_ident("init")) {
                    errors.push(errors::init_of_setting(Place::of(&attribute.meta), &name));
                }
                header.settings.push(Setting { name, range, default });
            }
            (None, Some(dimensions)) => {
                if default.is_some() {
                    errors.push(errors::default_of_parameter(Place::of(&name), &name));
                }
                let start = start(&attributes, &dimensions, errors);
                let attributes =
                    attributes.into_iter().filter(|attribute| !attribute.path().is_ident("init")).collect();
                header.parameters.push(Parameter { attributes, name, dimensions, start });
            }
            (None, None) => {
                errors.push(errors::unknown_field_type(Place::of(&written), &type_text));
                header.unreadable.push(name);
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>().map_err(|_| errors::expected_in_formula("`,`", input, EXAMPLE))?;
        }
    }
    Ok(())
}

/// Reads `#[init(1.0)]`.
fn start(attributes: &[Attribute], dimensions: &Dimensions, errors: &mut Errors) -> Option<TokenStream> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("init"))?;
    let number: Option<TokenStream> = attribute.parse_args().ok();
    let is_number = number
        .clone()
        .is_some_and(|tokens| syn::parse2::<syn::Expr>(tokens).is_ok_and(|expression| is_number(&expression)));
    if !is_number || matches!(dimensions, Dimensions::Matrix(..)) {
        errors.push(errors::formula_init(Place::of(&attribute.meta)));
        return None;
    }
    number
}

fn is_number(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Lit(literal) => matches!(&literal.lit, syn::Lit::Float(_)),
        syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_)) && is_number(&unary.expr),
        _ => false,
    }
}

/// Returns the name of a type and its arguments.
fn named(written: &Type) -> Option<(String, Vec<TokenStream>)> {
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

fn dimensions(written: &Type) -> Option<Dimensions> {
    let (name, sizes) = named(written)?;
    match (name.as_str(), sizes.as_slice()) {
        ("Vector", [size]) => Some(Dimensions::Vector(size.clone())),
        ("Matrix", [rows, columns]) => Some(Dimensions::Matrix(rows.clone(), columns.clone())),
        _ => None,
    }
}

pub(super) fn vector(written: &Type) -> syn::Result<TokenStream> {
    match dimensions(written) {
        Some(Dimensions::Vector(size)) => Ok(size),
        _ => Err(errors::unknown_formula_shape(Place::of(written), &text::of(written.to_token_stream()))),
    }
}
