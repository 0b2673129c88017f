//! Which shapes does the library provide?

use proc_macro2::Ident;

use crate::identifier;

/// Every shape of the library.
const ALL: [&ShapeSpec; 5] = [&VECTOR, &IMAGE, &SEQUENCE, &PROBABILITIES, &PROBABILITY_SEQUENCE];

/// The specification of a shape of the library.
#[derive(Debug)]
pub(crate) struct ShapeSpec {
    /// The name of its type.
    pub(crate) name: &'static str,
    /// Its source text in messages.
    pub(crate) example: &'static str,
    /// Its name in messages: `a vector`.
    pub(crate) noun: &'static str,
    /// Its sizes, in order.
    pub(crate) axes: &'static [Axis],
    /// The axis along which branches are concatenated.
    pub(crate) joined: usize,
    /// The output of an elementwise layer for this shape.
    pub(crate) plain: Form,
    /// The output of a softmax for this shape.
    pub(crate) normalized: Form,
    /// The shape of one step, without the first axis; the shape itself if it has no steps.
    pub(crate) step: Form,
}

/// One of the sizes of a shape.
#[derive(Debug)]
pub(crate) struct Axis {
    /// Its name in a list of all sizes: `height`.
    pub(crate) name: &'static str,
    /// The noun for what it counts, in singular and plural: `row`, `rows`.
    pub(crate) nouns: [&'static str; 2],
}

/// A shape that belongs to a shape.
#[derive(Debug)]
pub(crate) enum Form {
    /// The shape itself.
    Itself,
    /// Another one.
    Other(&'static ShapeSpec),
}

impl PartialEq for ShapeSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ShapeSpec {}

impl ShapeSpec {
    /// Returns the shape that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<&'static Self> {
        let word = identifier::plain(word);
        ALL.into_iter().find(|shape| word == shape.name)
    }

    /// Returns every shape.
    #[cfg(feature = "examples")]
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        ALL.into_iter()
    }

    /// Returns the output of an elementwise layer for this shape.
    pub(crate) fn plain(&'static self) -> &'static Self {
        self.plain.of(self)
    }

    /// Returns the shape of one step.
    pub(crate) fn step(&'static self) -> &'static Self {
        self.step.of(self)
    }

    /// Returns the number of axes before those of a step.
    pub(crate) fn axes_of_steps(&'static self) -> usize {
        self.axes.len() - self.step().axes.len()
    }

    /// Returns the other shapes that are accepted in place of this one.
    pub(crate) fn accepted(&'static self) -> impl Iterator<Item = &'static Self> {
        ALL.into_iter().filter(move |shape| *shape != self && shape.plain() == self)
    }
}

impl Form {
    /// Returns the form of `itself`.
    pub(super) fn of(&self, itself: &'static ShapeSpec) -> &'static ShapeSpec {
        match self {
            Self::Itself => itself,
            Self::Other(other) => other,
        }
    }
}

/// A vector of `N` values.
pub(crate) static VECTOR: ShapeSpec = ShapeSpec {
    name: "Vector",
    example: "Vector<64>",
    noun: "a vector",
    axes: &[Axis { name: "values", nouns: ["value", "values"] }],
    joined: 0,
    plain: Form::Itself,
    normalized: Form::Other(&PROBABILITIES),
    step: Form::Itself,
};

/// An image of `C` channels with `H` rows and `W` columns.
pub(crate) static IMAGE: ShapeSpec = ShapeSpec {
    name: "Image",
    example: "Image<1, 28, 28>",
    noun: "an image",
    axes: &[
        Axis { name: "channels", nouns: ["channel", "channels"] },
        Axis { name: "height", nouns: ["row", "rows"] },
        Axis { name: "width", nouns: ["column", "columns"] },
    ],
    joined: 0,
    plain: Form::Itself,
    normalized: Form::Itself,
    step: Form::Itself,
};

/// A sequence of `L` steps with `N` features each.
pub(crate) static SEQUENCE: ShapeSpec = ShapeSpec {
    name: "Sequence",
    example: "Sequence<16, 8>",
    noun: "a sequence",
    axes: &[
        Axis { name: "steps", nouns: ["step", "steps"] },
        Axis { name: "features", nouns: ["feature", "features"] },
    ],
    joined: 1,
    plain: Form::Itself,
    normalized: Form::Other(&PROBABILITY_SEQUENCE),
    step: Form::Other(&VECTOR),
};

/// A vector of `K` probabilities, the output of a softmax.
static PROBABILITIES: ShapeSpec = ShapeSpec {
    name: "Probabilities",
    example: "Probabilities<10>",
    noun: "probabilities",
    axes: &[Axis { name: "classes", nouns: ["value", "values"] }],
    joined: 0,
    plain: Form::Other(&VECTOR),
    normalized: Form::Itself,
    step: Form::Itself,
};

/// A sequence of `L` steps with `K` probabilities each, the output of a softmax.
static PROBABILITY_SEQUENCE: ShapeSpec = ShapeSpec {
    name: "ProbabilitySequence",
    example: "ProbabilitySequence<16, 10>",
    noun: "a sequence of probabilities",
    axes: &[Axis { name: "steps", nouns: ["step", "steps"] }, Axis { name: "classes", nouns: ["feature", "features"] }],
    joined: 1,
    plain: Form::Other(&SEQUENCE),
    normalized: Form::Itself,
    step: Form::Other(&PROBABILITIES),
};
