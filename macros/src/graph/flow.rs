//! Which shape passes from layer to layer? After a mistake a guess is passed on, marked as such, so that it is never checked.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Path, Visibility};

use super::header::wanted;
use super::settings::CustomSettings;
use super::statement::{StatedKind, Statement};
use super::{Kind, Known, Layer, Source, Taken};
use crate::errors::Errors;
use crate::generated;
use crate::shape::{Shape, ShapeSpec};
use crate::size::Size;
use crate::text;

mod block;
mod built_in;

use built_in::Stated;

/// The input of the layer that is being resolved.
pub(super) struct State {
    /// Its shape.
    pub(super) shape: Shape,
    /// Whether the shape follows from what the user wrote.
    pub(super) known: bool,
    /// Whether its kind does, even if a size does not.
    pub(super) kind: bool,
    /// Whether a layer was left out right before.
    pub(super) gap: bool,
    /// The producer of the shape.
    pub(super) source: Source,
    /// The stand-in for a size that a mistake left unknown.
    pub(super) unknown: Size,
}

impl State {
    /// Returns the input of the first layer.
    pub(super) fn new(shape: Shape, known: bool, source: Source, unknown: Size) -> Self {
        Self { shape, known, kind: known, gap: false, source, unknown }
    }

    /// Returns whether the input of the next layer can be checked.
    pub(super) fn is_judged(&self) -> bool {
        self.known && !self.gap
    }

    /// Returns a shape whose sizes are unknown.
    fn guess(&self, spec: &'static ShapeSpec) -> Shape {
        Shape::filled(spec, &self.unknown)
    }
}

/// The network, or the inside of a block, that contains the layers.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    /// Its visibility.
    pub(super) visibility: &'a Visibility,
    /// The name of its struct.
    pub(super) name: &'a Ident,
    /// Its name in messages.
    pub(super) title: &'a str,
    /// The prefix of its layers' names in messages.
    pub(super) prefix: &'a str,
    /// The names of the const parameters.
    pub(super) parameters: &'a [Ident],
}

/// Propagates the shape through all layers.
pub(super) fn layers(
    statements: Vec<Option<Statement>>,
    output: Option<&Shape>,
    whose: &Whose,
    state: &mut State,
    errors: &mut Errors,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    let asked: Vec<_> =
        (1..=statements.len()).map(|next| statements.get(next..).and_then(|rest| wanted(rest, output))).collect();
    for (statement, wanted) in statements.into_iter().zip(asked) {
        let Some(statement) = statement else {
            state.gap = true;
            state.shape = Shape::vector(state.unknown.clone());
            (state.known, state.kind) = (false, false);
            continue;
        };
        let layer = layer(statement, wanted.as_ref(), whose, layers.len(), state, errors);
        if !layer.keeps_size() {
            state.source = Source::layer(&layer);
        }
        state.shape = layer.output.clone();
        (state.known, state.kind) = (layer.known.output, layer.known.kind);
        state.gap = false;
        layers.push(layer);
    }
    layers
}

/// Resolves the layer at `index`.
fn layer(
    statement: Statement,
    wanted: Option<&Size>,
    whose: &Whose,
    index: usize,
    state: &State,
    errors: &mut Errors,
) -> Layer {
    let path = format!("{}{}", whose.prefix, statement.field);
    let unknown = Shape::Unknown(generated::shape(whose.name, index));
    let Statement { attributes, initialization, frozen, recomputed, field, place, .. } = statement;
    let (size_places, settings_place) = (statement.size_places, statement.settings_place);
    let settings = statement.written_settings;
    let form = match statement.kind {
        StatedKind::BuiltIn { spec, sizes, settings: values } => {
            let layer = Stated { spec, path: &path, place, settings: values, unknown: &unknown };
            layer.form(&sizes, &settings, wanted, whose.parameters, state, errors)
        }
        StatedKind::Block(stated) => {
            let block = block::Within { path: &path, field: &field, place, whose, index, state };
            block.form(stated, errors)
        }
        StatedKind::Custom { path, settings: values } => custom(path, values, &settings, unknown),
    };
    Layer {
        attributes,
        initialization,
        frozen,
        recomputed,
        field,
        path,
        place,
        size_places,
        settings_place,
        kind: form.kind,
        takes: form.takes,
        output: form.output,
        known: form.known,
        joined: !state.gap,
        description: form.description,
    }
}

/// The resolved type of a layer, without its name and attributes.
pub(super) struct Form {
    pub(super) kind: Kind,
    pub(super) takes: Taken,
    pub(super) output: Shape,
    pub(super) known: Known,
    pub(super) description: String,
}

/// Returns a custom layer, whose shapes only the compiler knows.
fn custom(path: Path, settings: Option<CustomSettings>, written: &str, unknown: Shape) -> Form {
    Form {
        description: text::of(path.to_token_stream()) + written,
        kind: Kind::Custom { path, settings },
        takes: Taken::Foreign,
        output: unknown,
        known: Known { takes: true, output: true, kind: true },
    }
}
