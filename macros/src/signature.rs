//! Which layers, shapes and initializers does the library bring, and what sizes and settings do they take? The one place
//! that names them.

use proc_macro2::Ident;

use crate::identifier;

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
    /// `LeakyRelu(slope)`
    LeakyRelu,
    /// `Elu(alpha)`
    Elu,
    /// `Gelu`
    Gelu,
    /// `GeluTanh`
    GeluTanh,
    /// `Silu`
    Silu,
    /// `Softplus(beta)`
    Softplus,
    /// `Selu`
    Selu,
    /// `Softsign`
    Softsign,
    /// `HardSigmoid`
    HardSigmoid,
    /// `HardTanh`
    HardTanh,
    /// `HardSilu`
    HardSilu,
    /// `Dropout(rate)`
    Dropout,
    /// `Softmax`
    Softmax,
}

/// The word before the braces of a block whose input is added to what its layers give.
pub(crate) const RESIDUAL: &str = "Residual";

/// Something that stands in parentheses after a layer or an initializer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The constant of the library that holds its value where the user leaves it out; without one it must be written.
    pub(crate) default: Option<&'static str>,
}

impl Setting {
    /// A setting that must be written.
    const fn needed(name: &'static str) -> Self {
        Self { name, default: None }
    }

    /// A setting whose value is the constant `default`, a member of the type that it belongs to, unless written.
    const fn optional(name: &'static str, default: &'static str) -> Self {
        Self { name, default: Some(default) }
    }
}

impl BuiltIn {
    /// Every built-in layer.
    pub(crate) const ALL: [Self; 18] = [
        Self::Dense,
        Self::Sigmoid,
        Self::Tanh,
        Self::Relu,
        Self::Identity,
        Self::LeakyRelu,
        Self::Elu,
        Self::Gelu,
        Self::GeluTanh,
        Self::Silu,
        Self::Softplus,
        Self::Selu,
        Self::Softsign,
        Self::HardSigmoid,
        Self::HardTanh,
        Self::HardSilu,
        Self::Dropout,
        Self::Softmax,
    ];

    /// The layer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        let word = identifier::plain(word);
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
            Self::LeakyRelu => "LeakyRelu",
            Self::Elu => "Elu",
            Self::Gelu => "Gelu",
            Self::GeluTanh => "GeluTanh",
            Self::Silu => "Silu",
            Self::Softplus => "Softplus",
            Self::Selu => "Selu",
            Self::Softsign => "Softsign",
            Self::HardSigmoid => "HardSigmoid",
            Self::HardTanh => "HardTanh",
            Self::HardSilu => "HardSilu",
            Self::Dropout => "Dropout",
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
            Self::LeakyRelu => "LeakyRelu(0.01)",
            Self::Elu => "Elu(1.0)",
            Self::Softplus => "Softplus(1.0)",
            Self::Dropout => "Dropout(0.2)",
            _ => self.name(),
        }
    }

    /// The settings it takes, in order.
    pub(crate) const fn settings(self) -> &'static [Setting] {
        match self {
            Self::LeakyRelu => const { &[Setting::optional("slope", "SLOPE")] },
            Self::Elu => const { &[Setting::optional("alpha", "ALPHA")] },
            Self::Softplus => const { &[Setting::optional("beta", "BETA")] },
            Self::Dropout => const { &[Setting::needed("rate")] },
            _ => &[],
        }
    }

    /// Whether it has parameters.
    pub(crate) const fn has_parameters(self) -> bool {
        matches!(self, Self::Dense)
    }

    /// Whether it maps number by number, so that it takes any shape and gives its plain form.
    pub(crate) const fn is_elementwise(self) -> bool {
        !matches!(self, Self::Dense | Self::Softmax)
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
        let word = identifier::plain(word);
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

/// The initializers that the macro knows by a single identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltInInitializer {
    /// `Zeros`
    Zeros,
    /// `Constant(value)`
    Constant,
    /// `Normal(mean, deviation)`
    Normal,
    /// `TruncatedNormal(mean, deviation)`
    TruncatedNormal,
    /// `Uniform(low, high)`
    Uniform,
    /// `GlorotNormal(gain)`
    GlorotNormal,
    /// `GlorotUniform(gain)`
    GlorotUniform,
    /// `HeNormal(gain)`
    HeNormal,
    /// `HeUniform(gain)`
    HeUniform,
    /// `LeCunNormal(gain)`
    LeCunNormal,
    /// `LeCunUniform(gain)`
    LeCunUniform,
    /// `Orthogonal(gain)`
    Orthogonal,
}

impl BuiltInInitializer {
    /// Every initializer of the library.
    pub(crate) const ALL: [Self; 12] = [
        Self::Zeros,
        Self::Constant,
        Self::Normal,
        Self::TruncatedNormal,
        Self::Uniform,
        Self::GlorotNormal,
        Self::GlorotUniform,
        Self::HeNormal,
        Self::HeUniform,
        Self::LeCunNormal,
        Self::LeCunUniform,
        Self::Orthogonal,
    ];

    /// The initializer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        let word = identifier::plain(word);
        Self::ALL.into_iter().find(|initializer| word == initializer.name())
    }

    /// The name of its variant in the library.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Zeros => "Zeros",
            Self::Constant => "Constant",
            Self::Normal => "Normal",
            Self::TruncatedNormal => "TruncatedNormal",
            Self::Uniform => "Uniform",
            Self::GlorotNormal => "GlorotNormal",
            Self::GlorotUniform => "GlorotUniform",
            Self::HeNormal => "HeNormal",
            Self::HeUniform => "HeUniform",
            Self::LeCunNormal => "LeCunNormal",
            Self::LeCunUniform => "LeCunUniform",
            Self::Orthogonal => "Orthogonal",
        }
    }

    /// How it is written, for messages.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Constant => "Constant(0.1)",
            Self::Normal => "Normal(0.0, 0.1)",
            Self::TruncatedNormal => "TruncatedNormal(0.0, 0.1)",
            Self::Uniform => "Uniform(-0.1, 0.1)",
            _ => self.name(),
        }
    }

    /// The settings it takes, in order: the fields of its variant.
    pub(crate) const fn settings(self) -> &'static [Setting] {
        match self {
            Self::Zeros => &[],
            Self::Constant => const { &[Setting::needed("value")] },
            Self::Normal | Self::TruncatedNormal => const { &[Setting::needed("mean"), Setting::needed("deviation")] },
            Self::Uniform => const { &[Setting::needed("low"), Setting::needed("high")] },
            Self::GlorotNormal | Self::GlorotUniform => const { &[Setting::optional("gain", "GLOROT_GAIN")] },
            Self::HeNormal | Self::HeUniform => const { &[Setting::optional("gain", "HE_GAIN")] },
            Self::LeCunNormal | Self::LeCunUniform => const { &[Setting::optional("gain", "LECUN_GAIN")] },
            Self::Orthogonal => const { &[Setting::optional("gain", "ORTHOGONAL_GAIN")] },
        }
    }
}
