//! Which initializers does the library provide, and what settings do they take?

use proc_macro2::Ident;

use crate::identifier;
use crate::setting::Setting;

/// The specification of an initializer.
pub(crate) struct InitializerSpec {
    /// The name of its variant in the library.
    pub(crate) name: &'static str,
    /// Its source text in messages.
    pub(crate) example: &'static str,
    /// Its settings, in order.
    pub(crate) settings: &'static [Setting],
    /// The form of its variant.
    pub(crate) variant: Variant,
}

/// The form of a variant of the library's enum.
#[derive(Clone, Copy)]
pub(crate) enum Variant {
    /// A word alone.
    Unit,
    /// A value in parentheses.
    Tuple,
    /// Fields with the names of the settings.
    Struct,
}

const DISTRIBUTION: &[Setting] = &[Setting::needed("mean"), Setting::needed("deviation")];
const BOUNDS: &[Setting] = &[Setting::needed("low"), Setting::needed("high")];

/// Every initializer.
static ALL: [InitializerSpec; 12] = [
    InitializerSpec { name: "Zeros", example: "Zeros", settings: &[], variant: Variant::Unit },
    InitializerSpec {
        name: "Constant",
        example: "Constant(0.1)",
        settings: &[Setting::needed("value")],
        variant: Variant::Tuple,
    },
    InitializerSpec { name: "Normal", example: "Normal(0.0, 0.1)", settings: DISTRIBUTION, variant: Variant::Struct },
    InitializerSpec {
        name: "TruncatedNormal",
        example: "TruncatedNormal(0.0, 0.1)",
        settings: DISTRIBUTION,
        variant: Variant::Struct,
    },
    InitializerSpec { name: "Uniform", example: "Uniform(-0.1, 0.1)", settings: BOUNDS, variant: Variant::Struct },
    scaled("GlorotNormal", &[Setting::optional("gain", "GLOROT_GAIN")]),
    scaled("GlorotUniform", &[Setting::optional("gain", "GLOROT_GAIN")]),
    scaled("HeNormal", &[Setting::optional("gain", "HE_GAIN")]),
    scaled("HeUniform", &[Setting::optional("gain", "HE_GAIN")]),
    scaled("LeCunNormal", &[Setting::optional("gain", "LECUN_GAIN")]),
    scaled("LeCunUniform", &[Setting::optional("gain", "LECUN_GAIN")]),
    scaled("Orthogonal", &[Setting::optional("gain", "ORTHOGONAL_GAIN")]),
];

/// Returns an initializer that has a gain with a default.
const fn scaled(name: &'static str, settings: &'static [Setting]) -> InitializerSpec {
    InitializerSpec { name, example: name, settings, variant: Variant::Struct }
}

impl InitializerSpec {
    /// Returns the initializer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<&'static Self> {
        let word = identifier::plain(word);
        ALL.iter().find(|initializer| word == initializer.name)
    }

    /// Returns the initializer with a name similar to `word`.
    pub(crate) fn like(word: &str) -> Option<&'static Self> {
        ALL.iter().find(|initializer| identifier::is_like(word, initializer.name))
    }

    /// Returns the source text of each initializer, for messages.
    pub(crate) fn examples() -> Vec<&'static str> {
        ALL.iter().map(|initializer| initializer.example).collect()
    }
}
