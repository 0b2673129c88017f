//! What does an optimizer remember about each parameter?

/// A named quantity that an optimizer remembers about every parameter, with one element per parameter, initially zero.
///
/// The name identifies the slot from step to step, even while the settings that need it are switched off. In a checkpoint, the
/// slot `velocity` is the tensor `optimizer/velocity`.
///
/// # Example
/// ```
/// use typenet::{Adam, Optimizer};
///
/// let slots = Adam::new(0.1).slots();
/// assert_eq!(slots.iter().map(|slot| slot.name()).collect::<Vec<_>>(), ["first_moment", "second_moment"]);
/// assert_eq!(slots.iter().map(|slot| slot.is_nonnegative()).collect::<Vec<_>>(), [false, true]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    name: &'static str,
    nonnegative: bool,
}

impl Slot {
    /// Creates a slot whose elements have either sign, such as a velocity.
    #[must_use]
    pub const fn signed(name: &'static str) -> Self {
        Self { name, nonnegative: false }
    }

    /// Creates a slot whose elements are never negative, such as a mean of squares. A checkpoint with a negative element is
    /// refused.
    #[must_use]
    pub const fn nonnegative(name: &'static str) -> Self {
        Self { name, nonnegative: true }
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether the elements are never negative.
    #[must_use]
    pub const fn is_nonnegative(&self) -> bool {
        self.nonnegative
    }
}
