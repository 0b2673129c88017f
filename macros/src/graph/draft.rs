//! What does each layer say about itself, before its neighbours are asked?

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Expr, Path};

use super::fields;
use super::settings::{self, Initialization, OwnSettings};
use crate::ast::{self, Declaration, LayerKind, ShapeKind};
use crate::errors::{self, Errors};
use crate::place::Place;
use crate::shape::{self, Shape, Size};
use crate::signature::{BuiltIn, BuiltInShape};
use crate::text;

/// A layer with the sizes that are written at it.
pub(super) struct Draft {
    /// Docs and attributes above the layer.
    pub(super) attributes: Vec<Attribute>,
    /// How its weights are drawn, where the user says so.
    pub(super) initialization: Option<Initialization>,
    /// Whether the optimizer leaves it as it is.
    pub(super) frozen: bool,
    /// The user's name or an automatic one.
    pub(super) field: Ident,
    /// The word or path that names its type.
    pub(super) place: Place,
    /// Where its sizes stand.
    pub(super) size_places: Vec<Place>,
    /// Where its settings stand, or its type where there are none.
    pub(super) settings_place: Place,
    /// What it is called in messages: its type with its settings.
    pub(super) written_settings: String,
    /// Which layer it is.
    pub(super) kind: DraftKind,
}

/// A layer and its own sizes, `None` where they are `_` or wrong.
pub(super) enum DraftKind {
    /// `Dense`
    Dense {
        /// The first size.
        inputs: Option<Size>,
        /// Whether the first size is `_`.
        inferred: bool,
        /// The second size.
        outputs: Option<Size>,
    },
    /// A layer of the library without sizes, and its settings.
    Sizeless(BuiltIn, Vec<Option<Expr>>),
    /// A block, and its layers.
    Residual(Vec<Option<Draft>>),
    /// A user's own.
    Own {
        /// The path with its generic arguments.
        path: Path,
        /// What stands in parentheses.
        settings: Option<OwnSettings>,
    },
}

/// Resolves what each of `layers` says, which stand in the declaration or in a block of it; `None` where one has to be left
/// out.
pub(super) fn drafts(
    layers: &[Option<ast::Layer>],
    declaration: &Declaration,
    errors: &mut Errors,
) -> Vec<Option<Draft>> {
    let mut fields = fields::fields(layers, errors).into_iter();
    let mut drafts = Vec::new();
    for layer in layers {
        let Some(layer) = layer else {
            drafts.push(None);
            continue;
        };
        // One name was made for every layer that could be read.
        let Some(field) = fields.next() else {
            continue;
        };
        drafts.push(draft(layer, field, declaration, errors));
    }
    drafts
}

/// Resolves one layer by itself.
fn draft(layer: &ast::Layer, field: Ident, declaration: &Declaration, errors: &mut Errors) -> Option<Draft> {
    let mut size_places = Vec::new();
    let (place, kind, settings) = match &layer.kind {
        LayerKind::BuiltIn { layer, word, sizes, settings } => {
            size_places.extend(sizes.iter().map(ast::Size::place));
            let kind = built_in(*layer, word, &field, sizes, &declaration.parameters, errors);
            let kind = with_settings(kind, word, *layer, sizes, settings.as_ref(), errors)?;
            (Place::of(word), kind, settings)
        }
        LayerKind::Residual { word, layers } => {
            if layers.is_empty() {
                errors.push(errors::empty_block(Place::of(word), &format!("`{field}`")));
                return None;
            }
            (Place::of(word), DraftKind::Residual(drafts(layers, declaration, errors)), &None)
        }
        LayerKind::Own { path, settings } => {
            (Place::of(path), own(path, settings.as_ref(), declaration, errors)?, settings)
        }
    };
    judge_attributes(layer, &field, errors);
    Some(Draft {
        attributes: layer.attributes.clone(),
        initialization: layer.init.as_ref().and_then(|init| settings::initialization(init, errors)),
        frozen: layer.frozen.is_some(),
        field,
        place,
        size_places,
        settings_place: settings.as_ref().map_or(place, |settings| settings.place),
        written_settings: settings.as_ref().map_or_else(String::new, text_of),
        kind,
    })
}

/// Resolves a layer of the user's own; `None` after a mistake in it.
fn own(
    path: &Path,
    settings: Option<&ast::Settings>,
    declaration: &Declaration,
    errors: &mut Errors,
) -> Option<DraftKind> {
    if path.is_ident(&declaration.name) {
        errors.push(errors::contains_itself(&declaration.name, Place::of(path)));
        return None;
    }
    if !shape::check_own(path, &declaration.parameters, errors) {
        return None;
    }
    let settings = match settings {
        Some(settings) => Some(settings::of_own(settings, errors)?),
        None => None,
    };
    Some(DraftKind::Own { path: path.clone(), settings })
}

/// Reports attributes about parameters at a layer that has none, and an initializer for a block.
fn judge_attributes(layer: &ast::Layer, field: &Ident, errors: &mut Errors) {
    let whose = format!("`{field}`");
    let place = layer.init.as_ref().map(|init| match init {
        ast::Init::Word { word, .. } => Place::of(word),
        ast::Init::Value(value) => Place::of(value),
    });
    match &layer.kind {
        LayerKind::Residual { .. } => {
            if let Some(place) = place {
                errors.push(errors::draws_block(place, &whose));
            }
            return;
        }
        LayerKind::BuiltIn { layer, .. } if !layer.has_parameters() => {}
        LayerKind::BuiltIn { .. } | LayerKind::Own { .. } => return,
    }
    if let Some(place) = place {
        errors.push(errors::nothing_to(place, &whose, "draw", "init"));
    }
    if let Some(place) = layer.frozen {
        errors.push(errors::nothing_to(place, &whose, "freeze", "frozen"));
    }
}

/// Settings as one would write them: `(0.2)`.
fn text_of(settings: &ast::Settings) -> String {
    let pieces = settings.list.iter().map(|setting| {
        let value = text::of(setting.value.to_token_stream());
        setting.name.as_ref().map_or(value.clone(), |name| format!("{name} = {value}"))
    });
    format!("({})", pieces.collect::<Vec<_>>().join(", "))
}

/// Resolves the sizes of a layer of the library.
fn built_in(
    layer: BuiltIn,
    word: &Ident,
    field: &Ident,
    sizes: &[ast::Size],
    parameters: &[Ident],
    errors: &mut Errors,
) -> DraftKind {
    let readable = !sizes.iter().any(|size| matches!(size, ast::Size::Failed(_)));
    if sizes.len() != layer.sizes().len() && readable {
        errors.push(errors::wrong_number_of_sizes(
            Place::of(word),
            layer.name(),
            layer.sizes(),
            sizes.len(),
            layer.example(),
        ));
    }
    if layer != BuiltIn::Dense {
        return DraftKind::Sizeless(layer, Vec::new());
    }
    let whose = format!("`{field}`");
    let resolved: Vec<_> = sizes.iter().map(|size| Size::resolve(size, parameters, &whose, errors)).collect();
    match (sizes, <[_; 2]>::try_from(resolved)) {
        ([first, second], Ok([inputs, outputs])) => {
            if let ast::Size::Infer(place) = second {
                errors.push(errors::cannot_infer_output(*place, layer.name()));
            }
            let inferred = matches!(first, ast::Size::Infer(_));
            DraftKind::Dense { inputs, inferred, outputs }
        }
        _ => DraftKind::Dense { inputs: None, inferred: false, outputs: None },
    }
}

/// Resolves the settings of a layer of the library; `None` after a mistake in them.
fn with_settings(
    kind: DraftKind,
    word: &Ident,
    layer: BuiltIn,
    sizes: &[ast::Size],
    settings: Option<&ast::Settings>,
    errors: &mut Errors,
) -> Option<DraftKind> {
    if !layer.settings().is_empty() {
        // `Dropout<0.5>` is one mistake, about its sizes.
        if settings.is_none() && sizes.len() != layer.sizes().len() {
            return None;
        }
        let values = settings::of_built_in(word, layer.settings(), layer.example(), settings, errors)?;
        return Some(DraftKind::Sizeless(layer, values));
    }
    // `Dense(64, 32)` is one mistake, about its sizes.
    if let Some(unwanted) = settings.filter(|_| sizes.len() == layer.sizes().len()) {
        errors.push(errors::takes_no_settings(unwanted.place, layer.name(), &written(layer, sizes, &kind)));
    }
    Some(kind)
}

/// The layer as it has to be written, without settings.
fn written(layer: BuiltIn, sizes: &[ast::Size], kind: &DraftKind) -> String {
    match kind {
        DraftKind::Dense { inputs, inferred, outputs: Some(outputs) } if *inferred || inputs.is_some() => {
            let inputs = inputs.as_ref().map_or("_".to_owned(), Size::text);
            format!("{}<{inputs}, {}>", layer.name(), outputs.text())
        }
        _ if sizes.is_empty() => layer.name().to_owned(),
        _ => layer.example().to_owned(),
    }
}

/// Resolves a shape of the header; `whose` is the network's side it describes.
pub(super) fn header_shape(
    shape: &ast::Shape,
    parameters: &[Ident],
    whose: &str,
    errors: &mut Errors,
) -> Option<Shape> {
    match &shape.kind {
        ShapeKind::Own(path) => shape::check_own(path, parameters, errors).then(|| Shape::Own(path.to_token_stream())),
        ShapeKind::BuiltIn { shape: kind, sizes } => {
            if sizes.len() != kind.sizes().len() {
                errors.push(errors::wrong_number_of_sizes(
                    shape.place,
                    kind.name(),
                    kind.sizes(),
                    sizes.len(),
                    kind.example(),
                ));
                return None;
            }
            for size in sizes {
                if let ast::Size::Infer(place) = size {
                    errors.push(errors::cannot_infer_shape(*place, kind.name(), kind.example()));
                }
            }
            // Every size is looked at before the first wrong one ends the shape.
            let resolved: Vec<_> = sizes.iter().map(|size| Size::resolve(size, parameters, whose, errors)).collect();
            let resolved: Vec<_> = resolved.into_iter().flatten().collect();
            header_kind(*kind, &resolved)
        }
    }
}

/// The shape with these sizes, if all of them are there.
fn header_kind(shape: BuiltInShape, sizes: &[Size]) -> Option<Shape> {
    match (shape, sizes) {
        (BuiltInShape::Vector, [size]) => Some(Shape::Vector(size.clone())),
        (BuiltInShape::Probabilities, [size]) => Some(Shape::Probabilities(size.clone())),
        (BuiltInShape::Image, [channels, height, width]) => {
            Some(Shape::Image(Box::new([channels.clone(), height.clone(), width.clone()])))
        }
        _ => None,
    }
}
