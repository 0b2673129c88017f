//! Which network was declared? Names are resolved, `_` is filled in and shapes are carried from
//! layer to layer, so that `check` and `expand` read one plain chain.

use proc_macro2::Ident;
use syn::{Attribute, Expr, Path, Visibility};

use crate::ast::{Declaration, Tile};
use crate::errors::Errors;
use crate::place::Place;
use crate::shape::{Shape, Size};
use crate::signature::BuiltIn;

mod budget;
mod chain;
mod draft;
mod fields;
mod settings;
mod source;

pub(crate) use budget::Budget;
pub(crate) use settings::{Initialization, InitializerKind, OwnSettings};
pub(crate) use source::Source;

/// A resolved network: a chain of layers. The layers of a block are a network within the one that is declared.
pub(crate) struct Network {
    /// Docs and attributes above the struct.
    pub(crate) attributes: Vec<Attribute>,
    /// How many samples go through the network together, where the user says so.
    pub(crate) tile: Option<Tile>,
    /// What it may take, where the user says so.
    pub(crate) budget: Option<Budget>,
    /// The visibility of the struct.
    pub(crate) visibility: Visibility,
    /// The name of its struct.
    pub(crate) name: Ident,
    /// What it is called: as the struct, or for a block `Name.block`.
    pub(crate) title: String,
    /// The block that it is the inside of, with the names of the blocks around that.
    pub(crate) block: Option<String>,
    /// The names of the const parameters, all `usize`.
    pub(crate) parameters: Vec<Ident>,
    /// What the first layer is given.
    pub(crate) input: Shape,
    /// Who gives it.
    pub(crate) source: Source,
    /// Whether `input` is what the user wrote, not a guess after an error.
    pub(crate) input_known: bool,
    /// The shape after `->`, and where it stands.
    pub(crate) declared_output: Option<(Shape, Place)>,
    /// Whether a layer was left out at the end, so that the declared output is not judged.
    pub(crate) open_end: bool,
    /// The layers in order; empty only after an error.
    pub(crate) layers: Vec<Layer>,
}

/// A resolved layer.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, read by itself")]
pub(crate) struct Layer {
    /// Docs and attributes above the layer.
    pub(crate) attributes: Vec<Attribute>,
    /// How its weights are drawn, where the user says so.
    pub(crate) initialization: Option<Initialization>,
    /// Whether the optimizer leaves it as it is.
    pub(crate) frozen: bool,
    /// The user's name, or one made from the kind: `tanh`, `tanh_2`.
    pub(crate) field: Ident,
    /// The same in a message, with the names of the blocks around it: `block.tanh`.
    pub(crate) path: String,
    /// Which layer it is.
    pub(crate) kind: Kind,
    /// The word or path that names its type.
    pub(crate) place: Place,
    /// Where each of its sizes stands, as many as the user wrote.
    pub(crate) size_places: Vec<Place>,
    /// Whether its input size was written as `_`.
    pub(crate) inferred: bool,
    /// What it takes: `Vector<N>` for `Dense<N, _>`, else the shape that comes in.
    pub(crate) input: Shape,
    /// What it gives.
    pub(crate) output: Shape,
    /// Where its settings stand, or its type where there are none.
    pub(crate) settings_place: Place,
    /// Whether `input` can be judged: nothing on the way to it was guessed after an error.
    pub(crate) input_known: bool,
    /// Whether `output` can be judged.
    pub(crate) output_known: bool,
    /// False when a layer right before it was left out, so that its edge is not judged.
    pub(crate) joined: bool,
    /// How it is shown to the user: `Dense<64, 32>`.
    pub(crate) description: String,
}

/// A layer of this library, or one of the user's own.
pub(crate) enum Kind {
    /// A layer of this library with exactly the sizes it takes.
    BuiltIn {
        /// Which one.
        layer: BuiltIn,
        /// Its sizes, in order.
        sizes: Vec<Size>,
        /// Its settings, in order; `None` where the default holds.
        settings: Vec<Option<Expr>>,
    },
    /// A block whose input is added to its output.
    Residual(Box<Network>),
    /// Any other path.
    Own {
        /// The path with its generic arguments.
        path: Path,
        /// What stands in parentheses; `None` without parentheses.
        settings: Option<OwnSettings>,
    },
}

/// Resolves a declaration. Mistakes are reported, and what they leave open is guessed or left out.
pub(crate) fn resolve(declaration: Declaration, errors: &mut Errors) -> Network {
    let header = chain::header(&declaration, errors);
    let drafts = draft::drafts(&declaration.layers, &declaration, errors);
    chain::network(declaration, header, drafts, errors)
}

impl Network {
    /// What comes into the layer at `index`; behind the last layer, the network's output.
    pub(crate) fn incoming(&self, index: usize) -> (&Shape, bool) {
        let before = index.checked_sub(1).and_then(|index| self.layers.get(index));
        before.map_or((&self.input, self.input_known), |layer| (&layer.output, layer.output_known))
    }

    /// Who decides how many values reach the layer at `index`.
    pub(crate) fn source(&self, index: usize) -> Source {
        let before = self.layers.iter().take(index);
        before.rev().find(|layer| !layer.keeps_size()).map_or_else(|| self.source.clone(), Source::layer)
    }

    /// Whether a layer of its own decides that, and not what comes in.
    pub(crate) fn has_source(&self, index: usize) -> bool {
        self.layers.iter().take(index).any(|layer| !layer.keeps_size())
    }

    /// All layers, those in blocks behind their block.
    pub(crate) fn every_layer(&self) -> Vec<&Layer> {
        let mut layers = Vec::new();
        for layer in &self.layers {
            layers.push(layer);
            if let Kind::Residual(inside) = &layer.kind {
                layers.extend(inside.every_layer());
            }
        }
        layers
    }
}

impl Layer {
    /// The layer of the library, if it is one.
    pub(crate) fn built_in(&self) -> Option<BuiltIn> {
        match self.kind {
            Kind::BuiltIn { layer, .. } => Some(layer),
            Kind::Residual(_) | Kind::Own { .. } => None,
        }
    }

    /// Whether it gives as many values as it takes.
    pub(crate) fn keeps_size(&self) -> bool {
        matches!(self.kind, Kind::Residual(_)) || self.built_in().is_some_and(BuiltIn::keeps_size)
    }

    /// Its name in a message.
    pub(crate) fn text(&self) -> String {
        format!("`{}`", self.path)
    }
}
