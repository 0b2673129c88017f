//! How long is an axis? A polynomial in const parameters and constants, so that equal sizes are found however they are written.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, Lit};

use crate::identifier;
use crate::text;

/// The most terms of a polynomial. A size with more is a name of its own.
const MOST_TERMS: usize = 64;

/// What a size is computed from, in the order of their names.
type Factors = Vec<String>;

/// A size as a sum of products.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Length {
    /// The coefficient of each product. None is 0.
    terms: BTreeMap<Factors, i64>,
}

/// How two sizes compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Equal,
    /// They differ, or nobody promised that they agree.
    Different,
    /// Only the compiler knows.
    Unknown,
}

impl Length {
    /// Returns a number.
    pub(crate) fn number(number: i64) -> Self {
        Self { terms: (number != 0).then(|| (Factors::new(), number)).into_iter().collect() }
    }

    /// Returns what only the compiler can evaluate.
    pub(crate) fn opaque(written: &TokenStream) -> Self {
        Self { terms: BTreeMap::from([(vec![text::of(written.clone())], 1)]) }
    }

    /// Reads a size. Names that `known` has are replaced by what they stand for.
    pub(crate) fn read(written: &TokenStream, known: &[(String, Self)]) -> Self {
        syn::parse2::<Expr>(written.clone())
            .ok()
            .and_then(|expression| Self::of(&expression, known))
            .unwrap_or_else(|| Self::opaque(written))
    }

    /// Reads a polynomial, if the expression is one.
    fn of(expression: &Expr, known: &[(String, Self)]) -> Option<Self> {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Int(number) => Some(Self::number(number.base10_parse().ok()?)),
                _ => None,
            },
            Expr::Paren(inner) => Self::of(&inner.expr, known),
            Expr::Group(inner) => Self::of(&inner.expr, known),
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => match block.block.stmts.as_slice()
            {
                [syn::Stmt::Expr(inner, None)] => Self::of(inner, known),
                _ => None,
            },
            Expr::Path(path) if path.qself.is_none() => {
                let name = path.path.get_ident().map(identifier::plain);
                let meant = name.and_then(|name| known.iter().rev().find(|(known, _)| *known == name));
                Some(meant.map_or_else(|| Self::opaque(&path.to_token_stream()), |(_, meant)| meant.clone()))
            }
            Expr::Binary(binary) => {
                let (left, right) = (Self::of(&binary.left, known)?, Self::of(&binary.right, known)?);
                match binary.op {
                    BinOp::Add(_) => left.plus(&right),
                    BinOp::Sub(_) => left.minus(&right),
                    BinOp::Mul(_) => left.times(&right),
                    BinOp::Div(_) => left.over(&right),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Returns the sum, unless a coefficient is too large.
    pub(crate) fn plus(&self, other: &Self) -> Option<Self> {
        let mut terms = self.terms.clone();
        for (factors, coefficient) in &other.terms {
            let sum = terms.get(factors).copied().unwrap_or(0).checked_add(*coefficient)?;
            terms.insert(factors.clone(), sum);
        }
        Self::from_terms(terms)
    }

    /// Returns the difference, unless a coefficient is too large.
    pub(crate) fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.times(&Self::number(-1))?)
    }

    /// Returns the product, unless it is too long.
    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let mut terms = BTreeMap::new();
        for (left, by) in &self.terms {
            for (right, times) in &other.terms {
                let mut factors = [left.as_slice(), right].concat();
                factors.sort();
                let product = by.checked_mul(*times)?;
                let sum = terms.get(&factors).copied().unwrap_or(0_i64).checked_add(product)?;
                terms.insert(factors, sum);
            }
        }
        Self::from_terms(terms)
    }

    /// Returns the quotient if both are numbers and nothing remains, or if both are numbers and Rust rounds down.
    fn over(&self, other: &Self) -> Option<Self> {
        self.as_number()?.checked_div(other.as_number()?).map(Self::number)
    }

    /// Returns the sum of these terms, unless they are too many.
    fn from_terms(mut terms: BTreeMap<Factors, i64>) -> Option<Self> {
        terms.retain(|_, coefficient| *coefficient != 0);
        (terms.len() <= MOST_TERMS).then_some(Self { terms })
    }

    /// Returns the number, if it is one.
    pub(crate) fn as_number(&self) -> Option<i64> {
        match self.terms.first_key_value() {
            None => Some(0),
            Some((factors, &number)) if self.terms.len() == 1 && factors.is_empty() => Some(number),
            Some(_) => None,
        }
    }

    /// Returns the name, if the size is nothing else.
    fn as_name(&self) -> Option<&str> {
        match self.terms.first_key_value() {
            Some((factors, 1)) if self.terms.len() == 1 => match factors.as_slice() {
                [name] => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns whether one of these parameters takes part.
    pub(crate) fn mentions(&self, parameters: &[Ident]) -> bool {
        let is_parameter = |factor: &String| {
            let tokens: TokenStream = factor.parse().unwrap_or_default();
            identifier::mentioned(tokens, parameters).is_some()
        };
        self.terms.keys().flatten().any(is_parameter)
    }

    /// Returns whether this name takes part.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.terms.keys().flatten().any(|factor| factor == name)
    }

    /// Returns the size with another for a name.
    pub(crate) fn replaced(&self, name: &str, by: &Self) -> Option<Self> {
        let mut sum = Self::number(0);
        for (factors, &coefficient) in &self.terms {
            let mut product = Self::number(coefficient);
            for factor in factors {
                let factor = if factor == name {
                    by.clone()
                } else {
                    Self { terms: BTreeMap::from([(vec![factor.clone()], 1)]) }
                };
                product = product.times(&factor)?;
            }
            sum = sum.plus(&product)?;
        }
        Some(sum)
    }

    /// Returns whether the size is a number or one const parameter: what a user declares.
    fn is_plain(&self, parameters: &[Ident]) -> bool {
        self.as_number().is_some() || self.as_name().is_some_and(|name| is_one_of(name, parameters))
    }

    /// Compares two sizes, where `parameters` are const parameters, each of which can be any number.
    pub(crate) fn compare(&self, other: &Self, parameters: &[Ident]) -> Verdict {
        if self == other {
            return Verdict::Equal;
        }
        let is_parameter = |size: &Self| size.as_name().is_some_and(|name| is_one_of(name, parameters));
        let is_constant = |size: &Self| size.as_name().is_some() && !size.mentions(parameters);
        let differ_always = self.minus(other).is_some_and(|difference| difference.as_number().is_some());
        if differ_always
            || self.is_plain(parameters) && other.is_plain(parameters)
            || is_parameter(self) && is_constant(other)
            || is_constant(self) && is_parameter(other)
        {
            Verdict::Different
        } else {
            Verdict::Unknown
        }
    }

    /// Returns the size as it would be written.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Positive terms first, since no size is negative.
        let (positive, negative): (Vec<_>, Vec<_>) =
            self.terms.iter().rev().partition(|&(_, &coefficient)| coefficient > 0);
        for (factors, &coefficient) in positive.into_iter().chain(negative) {
            let sign = match (text.is_empty(), coefficient < 0) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            };
            let number = coefficient.unsigned_abs();
            let shown = (number != 1 || factors.is_empty()).then(|| number.to_string());
            let is_alone = self.terms.len() == 1 && factors.len() == 1 && shown.is_none();
            let factors = factors.iter().map(|factor| if is_alone { factor.clone() } else { bracketed(factor) });
            let product: Vec<_> = shown.into_iter().chain(factors).collect();
            text.push_str(sign);
            text.push_str(&product.join(" * "));
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }

    /// Returns the code of the size, or of 0 if it is negative.
    pub(crate) fn saturating_code(&self) -> TokenStream {
        let of = |is_wanted: fn(i64) -> bool| {
            let terms = self.terms.iter().filter(|&(_, &coefficient)| is_wanted(coefficient));
            Self { terms: terms.map(|(factors, &coefficient)| (factors.clone(), coefficient.abs())).collect() }
        };
        let [added, subtracted] = [of(i64::is_positive), of(i64::is_negative)];
        if subtracted.terms.is_empty() {
            return self.code();
        }
        let [added, subtracted] = [added, subtracted].map(|part| part.code());
        quote!({ ::core::primitive::usize::saturating_sub(#added, #subtracted) })
    }

    /// Returns the code of the size, of type `usize`.
    pub(crate) fn code(&self) -> TokenStream {
        let tokens: TokenStream = self.text().parse().unwrap_or_default();
        quote!({ #tokens })
    }
}

/// Returns whether a factor is one of these const parameters.
fn is_one_of(name: &str, parameters: &[Ident]) -> bool {
    parameters.iter().any(|parameter| identifier::plain(parameter) == name.strip_prefix("r#").unwrap_or(name))
}

/// Returns a factor as it stands in a product.
fn bracketed(factor: &str) -> String {
    let is_name = factor.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '#'));
    if is_name || factor.starts_with('{') || factor.starts_with('(') {
        factor.to_owned()
    } else {
        format!("({factor})")
    }
}
