//! What stands before the formula of a function: its name, its input, and the name of the product with its Hessian.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Pat, Token, Type, Visibility, parenthesized};

use crate::errors::{self, Errors};
use crate::formula::declared::{Function, OF_VALUES, ShapeOf, formula};
use crate::place::Place;
use crate::text;

const EXAMPLE: &str =
    "gradient_of! { fn rosenbrock([x, y]: Vector<2>) -> Scalar { (1 - x).powi(2) + 100 * (y - x.powi(2)).powi(2) } }";

/// The declaration of a function.
pub(super) struct FunctionHeader {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) name: Ident,
    /// The name of the vector, or the names of its elements.
    pub(super) inputs: Vec<Ident>,
    pub(super) is_whole: bool,
    pub(super) shape: ShapeOf,
    /// The functions that the formula may call.
    pub(super) functions: Vec<Function>,
    /// The name of the function that multiplies the Hessian with a vector, if it is wanted.
    pub(super) hessian: Option<Ident>,
    pub(super) formula: TokenStream,
    /// The position of its braces.
    pub(super) braces: Place,
}

impl FunctionHeader {
    /// Parses the tokens of a macro call. What was read before a mistake stays in `header`.
    ///
    /// # Errors
    ///
    /// If the tokens are no function.
    pub(super) fn parse(tokens: TokenStream, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        if tokens.is_empty() {
            return Err(errors::empty_formula(EXAMPLE));
        }
        (|input: ParseStream<'_>| Self::read(input, header, errors)).parse2(tokens)
    }

    /// Reads a function. What was read before a mistake stays in `header`.
    fn read(input: ParseStream<'_>, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
        let (functions, mut attributes, visibility, name) = before_arguments(input)?;
        let hessian = hessian(&mut attributes)?;
        let header = header.insert(Self {
            attributes,
            visibility,
            inputs: Vec::new(),
            is_whole: true,
            shape: ShapeOf { name: "Vector".to_owned(), sizes: Vec::new(), place: Place::of(&name) },
            functions,
            hessian,
            formula: TokenStream::new(),
            braces: Place::of(&name),
            name,
        });
        let pattern = header.read_argument(input)?;
        read_result(input, errors)?;
        if !input.peek(syn::token::Brace) {
            return Err(expected("the formula in braces", input));
        }
        (header.formula, header.braces) = formula(input)?;
        if !input.is_empty() {
            return Err(expected("nothing after the formula", input));
        }
        header.name_inputs(&pattern, errors)
    }

    /// Reads the argument in parentheses. Returns its pattern.
    fn read_argument(&mut self, input: ParseStream<'_>) -> syn::Result<Pat> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
        if !input.peek(syn::token::Paren) {
            return Err(expected("its input in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        let pattern = inside.call(Pat::parse_single).map_err(|_| expected("the name of the input", &inside))?;
        inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the input", &inside))?;
        self.shape = ShapeOf::read(&inside.parse()?, &OF_VALUES)?;
        if inside.is_empty() { Ok(pattern) } else { Err(expected("one input", &inside)) }
    }

    /// Takes the names of the inputs out of a pattern, and reports one that has not as many names as the vector has elements.
    fn name_inputs(&mut self, pattern: &Pat, errors: &mut Errors) -> syn::Result<()> {
        (self.inputs, self.is_whole) = names(pattern)?;
        let written = self.shape.sizes.first().map_or_else(String::new, |size| text::of(size.clone()));
        if !self.is_whole && self.shape.sizes.len() != 1 {
            errors.push(errors::elements_of_no_vector(Place::of(pattern), &self.shape.text()));
        } else if !self.is_whole && written != self.inputs.len().to_string() {
            errors.push(errors::number_of_elements(Place::of(pattern), self.inputs.len(), &written));
        }
        Ok(())
    }

    /// Returns the number of elements of a point in words.
    pub(super) fn elements(&self) -> String {
        let sizes: Vec<_> = self.shape.sizes.iter().map(|size| text::of(size.clone())).collect();
        if sizes.is_empty() { "1".to_owned() } else { sizes.join(" * ") }
    }
}

/// Reads `-> Scalar`, and reports another type.
fn read_result(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
    input.parse::<Token![->]>().map_err(|_| errors::expected_in_formula("`-> Scalar`", input, EXAMPLE))?;
    let result: Type = input.parse()?;
    let written = text::of(result.to_token_stream());
    if written != "Scalar" {
        errors.push(errors::no_scalar(Place::of(&result), &written));
    }
    Ok(())
}

/// Takes `#[hessian_vector_product(name)]` out of the attributes.
fn hessian(attributes: &mut Vec<Attribute>) -> syn::Result<Option<Ident>> {
    let Some(index) = attributes.iter().position(|attribute| attribute.path().is_ident("hessian_vector_product"))
    else {
        return Ok(None);
    };
    let attribute = attributes.remove(index);
    attribute.parse_args().map(Some).map_err(|_| errors::no_hessian_name(Place::of(&attribute.meta)))
}

/// Reads the functions before the last one, and what stands before the arguments of the last.
fn before_arguments(input: ParseStream<'_>) -> syn::Result<(Vec<Function>, Vec<Attribute>, Visibility, Ident)> {
    let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
    let mut functions = Vec::new();
    loop {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![fn]>().map_err(|_| expected("`fn`", input))?;
        let name: Ident = input.parse().map_err(|_| expected("the name of the function", input))?;
        // The last function has nothing after its braces.
        let ahead = input.fork();
        let is_last = skip_to_braces(&ahead) && ahead.is_empty();
        if is_last || !attributes.is_empty() || !matches!(visibility, Visibility::Inherited) {
            return Ok((functions, attributes, visibility, name));
        }
        functions.push(Function::read(name, input, EXAMPLE)?);
    }
}

/// Skips everything up to the first braces and these. Returns whether there were any.
fn skip_to_braces(input: ParseStream<'_>) -> bool {
    while !input.is_empty() {
        match input.parse::<TokenTree>() {
            Ok(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    // Without braces, this is the last, and what is missing will be told.
    true
}

/// Returns the names in `x` or `[x, y]`.
fn names(pattern: &Pat) -> syn::Result<(Vec<Ident>, bool)> {
    let plain = |pattern: &Pat| match pattern {
        Pat::Ident(name) if name.mutability.is_none() && name.by_ref.is_none() && name.subpat.is_none() => {
            Ok(name.ident.clone())
        }
        other => Err(errors::no_input_pattern(Place::of(other))),
    };
    match pattern {
        Pat::Slice(elements) => Ok((elements.elems.iter().map(plain).collect::<syn::Result<_>>()?, false)),
        other => Ok((vec![plain(other)?], true)),
    }
}
