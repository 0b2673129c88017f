//! Names for generated code. Nothing here is part of the public interface.

mod message;

mod budget;
#[cfg(feature = "safetensors")]
mod embedded;
mod loading;

use core::marker::PhantomData;

pub use budget::{Budget, require_budget};
#[cfg(feature = "safetensors")]
pub use embedded::{Embedded, embedded};
use message::Message;
#[cfg(feature = "safetensors")]
pub use typenet_macros::weights as weights_impl;

pub use crate::network::chain;
pub use core;
pub use core::primitive::{bool, f32, str, u64, usize};
pub use typenet_macros::network as network_impl;

extern crate alloc;
pub use alloc::boxed::Box;
pub use alloc::vec::Vec;
pub use rand::Rng as RandomSource;

pub use crate::block::{Block, checked_len, size_of_matrix, without_destructor};
pub use crate::initializer::Initializer;
pub use crate::kernel::{Isa, Kernels};
pub use crate::layer::{Backward, Forward, Head, Layer, Pass, Plan, Site, SiteOf, Takes};
pub use crate::network::{Activation, LayerInfo, Network, Summary};
pub use crate::scalar::Scalar;
pub use crate::shape::Shape;
pub use crate::shape::arithmetic::*;
pub use crate::tensor::{TableEntry, Tensor, TensorKind, TensorTable};

#[cfg(feature = "safetensors")]
mod files {
    pub use core::convert::Into;
    pub use core::primitive::u8;

    pub use crate::dataset::Scaler;
    pub use crate::error::Result;
    pub use crate::io::WeightsFile;
    pub use crate::network::Weights;
    use crate::network::{Network, Sample};

    /// One sample that a network takes.
    pub type InputOf<N> = Sample<N, <N as Network>::Input>;
    /// One sample that a network gives.
    pub type OutputOf<N> = Sample<N, <N as Network>::Output>;
}
#[cfg(feature = "safetensors")]
pub use files::*;

/// A type about which is asked what it implements. The answer is a constant: the type's own, where there is one, hides the
/// one of the trait [`Otherwise`].
pub struct Question<X>(PhantomData<X>);

impl<L: Layer> Question<L> {
    pub const IS_LAYER: bool = true;
}

impl<S: Shape> Question<S> {
    pub const IS_SHAPE: bool = true;
}

impl<L: Takes<In>, In: Shape> Question<(L, In)> {
    pub const FITS: bool = true;
}

/// The answer for all other types.
pub trait Otherwise {
    const FITS: bool = false;
    const IS_LAYER: bool = false;
    const IS_SHAPE: bool = false;
}

impl<X> Otherwise for Question<X> {}

/// A type itself, after a question about it. Where the answer is a failed assertion, so is the type, and the compiler
/// says nothing more about it.
pub trait If<const ANSWER: bool> {
    type Itself;
}

impl<X> If<true> for X {
    type Itself = X;
}

/// A shape in the interface of a network, as which the network's impls know it: for one that is named by types which may be
/// less visible than the network. It has no bounds, since one about a type that does not exist would be an error of its own.
pub trait Shown<const WHICH: usize> {
    type Shape: ?Sized;
}

/// A type itself, or another one in its place.
pub trait Either<const ITSELF: bool, Other> {
    type Type;
}

impl<X, Other> Either<true, Other> for X {
    type Type = X;
}

impl<X, Other> Either<false, Other> for X {
    type Type = Other;
}

/// Fails to compile with `otherwise` unless `yes`.
#[track_caller]
#[must_use]
pub const fn require(yes: bool, otherwise: &str) -> bool {
    assert!(yes, "{}", otherwise);
    yes
}

/// Fails to compile with a message about a size of 0.
#[track_caller]
pub const fn require_size(size: usize, otherwise: &str) {
    assert!(size > 0, "{}", otherwise);
}

/// More samples in a tile could overflow what their number is multiplied by.
const LARGEST_TILE: usize = 1 << 24;

/// Fails to compile with a message about a tile that is too small or too large.
#[track_caller]
pub const fn require_tile(samples: usize, few: &str, many: &str) {
    assert!(samples > 0, "{}", few);
    assert!(samples <= LARGEST_TILE, "{}", many);
}

/// The number of samples, or another one where it was refused.
#[must_use]
pub const fn tile_in_range(samples: usize) -> usize {
    if samples > 0 && samples <= LARGEST_TILE { samples } else { 1 }
}

/// The settings of a layer after which none are written.
#[diagnostic::on_unimplemented(
    message = "this layer has settings, and none are written",
    label = "needs its settings",
    note = "write them in parentheses after the layer: its function `settings` takes them"
)]
pub trait Unset {
    const VALUE: Self;
}

impl Unset for () {
    const VALUE: Self = ();
}

/// An initializer, which fails to compile when it is out of range.
#[track_caller]
#[must_use]
pub const fn require_initializer(initializer: Initializer) -> Initializer {
    // Every network exists in `f32`.
    if let Some(problem) = initializer.problem() {
        panic!("{}", problem);
    } else if let Some(problem) = initializer.problem_in_f32() {
        panic!("{}", problem);
    }
    initializer
}

/// Fails to compile with the message of a shape mismatch whose sizes only the compiler knows: `[before, between, after]`
/// around the two sizes, the first with what it counts, `[one, many]`. A size of 0 has a message of its own.
///
/// The message is put together while compiling, since a constant panic formats nothing.
#[track_caller]
pub const fn require_same(gives: usize, takes: usize, message: [&str; 3], [one, many]: [&str; 2]) {
    if gives != takes && gives > 0 && takes > 0 {
        let [before, between, after] = message;
        let mut text = Message::<1024>::new();
        text.text(before);
        text.number(gives);
        text.text(" ");
        text.text(if gives == 1 { one } else { many });
        text.text(between);
        text.number(takes);
        text.text(after);
        panic!("{}", text.as_str());
    }
}

/// Fails to compile with a message around two sizes if the first, a window, is larger than the second, its room.
#[track_caller]
pub const fn require_fits(window: usize, room: usize, [before, between, after]: [&str; 3]) {
    if window > room && room > 0 {
        let mut text = Message::<1024>::new();
        text.text(before);
        text.number(window);
        text.text(between);
        text.number(room);
        text.text(after);
        panic!("{}", text.as_str());
    }
}
