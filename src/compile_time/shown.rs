//! How does the interface of a network name a shape of a private type?

/// A shape in the interface of a network, as which the network's impls know it: for one that is named by types which may be
/// less visible than the network. It has no bounds, since one about a type that does not exist would be an error of its own.
pub trait Shown<const WHICH: usize> {
    /// The shape.
    type Shape: ?Sized;
}
