//! Which traits does a type implement? Constants answer, so that generated code can ask before it relies on it.

use core::marker::PhantomData;

use crate::layer::{Layer, Takes};
use crate::shape::Shape;

/// A type about which is asked what it implements. The answer is a constant: the type's own, where there is one, hides the
/// one of the trait [`Otherwise`].
pub struct Question<X>(PhantomData<X>);

impl<L: Layer> Question<L> {
    /// It implements `Layer`.
    pub const IS_LAYER: bool = true;
}

impl<S: Shape> Question<S> {
    /// It implements `Shape`.
    pub const IS_SHAPE: bool = true;
}

impl<L: Takes<In>, In: Shape> Question<(L, In)> {
    /// The layer takes the shape.
    pub const FITS: bool = true;
}

/// The answer for all other types.
pub trait Otherwise {
    /// The layer takes the shape.
    const FITS: bool = false;
    /// It implements `Layer`.
    const IS_LAYER: bool = false;
    /// It implements `Shape`.
    const IS_SHAPE: bool = false;
}

impl<X> Otherwise for Question<X> {}

/// A type itself, after a question about it. Where the answer is a failed assertion, so is the type, and the compiler
/// says nothing more about it.
pub trait If<const ANSWER: bool> {
    /// The type.
    type Itself;
}

impl<X> If<true> for X {
    type Itself = X;
}

/// A type itself, or another one in its place.
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
