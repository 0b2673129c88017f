//! Which values does a setting or a target allow? One line for each range.

use proc_macro2::TokenStream;
use quote::quote;

/// A range of finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    Finite,
    Positive,
    NonNegative,
    Unit,
    OpenUnit,
}

impl Range {
    /// Every range.
    pub(crate) const ALL: [Self; 5] = [Self::Finite, Self::Positive, Self::NonNegative, Self::Unit, Self::OpenUnit];

    /// Returns the range with this name.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.name() == word)
    }

    /// Returns its name in a declaration.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Finite => "finite",
            Self::Positive => "positive",
            Self::NonNegative => "non_negative",
            Self::Unit => "unit",
            Self::OpenUnit => "open_unit",
        }
    }

    /// Returns what it allows, as the end of a sentence: `above 0`.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Finite => "finite",
            Self::Positive => "finite and above 0",
            Self::NonNegative => "finite and at least 0",
            Self::Unit => "at least 0 and at most 1",
            Self::OpenUnit => "above 0 and below 1",
        }
    }

    /// Returns the condition on a value that code can compare with `zero` and `one`.
    pub(crate) fn condition(self, value: &TokenStream, zero: &TokenStream, one: &TokenStream) -> Option<TokenStream> {
        match self {
            Self::Finite => None,
            Self::Positive => Some(quote!(#value > #zero)),
            Self::NonNegative => Some(quote!(#value >= #zero)),
            Self::Unit => Some(quote!(#value >= #zero && #value <= #one)),
            Self::OpenUnit => Some(quote!(#value > #zero && #value < #one)),
        }
    }
}
