//! What is a size to the macro: a number, a const parameter, or an expression left to the
//! compiler? And which shape do the sizes make?

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, ExprLit, Lit, LitInt, UnOp};

use crate::ast;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;

/// A size after resolution.
#[derive(Clone, Debug)]
pub(crate) enum Size {
    /// A number the macro knows.
    Number(u64, Place),
    /// A const parameter of the network.
    Parameter(Ident),
    /// A named constant or const expression; the tokens carry no braces around them.
    Opaque(TokenStream, Place),
    /// `_` after a shape that only the compiler sees; the place is that of the `_`.
    FromProducer(Place),
}

/// How two sizes compare.
pub(crate) enum Comparison {
    /// They are the same.
    Same,
    /// They differ, or differ for most values of a parameter.
    Different,
    /// The compiler has to compute them.
    Open,
}

impl Size {
    /// Reads a size: `None` for `_` and for mistakes, which are reported.
    pub(crate) fn resolve(size: &ast::Size, parameters: &[Ident], whose: &str, errors: &mut Errors) -> Option<Self> {
        let ast::Size::Expression { expression, braced, place } = size else {
            return None;
        };
        match classify(expression, *braced, *place, parameters) {
            Ok(Self::Number(0, place)) => {
                errors.push(errors::size_zero(place, whose));
                None
            }
            Ok(size) => Some(size),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    /// Whether both are the same whatever the parameters' values, as far as the macro can see.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(left, _), Self::Number(right, _)) => left == right,
            (Self::Parameter(left), Self::Parameter(right)) => left == right,
            (Self::Opaque(left, _), Self::Opaque(right, _)) => left.to_string() == right.to_string(),
            _ => false,
        }
    }

    /// Compares what is given with what is taken.
    pub(crate) fn compare(&self, takes: &Self) -> Comparison {
        let parameter = |size: &Self| matches!(size, Self::Parameter(_));
        if self.same(takes) {
            Comparison::Same
        } else if (self.is_opaque() || takes.is_opaque()) && !parameter(self) && !parameter(takes) {
            Comparison::Open
        } else {
            Comparison::Different
        }
    }

    /// Whether only the compiler knows the value.
    pub(crate) fn is_opaque(&self) -> bool {
        matches!(self, Self::Opaque(..))
    }

    /// The size as an expression, without braces around it.
    pub(crate) fn expression(&self) -> TokenStream {
        match self {
            Self::Opaque(tokens, _) => tokens.clone(),
            known => known.tokens(),
        }
    }

    /// The size as a generic argument, which is an expression too; `_` where it is left to the
    /// producer.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Number(value, place) => {
                let mut literal = Literal::u64_unsuffixed(*value);
                literal.set_span(place.span());
                literal.into_token_stream()
            }
            Self::Parameter(name) => name.into_token_stream(),
            // Paths of several segments are types in this position unless they stand in braces.
            Self::Opaque(tokens, _) => quote!({ #tokens }),
            Self::FromProducer(_) => quote!(_),
        }
    }

    /// The size in a message or description: `32`, `H`, `config::HIDDEN`, `{ H * 2 }`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(value, _) => value.to_string(),
            Self::Parameter(name) => name.to_string(),
            Self::Opaque(tokens, _) => {
                let text = text::of(tokens.clone());
                match syn::parse2::<syn::Path>(tokens.clone()) {
                    Ok(_) => text,
                    Err(_) => format!("{{ {text} }}"),
                }
            }
            Self::FromProducer(_) => "_".to_owned(),
        }
    }

    /// The size with its noun: `1 value`, `32 values`, `` `H` values ``.
    pub(crate) fn values(&self) -> String {
        match self {
            Self::Number(1, _) => "1 value".to_owned(),
            Self::Number(value, _) => format!("{value} values"),
            other => format!("`{}` values", other.text()),
        }
    }

    /// Where the size stands.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Number(_, place) | Self::Opaque(_, place) | Self::FromProducer(place) => *place,
            Self::Parameter(name) => Place::of(name),
        }
    }

    /// The same size, standing elsewhere: what `_` becomes points at the `_`.
    pub(crate) fn moved(&self, to: Place) -> Self {
        match self {
            Self::Number(value, _) => Self::Number(*value, to),
            Self::Parameter(name) => {
                let mut name = name.clone();
                name.set_span(to.span().resolved_at(name.span()));
                Self::Parameter(name)
            }
            Self::Opaque(tokens, _) => Self::Opaque(tokens.clone(), to),
            Self::FromProducer(_) => Self::FromProducer(to),
        }
    }
}

/// Which kind of size an expression is, or why it is none.
fn classify(expression: &Expr, braced: bool, place: Place, parameters: &[Ident]) -> syn::Result<Size> {
    match expression {
        Expr::Group(group) => return classify(&group.expr, braced, place, parameters),
        Expr::Paren(paren) => return classify(&paren.expr, braced, place, parameters),
        Expr::Path(path) => {
            let name = path.path.get_ident();
            return Ok(match name {
                Some(name) if parameters.contains(name) => Size::Parameter(name.clone()),
                _ => Size::Opaque(path.to_token_stream(), place),
            });
        }
        _ => {}
    }
    if let Some(value) = evaluate(expression) {
        return value.map(|value| Size::Number(value, place));
    }
    let tokens = expression.to_token_stream();
    let text = text::of(tokens.clone());
    if let Expr::Lit(_) = expression {
        return Err(errors::unreadable_size(place, &text));
    }
    if let Some(parameter) = identifier::mentioned(tokens.clone(), parameters) {
        return Err(errors::computes_with_parameter(place, &text, &parameter, parameters));
    }
    // A block is what braces hold when it came through another macro as one piece.
    if braced || matches!(expression, Expr::Block(_)) {
        Ok(Size::Opaque(tokens, place))
    } else {
        Err(errors::needs_braces(place, &text))
    }
}

/// The value of arithmetic on literals; `None` when there is anything else in it.
fn evaluate(expression: &Expr) -> Option<syn::Result<u64>> {
    let place = Place::of(expression);
    match expression {
        Expr::Group(group) => evaluate(&group.expr),
        Expr::Paren(paren) => evaluate(&paren.expr),
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => Some(number(literal)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            let value = evaluate(&unary.expr)?;
            let text = text::of(unary.to_token_stream());
            Some(value.and(Err(errors::size_negative(place, &text))))
        }
        Expr::Binary(binary) => {
            let operation = operation(binary.op)?;
            let left = evaluate(&binary.left)?;
            let right = evaluate(&binary.right)?;
            let text = || text::of(binary.to_token_stream());
            Some(left.and_then(|left| {
                let right = right?;
                operation(left, right).ok_or_else(|| match binary.op {
                    BinOp::Sub(_) => errors::size_negative(place, &text()),
                    BinOp::Div(_) | BinOp::Rem(_) => errors::size_division_by_zero(place, &text()),
                    _ => errors::size_overflow(place, &text()),
                })
            }))
        }
        _ => None,
    }
}

/// The operators that are computed here; the others are left to the compiler.
fn operation(operator: BinOp) -> Option<fn(u64, u64) -> Option<u64>> {
    match operator {
        BinOp::Add(_) => Some(u64::checked_add),
        BinOp::Sub(_) => Some(u64::checked_sub),
        BinOp::Mul(_) => Some(u64::checked_mul),
        BinOp::Div(_) => Some(u64::checked_div),
        BinOp::Rem(_) => Some(u64::checked_rem),
        _ => None,
    }
}

/// The value of a literal.
fn number(literal: &LitInt) -> syn::Result<u64> {
    let place = Place::of(literal);
    let digits = literal.base10_digits();
    if !matches!(literal.suffix(), "" | "usize") {
        return Err(errors::size_suffix(place, literal.suffix(), digits));
    }
    digits.parse().map_err(|_| errors::size_too_large(place, digits))
}

/// Reports braces in the arguments of a user's own path that compute with a parameter.
pub(crate) fn check_own(path: &syn::Path, parameters: &[Ident], errors: &mut Errors) -> bool {
    let mut right = true;
    for tree in path.to_token_stream() {
        let TokenTree::Group(group) = tree else {
            continue;
        };
        if let Some(error) = computing(&group, parameters) {
            errors.push(error);
            right = false;
        }
    }
    right
}

/// The complaint about a group in which a parameter stands among other tokens.
fn computing(group: &Group, parameters: &[Ident]) -> Option<syn::Error> {
    let braced = group.delimiter() == proc_macro2::Delimiter::Brace;
    let alone = group.stream().into_iter().count() == 1;
    if !braced || alone {
        return None;
    }
    let parameter = identifier::mentioned(group.stream(), parameters)?;
    let text = text::of(group.stream());
    let place = Place::of(TokenTree::Group(group.clone()));
    Some(errors::computes_with_parameter(place, &text, &parameter, parameters))
}

/// A shape after resolution.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// `Vector<N>`
    Vector(Size),
    /// `Image<C, H, W>`
    Image(Box<[Size; 3]>),
    /// `Probabilities<K>`
    Probabilities(Size),
    /// A shape of the user's own, as written.
    Own(TokenStream),
    /// What a layer makes of its input where only the compiler knows it.
    Unknown,
}

impl Shape {
    /// The number of values, where the shape is one row of them.
    pub(crate) fn row(&self) -> Option<&Size> {
        match self {
            Self::Vector(size) | Self::Probabilities(size) => Some(size),
            _ => None,
        }
    }

    /// The sizes, as far as the macro sees them.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Vector(size) | Self::Probabilities(size) => std::slice::from_ref(size),
            Self::Image(sizes) => sizes.as_slice(),
            Self::Own(_) | Self::Unknown => &[],
        }
    }

    /// Whether only the compiler knows what this shape holds.
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self, Self::Own(_) | Self::Unknown)
    }

    /// The name of a shape of the library.
    pub(crate) fn name(&self) -> Option<&'static str> {
        use crate::signature::BuiltInShape::{Image, Probabilities, Vector};
        match self {
            Self::Vector(_) => Some(Vector.name()),
            Self::Image(_) => Some(Image.name()),
            Self::Probabilities(_) => Some(Probabilities.name()),
            Self::Own(_) | Self::Unknown => None,
        }
    }

    /// The number of values where every size is a number.
    pub(crate) fn number(&self) -> Option<u64> {
        let mut product = Some(1);
        for size in self.sizes() {
            product = match (product, size) {
                (Some(product), Size::Number(value, _)) => u64::checked_mul(product, *value),
                _ => None,
            };
        }
        product.filter(|_| !self.is_foreign())
    }

    /// What an elementwise layer makes of it.
    pub(crate) fn plain(&self) -> Self {
        match self {
            Self::Probabilities(size) => Self::Vector(size.clone()),
            Self::Own(_) => Self::Unknown,
            other => other.clone(),
        }
    }

    /// The type, from the library at `krate`, with sizes as `size` writes them; `_` where the macro does not know it.
    pub(crate) fn tokens(&self, krate: &TokenStream, size: impl Fn(&Size) -> TokenStream) -> TokenStream {
        match self {
            Self::Own(tokens) => tokens.clone(),
            Self::Unknown => quote!(_),
            known => {
                let name = known.name().unwrap_or("Vector");
                let name = Ident::new(name, proc_macro2::Span::call_site());
                let sizes = known.sizes().iter().map(size);
                quote!(#krate::#name<#(#sizes),*>)
            }
        }
    }

    /// The shape in a message: `Vector<32>`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Own(tokens) => text::of(tokens.clone()),
            Self::Unknown => "_".to_owned(),
            known => {
                let sizes: Vec<_> = known.sizes().iter().map(Size::text).collect();
                let name = known.name().unwrap_or("Vector");
                format!("{name}<{}>", sizes.join(", "))
            }
        }
    }
}
