//! What stands in parentheses after a layer or an initializer?

use syn::Expr;

use crate::size::Size;

/// A setting that a layer or an initializer has.
#[derive(Debug)]
pub(crate) struct Setting {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What holds where the user leaves it out.
    pub(crate) default: DefaultValue,
    /// What the macro does with what is written.
    pub(crate) reading: Reading,
}

/// What holds for a setting that is not written.
#[derive(Debug)]
pub(crate) enum DefaultValue {
    /// Nothing: it must be written.
    None,
    /// A constant of the type that the setting belongs to.
    Constant(&'static str),
    /// A number.
    Number(u64),
}

/// What the macro does with the value of a setting.
#[derive(Debug)]
pub(crate) enum Reading {
    /// It is an expression that is left to the compiler.
    Value,
    /// It changes shapes: a size of at least `least`, or one of some words. The library has an enum of the name `named` for it
    /// where there are words: a variant for each of them, and `Of` for a size.
    Shapes {
        /// The smallest size.
        least: u64,
        /// The words.
        words: &'static [&'static str],
        /// The enum.
        named: Option<&'static str>,
    },
}

impl Setting {
    /// A setting that must be written.
    pub(crate) const fn needed(name: &'static str) -> Self {
        Self { name, default: DefaultValue::None, reading: Reading::Value }
    }

    /// A setting whose value is the constant `default`, a member of the type that it belongs to, unless written.
    pub(crate) const fn optional(name: &'static str, default: &'static str) -> Self {
        Self { name, default: DefaultValue::Constant(default), reading: Reading::Value }
    }

    /// A setting that changes shapes: a size of at least `least`, which is `default` unless written.
    pub(crate) const fn shaping(name: &'static str, default: u64, least: u64) -> Self {
        let reading = Reading::Shapes { least, words: &[], named: None };
        Self { name, default: DefaultValue::Number(default), reading }
    }

    /// The setting with words that may be written instead of a size, and the library's enum that has both.
    pub(crate) const fn with_words(self, words: &'static [&'static str], named: &'static str) -> Self {
        let Reading::Shapes { least, .. } = self.reading else { return self };
        Self { reading: Reading::Shapes { least, words, named: Some(named) }, ..self }
    }
}

/// What a setting is after resolution.
pub(crate) enum Value {
    /// An expression of the user's; nothing where the default holds.
    Expression(Option<Expr>),
    /// A size.
    Size(Size),
    /// One of the words.
    Word(&'static str),
}
