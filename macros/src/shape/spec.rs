//! Which shapes does the library provide?

use proc_macro2::Ident;

use crate::identifier;

/// Every shape of the library.
const ALL: [&ShapeSpec; 7] = [&VECTOR, &IMAGE, &SEQUENCE, &PROBABILITIES, &PROBABILITY_SEQUENCE, &TOKENS, &PAIR];

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
    /// Whether its elements are values to compute with, and not tokens or a pair.
    pub(crate) has_values: bool,
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
    /// The upper bound of the size, if it has one apart from memory.
    pub(crate) most: Option<u64>,
}

impl Axis {
    /// Returns an axis of any size.
    const fn new(name: &'static str, nouns: [&'static str; 2]) -> Self {
        Self { name, nouns, most: None }
    }
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

    /// Returns whether `word` names a shape of the library, also a padded one.
    pub(crate) fn is_named(word: &Ident) -> bool {
        Self::named(word).is_some() || super::is_padded(word)
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
    axes: &[Axis::new("values", ["value", "values"])],
    has_values: true,
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
        Axis::new("channels", ["channel", "channels"]),
        Axis::new("height", ["row", "rows"]),
        Axis::new("width", ["column", "columns"]),
    ],
    has_values: true,
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
    axes: &[Axis::new("steps", ["step", "steps"]), Axis::new("features", ["feature", "features"])],
    has_values: true,
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
    axes: &[Axis::new("classes", ["value", "values"])],
    has_values: true,
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
    axes: &[Axis::new("steps", ["step", "steps"]), Axis::new("classes", ["feature", "features"])],
    has_values: true,
    joined: 1,
    plain: Form::Other(&SEQUENCE),
    normalized: Form::Itself,
    step: Form::Other(&PROBABILITIES),
};

/// `L` tokens of a vocabulary of `V`.
pub(crate) static TOKENS: ShapeSpec = ShapeSpec {
    name: "Tokens",
    example: "Tokens<16, 256>",
    noun: "tokens",
    axes: &[
        Axis::new("steps", ["step", "steps"]),
        Axis { most: Some(1 << 24), ..Axis::new("vocabulary", ["kind of token", "kinds of tokens"]) },
    ],
    has_values: false,
    joined: 0,
    plain: Form::Itself,
    normalized: Form::Itself,
    step: Form::Itself,
};

/// One shape and another. Its arguments are shapes.
pub(crate) static PAIR: ShapeSpec = ShapeSpec {
    name: "Pair",
    example: "Pair<Vector<8>, Vector<4>>",
    noun: "a pair",
    axes: &[],
    has_values: false,
    joined: 0,
    plain: Form::Itself,
    normalized: Form::Itself,
    step: Form::Itself,
};
