//! What kind of size is it: a number, a const parameter, or an expression that the compiler evaluates?

use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::place::Place;
use crate::text;

mod computed;

pub(crate) use computed::{
    AXIS, BEGUN, CEILING, COVERED, CROPPED, FEATURES, FEATURES_OF_FIRST, Function, JOINED, LENGTH, PADDED, PRODUCT,
    QUOTIENT, SHARED, SPAN, SUM, WINDOWS, WINDOWS_BEGUN,
};

/// A size after resolution.
#[derive(Clone, Debug)]
pub(crate) enum Size {
    /// A number that the macro knows.
    Number(u64, Place),
    /// A const parameter of the network.
    Parameter(Ident),
    /// A named constant or const expression; the tokens are without braces.
    Opaque(TokenStream, Place),
    /// The result of a function of the library for other sizes, not all of which are numbers.
    Computed(Rc<Computed>, Place),
    /// A size that a mistake left unknown: a constant that is itself the error. It is never checked.
    Unknown(Ident),
}

/// A function of the library with its arguments.
#[derive(Debug)]
pub(crate) struct Computed {
    /// The function.
    pub(crate) function: &'static Function,
    /// The alias of the shape that the function is about, if it is about one that only the compiler knows.
    pub(crate) shape: Option<Ident>,
    /// The arguments of the function.
    pub(crate) arguments: Vec<Size>,
    /// The result in a message: ``the rows of `conv` ``.
    pub(crate) words: String,
}

/// The result of comparing two sizes.
pub(crate) enum Comparison {
    /// They are equal.
    Same,
    /// They differ, possibly only for most values of a parameter.
    Different,
    /// The compiler has to evaluate them.
    Open,
}

impl Size {
    /// Returns the result of `function` for `arguments`: a number if all of them are.
    pub(crate) fn computed(function: &'static Function, arguments: Vec<Self>, words: String, place: Place) -> Self {
        let numbers: Option<Vec<_>> = arguments.iter().map(Self::number).collect();
        match numbers.and_then(|numbers| (function.fold)(&numbers)) {
            Some(value) => Self::Number(value, place),
            None => Self::Computed(Rc::new(Computed { function, shape: None, arguments, words }), place),
        }
    }

    /// Returns the result of `function` for a shape that only the compiler knows.
    pub(crate) fn asked(
        function: &'static Function,
        shape: Ident,
        arguments: Vec<Self>,
        words: String,
        place: Place,
    ) -> Self {
        Self::Computed(Rc::new(Computed { function, shape: Some(shape), arguments, words }), place)
    }

    /// Returns the product of sizes. It is one of the factors if all others are 1.
    pub(crate) fn product(factors: &[Self], words: String, place: Place) -> Self {
        let mut factors: Vec<_> = factors.iter().filter(|factor| factor.number() != Some(1)).cloned().collect();
        match factors.len() {
            0 => Self::Number(1, place),
            1 => factors.remove(0).moved(place),
            _ => Self::computed(&PRODUCT, factors, words, place),
        }
    }

    /// Returns the number, if the macro knows it.
    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Self::Number(value, _) => Some(*value),
            _ => None,
        }
    }

    /// Returns whether both are equal for all values of the parameters, as far as the macro knows.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(left, _), Self::Number(right, _)) => left == right,
            (Self::Parameter(left), Self::Parameter(right)) | (Self::Unknown(left), Self::Unknown(right)) => {
                left == right
            }
            (Self::Opaque(left, _), Self::Opaque(right, _)) => {
                let [left, right] = [left, right].map(ToString::to_string);
                // `$crate` in the tokens of two macros may be two crates, which the macro cannot tell.
                left == right && !left.contains("$crate")
            }
            (Self::Computed(left, _), Self::Computed(right, _)) => {
                left.function.name == right.function.name
                    && left.shape == right.shape
                    && left.arguments.len() == right.arguments.len()
                    && left.arguments.iter().zip(&right.arguments).all(|(left, right)| left.same(right))
            }
            _ => false,
        }
    }

    /// Compares the size that is given with the size that is taken.
    pub(crate) fn compare(&self, takes: &Self) -> Comparison {
        let parameter = |size: &Self| matches!(size, Self::Parameter(_));
        if self.same(takes) || self.is_unknown() || takes.is_unknown() {
            Comparison::Same
        } else if (self.is_open() || takes.is_open()) && !parameter(self) && !parameter(takes) {
            Comparison::Open
        } else {
            Comparison::Different
        }
    }

    /// Returns whether it is computed from numbers, but leaves the range of a size.
    pub(crate) fn overflows(&self) -> bool {
        let Self::Computed(computed, _) = self else { return false };
        computed.shape.is_none() && computed.arguments.iter().all(|argument| argument.number().is_some())
    }

    /// Returns the sizes that it is computed from.
    pub(crate) fn arguments(&self) -> &[Self] {
        match self {
            Self::Computed(computed, _) => &computed.arguments,
            _ => &[],
        }
    }

    /// Returns whether only the compiler knows the value.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Opaque(..) | Self::Computed(..))
    }

    /// Returns whether a mistake left it, or a size that it is computed from, unknown.
    pub(crate) fn is_unknown(&self) -> bool {
        self.unknown().is_some()
    }

    /// Returns the constant of a size that a mistake left unknown.
    pub(crate) fn unknown(&self) -> Option<&Ident> {
        match self {
            Self::Unknown(name) => Some(name),
            Self::Computed(computed, _) => computed.arguments.iter().find_map(Self::unknown),
            Self::Number(..) | Self::Parameter(_) | Self::Opaque(..) => None,
        }
    }

    /// Returns the first const parameter that it is computed from; `None` for a parameter itself.
    pub(crate) fn computes_with(&self) -> Option<&Ident> {
        let Self::Computed(computed, _) = self else { return None };
        computed.arguments.iter().find_map(|argument| match argument {
            Self::Parameter(name) => Some(name),
            other => other.computes_with(),
        })
    }

    /// Returns whether it is computed from a shape that only the compiler knows.
    pub(crate) fn asks_shape(&self) -> bool {
        let Self::Computed(computed, _) = self else { return false };
        computed.shape.is_some() || computed.arguments.iter().any(Self::asks_shape)
    }

    /// Returns the size as a generic argument, which is an expression too. A computed size has a constant instead.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Number(value, place) => {
                let mut literal = Literal::u64_unsuffixed(*value);
                literal.set_span(place.span());
                literal.into_token_stream()
            }
            // A parameter without braces would be a type of the same name, if there is one.
            Self::Parameter(name) => {
                let mut group = Group::new(Delimiter::Brace, name.into_token_stream());
                group.set_span(name.span());
                TokenTree::Group(group).into()
            }
            Self::Unknown(name) => name.into_token_stream(),
            // A path of several segments is parsed as a type in this position unless it stands in braces.
            Self::Opaque(tokens, _) => quote!({ #tokens }),
            Self::Computed(..) => quote!(_),
        }
    }

    /// Returns the size in a message or description: `32`, `H`, `config::HIDDEN`, `{ H * 2 }`; `_` for a computed size.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(value, _) => value.to_string(),
            Self::Parameter(name) | Self::Unknown(name) => name.to_string(),
            Self::Opaque(tokens, _) => {
                let text = text::of(tokens.clone());
                match syn::parse2::<syn::Path>(tokens.clone()) {
                    Ok(_) => text,
                    Err(_) => format!("{{ {text} }}"),
                }
            }
            Self::Computed(..) => "_".to_owned(),
        }
    }

    /// Returns the size with its noun: `1 value`, `32 values`, `` `H` values ``, ``the values of `flatten` ``.
    pub(crate) fn counted(&self, [one, many]: [&str; 2]) -> String {
        match self {
            Self::Number(1, _) => format!("1 {one}"),
            Self::Number(value, _) => format!("{value} {many}"),
            Self::Computed(computed, _) => computed.words.clone(),
            other => format!("`{}` {many}", other.text()),
        }
    }

    /// Returns the size without its noun, for a message that has already named it.
    pub(crate) fn bare(&self) -> String {
        match self {
            Self::Number(..) => self.text(),
            Self::Computed(computed, _) => computed.words.clone(),
            other => format!("`{}`", other.text()),
        }
    }

    /// Returns the position of the size.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Number(_, place) | Self::Opaque(_, place) | Self::Computed(_, place) => *place,
            Self::Parameter(name) => Place::of(name),
            Self::Unknown(_) => Place::call(),
        }
    }

    /// Returns the same size at another position: an inferred size points to its `_`.
    pub(crate) fn moved(&self, to: Place) -> Self {
        match self {
            Self::Number(value, _) => Self::Number(*value, to),
            Self::Parameter(name) => {
                let mut name = name.clone();
                name.set_span(to.span().resolved_at(name.span()));
                Self::Parameter(name)
            }
            Self::Opaque(tokens, _) => Self::Opaque(tokens.clone(), to),
            Self::Computed(computed, _) => Self::Computed(Rc::clone(computed), to),
            Self::Unknown(name) => Self::Unknown(name.clone()),
        }
    }
}
