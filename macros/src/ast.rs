//! What did the user write? Every node keeps its place in the source; nothing is judged here.

use proc_macro2::Ident;
use syn::{Attribute, Expr, Path, Visibility};

use crate::place::Place;
use crate::signature::{BuiltIn, BuiltInShape};

/// One whole `network!` declaration.
pub(crate) struct Declaration {
    /// Docs and attributes above the struct.
    pub(crate) attributes: Vec<Attribute>,
    /// `#[tile(..)]`: how many samples go through the network together.
    pub(crate) tile: Option<Tile>,
    /// `#[budget(..)]`: what the network may take.
    pub(crate) budget: Option<Settings>,
    /// The visibility of the struct.
    pub(crate) visibility: Visibility,
    /// The name of the network.
    pub(crate) name: Ident,
    /// The names of the const parameters.
    pub(crate) parameters: Vec<Ident>,
    /// The shape in parentheses after the name.
    pub(crate) input: Written<Shape>,
    /// The shape after `->`.
    pub(crate) output: Written<Shape>,
    /// Braces, or one line after `=`.
    pub(crate) form: Form,
    /// The layers in order; `None` where a layer was written that could not be read.
    pub(crate) layers: Vec<Option<Layer>>,
}

/// Something that may be left out, or be there and wrong, which was then already reported.
pub(crate) enum Written<T> {
    /// Not there.
    Absent,
    /// There, reported as wrong.
    Failed,
    /// There and readable.
    Here(T),
}

/// Which of the two ways of writing a network was used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `struct Name { .. }`
    Braces,
    /// `struct Name = ..`
    OneLine,
    /// Neither followed the header, which was already reported.
    Missing,
}

/// `#[tile(64)]`
pub(crate) struct Tile {
    /// The number of samples.
    pub(crate) samples: Expr,
    /// Where it stands.
    pub(crate) place: Place,
}

/// One layer of the network.
pub(crate) struct Layer {
    /// Docs and attributes above the layer.
    pub(crate) attributes: Vec<Attribute>,
    /// `#[init(..)]`: how its weights are drawn.
    pub(crate) init: Option<Init>,
    /// `#[frozen]`: the optimizer leaves it as it is.
    pub(crate) frozen: Option<Place>,
    /// The name before the colon.
    pub(crate) name: Option<Ident>,
    /// What comes after it.
    pub(crate) kind: LayerKind,
}

/// A layer of this library, or one of the user's own.
pub(crate) enum LayerKind {
    /// A single identifier from the table in `signature.rs`.
    BuiltIn {
        /// Which one.
        layer: BuiltIn,
        /// The identifier as written.
        word: Ident,
        /// What stands between `<` and `>`.
        sizes: Vec<Size>,
        /// The parentheses after it.
        settings: Option<Settings>,
    },
    /// `Residual { .. }`
    Residual {
        /// The word before the braces.
        word: Ident,
        /// What stands between them, as the layers of a network.
        layers: Vec<Option<Layer>>,
    },
    /// Any other path; the compiler finds out whether it is a layer.
    Own {
        /// The path with its generic arguments.
        path: Path,
        /// The parentheses after it.
        settings: Option<Settings>,
    },
}

/// What stands in parentheses after a layer or an initializer.
#[derive(Clone)]
pub(crate) struct Settings {
    /// One after the other.
    pub(crate) list: Vec<Setting>,
    /// The parentheses.
    pub(crate) place: Place,
}

/// One of them.
#[derive(Clone)]
pub(crate) struct Setting {
    /// What stands before `=`.
    pub(crate) name: Option<Ident>,
    /// The value.
    pub(crate) value: Expr,
    /// Where it stands.
    pub(crate) place: Place,
}

/// What stands in `#[init(..)]`.
pub(crate) enum Init {
    /// A word such as `HeNormal`, perhaps with settings.
    Word {
        /// The word.
        word: Ident,
        /// The parentheses after it.
        settings: Option<Settings>,
    },
    /// Anything else: an expression whose value is an initializer.
    Value(Expr),
}

/// A shape in the header of a network.
pub(crate) struct Shape {
    /// Which shape.
    pub(crate) kind: ShapeKind,
    /// Where it stands.
    pub(crate) place: Place,
}

/// A shape of this library, or one of the user's own.
pub(crate) enum ShapeKind {
    /// A single identifier from the table in `signature.rs`.
    BuiltIn {
        /// Which one.
        shape: BuiltInShape,
        /// What stands between `<` and `>`.
        sizes: Vec<Size>,
    },
    /// Any other path.
    Own(Path),
}

/// One size between `<` and `>`.
pub(crate) enum Size {
    /// `_`
    Infer(Place),
    /// An expression, with or without braces.
    Expression {
        /// What is computed; a block when the braces hold more than one expression.
        expression: Box<Expr>,
        /// Whether it stood in braces.
        braced: bool,
        /// Where it stands.
        place: Place,
    },
    /// Unreadable, and already reported.
    Failed(Place),
}

impl Size {
    /// Where the size stands.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Infer(place) | Self::Failed(place) | Self::Expression { place, .. } => *place,
        }
    }
}
