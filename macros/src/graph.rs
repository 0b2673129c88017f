//! Which network was declared? Names are resolved, `_` is filled in and shapes are carried from
//! layer to layer, so that `check` and `expand` read one plain chain.

use proc_macro2::Ident;
use syn::{Attribute, Path, Visibility};

use crate::ast::{Declaration, Form, Tile, Written};
use crate::errors::{self, Errors};
use crate::fallback;
use crate::identifier;
use crate::layer::{Argument, Flow, Requirement, Spec, Type};
use crate::place::Place;
use crate::setting::Value;
use crate::shape::{Shape, ShapeSpec};
use crate::size::Size;

mod size;

mod identity;
mod settings;

mod field;

mod statement;

mod header;

mod budget;
mod flow;
mod source;

pub(crate) use budget::Budget;
use flow::{State, Whose};
pub(crate) use settings::{CustomSettings, Initialization, InitializerKind};
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
    /// What it takes.
    pub(crate) takes: Taken,
    /// What it gives.
    pub(crate) output: Shape,
    /// Where its settings stand, or its type where there are none.
    pub(crate) settings_place: Place,
    /// What of them can be judged.
    pub(crate) known: Known,
    /// False when a layer right before it was left out, so that its edge is not judged.
    pub(crate) joined: bool,
    /// How it is shown to the user: `Dense<64, 32>`.
    pub(crate) description: String,
}

/// What of a layer can be judged, since nothing on the way to it was guessed after an error.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// The shape that it takes.
    pub(crate) takes: bool,
    /// The shape that it gives.
    pub(crate) output: bool,
}

/// What a layer takes.
pub(crate) enum Taken {
    /// Any shape.
    Any,
    /// This one, or one whose plain form it is, with the sizes that the layer demands along its axes.
    Shape(&'static ShapeSpec, Vec<Option<Size>>),
    /// What only the compiler knows.
    Foreign,
}

/// A layer of this library, or one of the user's.
pub(crate) enum Kind {
    /// A layer of this library.
    BuiltIn(BuiltIn),
    /// A block whose input is added to its output.
    Block(Box<Network>),
    /// Any other path.
    Custom {
        /// The path with its generic arguments.
        path: Path,
        /// What stands in parentheses; `None` without parentheses.
        settings: Option<CustomSettings>,
    },
}

/// A layer of this library.
pub(crate) struct BuiltIn {
    /// Which one.
    pub(crate) spec: &'static Spec,
    /// Its sizes, one for each slot.
    pub(crate) sizes: Vec<Size>,
    /// Which of them were written as `_`.
    pub(crate) inferred: Vec<bool>,
    /// Its settings, one for each that it has.
    pub(crate) settings: Vec<Value>,
    /// The generic arguments of its type.
    pub(crate) arguments: Vec<Argument>,
    /// The type of its parameters.
    pub(crate) parameters: Option<Type>,
    /// What else its input has to fulfil.
    pub(crate) requires: Vec<Requirement>,
}

/// Resolves a declaration. Mistakes are reported, and what they leave open is guessed or left out.
pub(crate) fn resolve(declaration: Declaration, errors: &mut Errors) -> Network {
    let header = header::header(&declaration, errors);
    let mut statements = statement::statements(&declaration.layers, &declaration, errors);
    // One that could not be read was reported.
    if declaration.layers.is_empty() && declaration.form != Form::Missing {
        errors.push(errors::no_layers(&declaration.name));
    }
    let unknown = fallback::size(&declaration.name);
    let input = header::input(&header, &declaration, &mut statements, errors);
    let input_known = input.is_some();
    let input = input.unwrap_or_else(|| header::guess(&statements, &unknown));
    let source = Source::input(header.input.as_ref());
    let title = identifier::plain(&declaration.name);
    let whose = Whose {
        visibility: &declaration.visibility,
        name: &declaration.name,
        title: &title,
        prefix: "",
        parameters: &declaration.parameters,
    };
    let mut state = State { shape: input.clone(), known: input_known, gap: false, source: source.clone(), unknown };
    let layers = flow::layers(statements, header.output.as_ref(), &whose, &mut state, errors);
    let place = match &declaration.output {
        Written::Here(path) => path.place,
        Written::Absent | Written::Failed => Place::call(),
    };
    Network {
        input,
        source,
        input_known,
        declared_output: header.output.map(|shape| (shape, place)),
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
    /// What comes into the layer at `index`; behind the last layer, the network's output.
    pub(crate) fn incoming(&self, index: usize) -> (&Shape, bool) {
        let before = index.checked_sub(1).and_then(|index| self.layers.get(index));
        before.map_or((&self.input, self.input_known), |layer| (&layer.output, layer.known.output))
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
            if let Kind::Block(inside) = &layer.kind {
                layers.extend(inside.every_layer());
            }
        }
        layers
    }
}

impl Layer {
    /// The layer of the library, if it is one.
    pub(crate) fn built_in(&self) -> Option<&BuiltIn> {
        match &self.kind {
            Kind::BuiltIn(built_in) => Some(built_in),
            Kind::Block(_) | Kind::Custom { .. } => None,
        }
    }

    /// Whether it gives as many values as it takes.
    pub(crate) fn keeps_size(&self) -> bool {
        match &self.kind {
            Kind::BuiltIn(built_in) => built_in.spec.keeps_size(),
            Kind::Block(_) => true,
            Kind::Custom { .. } => false,
        }
    }

    /// Whether a network that ends with it learns from what is before it.
    pub(crate) fn is_head(&self) -> bool {
        self.built_in().is_some_and(|built_in| built_in.spec.flow == Flow::Head)
    }

    /// Its name in a message.
    pub(crate) fn text(&self) -> String {
        format!("`{}`", self.path)
    }

    /// How it would be written with another size in a slot: `` `Dense<64, 32>` for `hidden` ``.
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
