//! What did the user write? Every node keeps its place in the source; nothing is judged here.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::{Attribute, Expr, Visibility};

use crate::place::Place;

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
    /// The names of type parameters, which were reported.
    pub(crate) types: Vec<Ident>,
    /// The shape in parentheses after the name.
    pub(crate) input: Written<Path>,
    /// The shape after `->`.
    pub(crate) output: Written<Path>,
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
    /// The type.
    pub(crate) path: Path,
    /// The parentheses after it.
    pub(crate) settings: Option<Group>,
    /// The braces after it, with how many blocks they are within.
    pub(crate) block: Option<Block>,
}

/// `{ layers }` after the word of a block.
pub(crate) struct Block {
    /// The braces.
    pub(crate) braces: Group,
    /// The number of blocks around them.
    pub(crate) depth: usize,
}

/// A path to a layer or a shape, with what stands between its last `<` and `>`.
pub(crate) struct Path {
    /// All of its tokens.
    pub(crate) tokens: TokenStream,
    /// Its tokens without the arguments.
    pub(crate) base: TokenStream,
    /// Its identifiers.
    pub(crate) words: Vec<Ident>,
    /// Whether it is more than one identifier with arguments.
    pub(crate) leads: bool,
    /// The arguments; nothing without `<` and `>`.
    pub(crate) arguments: Option<Vec<Argument>>,
    /// Where it stands.
    pub(crate) place: Place,
}

/// What stands between two commas in `<..>`. How it reads depends on whose argument it is.
pub(crate) struct Argument {
    /// Its tokens.
    pub(crate) trees: Vec<TokenTree>,
    /// Whether a name and `=` come first.
    pub(crate) named: bool,
    /// Where it stands, or where one is missing.
    pub(crate) place: Place,
    /// What stands there in words, where one is missing.
    pub(crate) found: String,
}

impl Argument {
    /// Its tokens.
    pub(crate) fn stream(&self) -> TokenStream {
        self.trees.iter().cloned().collect()
    }

    /// Whether it is `_`.
    pub(crate) fn is_inferred(&self) -> bool {
        matches!(&self.trees[..], [TokenTree::Ident(word)] if word == "_")
    }
}

impl Path {
    /// Its identifier, when it is a single one.
    pub(crate) fn word(&self) -> Option<&Ident> {
        self.words.first().filter(|_| !self.leads)
    }

    /// Its last word, when the path leads into the library under its own name.
    pub(crate) fn in_library(&self) -> Option<&Ident> {
        let [first, .., last] = &self.words[..] else { return None };
        (first == "typenet").then_some(last)
    }
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
