//! Which shape travels from layer to layer? After a mistake a guess travels on, marked as such, so that it is never judged.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Path, Visibility};

use super::block;
use super::header::wanted;
use super::settings::CustomSettings;
use super::statement::{StatedKind, StatedSize, Statement};
use super::{BuiltIn, Kind, Layer, Source, Taken};
use crate::errors::{self, Errors};
use crate::generated;
use crate::layer::{Resolved, Spec, Takes, Written};
use crate::place::Place;
use crate::setting::Value;
use crate::shape::{Shape, ShapeSpec, VECTOR};
use crate::size::{AXIS, Comparison, LENGTH, Size};
use crate::text;

/// What has reached the layer in question.
pub(super) struct State {
    /// The shape.
    pub(super) shape: Shape,
    /// Whether it follows from what the user wrote.
    pub(super) known: bool,
    /// Whether a layer was left out right before.
    pub(super) gap: bool,
    /// Who gives it.
    pub(super) source: Source,
    /// What stands in for a size that a mistake left unknown.
    pub(super) unknown: Size,
}

impl State {
    /// Whether what comes into a layer can be judged.
    pub(super) fn is_judged(&self) -> bool {
        self.known && !self.gap
    }

    /// A shape of which nothing is known.
    fn guess(&self, spec: &'static ShapeSpec) -> Shape {
        Shape::Known(spec, vec![self.unknown.clone(); spec.axes.len()])
    }
}

/// The network, or the inside of a block, that layers belong to.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    /// Its visibility.
    pub(super) visibility: &'a Visibility,
    /// The name of its struct.
    pub(super) name: &'a Ident,
    /// What it is called.
    pub(super) title: &'a str,
    /// What stands before the names of its layers in messages.
    pub(super) prefix: &'a str,
    /// The names of the const parameters.
    pub(super) parameters: &'a [Ident],
}

/// Carries the shape through all layers.
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
            state.known = false;
            continue;
        };
        let layer = layer(statement, wanted, whose, layers.len(), state, errors);
        if !layer.keeps_size() {
            state.source = Source::layer(&layer);
        }
        state.shape = layer.output.clone();
        state.known = layer.output_known;
        state.gap = false;
        layers.push(layer);
    }
    layers
}

/// Resolves the layer at `index`.
fn layer(
    statement: Statement,
    wanted: Option<Size>,
    whose: &Whose,
    index: usize,
    state: &State,
    errors: &mut Errors,
) -> Layer {
    let path = format!("{}{}", whose.prefix, statement.field);
    let unknown = Shape::Unknown(generated::shape(whose.name, index));
    let Statement { attributes, initialization, frozen, field, place, size_places, settings_place, .. } = statement;
    let settings = statement.written_settings;
    let form = match statement.kind {
        StatedKind::BuiltIn { spec, sizes, settings: values } => {
            let layer = Stated { spec, path: &path, place, settings: values, unknown: &unknown };
            layer.form(&sizes, &settings, wanted, whose.parameters, state, errors)
        }
        StatedKind::Block(inside) => block::form(inside, (&path, &field, place), (whose, index), state, errors),
        StatedKind::Custom { path, settings: values } => custom(path, values, &settings, unknown),
    };
    Layer {
        attributes,
        initialization,
        frozen,
        field,
        path,
        place,
        size_places,
        settings_place,
        kind: form.kind,
        takes: form.takes,
        output: form.output,
        takes_known: form.takes_known,
        output_known: form.output_known,
        joined: !state.gap,
        description: form.description,
    }
}

/// What a layer is after resolution, without what stands around it.
pub(super) struct Form {
    pub(super) kind: Kind,
    pub(super) takes: Taken,
    pub(super) takes_known: bool,
    pub(super) output: Shape,
    pub(super) output_known: bool,
    pub(super) description: String,
}

/// A custom layer, of which only the compiler knows what it takes and gives.
fn custom(path: Path, settings: Option<CustomSettings>, written: &str, unknown: Shape) -> Form {
    Form {
        description: text::of(path.to_token_stream()) + written,
        kind: Kind::Custom { path, settings },
        takes: Taken::Foreign,
        takes_known: true,
        output: unknown,
        output_known: true,
    }
}

/// A layer of the library as it is written.
struct Stated<'a> {
    spec: &'static Spec,
    path: &'a str,
    place: Place,
    settings: Vec<Value>,
    unknown: &'a Shape,
}

/// The sizes of a layer, and what may be judged by them.
#[derive(Default)]
struct Filled {
    sizes: Vec<Size>,
    inferred: Vec<bool>,
    takes_known: bool,
    output_known: bool,
}

impl Stated<'_> {
    /// Fills in what comes in and what it gives.
    fn form(
        self,
        stated: &[StatedSize],
        settings: &str,
        wanted: Option<Size>,
        parameters: &[Ident],
        state: &State,
        errors: &mut Errors,
    ) -> Form {
        let spec = self.spec;
        let filled = self.filled(stated, wanted, parameters, state, errors);
        let (input, fits) = match spec.takes {
            Takes::Any => (state.shape.clone(), true),
            Takes::Shape(shape) if state.shape.is_a(shape) || state.shape.is_foreign() => (state.shape.clone(), true),
            Takes::Shape(shape) => (state.guess(shape), false),
        };
        let mut resolved = self.resolved(&filled.sizes, &input);
        // What does not depend on the input is known whatever comes in.
        let depends = || match spec.takes {
            Takes::Any => true,
            Takes::Shape(shape) => self.resolved(&filled.sizes, &state.guess(shape)).gives.is_guessed(),
        };
        let judged = fits && state.is_judged();
        let mut output_known = filled.output_known && (judged || !depends());
        output_known &= resolved.requires.iter().all(|required| required.may_hold());
        if let Some(error) = self.cannot_compute(&resolved, parameters, state) {
            if judged && filled.takes_known {
                errors.push(error);
            }
            let known = input.spec().unwrap_or(&VECTOR);
            resolved = self.resolved(&filled.sizes, &state.guess(known));
            output_known = false;
        }
        let axes = |shape: &'static ShapeSpec| {
            let axis = |axis| spec.slot_of_input(axis).and_then(|slot| filled.sizes.get(slot)).cloned();
            (0..shape.axes.len()).map(axis).collect()
        };
        let texts: Vec<_> = filled.sizes.iter().map(Size::text).collect();
        Form {
            takes: match spec.takes {
                Takes::Any => Taken::Any,
                Takes::Shape(shape) => Taken::Shape(shape, axes(shape)),
            },
            takes_known: filled.takes_known,
            output: resolved.gives,
            output_known,
            description: spec.written(&texts) + settings,
            kind: Kind::BuiltIn(BuiltIn {
                spec,
                sizes: filled.sizes,
                inferred: filled.inferred,
                settings: self.settings,
                arguments: resolved.arguments,
                parameters: resolved.parameters,
                requires: resolved.requires,
            }),
        }
    }

    /// Why a size of the layer cannot be computed in a network with const parameters, if one has to be.
    fn cannot_compute(&self, resolved: &Resolved, parameters: &[Ident], state: &State) -> Option<syn::Error> {
        if parameters.is_empty() {
            return None;
        }
        let layer = format!("`{}`", self.path);
        resolved.sizes().into_iter().find_map(|size| {
            if size.asks_shape() {
                return Some(errors::size_of_custom_shape(self.place, &layer, &state.source.text));
            }
            let parameter = size.computes_with()?;
            Some(errors::depends_on_parameter(self.place, &layer, parameter))
        })
    }

    fn resolved(&self, sizes: &[Size], input: &Shape) -> Resolved {
        let layer = format!("`{}`", self.path);
        (self.spec.resolve)(&Written {
            sizes,
            settings: &self.settings,
            input,
            unknown: self.unknown,
            layer: &layer,
            place: self.place,
        })
    }

    /// A size for each slot: what is written, what comes in, or a guess.
    fn filled(
        &self,
        stated: &[StatedSize],
        wanted: Option<Size>,
        parameters: &[Ident],
        state: &State,
        errors: &mut Errors,
    ) -> Filled {
        let mut filled = Filled { takes_known: true, output_known: true, ..Filled::default() };
        for (slot, stated) in self.spec.sizes.iter().zip(stated) {
            let (size, known) = match (stated, slot.takes) {
                (StatedSize::Given(size), _) => (size.clone(), true),
                (StatedSize::Inferred(place), Some(axis)) => self.incoming(axis, *place, parameters, state, errors),
                (_, Some(axis)) => (state.shape.sizes().get(axis).unwrap_or(&state.unknown).clone(), false),
                (_, None) => (wanted.clone().unwrap_or_else(|| state.unknown.clone()), false),
            };
            filled.inferred.push(matches!(stated, StatedSize::Inferred(_)));
            filled.sizes.push(size);
            match slot.takes {
                Some(_) => filled.takes_known &= known,
                None => filled.output_known &= known,
            }
        }
        filled
    }

    /// What `_` stands for, and whether that can be judged.
    fn incoming(
        &self,
        axis: usize,
        place: Place,
        parameters: &[Ident],
        state: &State,
        errors: &mut Errors,
    ) -> (Size, bool) {
        let (known, Takes::Shape(shape)) = (state.is_judged(), self.spec.takes) else {
            return (state.unknown.clone(), false);
        };
        if state.shape.is_a(shape) {
            return match state.shape.sizes().get(axis) {
                Some(size) => (size.moved(place), known),
                None => (state.unknown.clone(), false),
            };
        }
        let Some(alias) = state.shape.alias() else {
            // The kind of shape is what the check reports.
            let size = state.shape.number().map(|number| Size::Number(number, place));
            return (size.unwrap_or_else(|| state.unknown.clone()), known);
        };
        if !known {
            return (state.unknown.clone(), false);
        }
        if !parameters.is_empty() {
            errors.push(errors::cannot_infer_generic(place, &state.source.text));
            return (state.unknown.clone(), false);
        }
        let words = format!("the {} of {}", shape.axes[axis].nouns[1], state.source.text);
        let number = Size::Number(axis as u64, place);
        let size = match shape.axes.len() {
            1 => Size::asked(&LENGTH, alias.clone(), Vec::new(), words, place),
            _ => Size::asked(&AXIS, alias.clone(), vec![number], words, place),
        };
        (size, true)
    }
}

/// Whether a shape fits what the first layer of a block takes, as far as the macro sees.
pub(super) fn fits(given: &Shape, takes: &Taken) -> bool {
    let Taken::Shape(shape, axes) = takes else { return true };
    if given.is_foreign() {
        return true;
    }
    let differ = |(gives, takes): (&Size, &Option<Size>)| {
        takes.as_ref().is_some_and(|takes| matches!(gives.compare(takes), Comparison::Different))
    };
    given.is_a(shape) && !given.sizes().iter().zip(axes).any(differ)
}
