//! Which size does an expression stand for?

use proc_macro2::{Group, Ident, TokenTree};
use quote::ToTokens;
use syn::{BinOp, Expr, ExprArray, ExprLit, ExprTuple, Lit, LitInt, UnOp};

use crate::ast;
use crate::block::COUNT;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::size::Size;
use crate::text;

/// What an expression is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// A size.
    Size {
        /// What it counts: `the size of the kernel`.
        phrase: &'a str,
        /// The lower bound.
        least: u64,
    },
    /// The count of a repeated block, which may be a const parameter.
    Count,
    /// A setting that changes shapes.
    Setting {
        /// Its name.
        name: &'a str,
        /// The lower bound.
        least: u64,
        /// The words that may be written instead.
        words: &'a [&'a str],
        /// Whether a pair may be written.
        pairs: bool,
        /// Whether the type of the layer follows from it.
        in_type: bool,
    },
}

impl Purpose<'_> {
    /// Returns the bound that a negative value misses.
    fn bound(self) -> String {
        match self {
            Self::Size { least: 0, phrase } => format!("{phrase} is at least 0"),
            Self::Size { .. } => "sizes are at least 1".to_owned(),
            Self::Count => format!("`{COUNT}` is at least 1"),
            Self::Setting { name, least, .. } => format!("`{name}` is at least {least}"),
        }
    }

    /// Returns the mistake of a literal that is no integer.
    fn unreadable(self, place: Place, text: &str) -> syn::Error {
        match self {
            Self::Size { .. } => errors::unreadable_size(place, text),
            Self::Count => errors::unreadable_value(place, COUNT, text, &[]),
            Self::Setting { name, words, .. } => errors::unreadable_value(place, name, text, words),
        }
    }

    /// Returns the mistake of an expression that contains a const parameter.
    fn computes(self, place: Place, text: &str, parameter: &Ident, parameters: &[Ident]) -> syn::Error {
        match self {
            Self::Size { .. } | Self::Count => errors::computes_with_parameter(place, text, parameter, parameters),
            Self::Setting { name, in_type: true, .. } => errors::groups_are_parameter(place, name, parameter),
            Self::Setting { name, .. } => errors::setting_is_parameter(place, name, parameter),
        }
    }

    /// Returns the mistake of several sizes in the place of one.
    fn several<'e>(self, place: Place, text: &str, elements: impl Iterator<Item = &'e Expr>) -> syn::Error {
        let mut texts: Vec<_> = elements.map(|element| text::of(element.to_token_stream())).collect();
        texts.dedup();
        let single = if let [single] = &texts[..] { Some(single.as_str()) } else { None };
        match self {
            Self::Size { phrase, .. } => errors::several_sizes(place, text, phrase, single),
            Self::Setting { name, pairs: true, .. } => errors::several_of_pair(place, text, name, &texts),
            Self::Count => errors::several_sizes(place, text, &format!("`{COUNT}`"), single),
            Self::Setting { name, .. } => {
                let edit = single.map(|single| format!("{name} = {single}"));
                errors::several_sizes(place, text, &format!("`{name}`"), edit.as_deref())
            }
        }
    }
}

/// Returns the written size; `None` for `_` and for mistakes, which are reported. `phrase` says what it counts, and `least` is its
/// lower bound.
pub(super) fn resolve(
    size: &ast::Size,
    parameters: &[Ident],
    whose: &str,
    (phrase, least): (&str, u64),
    errors: &mut Errors,
) -> Option<Size> {
    let ast::Size::Expression { expression, braced, place } = size else {
        return None;
    };
    match classify(expression, *braced, *place, parameters, Purpose::Size { phrase, least }) {
        Ok(Size::Number(0, place)) if least > 0 => {
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

/// Returns the kind of size that an expression is, or the reason why it is not a size.
pub(super) fn classify(
    expression: &Expr,
    braced: bool,
    place: Place,
    parameters: &[Ident],
    purpose: Purpose,
) -> syn::Result<Size> {
    match expression {
        Expr::Group(group) => return classify(&group.expr, braced, place, parameters, purpose),
        Expr::Paren(paren) => return classify(&paren.expr, braced, place, parameters, purpose),
        Expr::Path(path) => {
            let parameter = path.path.get_ident().and_then(|name| identifier::parameter(name, parameters));
            return Ok(parameter.map_or_else(|| Size::Opaque(path.to_token_stream(), place), Size::Parameter));
        }
        Expr::Tuple(ExprTuple { elems, .. }) | Expr::Array(ExprArray { elems, .. }) if elems.len() > 1 => {
            return Err(purpose.several(place, &text::of(expression.to_token_stream()), elems.iter()));
        }
        _ => {}
    }
    if let Some(value) = evaluate(expression, purpose) {
        return value.map(|value| Size::Number(value, place));
    }
    let tokens = expression.to_token_stream();
    let text = text::of(tokens.clone());
    if let Expr::Lit(_) = expression {
        return Err(purpose.unreadable(place, &text));
    }
    if let Some(parameter) = identifier::mentioned(tokens.clone(), parameters) {
        return Err(purpose.computes(place, &text, &parameter, parameters));
    }
    // Braces become a block expression if they came through another macro as one token.
    if braced || matches!(expression, Expr::Block(_)) {
        Ok(Size::Opaque(tokens, place))
    } else {
        Err(errors::needs_braces(place, &text))
    }
}

/// Returns the value of arithmetic on literals; `None` if the expression contains anything else.
fn evaluate(expression: &Expr, purpose: Purpose) -> Option<syn::Result<u64>> {
    let place = Place::of(expression);
    match expression {
        Expr::Group(group) => evaluate(&group.expr, purpose),
        Expr::Paren(paren) => evaluate(&paren.expr, purpose),
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => Some(number(literal)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            let value = evaluate(&unary.expr, purpose)?;
            let text = text::of(unary.to_token_stream());
            Some(value.and(Err(errors::size_negative(place, &text, &purpose.bound()))))
        }
        Expr::Binary(binary) => {
            let operation = operation(binary.op)?;
            let left = evaluate(&binary.left, purpose)?;
            let right = evaluate(&binary.right, purpose)?;
            let text = || text::of(binary.to_token_stream());
            Some(left.and_then(|left| {
                let right = right?;
                operation(left, right).ok_or_else(|| match binary.op {
                    BinOp::Sub(_) => errors::size_negative(place, &text(), &purpose.bound()),
                    BinOp::Div(_) | BinOp::Rem(_) => errors::size_division_by_zero(place, &text()),
                    _ => errors::size_overflow(place, &text()),
                })
            }))
        }
        _ => None,
    }
}

/// Returns the function of an operator that is evaluated here; the compiler evaluates the others.
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

/// Returns the value of a literal.
fn number(literal: &LitInt) -> syn::Result<u64> {
    let place = Place::of(literal);
    let digits = literal.base10_digits();
    if !matches!(literal.suffix(), "" | "usize") {
        return Err(errors::size_suffix(place, literal.suffix(), digits));
    }
    digits.parse().map_err(|_| errors::size_too_large(place, digits))
}

/// Checks the arguments of a custom path, and reports braces that compute with a parameter.
pub(super) fn is_custom_right(path: &syn::Path, parameters: &[Ident], errors: &mut Errors) -> bool {
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

/// Returns the mistake in a group that contains a parameter among other tokens.
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
