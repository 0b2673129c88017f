//! Which traits does a type implement? Constants tell, so that generated code can check before it relies on a trait.

use core::marker::PhantomData;

use crate::layer::{Layer, Takes};
use crate::shape::Shape;

/// A type, with constants that tell what it implements. An inherent constant, which exists only if the type implements the
/// trait, shadows the one of the trait [`Otherwise`].
pub struct Question<X>(PhantomData<X>);

impl<L: Layer> Question<L> {
    /// The type implements `Layer`.
    pub const IS_LAYER: bool = true;
}

impl<S: Shape> Question<S> {
    /// The type implements `Shape`.
    pub const IS_SHAPE: bool = true;
}

impl<L: Takes<In>, In: Shape> Question<(L, In)> {
    /// The layer accepts the shape.
    pub const FITS: bool = true;
}

/// The constants of all other types.
pub trait Otherwise {
    /// Whether the layer accepts the shape.
    const FITS: bool = false;
    /// Whether the type implements `Layer`.
    const IS_LAYER: bool = false;
    /// Whether the type implements `Shape`.
    const IS_SHAPE: bool = false;
}

impl<X> Otherwise for Question<X> {}

/// Two types that are the same.
pub trait Alike {}

impl<X> Alike for (X, X) {}

/// A type itself, on a condition. If the condition is a failed assertion, so is the type, and the compiler reports nothing else
/// about it.
pub trait If<const ANSWER: bool> {
    /// The type.
    type Itself;
}

impl<X> If<true> for X {
    type Itself = X;
}

/// A type itself, or another type in its place.
pub trait Either<const ITSELF: bool, Other> {
    /// The type, or `Other`.
    type Type;
}

impl<X, Other> Either<true, Other> for X {
    type Type = X;
}

impl<X, Other> Either<false, Other> for X {
    type Type = Other;
}
