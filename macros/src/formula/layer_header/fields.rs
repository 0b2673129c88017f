//! Which parameters and settings does a layer have? The fields of its struct.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Lit, Token, Type, UnOp, Visibility};

use super::{EXAMPLE, LayerHeader};
use crate::errors::{self, Errors};
use crate::formula::declared::named;
use crate::formula::header::{Setting, default};
use crate::formula::range::Range;
use crate::initializer::{InitializerSpec, Variant};
use crate::place::Place;
use crate::setting::DefaultValue;
use crate::text;

/// A parameter of a layer.
pub(crate) struct Parameter {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) dimensions: Dimensions,
    /// What `#[init(..)]` says.
    pub(crate) start: Option<Start>,
}

/// How the elements of a parameter start.
pub(crate) enum Start {
    /// All with this number.
    Number(f64),
    /// Drawn by the initializer whose code follows `Initializer::`.
    Initializer(TokenStream),
}

/// The sizes of a parameter.
pub(crate) enum Dimensions {
    Scalar,
    Vector(TokenStream),
    Matrix(TokenStream, TokenStream),
}

impl LayerHeader {
    /// Reads the fields.
    pub(super) fn read_fields(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            let _: Visibility = input.parse()?;
            let name: Ident = input.parse().map_err(|_| errors::expected_in_formula("a field", input, EXAMPLE))?;
            input.parse::<Token![:]>().map_err(|_| errors::expected_in_formula("`:` and its type", input, EXAMPLE))?;
            let written: Type = input.parse()?;
            let default = default(input, EXAMPLE)?;
            self.add_field(attributes, name, &written, default, errors);
            if !input.is_empty() {
                input.parse::<Token![,]>().map_err(|_| errors::expected_in_formula("`,`", input, EXAMPLE))?;
            }
        }
        Ok(())
    }

    /// Adds a field: a setting if its type is a range, a parameter if it has dimensions. Any other type is reported.
    fn add_field(
        &mut self,
        mut attributes: Vec<Attribute>,
        name: Ident,
        written: &Type,
        default: Option<TokenStream>,
        errors: &mut Errors,
    ) {
        let type_text = text::of(written.to_token_stream());
        let range = if type_text == "f64" { Some(Range::Finite) } else { Range::named(&type_text) };
        match (range, dimensions(written)) {
            (Some(range), _) => {
                if let Some(attribute) = attributes.iter().find(|attribute| attribute.path().is_ident("init")) {
                    errors.push(errors::init_of_setting(Place::of(&attribute.meta), &name));
                }
                self.settings.push(Setting { name, range, default });
            }
            (None, Some(dimensions)) => {
                if default.is_some() {
                    errors.push(errors::default_of_parameter(Place::of(&name), &name));
                }
                let start = start(&attributes, errors);
                attributes.retain(|attribute| !attribute.path().is_ident("init"));
                self.parameters.push(Parameter { attributes, name, dimensions, start });
            }
            (None, None) => {
                errors.push(errors::unknown_field_type(Place::of(written), &type_text));
                self.unreadable.push(name);
            }
        }
    }
}

/// Reads `#[init(1.0)]` or `#[init(HeNormal)]`.
fn start(attributes: &[Attribute], errors: &mut Errors) -> Option<Start> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("init"))?;
    let start = attribute.parse_args::<Expr>().ok().and_then(|written| {
        number(&written).map(Start::Number).or_else(|| initializer(&written).map(Start::Initializer))
    });
    if start.is_none() {
        let named = attribute.parse_args::<Expr>().ok().and_then(|written| match written {
            Expr::Path(path) => path.path.get_ident().filter(|name| InitializerSpec::named(name).is_none()).cloned(),
            _ => None,
        });
        let meant = named.and_then(|name| Some((InitializerSpec::like(&name.to_string())?, name)));
        errors.push(match meant {
            Some((similar, name)) => errors::misspelled_initializer(&name, similar.example),
            None => errors::formula_init(Place::of(&attribute.meta)),
        });
    }
    start
}

/// Returns a number that is written out.
fn number(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(number) => number.base10_parse().ok(),
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => number(&unary.expr).map(|number| -number),
        _ => None,
    }
}

/// Returns what follows `Initializer::`, for an initializer and its settings by position.
fn initializer(written: &Expr) -> Option<TokenStream> {
    let (name, arguments) = match written {
        Expr::Path(path) => (path.path.get_ident()?, Vec::new()),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => (path.path.get_ident()?, call.args.iter().map(number).collect::<Option<Vec<_>>>()?),
            _ => return None,
        },
        _ => return None,
    };
    let known = InitializerSpec::named(name)?;
    if arguments.len() > known.settings.len() {
        return None;
    }
    let mut values = Vec::new();
    for (index, setting) in known.settings.iter().enumerate() {
        values.push(match (arguments.get(index), &setting.default) {
            (Some(number), _) => quote!(#number),
            (None, DefaultValue::Constant(name)) => {
                let name = format_ident!("{name}");
                quote!(Initializer::#name)
            }
            (None, _) => return None,
        });
    }
    let names = known.settings.iter().map(|setting| format_ident!("{}", setting.name));
    Some(match known.variant {
        Variant::Unit => quote!(#name),
        Variant::Tuple => quote!(#name(#(#values),*)),
        Variant::Struct => quote!(#name { #(#names: #values),* }),
    })
}

/// Returns the dimensions of a parameter, if the type has any.
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
