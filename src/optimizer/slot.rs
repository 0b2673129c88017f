//! What does an optimizer remember of each parameter?

/// Something that an optimizer remembers of every parameter, under a name: an element for each, zero at first.
///
/// The name identifies the memory between steps, also while settings that need it are switched off, and in checkpoints,
/// where `velocity` is the tensor `optimizer/velocity`.
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
    /// A slot whose elements have either sign, such as a velocity.
    #[must_use]
    pub const fn signed(name: &'static str) -> Self {
        Self { name, nonnegative: false }
    }

    /// A slot whose elements are never negative, such as a mean of squares. A checkpoint that says otherwise is refused.
    #[must_use]
    pub const fn nonnegative(name: &'static str) -> Self {
        Self { name, nonnegative: true }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its elements are never negative.
    #[must_use]
    pub const fn is_nonnegative(&self) -> bool {
        self.nonnegative
    }
}
