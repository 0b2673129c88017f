//! What does the macro know about a shape?

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::identifier;
use crate::size::Size;
use crate::text;

mod spec;

pub(crate) use spec::{Axis, IMAGE, PAIR, SEQUENCE, ShapeSpec, TOKENS, VECTOR};

/// A shape after resolution.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A shape of the library with its sizes.
    Known(&'static ShapeSpec, Vec<Size>),
    /// A pair of shapes of the library, and the sizes of both.
    Pair(Box<[Shape; 2]>, Vec<Size>),
    /// A custom shape, as written, and the name of its alias.
    Custom(TokenStream, Ident),
    /// A vector, or a sequence of vectors, of which the macro knows only the size of a vector: the name of its alias.
    Steps(Ident, Size),
    /// The output of a layer whose shape only the compiler knows: the name of its alias.
    Unknown(Ident),
}

/// Returns whether a word is `Padded`, before a sequence that may be shorter than its shape.
pub(crate) fn is_padded(word: &Ident) -> bool {
    identifier::plain(word) == "Padded"
}

impl Shape {
    /// Returns a vector of `size` values.
    pub(crate) fn vector(size: Size) -> Self {
        Self::Known(&VECTOR, vec![size])
    }

    /// Returns a pair of shapes.
    pub(crate) fn pair(parts: [Self; 2]) -> Self {
        let sizes = parts.iter().flat_map(Self::sizes).cloned().collect();
        Self::Pair(Box::new(parts), sizes)
    }

    /// Returns a shape of which each size is `size`.
    pub(crate) fn filled(spec: &'static ShapeSpec, size: &Size) -> Self {
        if *spec == PAIR {
            return Self::pair([size, size].map(|size| Self::vector(size.clone())));
        }
        Self::Known(spec, vec![size.clone(); spec.axes.len()])
    }

    /// Returns the shapes that a pair consists of, in order; of another shape, the shape itself.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Pair(parts, _) => parts.iter().flat_map(Self::parts).collect(),
            _ => vec![self],
        }
    }

    /// Returns whether two shapes that the macro knows differ at most in their sizes.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pair(these, _), Self::Pair(others, _)) => {
                these.iter().zip(others.iter()).all(|(this, other)| this.is_like(other))
            }
            _ => self.spec() == other.spec(),
        }
    }

    /// Returns the size of each axis, if the macro knows the shape; of a pair, those of its parts.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Known(_, sizes) | Self::Pair(_, sizes) => sizes,
            Self::Custom(..) | Self::Steps(..) | Self::Unknown(_) => &[],
        }
    }

    /// Returns the sizes of one step, as far as the macro knows; of a shape without steps, all of them.
    pub(crate) fn sizes_of_step(&self) -> &[Size] {
        match self {
            Self::Known(spec, sizes) => sizes.get(spec.axes_of_steps()..).unwrap_or_default(),
            Self::Steps(_, size) => std::slice::from_ref(size),
            Self::Pair(_, sizes) => sizes,
            Self::Custom(..) | Self::Unknown(_) => &[],
        }
    }

    /// Returns the axes of one step, as far as the macro knows.
    pub(crate) fn axes_of_step(&self) -> &'static [Axis] {
        match self {
            Self::Known(spec, _) => spec.axes.get(spec.axes_of_steps()..).unwrap_or_default(),
            Self::Steps(..) => VECTOR.axes,
            Self::Pair(..) | Self::Custom(..) | Self::Unknown(_) => &[],
        }
    }

    /// Returns the same shape with steps of `size` values; `unknown` is the output of a layer if only the compiler knows it.
    pub(crate) fn with_features(&self, size: Size, unknown: &Self) -> Self {
        match (self, unknown.alias()) {
            (Self::Known(spec, sizes), _) => {
                let steps = sizes.iter().take(spec.axes_of_steps()).cloned();
                Self::Known(
                    if spec.axes_of_steps() > 0 { spec.plain() } else { &VECTOR },
                    steps.chain([size]).collect(),
                )
            }
            (Self::Pair(..), _) | (_, None) => Self::vector(size),
            (_, Some(alias)) => Self::Steps(alias.clone(), size),
        }
    }

    /// Returns the only size of a shape with one axis.
    pub(crate) fn row(&self) -> Option<&Size> {
        match self.sizes() {
            [size] => Some(size),
            _ => None,
        }
    }

    /// Returns the axis along which branches of this shape are concatenated, if the macro knows the shape.
    pub(crate) fn joined_axis(&self) -> Option<usize> {
        self.spec().map(|spec| spec.joined)
    }

    /// Returns the size of that axis, if the macro knows it.
    pub(crate) fn joined_size(&self) -> Option<&Size> {
        match self {
            Self::Known(spec, sizes) => sizes.get(spec.joined),
            Self::Steps(_, size) => Some(size),
            Self::Pair(..) | Self::Custom(..) | Self::Unknown(_) => None,
        }
    }

    /// Returns the shape of the library, if it is one.
    pub(crate) fn spec(&self) -> Option<&'static ShapeSpec> {
        match self {
            Self::Known(spec, _) => Some(spec),
            Self::Pair(..) => Some(&PAIR),
            Self::Custom(..) | Self::Steps(..) | Self::Unknown(_) => None,
        }
    }

    /// Returns the alias of a shape that only the compiler knows.
    pub(crate) fn alias(&self) -> Option<&Ident> {
        match self {
            Self::Custom(_, alias) | Self::Steps(alias, _) | Self::Unknown(alias) => Some(alias),
            Self::Known(..) | Self::Pair(..) => None,
        }
    }

    /// Returns whether only the compiler knows this shape.
    pub(crate) fn is_foreign(&self) -> bool {
        self.alias().is_some()
    }

    /// Returns whether it is accepted where `wanted` is taken, apart from its sizes.
    pub(crate) fn is_a(&self, wanted: &'static ShapeSpec) -> bool {
        self.spec().is_some_and(|spec| spec == wanted || spec.plain() == wanted)
    }

    /// Returns whether its elements are values to compute with, as far as the macro knows.
    pub(crate) fn has_values(&self) -> bool {
        self.spec().is_none_or(|spec| spec.has_values)
    }

    /// Returns whether it is accepted, as [`is_a`](Self::is_a) says, where each step is `wanted`.
    pub(crate) fn has_steps_of(&self, wanted: &'static ShapeSpec) -> bool {
        match self {
            Self::Known(spec, _) => spec.step() == wanted || spec.step().plain() == wanted,
            Self::Steps(..) => *wanted == VECTOR,
            Self::Pair(..) | Self::Custom(..) | Self::Unknown(_) => false,
        }
    }

    /// Returns whether a sample may be a sequence of steps, as far as the macro knows.
    pub(crate) fn may_have_steps(&self) -> bool {
        self.spec().is_none_or(|spec| spec.axes_of_steps() > 0 || *spec == TOKENS)
    }

    /// Returns whether a mistake left one of its sizes unknown.
    pub(crate) fn is_guessed(&self) -> bool {
        self.sizes().iter().any(Size::is_unknown)
    }

    /// Returns the number of elements, if each size is a number.
    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Self::Known(_, sizes) => sizes.iter().try_fold(1, |product: u64, size| product.checked_mul(size.number()?)),
            Self::Pair(parts, _) => parts.iter().try_fold(0, |sum: u64, part| sum.checked_add(part.number()?)),
            Self::Custom(..) | Self::Steps(..) | Self::Unknown(_) => None,
        }
    }

    /// Returns the output of an elementwise layer for this shape; `unknown` if only the compiler knows it.
    pub(crate) fn plain(&self, unknown: &Self) -> Self {
        match self {
            Self::Known(spec, sizes) => Self::Known(spec.plain(), sizes.clone()),
            Self::Pair(..) => self.clone(),
            Self::Steps(_, size) => self.with_features(size.clone(), unknown),
            Self::Custom(..) | Self::Unknown(_) => unknown.clone(),
        }
    }

    /// Returns the output of a softmax for this shape; `unknown` if only the compiler knows it.
    pub(crate) fn normalized(&self, unknown: &Self) -> Self {
        match self {
            Self::Known(spec, sizes) => Self::Known(spec.normalized.of(spec), sizes.clone()),
            Self::Pair(..) => self.clone(),
            Self::Steps(_, size) => self.with_features(size.clone(), unknown),
            Self::Custom(..) | Self::Unknown(_) => unknown.clone(),
        }
    }

    /// Returns the type of a shape: the library's type at `library` with sizes formatted by `size`, or the alias of another
    /// shape.
    pub(crate) fn tokens(&self, library: &TokenStream, size: &dyn Fn(&Size) -> TokenStream) -> TokenStream {
        match self {
            Self::Custom(_, alias) | Self::Steps(alias, _) | Self::Unknown(alias) => quote!(#alias),
            Self::Known(spec, sizes) => {
                let name = Ident::new(spec.name, Span::call_site());
                let sizes = sizes.iter().map(size);
                quote!(#library::#name<#(#sizes),*>)
            }
            Self::Pair(parts, _) => {
                let parts = parts.iter().map(|part| part.tokens(library, size));
                quote!(#library::Pair<#(#parts),*>)
            }
        }
    }

    /// Returns the type of the shape, as [`tokens`](Self::tokens) does, if some parts are padded.
    pub(crate) fn padded_tokens(
        &self,
        padded: &mut impl Iterator<Item = bool>,
        library: &TokenStream,
        size: &dyn Fn(&Size) -> TokenStream,
    ) -> TokenStream {
        if let Self::Pair(parts, _) = self {
            let [first, second] = &**parts;
            let [first, second] = [first, second].map(|part| part.padded_tokens(padded, library, size));
            return quote!(#library::Pair<#first, #second>);
        }
        let steps = self.tokens(library, size);
        if padded.next() == Some(true) { quote!(#library::Padded<#steps>) } else { steps }
    }

    /// Returns the shape in a message: `Vector<32>`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Custom(tokens, _) => text::of(tokens.clone()),
            Self::Steps(..) | Self::Unknown(_) => "_".to_owned(),
            Self::Known(spec, sizes) => written(spec, sizes.iter().map(Size::text)),
            Self::Pair(parts, _) => written(&PAIR, parts.iter().map(Self::text)),
        }
    }
}

/// Returns the source text of a shape with these sizes.
pub(crate) fn written(spec: &ShapeSpec, sizes: impl Iterator<Item = String>) -> String {
    format!("{}<{}>", spec.name, sizes.collect::<Vec<_>>().join(", "))
}
