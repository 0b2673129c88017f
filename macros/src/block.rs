//! Which blocks are there, and how are branches joined?

use proc_macro2::Ident;

use crate::identifier;

/// The word before the braces of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    /// `Residual { .. }`: the input is added to the output of the layers.
    Residual,
    /// `Repeat<4> { .. }`: the layers occur several times.
    Repeat,
    /// `Parallel { a: { .. }, b: { .. } }`: branches with the same input.
    Parallel,
}

impl Keyword {
    const ALL: [Self; 3] = [Self::Residual, Self::Repeat, Self::Parallel];

    /// Returns the block that `word` names, if it is one.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        let word = identifier::plain(word);
        Self::ALL.into_iter().find(|keyword| word == keyword.name())
    }

    /// Returns the name of its type in the library.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Residual => "Residual",
            Self::Repeat => "Repeat",
            Self::Parallel => "Parallel",
        }
    }

    /// Returns its source text in messages.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Residual => "Residual { Dense<64, 64>, Tanh }",
            Self::Repeat => "Repeat<4> { Dense<64, 64>, Tanh }",
            Self::Parallel => "Parallel { left: { Dense<64, 32>, Tanh }, right: { Dense<64, 16> } }",
        }
    }

    /// Returns what it encloses.
    pub(crate) fn contents(self) -> &'static str {
        match self {
            Self::Residual | Self::Repeat => "layers",
            Self::Parallel => "branches",
        }
    }
}

/// How the outputs of branches become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// They are concatenated along the axis of their shape for this.
    Concat,
    /// They are added.
    Add,
    /// Two of them are the parts of a pair.
    Pair,
}

impl Join {
    /// Returns the join that `word` names, if it is one.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        let word = identifier::plain(word);
        [Self::Concat, Self::Add, Self::Pair].into_iter().find(|join| word == join.name())
    }

    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Concat => "Concat",
            Self::Add => "Add",
            Self::Pair => "Pair",
        }
    }

    /// Returns the name of its type in the library: a pair is what concatenation gives in one run.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Concat | Self::Pair => "Concat",
            Self::Add => "Add",
        }
    }

    /// Returns what it does to an output: ``which `block` adds to it``.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Concat | Self::Pair => "joins",
            Self::Add => "adds",
        }
    }

    /// Returns whether outputs that are concatenated along the axis `joined` have to agree along an axis.
    pub(crate) fn compares(self, axis: usize, joined: Option<usize>) -> bool {
        self == Self::Add || joined != Some(axis)
    }
}

/// The name of the layer in the parentheses of a residual block.
pub(crate) const SHORTCUT: &str = "shortcut";

/// The name of the size of a repeated block.
pub(crate) const COUNT: &str = "count";

/// The least and the largest number of branches.
pub(crate) const BRANCHES: [usize; 2] = [2, 8];
