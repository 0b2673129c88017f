//! What is a block, and what does it ask of the layers inside of it?

use proc_macro2::Ident;
use syn::Attribute;

use super::{Network, Source};
use crate::block::{Join, Keyword};
use crate::shape::Shape;
use crate::size::Size;

/// A block: layers within a layer. Each chain of them is a network nested in the declared one.
pub(crate) enum Block {
    /// Layers whose input, or what the shortcut gives for it, is added to their output.
    Residual {
        /// The layers in braces.
        layers: Box<Network>,
        /// The layer in parentheses, as a network of its own; its only layer, unless a mistake left it out.
        shortcut: Option<Box<Shortcut>>,
    },
    /// Layers that occur several times, one after the other.
    Repeat {
        /// The layers.
        layers: Box<Network>,
        /// How often they occur.
        count: Size,
    },
    /// Branches.
    Parallel {
        /// The name of the struct with a field for each branch.
        name: Ident,
        /// The branches in order.
        branches: Vec<Branch>,
        /// How they are joined.
        join: Join,
        /// The size of the output along the axis of the concatenation, if only the compiler knows the shape.
        joined: Option<Size>,
    },
}

/// The layer in the parentheses of a residual block.
pub(crate) struct Shortcut {
    /// The network that has it as its only layer.
    pub(crate) network: Network,
    /// Whether the optimizer leaves it unchanged.
    pub(crate) frozen: bool,
}

/// A branch of a block.
pub(crate) struct Branch {
    /// Docs and attributes above it.
    pub(crate) attributes: Vec<Attribute>,
    /// Whether the optimizer leaves it unchanged.
    pub(crate) frozen: bool,
    /// Its name.
    pub(crate) field: Ident,
    /// Its layers; a branch without layers passes its input on.
    pub(crate) network: Network,
}

/// What the output of a network has to be.
pub(crate) enum End {
    /// The shape in the header.
    Declared,
    /// The shape to which a block adds it.
    Added {
        /// What gives that shape: the producer of the input, or the shortcut.
        source: Source,
        /// Whether it is the shortcut.
        is_shortcut: bool,
    },
    /// The shape of the input, because the layers occur again.
    Repeated,
    /// A shape that can be joined to the output of the first branch.
    Joined {
        /// The block.
        block: String,
        /// The first branch.
        first: String,
        /// What gives the sizes of its output.
        source: Source,
        /// How they are joined.
        join: Join,
    },
    /// Any shape.
    Free,
}

impl End {
    /// Returns whether the output and the wanted shape have to agree along an axis.
    pub(crate) fn compares(&self, axis: usize, wanted: &Shape) -> bool {
        match self {
            Self::Joined { join, .. } => join.compares(axis, wanted.joined_axis()),
            Self::Declared | Self::Added { .. } | Self::Repeated | Self::Free => true,
        }
    }
}

impl Block {
    /// Returns its keyword.
    pub(crate) fn keyword(&self) -> Keyword {
        match self {
            Self::Residual { .. } => Keyword::Residual,
            Self::Repeat { .. } => Keyword::Repeat,
            Self::Parallel { .. } => Keyword::Parallel,
        }
    }

    /// Returns the networks in it. All of them read the input of the block.
    pub(crate) fn networks(&self) -> Vec<&Network> {
        match self {
            Self::Residual { layers, shortcut } => {
                [&**layers].into_iter().chain(shortcut.iter().map(|shortcut| &shortcut.network)).collect()
            }
            Self::Repeat { layers, .. } => vec![layers],
            Self::Parallel { branches, .. } => branches.iter().map(|branch| &branch.network).collect(),
        }
    }

    /// Returns whether it gives as many values as it takes, so that what comes before it determines them.
    pub(crate) fn keeps_size(&self) -> bool {
        match self {
            Self::Residual { shortcut, .. } => shortcut.is_none(),
            Self::Repeat { .. } => true,
            Self::Parallel { .. } => false,
        }
    }

    /// Returns how often its layers occur, if they are repeated.
    pub(crate) fn count(&self) -> Option<&Size> {
        match self {
            Self::Repeat { count, .. } => Some(count),
            Self::Residual { .. } | Self::Parallel { .. } => None,
        }
    }

    /// Returns the sizes that are its own.
    pub(crate) fn sizes(&self) -> Vec<&Size> {
        match self {
            Self::Parallel { joined, .. } => joined.iter().collect(),
            Self::Residual { .. } | Self::Repeat { .. } => self.count().into_iter().collect(),
        }
    }

    /// Returns the layer in parentheses, if there are any.
    pub(crate) fn shortcut(&self) -> Option<&Shortcut> {
        match self {
            Self::Residual { shortcut, .. } => shortcut.as_deref(),
            Self::Repeat { .. } | Self::Parallel { .. } => None,
        }
    }
}
