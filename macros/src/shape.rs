//! What is a shape to the macro?

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::size::Size;
use crate::text;

mod spec;

pub(crate) use spec::{Axis, IMAGE, ShapeSpec, VECTOR};

/// A shape after resolution.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// One of the library's with its sizes.
    Known(&'static ShapeSpec, Vec<Size>),
    /// A shape of the user's, as written, and the name of its alias.
    Custom(TokenStream, Ident),
    /// What a layer makes of its input where only the compiler knows it: the name of its alias.
    Unknown(Ident),
}

impl Shape {
    /// A vector of `size` values.
    pub(crate) fn vector(size: Size) -> Self {
        Self::Known(&VECTOR, vec![size])
    }

    /// The sizes, as far as the macro sees them.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Known(_, sizes) => sizes,
            Self::Custom(..) | Self::Unknown(_) => &[],
        }
    }

    /// The only size of a shape that has one.
    pub(crate) fn row(&self) -> Option<&Size> {
        match self.sizes() {
            [size] => Some(size),
            _ => None,
        }
    }

    /// The shape of the library, if it is one.
    pub(crate) fn spec(&self) -> Option<&'static ShapeSpec> {
        match self {
            Self::Known(spec, _) => Some(spec),
            Self::Custom(..) | Self::Unknown(_) => None,
        }
    }

    /// The alias of a shape that only the compiler knows.
    pub(crate) fn alias(&self) -> Option<&Ident> {
        match self {
            Self::Custom(_, alias) | Self::Unknown(alias) => Some(alias),
            Self::Known(..) => None,
        }
    }

    /// Whether only the compiler knows what this shape holds.
    pub(crate) fn is_foreign(&self) -> bool {
        self.alias().is_some()
    }

    /// Whether it may be given where `wanted` is taken, whatever its sizes.
    pub(crate) fn is_a(&self, wanted: &'static ShapeSpec) -> bool {
        self.spec().is_some_and(|spec| spec == wanted || spec.plain() == wanted)
    }

    /// Whether a mistake left one of its sizes unknown.
    pub(crate) fn is_guessed(&self) -> bool {
        self.sizes().iter().any(Size::is_unknown)
    }

    /// The number of elements where every size is a number.
    pub(crate) fn number(&self) -> Option<u64> {
        let Self::Known(_, sizes) = self else { return None };
        sizes.iter().try_fold(1, |product: u64, size| product.checked_mul(size.number()?))
    }

    /// What a layer makes of it that maps each element alone; `unknown` is that where only the compiler knows it.
    pub(crate) fn plain(&self, unknown: &Self) -> Self {
        match self {
            Self::Known(spec, sizes) => Self::Known(spec.plain(), sizes.clone()),
            Self::Custom(..) | Self::Unknown(_) => unknown.clone(),
        }
    }

    /// What a softmax makes of it; `unknown` is that where only the compiler knows it.
    pub(crate) fn normalized(&self, unknown: &Self) -> Self {
        match self {
            Self::Known(spec, sizes) => Self::Known(spec.normalized.of(spec), sizes.clone()),
            Self::Custom(..) | Self::Unknown(_) => unknown.clone(),
        }
    }

    /// The type of a shape of the library at `library`, with sizes as `size` writes them; of another one, its alias.
    pub(crate) fn tokens(&self, library: &TokenStream, size: impl Fn(&Size) -> TokenStream) -> TokenStream {
        match self {
            Self::Custom(_, alias) | Self::Unknown(alias) => quote!(#alias),
            Self::Known(spec, sizes) => {
                let name = Ident::new(spec.name, Span::call_site());
                let sizes = sizes.iter().map(size);
                quote!(#library::#name<#(#sizes),*>)
            }
        }
    }

    /// The shape in a message: `Vector<32>`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Custom(tokens, _) => text::of(tokens.clone()),
            Self::Unknown(_) => "_".to_owned(),
            Self::Known(spec, sizes) => written(spec, sizes.iter().map(Size::text)),
        }
    }
}

/// A shape with these sizes, as one would write it.
pub(crate) fn written(spec: &ShapeSpec, sizes: impl Iterator<Item = String>) -> String {
    format!("{}<{}>", spec.name, sizes.collect::<Vec<_>>().join(", "))
}
