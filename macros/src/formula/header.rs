//! What stands before the `=` of a formula: attributes, a name, its inputs and its settings.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Token, Visibility, parenthesized};

use super::declared::Function;
use super::range::Range;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;

/// `#[attributes] pub Name(inputs; settings) = formula`
pub(crate) struct Header {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) inputs: Vec<Input>,
    pub(crate) settings: Vec<Setting>,
    /// The functions that the formula may call, which stand before the attributes.
    pub(crate) functions: Vec<Function>,
    /// The tokens after `=`.
    pub(crate) formula: TokenStream,
    /// The position of `=`.
    pub(crate) equals: Place,
}

/// `target: unit`
pub(crate) struct Input {
    pub(crate) name: Ident,
    pub(crate) range: Option<Range>,
}

/// `frequency: positive = 1.0`
pub(crate) struct Setting {
    pub(crate) name: Ident,
    pub(crate) range: Range,
    pub(crate) default: Option<TokenStream>,
}

impl Header {
    /// Parses the tokens of a macro call. `example` shows how such a call is written. What was read before a mistake stays in
    /// `header`.
    ///
    /// # Errors
    ///
    /// If the tokens are no header.
    pub(crate) fn parse(
        tokens: TokenStream,
        example: &str,
        inputs: usize,
        header: &mut Option<Self>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if tokens.is_empty() {
            return Err(errors::empty_formula(example));
        }
        (|input: ParseStream<'_>| Self::read(input, example, inputs, header, errors)).parse2(tokens)
    }

    /// Reads a header. What was read before a mistake stays in `header`.
    fn read(
        input: ParseStream<'_>,
        example: &str,
        inputs: usize,
        header: &mut Option<Self>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let functions = Function::read_all(input, example)?;
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, example);
        let name: Ident = input.parse().map_err(|_| expected("the name of the formula", input))?;
        let header = header.insert(Self {
            attributes,
            visibility,
            equals: Place::of(&name),
            name,
            inputs: Vec::new(),
            settings: Vec::new(),
            functions,
            formula: TokenStream::new(),
        });
        if !input.peek(syn::token::Paren) {
            return Err(expected("its inputs in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        arguments(&inside, example, inputs, header, errors)?;
        header.equals = Place::of(input.parse::<Token![=]>().map_err(|_| expected("`=` and the formula", input))?);
        header.formula = input.parse()?;
        Ok(())
    }

    /// Reports names that occur twice, settings named like these methods, and a range of the input that a network computes.
    pub(crate) fn check(&self, input: &Input, methods: &[&str], kind: &str, errors: &mut Errors) {
        check_settings(&self.settings, methods, kind, errors);
        let inputs = self.inputs.iter().map(|input| &input.name);
        check_names(inputs.chain(self.settings.iter().map(|setting| &setting.name)), errors);
        if input.range.is_some() {
            errors.push(errors::range_of_input(Place::of(&input.name), &input.name));
        }
    }

    /// Returns the attributes apart from those that the macro reads.
    pub(crate) fn passed_on(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| !attribute.path().is_ident("init"))
    }
}

/// Reads what stands in parentheses: as many inputs as `inputs`, and settings after `;`.
fn arguments(
    input: ParseStream<'_>,
    example: &str,
    inputs: usize,
    header: &mut Header,
    errors: &mut Errors,
) -> syn::Result<()> {
    let mut in_settings = false;
    while !input.is_empty() {
        if input.peek(Token![;]) && !in_settings {
            input.parse::<Token![;]>()?;
            in_settings = true;
            continue;
        }
        let name = argument_name(input, example)?;
        let range = range(input, errors)?;
        let is_input = header.inputs.len() < inputs;
        if input.peek(Token![=]) && !in_settings {
            errors.push(errors::default_of_input(&name, is_input));
        }
        let default = default(input, example)?;
        // A name with a default, after the inputs, was meant as a setting.
        if in_settings || default.is_some() && !is_input {
            header.settings.push(Setting { name, range: range.unwrap_or(Range::Finite), default });
        } else {
            header.inputs.push(Input { name, range });
        }
        separate(input, example)?;
    }
    Ok(())
}

/// Reads the name of an input or a setting, which is no keyword.
fn argument_name(input: ParseStream<'_>, example: &str) -> syn::Result<Ident> {
    let name = input.call(syn::ext::IdentExt::parse_any).ok();
    let name = name.filter(|name: &Ident| !identifier::is_keyword(&name.to_string()));
    name.ok_or_else(|| errors::expected_in_formula("a name", input, example))
}

/// Takes the comma between two names.
fn separate(input: ParseStream<'_>, example: &str) -> syn::Result<()> {
    if !input.is_empty() && !input.peek(Token![;]) {
        input.parse::<Token![,]>().map_err(|_| errors::expected_in_formula("`,`", input, example))?;
    }
    Ok(())
}

/// Reads `:` and the range after it, if it is there. What is no range is reported.
fn range(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Range>> {
    if !input.peek(Token![:]) {
        return Ok(None);
    }
    input.parse::<Token![:]>()?;
    let mistake = errors::no_range(input);
    let word: Ident = match input.parse() {
        Ok(word) => word,
        Err(_) => return Err(mistake),
    };
    let range = Range::named(&word.to_string());
    if range.is_none() {
        errors.push(mistake);
    }
    Ok(range)
}

/// Reads `=` and the tokens of a default, if they are there. It ends before a comma.
pub(super) fn default(input: ParseStream<'_>, example: &str) -> syn::Result<Option<TokenStream>> {
    if !input.peek(Token![=]) {
        return Ok(None);
    }
    input.parse::<Token![=]>()?;
    let mut tokens = TokenStream::new();
    // A name and `=` or `:` start the next setting, before which a comma is missing.
    let starts_setting = |input: ParseStream<'_>| {
        input.peek(syn::Ident)
            && (input.peek2(Token![=]) && !input.peek2(Token![==])
                || input.peek2(Token![:]) && !input.peek2(Token![::]))
    };
    while !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![;]) {
        if !tokens.is_empty() && starts_setting(input) {
            break;
        }
        tokens.extend(std::iter::once(input.parse::<proc_macro2::TokenTree>()?));
    }
    if tokens.is_empty() {
        return Err(errors::expected_in_formula("a default after `=`", input, example));
    }
    Ok(Some(tokens))
}

/// Reports a name that occurs twice.
pub(crate) fn check_names<'a>(names: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        let word = identifier::plain(name);
        if seen.contains(&word) {
            errors.push(errors::declared_twice(name));
        }
        seen.push(word);
    }
}

/// Reports settings whose names are those of methods.
pub(crate) fn check_settings(settings: &[Setting], methods: &[&str], kind: &str, errors: &mut Errors) {
    for setting in settings {
        if methods.contains(&identifier::plain(&setting.name).as_str()) {
            errors.push(errors::named_like_method(&setting.name, kind));
        }
    }
}

/// Returns the tokens of a default as one line.
pub(crate) fn shown(tokens: &TokenStream) -> String {
    crate::text::of(tokens.to_token_stream())
}
