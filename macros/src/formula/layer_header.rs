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

    fn fields(self) -> &'static str {
        match self {
            Self::Layer => "its parameters and settings in braces",
            Self::Loss => "its settings in braces",
        }
    }

    fn inputs(self) -> &'static str {
        match self {
            Self::Layer => "one input",
            Self::Loss => "a prediction and a target",
        }
    }
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
    Scalar,
    Vector(TokenStream),
    Matrix(TokenStream, TokenStream),
}

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
    pub(super) fn code(&self, private: &TokenStream) -> TokenStream {
        let name = quote::format_ident!("{}", self.name);
        let sizes = &self.sizes;
        quote::quote!(#private::#name<#({ #sizes }),*>)
    }

    /// Reads a shape with one of these names, which have so many axes.
    pub(super) fn read(written: &Type, known: &[(&str, usize)]) -> syn::Result<Self> {
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
pub(super) const OF_NETWORKS: [(&str, usize); 3] = [("Vector", 1), ("Image", 3), ("Sequence", 2)];
/// The shapes of values in a formula.
pub(super) const OF_VALUES: [(&str, usize); 5] =
    [("Scalar", 0), ("Vector", 1), ("Matrix", 2), ("Image", 3), ("Sequence", 2)];

/// `fn gate(x: Vector<N>, y: Scalar) -> Vector<N> { .. }`
pub(crate) struct Function {
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<(Ident, ShapeOf)>,
    pub(crate) gives: ShapeOf,
    pub(crate) formula: TokenStream,
    pub(crate) braces: Place,
}

impl Function {
    /// Reads what follows the name of a function.
    pub(super) fn read(name: Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Self> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, example);
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
        Ok(Self { name, arguments, gives, formula, braces })
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

    fn read(
        input: ParseStream<'_>,
        of: Declared,
        header: &mut Option<Self>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let example = of.example();
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, example);
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
            takes: ShapeOf { name: "Vector".to_owned(), sizes: Vec::new(), place: Place::of(&name) },
            gives: ShapeOf { name: "Vector".to_owned(), sizes: Vec::new(), place: Place::of(&name) },
            target: None,
            functions: Vec::new(),
            formula: TokenStream::new(),
            braces: Place::of(&name),
            name,
        });
        if !input.peek(syn::token::Brace) {
            return Err(expected(of.fields(), input));
        }
        let fields;
        braced!(fields in input);
        read_fields(&fields, header, errors)?;
        loop {
            input.parse::<Token![fn]>().map_err(|_| expected(&format!("`fn {}`", of.entry()), input))?;
            let function: Ident = input.parse().map_err(|_| expected(&format!("`{}`", of.entry()), input))?;
            if function == of.entry() {
                break;
            }
            header.functions.push(Function::read(function, input, example)?);
        }
        if !input.peek(syn::token::Paren) {
            return Err(expected("its input in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        header.input.name = inside.parse().map_err(|_| expected("the name of the input", &inside))?;
        inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the input", &inside))?;
        header.takes = ShapeOf::read(&inside.parse()?, &OF_NETWORKS)?;
        if of == Declared::Loss {
            inside.parse::<Token![,]>().map_err(|_| expected("`,` and the target", &inside))?;
            let target = inside.parse().map_err(|_| expected("the name of the target", &inside))?;
            inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the target", &inside))?;
            header.target = Some((target, ShapeOf::read(&inside.parse()?, &OF_NETWORKS)?));
            if inside.peek(Token![,]) {
                inside.parse::<Token![,]>()?;
            }
        }
        if !inside.is_empty() {
            return Err(expected(of.inputs(), &inside));
        }
        input.parse::<Token![->]>().map_err(|_| expected("`->` and the shape of the output", input))?;
        let shapes: &[_] = if of == Declared::Loss { &[("Scalar", 0)] } else { &OF_NETWORKS };
        header.gives = ShapeOf::read(&input.parse()?, shapes)?;
        if !input.peek(syn::token::Brace) {
            return Err(expected("the formula in braces", input));
        }
        (header.formula, header.braces) = formula(input)?;
        while input.peek(Token![fn]) {
            input.parse::<Token![fn]>()?;
            let function: Ident = input.parse().map_err(|_| expected("the name of a function", input))?;
            header.functions.push(Function::read(function, input, example)?);
        }
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
    if matches!(written, Type::Path(path) if path.path.is_ident("Scalar")) {
        return Some(Dimensions::Scalar);
    }
    let (name, sizes) = named(written)?;
    match (name.as_str(), sizes.as_slice()) {
        ("Vector", [size]) => Some(Dimensions::Vector(size.clone())),
        ("Matrix", [rows, columns]) => Some(Dimensions::Matrix(rows.clone(), columns.clone())),
        _ => None,
    }
}
