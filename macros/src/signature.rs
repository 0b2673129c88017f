//! Which layers and shapes does the library bring, and what sizes do they take? The one place
//! that names them.

use proc_macro2::Ident;

/// The layers that the macro knows by a single identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    /// `Dense<inputs, outputs>`
    Dense,
    /// `Sigmoid`
    Sigmoid,
    /// `Tanh`
    Tanh,
    /// `Relu`
    Relu,
    /// `Identity`
    Identity,
    /// `Softmax`
    Softmax,
}

impl BuiltIn {
    /// Every built-in layer.
    pub(crate) const ALL: [Self; 6] =
        [Self::Dense, Self::Sigmoid, Self::Tanh, Self::Relu, Self::Identity, Self::Softmax];

    /// The layer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| word == layer.name())
    }

    /// The name of its type in the library.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dense => "Dense",
            Self::Sigmoid => "Sigmoid",
            Self::Tanh => "Tanh",
            Self::Relu => "Relu",
            Self::Identity => "Identity",
            Self::Softmax => "Softmax",
        }
    }

    /// The sizes it takes, in order, in words.
    pub(crate) const fn sizes(self) -> &'static [&'static str] {
        match self {
            Self::Dense => &["inputs", "outputs"],
            _ => &[],
        }
    }

    /// How it is written, for messages.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Dense => "Dense<64, 32>",
            _ => self.name(),
        }
    }

    /// Whether it maps number by number, so that it takes any shape and gives its plain form.
    pub(crate) const fn is_elementwise(self) -> bool {
        matches!(self, Self::Sigmoid | Self::Tanh | Self::Relu | Self::Identity)
    }

    /// Whether it gives as many values as it takes, so that its sizes are its producer's.
    pub(crate) const fn keeps_size(self) -> bool {
        self.is_elementwise() || matches!(self, Self::Softmax)
    }
}

/// The shapes that the macro knows by a single identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltInShape {
    /// `Vector<N>`
    Vector,
    /// `Image<C, H, W>`
    Image,
    /// `Probabilities<K>`
    Probabilities,
}

impl BuiltInShape {
    /// Every built-in shape.
    pub(crate) const ALL: [Self; 3] = [Self::Vector, Self::Image, Self::Probabilities];

    /// The shape that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| word == shape.name())
    }

    /// The name of its type in the library.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Vector => "Vector",
            Self::Image => "Image",
            Self::Probabilities => "Probabilities",
        }
    }

    /// The sizes it takes, in order, in words.
    pub(crate) const fn sizes(self) -> &'static [&'static str] {
        match self {
            Self::Vector => &["values"],
            Self::Image => &["channels", "height", "width"],
            Self::Probabilities => &["classes"],
        }
    }

    /// How it is written, for messages.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Vector => "Vector<64>",
            Self::Image => "Image<1, 28, 28>",
            Self::Probabilities => "Probabilities<10>",
        }
    }
}
