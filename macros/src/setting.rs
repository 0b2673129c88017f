//! What settings can a layer or an initializer have?

use syn::Expr;

use crate::size::Size;

/// The specification of a setting of a layer or an initializer.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its default.
    pub(crate) default: DefaultValue,
    /// How the macro treats its value.
    pub(crate) reading: Reading,
    /// Layers with values of it, for the tests, in place of those made from the example of the layer.
    #[cfg_attr(not(feature = "examples"), allow(dead_code, reason = "only the tests of the library read them"))]
    pub(crate) examples: &'static [&'static str],
}

/// The default of a setting.
#[derive(Debug)]
pub(crate) enum DefaultValue {
    /// None: the setting is required.
    None,
    /// A constant of the type that the setting belongs to.
    Constant(&'static str),
    /// A number.
    Number(u64),
    /// A variant of the library's enum, for which there is no word.
    Variant(&'static str),
}

/// How the macro treats the value of a setting.
#[derive(Debug)]
pub(crate) enum Reading {
    /// It is an expression that the compiler evaluates.
    Value,
    /// It is one of some words. The library has an enum called `named`, with a variant for each.
    Word {
        /// The words.
        words: &'static [&'static str],
        /// The enum; `None` if the library's settings leave it out, because the type of the layer follows from it.
        named: Option<&'static str>,
    },
    /// It is `true` or `false`. The library's settings leave it out, because the type of the layer follows from it.
    Flag,
    /// It changes shapes: it is a size of at least `least`, or one of some words. For a setting with words the library has an
    /// enum called `named`, with a variant for each word, and `Of` for a size.
    Shapes {
        /// The lower bound of the size.
        least: u64,
        /// The words.
        words: &'static [&'static str],
        /// The enum.
        named: Option<&'static str>,
        /// Whether a pair may be written, for rows and columns. The library takes an array of both.
        pairs: bool,
        /// Whether the library's settings leave it out, because the type of the layer follows from it.
        in_type: bool,
    },
}

impl Setting {
    /// Returns a setting that is one of some words, the first of them by default, for which the library has the enum `named`.
    pub(crate) const fn word(name: &'static str, words: &'static [&'static str], named: &'static str) -> Self {
        Self {
            name,
            default: DefaultValue::Variant(words[0]),
            reading: Reading::Word { words, named: Some(named) },
            examples: &[],
        }
    }

    /// Returns a setting that is one of some words, the first of them by default, which the type of the layer follows from.
    pub(crate) const fn word_in_type(name: &'static str, words: &'static [&'static str]) -> Self {
        Self {
            name,
            default: DefaultValue::Variant(words[0]),
            reading: Reading::Word { words, named: None },
            examples: &[],
        }
    }

    /// Returns a setting that is `true` or `false`, which the type of the layer follows from.
    pub(crate) const fn flag(name: &'static str, default: &'static str) -> Self {
        Self { name, default: DefaultValue::Variant(default), reading: Reading::Flag, examples: &[] }
    }

    /// Returns a required setting.
    pub(crate) const fn needed(name: &'static str) -> Self {
        Self { name, default: DefaultValue::None, reading: Reading::Value, examples: &[] }
    }

    /// Returns a setting whose default is the constant `default`, a member of the type that it belongs to.
    pub(crate) const fn optional(name: &'static str, default: &'static str) -> Self {
        Self { name, default: DefaultValue::Constant(default), reading: Reading::Value, examples: &[] }
    }

    /// Returns a setting that changes shapes: a size of at least `least`, with a default.
    pub(crate) const fn shaping(name: &'static str, default: u64, least: u64) -> Self {
        let reading = Reading::Shapes { least, words: &[], named: None, pairs: false, in_type: false };
        Self { name, default: DefaultValue::Number(default), reading, examples: &[] }
    }

    /// Returns a setting that changes shapes: a size of at least `least`, or by default the variant `default` of the
    /// enum `named`, which has no word.
    pub(crate) const fn shaping_or(name: &'static str, default: &'static str, least: u64, named: &'static str) -> Self {
        let reading = Reading::Shapes { least, words: &[], named: Some(named), pairs: false, in_type: false };
        Self { name, default: DefaultValue::Variant(default), reading, examples: &[] }
    }

    /// Adds words that may be written instead of a size, and the library's enum of both.
    pub(crate) const fn with_words(self, words: &'static [&'static str], named: &'static str) -> Self {
        let Reading::Shapes { least, pairs, in_type, .. } = self.reading else { return self };
        Self { reading: Reading::Shapes { least, words, named: Some(named), pairs, in_type }, ..self }
    }

    /// Allows a pair of sizes, for rows and columns.
    pub(crate) const fn in_pairs(self) -> Self {
        let Reading::Shapes { least, words, named, in_type, .. } = self.reading else { return self };
        Self { reading: Reading::Shapes { least, words, named, pairs: true, in_type }, ..self }
    }

    /// Leaves the setting to the type of the layer, and adds words that may be written instead of a size.
    pub(crate) const fn in_type(self, words: &'static [&'static str]) -> Self {
        let Reading::Shapes { least, pairs, .. } = self.reading else { return self };
        Self { reading: Reading::Shapes { least, words, named: None, pairs, in_type: true }, ..self }
    }

    /// Returns whether the library's settings leave it out.
    pub(crate) const fn is_in_type(&self) -> bool {
        matches!(
            self.reading,
            Reading::Flag | Reading::Word { named: None, .. } | Reading::Shapes { in_type: true, .. }
        )
    }

    /// Replaces the layers with values of it that are tested.
    pub(crate) const fn with_examples(self, examples: &'static [&'static str]) -> Self {
        Self { examples, ..self }
    }
}

/// The value of a setting after resolution.
pub(crate) enum Value {
    /// An expression that the user wrote; `None` for the default.
    Expression(Option<Expr>),
    /// A size.
    Size(Size),
    /// A size for rows and one for columns.
    Pair([Size; 2]),
    /// One of the words, or the default without a word.
    Word(&'static str),
}

impl Value {
    /// Returns the sizes in it.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Size(size) => std::slice::from_ref(size),
            Self::Pair(sizes) => sizes,
            Self::Expression(_) | Self::Word(_) => &[],
        }
    }

    /// Returns the size for rows (0) or columns (1), if it is not a word.
    pub(crate) fn along(&self, axis: usize) -> Option<&Size> {
        match self {
            Self::Size(size) => Some(size),
            Self::Pair(sizes) => sizes.get(axis),
            Self::Expression(_) | Self::Word(_) => None,
        }
    }
}
