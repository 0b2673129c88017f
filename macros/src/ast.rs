//! What did the user write? Each node keeps its position in the source; nothing is checked here.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::{Attribute, Expr, ExprLit, Lit, Visibility};

use crate::place::Place;

/// One whole `network!` declaration.
pub(crate) struct Declaration {
    /// Docs and attributes above the struct.
    pub(crate) attributes: Vec<Attribute>,
    /// `#[tile(..)]`: the number of samples that pass through the network together.
    pub(crate) tile: Option<Tile>,
    /// `#[budget(..)]`: the limits of the network's size.
    pub(crate) budget: Option<Settings>,
    /// The visibility of the struct.
    pub(crate) visibility: Visibility,
    /// The name of the network.
    pub(crate) name: Ident,
    /// The names of the const parameters.
    pub(crate) parameters: Vec<Ident>,
    /// The names of type parameters, which were reported as mistakes.
    pub(crate) types: Vec<Ident>,
    /// The shape in parentheses after the name.
    pub(crate) input: Written<Path>,
    /// The shape after `->`.
    pub(crate) output: Written<Path>,
    /// Whether the layers stand in braces or after `=`.
    pub(crate) form: Form,
    /// The layers in order; `None` for a layer that could not be parsed.
    pub(crate) layers: Vec<Option<Layer>>,
}

/// An optional part of a declaration.
pub(crate) enum Written<T> {
    /// It was left out.
    Absent,
    /// It was written but could not be parsed, which was reported.
    Failed,
    /// It was parsed.
    Here(T),
}

impl Written<Path> {
    /// Returns the path, if it was parsed.
    pub(crate) const fn path(&self) -> Option<&Path> {
        match self {
            Self::Here(path) => Some(path),
            Self::Absent | Self::Failed => None,
        }
    }
}

/// The form in which the layers were written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `struct Name { .. }`
    Braces,
    /// `struct Name = ..`
    OneLine,
    /// Neither followed the header, which was reported.
    Missing,
}

/// `#[tile(64)]`
pub(crate) struct Tile {
    /// The number of samples.
    pub(crate) samples: Expr,
    /// Its position.
    pub(crate) place: Place,
}

/// One layer of the network.
pub(crate) struct Layer {
    /// Docs and attributes above the layer.
    pub(crate) attributes: Vec<Attribute>,
    /// `#[init(..)]`: its initializer.
    pub(crate) init: Option<Init>,
    /// `#[frozen]`: the optimizer does not change it.
    pub(crate) frozen: Option<Place>,
    /// `#[recompute]`: the backward pass computes the block again.
    pub(crate) recompute: Option<Place>,
    /// The name before the colon.
    pub(crate) name: Option<Ident>,
    /// Its type.
    pub(crate) path: Path,
    /// The parentheses after it.
    pub(crate) settings: Option<Group>,
    /// The braces after it, with their depth.
    pub(crate) block: Option<Block>,
}

/// `{ layers }` after the keyword of a block.
pub(crate) struct Block {
    /// The braces.
    pub(crate) braces: Group,
    /// The number of blocks that enclose it.
    pub(crate) depth: usize,
}

/// `name: { layers }` in a block of branches.
pub(crate) struct Branch {
    /// Docs and attributes above the branch.
    pub(crate) attributes: Vec<Attribute>,
    /// `#[init(..)]`, which a branch does not take.
    pub(crate) init: Option<Init>,
    /// `#[frozen]`: the optimizer does not change its layers.
    pub(crate) frozen: Option<Place>,
    /// `#[recompute]`, which a branch does not take.
    pub(crate) recompute: Option<Place>,
    /// Its name.
    pub(crate) name: Ident,
    /// The braces after it.
    pub(crate) block: Block,
}

/// A path to a layer or a shape, with the arguments between its last `<` and `>`.
pub(crate) struct Path {
    /// All of its tokens.
    pub(crate) tokens: TokenStream,
    /// Its tokens without the arguments.
    pub(crate) base: TokenStream,
    /// Its identifiers.
    pub(crate) words: Vec<Ident>,
    /// Whether it is more than one identifier with arguments.
    pub(crate) leads: bool,
    /// The arguments; `None` without `<` and `>`.
    pub(crate) arguments: Option<Vec<Argument>>,
    /// Its position.
    pub(crate) place: Place,
}

/// One argument in `<..>`. How it is parsed depends on the path that it belongs to.
pub(crate) struct Argument {
    /// Its tokens.
    pub(crate) trees: Vec<TokenTree>,
    /// Whether it starts with a name and `=`.
    pub(crate) named: bool,
    /// Its position, or the position where one is missing.
    pub(crate) place: Place,
    /// The token found where one is missing, in words.
    pub(crate) found: String,
}

impl Argument {
    /// Its tokens.
    pub(crate) fn stream(&self) -> TokenStream {
        self.trees.iter().cloned().collect()
    }

    /// Returns whether it is `_`.
    pub(crate) fn is_inferred(&self) -> bool {
        matches!(&self.trees[..], [TokenTree::Ident(word)] if word == "_")
    }
}

impl Path {
    /// Returns its identifier if the path is a single one.
    pub(crate) fn word(&self) -> Option<&Ident> {
        self.words.first().filter(|_| !self.leads)
    }

    /// Returns its last word if the path starts with `typenet`.
    pub(crate) fn in_library(&self) -> Option<&Ident> {
        let [first, .., last] = &self.words[..] else { return None };
        (first == "typenet").then_some(last)
    }
}

/// The settings in parentheses after a layer or an initializer.
#[derive(Clone)]
pub(crate) struct Settings {
    /// The settings in order.
    pub(crate) list: Vec<Setting>,
    /// The parentheses.
    pub(crate) place: Place,
}

/// One setting.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The name before `=`.
    pub(crate) name: Option<Ident>,
    /// The value.
    pub(crate) value: Expr,
    /// Its position.
    pub(crate) place: Place,
}

/// The argument of `#[init(..)]`.
pub(crate) enum Init {
    /// The name of an initializer such as `HeNormal`, with optional settings.
    Word {
        /// The name.
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
        /// The expression; a block expression if the braces hold more than one.
        expression: Box<Expr>,
        /// Whether it was written in braces.
        braced: bool,
        /// Its position.
        place: Place,
    },
    /// It could not be parsed, which was reported.
    Failed(Place),
}

impl Size {
    /// Returns whether it is a number such as `0.5`.
    pub(crate) fn is_fraction(&self) -> bool {
        let Self::Expression { expression, .. } = self else { return false };
        matches!(&**expression, Expr::Lit(ExprLit { lit: Lit::Float(_), .. }))
    }

    /// Returns the position of the size.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Infer(place) | Self::Failed(place) | Self::Expression { place, .. } => *place,
        }
    }
}
