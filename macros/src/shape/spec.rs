//! Which shapes does the library bring?

use proc_macro2::Ident;

use crate::identifier;

/// Every shape of the library.
const ALL: [&ShapeSpec; 3] = [&VECTOR, &IMAGE, &PROBABILITIES];

/// What the macro knows about a shape of the library.
#[derive(Debug)]
pub(crate) struct ShapeSpec {
    /// The name of its type.
    pub(crate) name: &'static str,
    /// How it is written, for messages.
    pub(crate) example: &'static str,
    /// What a message calls it: `a vector`.
    pub(crate) noun: &'static str,
    /// Its sizes, in order.
    pub(crate) axes: &'static [Axis],
    /// What a layer makes of it that maps each element alone.
    pub(crate) plain: Form,
    /// What a softmax makes of it.
    pub(crate) normalized: Form,
}

/// One of the sizes of a shape.
#[derive(Debug)]
pub(crate) struct Axis {
    /// What the size is called where all of them are listed: `height`.
    pub(crate) name: &'static str,
    /// One of what it counts, and several: `row`, `rows`.
    pub(crate) nouns: [&'static str; 2],
}

/// What becomes of a shape whose sizes stay.
#[derive(Debug)]
pub(crate) enum Form {
    /// The shape itself.
    Itself,
    /// Another one with the same axes.
    Other(&'static ShapeSpec),
}

impl PartialEq for ShapeSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl ShapeSpec {
    /// The shape that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<&'static Self> {
        let word = identifier::plain(word);
        ALL.into_iter().find(|shape| word == shape.name)
    }

    /// Every shape.
    #[cfg(feature = "examples")]
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        ALL.into_iter()
    }

    /// What a layer makes of it that maps each element alone.
    pub(crate) fn plain(&'static self) -> &'static Self {
        self.plain.of(self)
    }

    /// The other shapes that are taken where this one is wanted.
    pub(crate) fn accepted(&'static self) -> impl Iterator<Item = &'static Self> {
        ALL.into_iter().filter(move |shape| *shape != self && shape.plain() == self)
    }
}

impl Form {
    /// The form of `itself`.
    pub(super) fn of(&self, itself: &'static ShapeSpec) -> &'static ShapeSpec {
        match self {
            Self::Itself => itself,
            Self::Other(other) => other,
        }
    }
}

/// `N` values in a row.
pub(crate) static VECTOR: ShapeSpec = ShapeSpec {
    name: "Vector",
    example: "Vector<64>",
    noun: "a vector",
    axes: &[Axis { name: "values", nouns: ["value", "values"] }],
    plain: Form::Itself,
    normalized: Form::Other(&PROBABILITIES),
};

/// `C` channels of `H` rows and `W` columns.
pub(crate) static IMAGE: ShapeSpec = ShapeSpec {
    name: "Image",
    example: "Image<1, 28, 28>",
    noun: "an image",
    axes: &[
        Axis { name: "channels", nouns: ["channel", "channels"] },
        Axis { name: "height", nouns: ["row", "rows"] },
        Axis { name: "width", nouns: ["column", "columns"] },
    ],
    plain: Form::Itself,
    normalized: Form::Itself,
};

/// `K` probabilities that a softmax made.
static PROBABILITIES: ShapeSpec = ShapeSpec {
    name: "Probabilities",
    example: "Probabilities<10>",
    noun: "probabilities",
    axes: &[Axis { name: "classes", nouns: ["value", "values"] }],
    plain: Form::Other(&VECTOR),
    normalized: Form::Itself,
};
