//! How does the interface of a network name a shape of a private type?

/// A shape in the interface of a network, known to the network's impls under a number. It serves shapes named by types that may
/// be less visible than the network. The associated type has no bounds, since a bound on a type that does not exist would be a
/// separate error.
pub trait Shown<const WHICH: usize> {
    /// The shape.
    type Shape: ?Sized;
}
