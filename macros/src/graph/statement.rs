//! What does each layer state about itself, independent of adjacent layers?

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Path};

use super::field;
use super::identity::{Identity, identity};
use super::settings::{self, CustomSettings, Initialization};
use super::size;
use crate::ast::{self, Declaration};
use crate::errors::{self, Errors};
use crate::layer::{Flow, Parameters, Spec};
use crate::place::Place;
use crate::setting::{Reading, Value};
use crate::size::Size;
use crate::text;

mod block;

pub(super) use block::{StatedBlock, StatedBranch};

/// A layer with its attributes and settings.
pub(super) struct Statement {
    /// Docs and attributes above the layer.
    pub(super) attributes: Vec<Attribute>,
    /// Its initializer, if the user chose one.
    pub(super) initialization: Option<Initialization>,
    /// Whether the optimizer leaves it unchanged.
    pub(super) frozen: bool,
    /// Whether the backward pass computes it again.
    pub(super) recomputed: bool,
    /// The user's name or an automatic one.
    pub(super) field: Ident,
    /// The position of the name or path of its type.
    pub(super) place: Place,
    /// The positions of its sizes.
    pub(super) size_places: Vec<Place>,
    /// The position of its settings, or of its type if it has none.
    pub(super) settings_place: Place,
    /// The source text of its settings.
    pub(super) written_settings: String,
    /// The kind of the layer.
    pub(super) kind: StatedKind,
}

/// The kind of a layer, with the sizes that it states.
pub(super) enum StatedKind {
    /// A layer of the library.
    BuiltIn {
        /// The specification of the layer.
        spec: &'static Spec,
        /// Its sizes, one per slot.
        sizes: Vec<StatedSize>,
        /// Its settings, one per setting of the specification.
        settings: Vec<Value>,
    },
    /// A block.
    Block(StatedBlock),
    /// A custom type.
    Custom {
        /// The path with its generic arguments.
        path: Path,
        /// The settings in parentheses.
        settings: Option<CustomSettings>,
    },
}

/// One size of a layer.
#[derive(Clone)]
pub(super) enum StatedSize {
    /// It is written.
    Given(Size),
    /// It is `_`.
    Inferred(Place),
    /// It is wrong, which was reported.
    Failed,
}

impl StatedSize {
    /// The size, if it is written.
    pub(super) fn given(&self) -> Option<&Size> {
        match self {
            Self::Given(size) => Some(size),
            Self::Inferred(_) | Self::Failed => None,
        }
    }
}

/// Returns the statement of each of `layers`, which belong to the declaration or to one of its blocks; `None` for a layer that
/// is left out.
pub(super) fn statements(
    layers: &[Option<ast::Layer>],
    declaration: &Declaration,
    errors: &mut Errors,
) -> Vec<Option<Statement>> {
    statements_beside(layers, None, declaration, errors)
}

/// Does the same beside another field with the name `reserved`.
fn statements_beside(
    layers: &[Option<ast::Layer>],
    reserved: Option<&str>,
    declaration: &Declaration,
    errors: &mut Errors,
) -> Vec<Option<Statement>> {
    let mut identify = |layer: &ast::Layer| identity(layer, declaration, errors);
    let identities: Vec<_> = layers.iter().map(|layer| layer.as_ref().and_then(&mut identify)).collect();
    let pairs = layers.iter().zip(&identities);
    let known: Vec<_> = pairs.filter_map(|(layer, identity)| Some((layer.as_ref()?, identity.as_ref()?))).collect();
    let mut fields = field::fields(&known, reserved, errors).into_iter();
    let mut statements = Vec::new();
    for (layer, identity) in layers.iter().zip(identities) {
        let (Some(layer), Some(identity)) = (layer, identity) else {
            statements.push(None);
            continue;
        };
        // There is one name for each layer with an identity.
        statements.extend(fields.next().map(|field| statement(layer, identity, field, declaration, errors)));
    }
    statements
}

/// Returns the statement of one layer.
fn statement(
    layer: &ast::Layer,
    identity: Identity,
    field: Ident,
    declaration: &Declaration,
    errors: &mut Errors,
) -> Option<Statement> {
    let mut size_places = Vec::new();
    let has_parameters = HasParameters::of(&identity);
    let (place, kind, settings) = match identity {
        Identity::BuiltIn { spec, word, sizes, settings } => {
            size_places.extend(sizes.iter().map(ast::Size::place));
            let layer = BuiltIn { spec, word: &word, field: &field, sizes: &sizes, settings: settings.as_ref() };
            (Place::of(&word), layer.stated(&declaration.parameters, errors)?, settings)
        }
        Identity::Block { word, inside } => {
            let within = block::Within { word: &word, field: &field, declaration };
            let block = within.stated(inside, errors)?;
            (Place::of(word), StatedKind::Block(block), None)
        }
        Identity::Custom { path, settings } => {
            let values = match &settings {
                Some(settings) => Some(settings::of_custom(settings, errors)?),
                None => None,
            };
            (Place::of(&path), StatedKind::Custom { path, settings: values }, settings)
        }
    };
    judge_attributes(layer, has_parameters, &field, errors);
    let recomputed = recomputed(layer, &kind, &field, errors);
    Some(Statement {
        attributes: layer.attributes.clone(),
        initialization: layer.init.as_ref().and_then(|init| settings::initialization(init, errors)),
        frozen: layer.frozen.is_some(),
        recomputed,
        field,
        place,
        size_places,
        settings_place: settings.as_ref().map_or(place, |settings| settings.place),
        written_settings: settings.as_ref().map_or_else(String::new, text_of),
        kind,
    })
}

/// Returns the position of an initializer.
fn place_of(init: &ast::Init) -> Place {
    match init {
        ast::Init::Word { word, .. } => Place::of(word),
        ast::Init::Value(value) => Place::of(value),
    }
}

/// Whether a layer can have attributes for parameters.
#[derive(Clone, Copy)]
enum HasParameters {
    /// It has none.
    No,
    /// It may have some.
    Yes,
    /// It has some, but draws none.
    Fixed,
    /// Its inner layers may have some.
    InLayers,
}

impl HasParameters {
    fn of(identity: &Identity) -> Self {
        match identity {
            Identity::BuiltIn { spec, .. } => match spec.parameters {
                Parameters::None => Self::No,
                Parameters::Drawn => Self::Yes,
                Parameters::Fixed => Self::Fixed,
            },
            Identity::Custom { .. } => Self::Yes,
            Identity::Block { .. } => Self::InLayers,
        }
    }
}

/// Reports attributes for parameters on a layer without parameters, and an initializer on a block.
fn judge_attributes(layer: &ast::Layer, parameters: HasParameters, field: &Ident, errors: &mut Errors) {
    let whose = format!("`{field}`");
    let place = layer.init.as_ref().map(place_of);
    match parameters {
        HasParameters::Yes => {}
        HasParameters::Fixed => {
            if let Some(place) = place {
                errors.push(errors::draws_nothing(place, field));
            }
        }
        HasParameters::InLayers => {
            if let Some(place) = place {
                errors.push(errors::initializes_block(place, &whose));
            }
        }
        HasParameters::No => {
            if let Some(place) = place {
                errors.push(errors::nothing_to(place, &whose, "initialize", "init"));
            }
            if let Some(place) = layer.frozen {
                errors.push(errors::nothing_to(place, &whose, "freeze", "frozen"));
            }
        }
    }
}

/// Returns whether the backward pass computes a layer again. Reports the attribute on anything but repetitions.
fn recomputed(layer: &ast::Layer, kind: &StatedKind, field: &Ident, errors: &mut Errors) -> bool {
    let Some(place) = layer.recompute else { return false };
    let is_repeated = matches!(kind, StatedKind::Block(StatedBlock::Repeat { .. }));
    if !is_repeated {
        errors.push(errors::recomputes_no_repetitions(place, field));
    }
    is_repeated
}

/// Returns the source text of settings: `(0.2)`.
fn text_of(settings: &ast::Settings) -> String {
    let pieces = settings.list.iter().map(|setting| {
        let value = text::of(setting.value.to_token_stream());
        setting.name.as_ref().map_or(value.clone(), |name| format!("{name} = {value}"))
    });
    format!("({})", pieces.collect::<Vec<_>>().join(", "))
}

/// A layer of the library as written.
struct BuiltIn<'a> {
    spec: &'static Spec,
    word: &'a Ident,
    field: &'a Ident,
    sizes: &'a [ast::Size],
    settings: Option<&'a ast::Settings>,
}

impl BuiltIn<'_> {
    /// Returns its sizes and settings; `None` after a mistake in the settings.
    fn stated(&self, parameters: &[Ident], errors: &mut Errors) -> Option<StatedKind> {
        let Self { spec, word, settings, .. } = *self;
        let sizes = self.sizes(parameters, errors);
        let complete = spec.number_of_sizes().contains(&self.sizes.len());
        if spec.settings.is_empty() {
            // A layer with sizes in parentheses is one mistake, in its sizes.
            if let Some(unwanted) = settings.filter(|_| complete) {
                errors.push(errors::takes_no_settings(unwanted.place, spec.name, &self.written(&sizes)));
            }
            return Some(StatedKind::BuiltIn { spec, sizes, settings: Vec::new() });
        }
        // `Dense(64, 32)` is one mistake, in its sizes: no number is a flag.
        let only_flags = spec.settings.iter().all(|setting| matches!(setting.reading, Reading::Flag));
        let settings = settings.filter(|_| complete || !only_flags);
        // `Dropout<0.5>` is one mistake, in its sizes.
        if settings.is_none() && !complete && !only_flags {
            return None;
        }
        let written = settings::of_built_in(word, spec.settings, spec.example, settings, errors)?;
        let whose = format!("`{}`", self.field);
        let settings = settings::values(spec.settings, written, (Place::of(word), &whose), parameters, errors)?;
        Some(StatedKind::BuiltIn { spec, sizes, settings })
    }

    /// Returns a size for each slot.
    fn sizes(&self, parameters: &[Ident], errors: &mut Errors) -> Vec<StatedSize> {
        let Self { spec, word, field, sizes, .. } = *self;
        let complete = spec.number_of_sizes().contains(&sizes.len());
        if !complete && !sizes.iter().any(|size| matches!(size, ast::Size::Failed(_))) {
            let names: Vec<_> = spec.sizes.iter().map(|slot| slot.name).collect();
            let number = (spec.number_of_sizes(), sizes.len());
            // A fraction was meant as a setting.
            let fraction = sizes.iter().any(ast::Size::is_fraction);
            let example = if fraction { spec.example } else { spec.example_with_defaults() };
            errors.push(errors::wrong_number_of_sizes(Place::of(word), spec.name, &names, number, example));
        }
        if spec.sizes.is_empty() {
            return Vec::new();
        }
        // All sizes are checked, even if there are too many.
        let whose = format!("`{field}`");
        let purposes =
            spec.sizes.iter().map(|slot| (slot.phrase, slot.least)).chain(std::iter::repeat(("each size", 1)));
        let resolve = |(size, (phrase, least))| size::resolve(size, parameters, &whose, (phrase, least), errors);
        let resolved: Vec<_> = sizes.iter().zip(purposes).map(resolve).collect();
        if !complete {
            return vec![StatedSize::Failed; spec.sizes.len()];
        }
        self.slots(resolved, errors)
    }

    /// Returns the size of each slot. `resolved` are the sizes that are written as such, of which there are enough.
    fn slots(&self, resolved: Vec<Option<Size>>, errors: &mut Errors) -> Vec<StatedSize> {
        let Self { spec, sizes, .. } = *self;
        // One size of a shape between `<` and `>` follows from the others.
        let mut follows = matches!(spec.flow, Flow::Becomes(_));
        let slots = sizes.iter().zip(resolved).zip(spec.sizes);
        let stated = slots.map(|((size, resolved), slot)| match (size, resolved) {
            (_, Some(size)) => StatedSize::Given(size),
            (ast::Size::Infer(place), None) if slot.takes.is_some() || std::mem::take(&mut follows) => {
                StatedSize::Inferred(*place)
            }
            (ast::Size::Infer(place), None) => {
                errors.push(if let Flow::Becomes(_) = spec.flow {
                    errors::inferred_twice(*place, spec.name, spec.example)
                } else {
                    let some = spec.sizes.iter().any(|slot| slot.takes.is_some());
                    errors::cannot_infer(*place, spec.name, some, slot.phrase, &spec.inferred_example())
                });
                StatedSize::Failed
            }
            (_, None) => StatedSize::Failed,
        });
        let mut stated: Vec<_> = stated.collect();
        for slot in spec.sizes.iter().skip(sizes.len()) {
            let earlier = slot.optional.and_then(|distance| stated.get(stated.len() - distance));
            stated.push(earlier.cloned().unwrap_or(StatedSize::Failed));
        }
        stated
    }

    /// Returns the source text of the layer without settings.
    fn written(&self, sizes: &[StatedSize]) -> String {
        let text = |size: &StatedSize| match size {
            StatedSize::Given(size) => Some(size.text()),
            StatedSize::Inferred(_) => Some("_".to_owned()),
            StatedSize::Failed => None,
        };
        let sizes: Option<Vec<_>> = sizes.iter().map(text).collect();
        sizes.map_or_else(|| self.spec.example_with_defaults().to_owned(), |sizes| self.spec.written(&sizes))
    }
}
