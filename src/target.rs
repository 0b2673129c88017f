//! What should a network predict? A class, a class for each step, or values of some shape.

mod label;

mod labels;
mod masked;
mod names;
mod no_target;
mod weighted;

use core::fmt::{self, Debug, Display};
use core::iter;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Shape, Token};

pub use label::{ClassIndex, FromLabel};
pub use labels::Labels;
pub(crate) use labels::collapsed;
pub use masked::Masked;
pub use names::Names;
pub use no_target::NoTarget;
pub use weighted::{Weighted, WeightedValue};

/// A kind of target: [`Class<K>`](Class), `[Class<K>; L]` for each step of a sequence, [`Labels<L, K>`](Labels) at unknown steps, or a
/// shape such as `Vector<1>`, whose values are arrays. `[Option<Class<K>>; L]` and `[Option<Vector<N>>; L]` are targets of some of the
/// steps ([`Masked`]). Each may carry a weight, as [`Weighted`].
///
/// # Example
/// ```
/// use typenet::{Class, Target, Vector};
///
/// let label: <Class<10> as Target>::Value<f32> = Class::new(7)?;
/// let value: <Vector<1> as Target>::Value<f64> = [0.5];
/// # let _ = (label, value);
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of target",
    note = "targets are `Class<K>`, `[Class<K>; L]` for each step of a sequence, or a shape such as `Vector<N>` for values; \
            `[Option<Class<K>>; L]` or `[Option<Vector<N>>; L]` for some of the steps"
)]
pub trait Target: Debug + Copy + Send + Sync + 'static {
    /// The target of one sample.
    type Value<T: Scalar>: Copy + Debug + PartialEq + Send + Sync + 'static;

    /// The number of elements of a target; 0 for classes.
    const ELEMENTS: usize = 0;
    /// Whether a target can leave out steps, as `[Option<..>; L]` ([`Masked`]) and [`Labels`] can. Where a network gives an element for each step of
    /// a [`Padded`](crate::Padded) sequence, a loss or metric with other targets does not compile, since it would compare the padding.
    const LEAVES_OUT_STEPS: bool = false;

    /// Returns the elements of a target with their positions, in order; none for classes, and for steps without a target.
    fn elements<T: Scalar>(value: &Self::Value<T>) -> impl Iterator<Item = (usize, T)>;

    /// Returns the number of steps up to the last one with a target, if the kind of target can leave out steps.
    fn end<T: Scalar>(_value: &Self::Value<T>) -> Option<usize> {
        None
    }

    /// Returns the index of the class, if a target is one class.
    #[doc(hidden)]
    fn label<T: Scalar>(_value: &Self::Value<T>) -> Option<usize> {
        None
    }
}

/// One of `K` classes, with indices from 0.
///
/// # Errors
/// [`Class::new`] rejects an index of `K` or above, so a value of this type is always in range.
///
/// # Example
/// ```
/// use typenet::Class;
///
/// assert_eq!(Class::<3>::new(2)?.index(), 2);
/// assert!(Class::<3>::new(3).is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class<const K: usize>(u32);

impl<const K: usize> Class<K> {
    /// Creates the class with this index.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`] if `index` is not below `K`.
    pub const fn new(index: usize) -> Result<Self> {
        const { assert!(K <= u32::MAX as usize, "a class index has 32 bits") };
        if index < K {
            #[allow(clippy::cast_possible_truncation, reason = "K fits 32 bits, as asserted above")]
            Ok(Self(index as u32))
        } else {
            Err(Error::LabelOutOfRange { sample: None, label: label::of_index(index), classes: K })
        }
    }

    /// Returns the index of the class, which is below `K`.
    #[must_use]
    #[inline(always)]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl<const K: usize> Display for Class<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl<const K: usize> From<Class<K>> for usize {
    fn from(class: Class<K>) -> Self {
        class.index()
    }
}

impl<const K: usize, T: Scalar> From<Token<K, T>> for Class<K> {
    fn from(token: Token<K, T>) -> Self {
        const { assert!(K <= u32::MAX as usize, "a class index has 32 bits") };
        #[allow(clippy::cast_possible_truncation, reason = "an index below K, which fits 32 bits")]
        Self(token.index() as u32)
    }
}

impl<const K: usize> Target for Class<K> {
    type Value<T: Scalar> = Self;

    fn elements<T: Scalar>(_: &Self) -> impl Iterator<Item = (usize, T)> {
        iter::empty()
    }

    fn label<T: Scalar>(value: &Self) -> Option<usize> {
        Some(value.index())
    }
}

impl<const K: usize, const L: usize> Target for [Class<K>; L] {
    type Value<T: Scalar> = Self;

    fn elements<T: Scalar>(_: &Self) -> impl Iterator<Item = (usize, T)> {
        iter::empty()
    }
}

/// A target for each step that has one.
impl<Y: Target, const L: usize> Target for [Option<Y>; L] {
    const ELEMENTS: usize = L * Y::ELEMENTS;
    const LEAVES_OUT_STEPS: bool = true;

    type Value<T: Scalar> = [Option<Y::Value<T>>; L];

    fn elements<T: Scalar>(value: &Self::Value<T>) -> impl Iterator<Item = (usize, T)> {
        let steps = value.iter().enumerate().filter_map(|(step, target)| Some((step, target.as_ref()?)));
        steps.flat_map(|(step, target)| {
            Y::elements(target).map(move |(position, element)| (step * Y::ELEMENTS + position, element))
        })
    }

    fn end<T: Scalar>(value: &Self::Value<T>) -> Option<usize> {
        Some(value.iter().rposition(Option::is_some).map_or(0, |last| last + 1))
    }
}

impl<S: Shape> Target for S {
    const ELEMENTS: usize = S::LEN;

    type Value<T: Scalar> = S::Array<T>;

    fn elements<T: Scalar>(value: &S::Array<T>) -> impl Iterator<Item = (usize, T)> {
        S::flat(value).iter().copied().enumerate()
    }
}

/// A kind of target that holds another: itself, or, for [`Weighted`], what the weight belongs to. So metrics, which count every
/// sample alike, measure weighted data too.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the targets are `{Self}` but the metric compares with `{Inner}`",
    label = "this metric does not fit the targets"
)]
pub trait Holds<Inner: Target>: Target {
    /// The target inside.
    fn inner<T: Scalar>(value: &Self::Value<T>) -> &Inner::Value<T>;
}

impl<Y: Target> Holds<Y> for Y {
    #[inline(always)]
    fn inner<T: Scalar>(value: &Y::Value<T>) -> &Y::Value<T> {
        value
    }
}

impl<Y: Target> Holds<Y> for Weighted<Y> {
    #[inline(always)]
    fn inner<T: Scalar>(value: &Self::Value<T>) -> &Y::Value<T> {
        value.target()
    }
}

/// A kind of target that is a class, or a class for each step of a sequence, whatever the number of classes.
pub trait ClassTarget: Target {
    /// The number of classes in a target.
    const STEPS: usize;
    /// The kind of target of a step: a class.
    type Step: Target;

    /// Returns the target of a step.
    fn step<T: Scalar>(value: &Self::Value<T>, step: usize) -> &<Self::Step as Target>::Value<T>;

    /// Returns the index of the class at a step.
    fn number<T: Scalar>(value: &Self::Value<T>, step: usize) -> u32;
}

impl<const K: usize> ClassTarget for Class<K> {
    const STEPS: usize = 1;
    type Step = Self;

    #[inline(always)]
    fn step<T: Scalar>(value: &Self, _: usize) -> &Self {
        value
    }

    #[inline(always)]
    fn number<T: Scalar>(value: &Self, _: usize) -> u32 {
        value.0
    }
}

impl<const K: usize, const L: usize> ClassTarget for [Class<K>; L] {
    const STEPS: usize = L;
    type Step = Class<K>;

    #[inline(always)]
    fn step<T: Scalar>(value: &Self, step: usize) -> &Class<K> {
        &value[step]
    }

    #[inline(always)]
    fn number<T: Scalar>(value: &Self, step: usize) -> u32 {
        value[step].0
    }
}

/// A kind of target of `K` classes.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the weights are those of {K} classes, but the targets are `{Self}`",
    label = "another number of classes"
)]
pub trait ClassTargetOf<const K: usize>: ClassTarget {}

impl<const K: usize> ClassTargetOf<K> for Class<K> {}

impl<const K: usize, const L: usize> ClassTargetOf<K> for [Class<K>; L] {}
