//! What stands before the formula of a layer: a struct of parameters and settings, and the shapes of input and output.

mod fields;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, GenericParam, Generics, Token, TypeParam, Visibility, braced, parenthesized};

pub(crate) use self::fields::{Dimensions, Parameter, Start};
use super::declared::{Function, OF_NETWORKS, ShapeOf, formula};
use super::header::{Input, Setting};
use super::named_sizes::written_once;
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
    pub(crate) takes: ShapeOf,
    /// The target of a loss and its shape.
    pub(crate) target: Option<(Ident, ShapeOf)>,
    pub(crate) gives: ShapeOf,
    /// The functions that the formula may call.
    pub(crate) functions: Vec<Function>,
    pub(crate) formula: TokenStream,
    /// The position of its braces.
    pub(crate) braces: Place,
}

/// What a header declares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    Layer,
    Loss,
}

impl Declared {
    /// Returns how such a call is written.
    fn example(self) -> &'static str {
        match self {
            Self::Layer => EXAMPLE,
            Self::Loss => {
                "loss! { pub struct Pair<const N: usize> {} fn loss(prediction: Vector<N>, target: Vector<N>) -> Scalar \
                 { norm(prediction - target) } }"
            }
        }
    }

    /// Returns the name of the function that is the formula.
    fn entry(self) -> &'static str {
        match self {
            Self::Layer => "forward",
            Self::Loss => "loss",
        }
    }

    /// Returns what the fields of the struct are, in messages.
    fn fields(self) -> &'static str {
        match self {
            Self::Layer => "its parameters and settings in braces",
            Self::Loss => "its settings in braces",
        }
    }

    /// Returns the arguments of the formula, in messages.
    fn inputs(self) -> &'static str {
        match self {
            Self::Layer => "one input",
            Self::Loss => "a prediction and a target",
        }
    }
}

impl LayerHeader {
    /// Parses the tokens of a macro call. What was read before a mistake stays in `header`.
    ///
    /// # Errors
    ///
    /// If the tokens are no layer.
    pub(crate) fn parse(
        tokens: TokenStream,
        of: Declared,
        header: &mut Option<Self>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if tokens.is_empty() {
            return Err(errors::empty_formula(of.example()));
        }
        (|input: ParseStream<'_>| Self::read(input, of, header, errors)).parse2(tokens)
    }

    /// Reads a header. What was read before a mistake stays in `header`.
    fn read(input: ParseStream<'_>, of: Declared, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, of.example());
        let header = header.insert(Self::read_start(input, of, errors)?);
        if !input.peek(syn::token::Brace) {
            return Err(expected(of.fields(), input));
        }
        let fields;
        braced!(fields in input);
        header.read_fields(&fields, errors)?;
        header.read_functions(input, of)?;
        header.read_signature(input, of)?;
        (header.formula, header.braces) = formula(input)?;
        header.functions.extend(Function::read_all(input, of.example())?);
        if input.is_empty() { Ok(()) } else { Err(expected("nothing after the formula", input)) }
    }

    /// Reads what stands before the fields: functions, and the struct with its const parameters.
    fn read_start(input: ParseStream<'_>, of: Declared, errors: &mut Errors) -> syn::Result<Self> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, of.example());
        let no_struct = expected("`struct`", input);
        let functions = Function::read_all(input, of.example())?;
        if input.is_empty() {
            return Err(no_struct);
        }
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![struct]>().map_err(|_| expected("`struct`", input))?;
        let name: Ident = input.parse().map_err(|_| expected("the name of the layer", input))?;
        let mut generics: Generics = input.parse()?;
        check_generics(&generics, errors);
        generics.params = generics.params.into_iter().map(as_size).collect();
        let place = Place::of(&name);
        let unknown = || ShapeOf { name: "Vector".to_owned(), sizes: Vec::new(), place };
        Ok(Self {
            attributes,
            visibility,
            generics,
            parameters: Vec::new(),
            settings: Vec::new(),
            unreadable: Vec::new(),
            input: Input { name: name.clone(), range: None },
            takes: unknown(),
            gives: unknown(),
            target: None,
            functions,
            formula: TokenStream::new(),
            braces: place,
            name,
        })
    }

    /// Reads the functions before the formula, and the name of the formula.
    fn read_functions(&mut self, input: ParseStream<'_>, of: Declared) -> syn::Result<()> {
        let example = of.example();
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, example);
        let mut another = None;
        loop {
            if input.peek(Token![#]) {
                return Err(errors::attribute_of_function(Place::from(input.span())));
            }
            input
                .parse::<Token![fn]>()
                .map_err(|_| another.take().unwrap_or_else(|| expected(&format!("`fn {}`", of.entry()), input)))?;
            another = Some(expected(&format!("`{}`", of.entry()), input));
            let function: Ident = input.parse().map_err(|_| expected(&format!("`{}`", of.entry()), input))?;
            if function == of.entry() {
                return Ok(());
            }
            self.functions.push(Function::read(function, input, example)?);
        }
    }

    /// Reads inputs and output.
    fn read_signature(&mut self, input: ParseStream<'_>, of: Declared) -> syn::Result<()> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, of.example());
        if !input.peek(syn::token::Paren) {
            return Err(expected("its input in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        if inside.peek(Token![&]) || inside.peek(Token![self]) || inside.peek(Token![mut]) && inside.peek2(Token![self])
        {
            return Err(errors::receiver(Place::from(inside.span())));
        }
        self.input.name = inside.parse().map_err(|_| expected("the name of the input", &inside))?;
        inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the input", &inside))?;
        self.takes = ShapeOf::read(&inside.parse()?, &OF_NETWORKS)?;
        if of == Declared::Loss {
            inside.parse::<Token![,]>().map_err(|_| expected("`,` and the target", &inside))?;
            let target = inside.parse().map_err(|_| expected("the name of the target", &inside))?;
            inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the target", &inside))?;
            self.target = Some((target, ShapeOf::read(&inside.parse()?, &OF_NETWORKS)?));
            if inside.peek(Token![,]) {
                inside.parse::<Token![,]>()?;
            }
        }
        if !inside.is_empty() {
            return Err(expected(of.inputs(), &inside));
        }
        input.parse::<Token![->]>().map_err(|_| expected("`->` and the shape of the output", input))?;
        let shapes: &[_] = if of == Declared::Loss { &[("Scalar", 0)] } else { &OF_NETWORKS };
        self.gives = ShapeOf::read(&input.parse()?, shapes)?;
        if input.peek(syn::token::Brace) { Ok(()) } else { Err(expected("the formula in braces", input)) }
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

    /// Returns items of the layer in which every size that is a constant of the surrounding code is written once.
    pub(crate) fn with_sizes(&self, items: TokenStream) -> TokenStream {
        let shapes = [&self.takes, &self.gives].into_iter().chain(self.target.iter().map(|(_, shape)| shape));
        let of_parameters = self.parameters.iter().flat_map(|parameter| match &parameter.dimensions {
            Dimensions::Scalar => vec![],
            Dimensions::Vector(size) => vec![size],
            Dimensions::Matrix(rows, columns) => vec![rows, columns],
        });
        let sizes = shapes.flat_map(|shape| &shape.sizes).chain(of_parameters);
        written_once(items, &self.name, sizes, &self.sizes())
    }

    /// Returns whether a size can be written in a type: it is not computed from const parameters, and not 0.
    pub(crate) fn is_sound(&self, size: &TokenStream) -> bool {
        let (sizes, text) = (self.sizes(), text::of(size.clone()));
        text != "0"
            && (identifier::mentioned(size.clone(), &sizes).is_none()
                || sizes.iter().any(|parameter| identifier::plain(parameter) == text))
    }

    /// Returns the const parameters: as they are declared and as arguments, each in `<>`, and as they are declared without.
    pub(crate) fn const_parameters(&self) -> [TokenStream; 3] {
        let names = self.sizes();
        if names.is_empty() {
            return [TokenStream::new(), TokenStream::new(), TokenStream::new()];
        }
        let declared: Vec<_> = names.iter().map(|name| quote!(const #name: usize)).collect();
        [quote!(<#(#declared),*>), quote!(<#(#names),*>), quote!(#(#declared),*)]
    }
}

/// Reports parameters that are no sizes, and sizes with a default or a name that the code of layers has.
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
            GenericParam::Type(parameter) if is_usize(parameter) => {
                errors.push(errors::size_without_const(&parameter.ident));
            }
            GenericParam::Type(parameter) => errors.push(errors::formula_parameter(&parameter.ident)),
            GenericParam::Lifetime(parameter) => errors.push(errors::formula_parameter(&parameter.lifetime)),
        }
    }
}

/// Returns whether a parameter is a size whose `const` is missing: `N: usize`.
fn is_usize(parameter: &TypeParam) -> bool {
    parameter.bounds.len() == 1 && text::of(parameter.bounds.to_token_stream()) == "usize"
}

/// Returns the size that was meant by `N: usize`, or the parameter as it is.
fn as_size(parameter: GenericParam) -> GenericParam {
    match parameter {
        GenericParam::Type(size) if is_usize(&size) => {
            let name = size.ident;
            syn::parse_quote!(const #name: usize)
        }
        other => other,
    }
}

/// Returns whether a word is the name of a type in the code of every layer.
pub(super) fn is_type_of_layers(word: &Ident) -> bool {
    ["T", "I", "In"].contains(&identifier::plain(word).as_str())
}
