//! Where does something written stand?

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

/// From the first to the last token of something written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The first token.
    first: Span,
    /// The last token.
    last: Span,
}

impl Place {
    /// The whole macro call, for what is not there at all.
    pub(crate) fn call() -> Self {
        Span::call_site().into()
    }

    /// From one token to another.
    pub(crate) fn between(first: Span, last: Span) -> Self {
        Self { first, last }
    }

    /// Where these tokens stand; the whole call if there are none.
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let mut trees = tokens.into_token_stream().into_iter();
        let Some(first) = trees.next() else {
            return Self::call();
        };
        let last = trees.last().unwrap_or_else(|| first.clone());
        Self::between(first.span(), last.span())
    }

    /// One span for generated tokens: the whole place where the compiler can join spans, else its
    /// first token.
    pub(crate) fn span(self) -> Span {
        self.first.join(self.last).unwrap_or(self.first)
    }

    /// An error whose caret runs from the first to the last token.
    pub(crate) fn error(self, message: impl std::fmt::Display) -> Error {
        // `Error::new` takes one span only; carriers in both places make syn underline the range.
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
