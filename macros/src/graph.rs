//! Which network was declared? Names are resolved, `_` is inferred and shapes are propagated from layer to layer, so that
//! `check` and `expand` read one plain chain.

use proc_macro2::Ident;
use syn::{Attribute, Path, Visibility};

use crate::ast::{Declaration, Form, Tile};
use crate::errors::{self, Errors};
use crate::fallback;
use crate::identifier;
use crate::layer::{Argument, Flow, Requirement, Spec, Takes, Type};
use crate::place::Place;
use crate::setting::Value;
use crate::shape::Shape;
use crate::size::Size;

mod block;
mod extent;
mod size;

mod identity;
mod settings;

mod field;

mod statement;

mod header;

mod budget;
mod flow;
mod source;

pub(crate) use block::{Block, Branch, End, Shortcut};
pub(crate) use budget::Budget;
pub(crate) use extent::{Array, arrays};
use flow::{State, Whose};
pub(crate) use settings::{CustomSettings, Initialization, InitializerKind};
pub(crate) use source::Source;

/// A resolved network: a chain of layers. The layers of a block are a network nested in the declared one.
pub(crate) struct Network {
    /// Docs and attributes above the struct.
    pub(crate) attributes: Vec<Attribute>,
    /// The number of samples that pass through the network together, if the user chose it.
    pub(crate) tile: Option<Tile>,
    /// The limits of its size, if the user chose some.
    pub(crate) budget: Option<Budget>,
    /// The visibility of the struct.
    pub(crate) visibility: Visibility,
    /// The name of its struct.
    pub(crate) name: Ident,
    /// Its name in messages: that of the struct, or `Name.block` for a block.
    pub(crate) title: String,
    /// The path of the block or branch whose layers these are, with the names of the blocks around it; `None` for a declared
    /// network.
    pub(crate) block: Option<String>,
    /// The names of the const parameters, all `usize`.
    pub(crate) parameters: Vec<Ident>,
    /// The shape that the first layer receives.
    pub(crate) input: Shape,
    /// For each part of this shape, whether the network takes padded sequences for it; empty in a block.
    pub(crate) padded: Vec<bool>,
    /// The producer of this shape.
    pub(crate) source: Source,
    /// Whether `input` is what the user wrote, not a guess after a mistake.
    pub(crate) input_known: bool,
    /// The shape after `->`, or in a block the shape that its output is compared with, and its position.
    pub(crate) declared_output: Option<(Shape, Place)>,
    /// What the output has to be.
    pub(crate) end: End,
    /// Whether a layer was left out at the end, so that the declared output is not checked.
    pub(crate) open_end: bool,
    /// The layers in order; empty only after a mistake.
    pub(crate) layers: Vec<Layer>,
}

/// A resolved layer.
pub(crate) struct Layer {
    /// Docs and attributes above the layer.
    pub(crate) attributes: Vec<Attribute>,
    /// Its initializer, if the user chose one.
    pub(crate) initialization: Option<Initialization>,
    /// Whether the optimizer leaves it unchanged.
    pub(crate) frozen: bool,
    /// Whether the backward pass computes it again.
    pub(crate) recomputed: bool,
    /// The user's name, or one derived from the kind: `tanh`, `tanh_2`.
    pub(crate) field: Ident,
    /// The same name in messages, with the names of the blocks around it: `block.tanh`.
    pub(crate) path: String,
    /// The kind of the layer.
    pub(crate) kind: Kind,
    /// The position of the name or path of its type.
    pub(crate) place: Place,
    /// The position of each size that the user wrote.
    pub(crate) size_places: Vec<Place>,
    /// The shape that it takes.
    pub(crate) takes: Taken,
    /// The shape that it gives.
    pub(crate) output: Shape,
    /// The position of its settings, or of its type if it has none.
    pub(crate) settings_place: Place,
    /// Which of its shapes can be checked.
    pub(crate) known: Known,
    /// False if a layer right before it was left out, so that the edge between them is not checked.
    pub(crate) joined: bool,
    /// Its type as shown to the user: `Dense<64, 32>`.
    pub(crate) description: String,
}

/// Which shapes of a layer can be checked, because they do not depend on a guess after a mistake.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// The shape that it takes.
    pub(crate) takes: bool,
    /// The shape that it gives.
    pub(crate) output: bool,
    /// The kind of this shape, even if a size is not known.
    pub(crate) kind: bool,
}

/// The shape that a layer takes.
pub(crate) enum Taken {
    /// Any shape.
    Any,
    /// What a layer of the library takes, with the sizes that it requires along the axes.
    Shape(Takes, Vec<Option<Size>>),
    /// A shape that only the compiler knows.
    Foreign,
}

/// The kind of a layer.
pub(crate) enum Kind {
    /// A layer of this library.
    BuiltIn(BuiltIn),
    /// A block whose input is added to its output.
    Block(Box<Block>),
    /// Any other path.
    Custom {
        /// The path with its generic arguments.
        path: Path,
        /// The settings in parentheses; `None` without parentheses.
        settings: Option<CustomSettings>,
    },
}

/// A layer of this library.
pub(crate) struct BuiltIn {
    /// The specification of the layer.
    pub(crate) spec: &'static Spec,
    /// Its sizes, one per slot.
    pub(crate) sizes: Vec<Size>,
    /// For each size, whether it was written as `_`.
    pub(crate) inferred: Vec<bool>,
    /// Its settings, one per setting of the specification.
    pub(crate) settings: Vec<Value>,
    /// The generic arguments of its type.
    pub(crate) arguments: Vec<Argument>,
    /// The type of its parameters.
    pub(crate) parameters: Option<Type>,
    /// The other requirements on its input.
    pub(crate) requires: Vec<Requirement>,
}

/// Resolves a declaration. Mistakes are reported, and the affected parts are guessed or left out.
pub(crate) fn resolve(declaration: Declaration, errors: &mut Errors) -> Network {
    let header = header::header(&declaration, errors);
    let mut statements = statement::statements(&declaration.layers, &declaration, errors);
    // A body that could not be parsed was already reported.
    if declaration.layers.is_empty() && declaration.form != Form::Missing {
        errors.push(errors::no_layers(&declaration.name));
    }
    let unknown = fallback::size(&declaration.name);
    let input = header::input(&header, &declaration, &mut statements, errors);
    let input_known = input.is_some();
    let input = input.unwrap_or_else(|| header::guess(&statements, &unknown));
    let (source, title) = (Source::input(header.input.as_ref()), identifier::plain(&declaration.name));
    let whose = Whose {
        visibility: &declaration.visibility,
        name: &declaration.name,
        title: &title,
        prefix: "",
        parameters: &declaration.parameters,
    };
    let mut state = State::new(input.clone(), input_known, source.clone(), unknown);
    let layers = flow::layers(statements, header.output.as_ref(), &whose, &mut state, errors);
    let place = declaration.output.path().map_or_else(Place::call, |path| path.place);
    Network {
        input,
        padded: header.padded,
        source,
        input_known,
        declared_output: header.output.map(|shape| (shape, place)),
        end: End::Declared,
        open_end: state.gap,
        layers,
        attributes: declaration.attributes,
        tile: declaration.tile,
        budget: declaration.budget.as_ref().and_then(|written| budget::budget(written, errors)),
        visibility: declaration.visibility,
        title,
        name: declaration.name,
        block: None,
        parameters: declaration.parameters,
    }
}

impl Network {
    /// Returns whether it takes padded sequences.
    pub(crate) fn is_padded(&self) -> bool {
        self.padded.contains(&true)
    }

    /// Returns the shape that reaches the layer at `index`, and whether it is known; after the last layer, the network's
    /// output.
    pub(crate) fn incoming(&self, index: usize) -> (&Shape, bool) {
        let before = index.checked_sub(1).and_then(|index| self.layers.get(index));
        before.map_or((&self.input, self.input_known), |layer| (&layer.output, layer.known.output))
    }

    /// Returns the source of the number of values that reach the layer at `index`.
    pub(crate) fn source(&self, index: usize) -> Source {
        let before = self.layers.iter().take(index);
        before.rev().find(|layer| !layer.keeps_size()).map_or_else(|| self.source.clone(), Source::layer)
    }

    /// Returns whether a layer of this network determines that number, and not its input.
    pub(crate) fn has_source(&self, index: usize) -> bool {
        self.layers.iter().take(index).any(|layer| !layer.keeps_size())
    }

    /// Returns whether it has to give the shape that it takes.
    pub(crate) fn gives_what_it_takes(&self) -> bool {
        matches!(self.end, End::Added { is_shortcut: false, .. } | End::Repeated)
    }

    /// Returns all layers; the layers of a block follow their block.
    pub(crate) fn every_layer(&self) -> Vec<&Layer> {
        let mut layers = Vec::new();
        for layer in &self.layers {
            layers.push(layer);
            if let Kind::Block(block) = &layer.kind {
                layers.extend(block.networks().into_iter().flat_map(Network::every_layer));
            }
        }
        layers
    }
}

impl Layer {
    /// Returns the layer of the library, if it is one.
    pub(crate) fn built_in(&self) -> Option<&BuiltIn> {
        match &self.kind {
            Kind::BuiltIn(built_in) => Some(built_in),
            Kind::Block(_) | Kind::Custom { .. } => None,
        }
    }

    /// Returns whether it gives as many values as it takes.
    pub(crate) fn keeps_size(&self) -> bool {
        match &self.kind {
            Kind::BuiltIn(built_in) => built_in.spec.keeps_size(),
            Kind::Block(block) => block.keeps_size(),
            Kind::Custom { .. } => false,
        }
    }

    /// Returns the block, if it is one.
    pub(crate) fn block(&self) -> Option<&Block> {
        match &self.kind {
            Kind::Block(block) => Some(block),
            Kind::BuiltIn(_) | Kind::Custom { .. } => None,
        }
    }

    /// Returns its written sizes: those of a layer of the library, or the count of a repeated block.
    pub(crate) fn sizes(&self) -> Vec<&Size> {
        match &self.kind {
            Kind::BuiltIn(built_in) => built_in.sizes.iter().collect(),
            Kind::Block(block) => block.count().into_iter().collect(),
            Kind::Custom { .. } => Vec::new(),
        }
    }

    /// Returns whether it is a head: a network that ends with it learns from the values before it.
    pub(crate) fn is_head(&self) -> bool {
        self.built_in().is_some_and(|built_in| built_in.spec.flow == Flow::Head)
    }

    /// Returns its name in a message.
    pub(crate) fn text(&self) -> String {
        format!("`{}`", self.path)
    }

    /// Returns its source text with another size in a slot: `` `Dense<64, 32>` for `hidden` ``.
    pub(crate) fn rewritten(&self, slot: usize, size: &str) -> Option<String> {
        let built_in = self.built_in()?;
        let sizes = built_in.sizes.iter().zip(&built_in.inferred).enumerate();
        let sizes: Vec<_> = sizes
            .map(|(index, (written, &inferred))| match index {
                _ if index == slot => size.to_owned(),
                _ if inferred => "_".to_owned(),
                _ => written.text(),
            })
            .collect();
        Some(format!("`{}` for {}", built_in.spec.written(&sizes), self.text()))
    }
}
