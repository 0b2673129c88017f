//! Where in the source was something written?

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

/// A range of the source, from its first to its last token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The first token.
    first: Span,
    /// The last token.
    last: Span,
}

impl Place {
    /// Returns the whole macro call, for something that is missing entirely.
    pub(crate) fn call() -> Self {
        Span::call_site().into()
    }

    /// Returns the range from one token to another.
    pub(crate) fn between(first: Span, last: Span) -> Self {
        Self { first, last }
    }

    /// Returns the range from the beginning of this one to the end of another.
    pub(crate) fn to(self, other: Self) -> Self {
        Self::between(self.first, other.last)
    }

    /// Returns the range of these tokens; the whole call if there are none.
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let mut trees = tokens.into_token_stream().into_iter();
        let Some(first) = trees.next() else {
            return Self::call();
        };
        let last = trees.last().unwrap_or_else(|| first.clone());
        Self::between(first.span(), last.span())
    }

    /// Returns one span for generated tokens: the whole range if the compiler can join spans, and its first token otherwise.
    pub(crate) fn span(self) -> Span {
        self.first.join(self.last).unwrap_or(self.first)
    }

    /// Returns an error whose caret extends from the first to the last token.
    pub(crate) fn error(self, message: impl std::fmt::Display) -> Error {
        // `Error::new` takes only one span; tokens at both ends make syn underline the range.
        let carriers: TokenStream =
            [self.first, self.last].into_iter().map(|span| TokenTree::from(Ident::new("_", span))).collect();
        Error::new_spanned(carriers, message)
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self::between(span, span)
    }
}
