//! What does each layer say about itself, before its neighbours are asked?

use proc_macro2::Ident;
use syn::{Attribute, Expr, Path};

use super::fields;
use crate::ast::{self, Declaration, LayerKind, ShapeKind};
use crate::errors::{self, Errors, Place};
use crate::shape::{self, Shape, Size};
use crate::signature::{BuiltIn, BuiltInShape};

/// A layer with the sizes that are written at it.
pub(super) struct Draft {
    /// Docs and attributes above the layer.
    pub(super) attributes: Vec<Attribute>,
    /// The user's name or an automatic one.
    pub(super) field: Ident,
    /// The word or path that names its type.
    pub(super) place: Place,
    /// Where its sizes stand.
    pub(super) size_places: Vec<Place>,
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
    /// A layer of the library without sizes.
    Sizeless(BuiltIn),
    /// A user's own.
    Own {
        /// The path with its generic arguments.
        path: Path,
        /// The expressions in parentheses.
        settings: Option<Vec<Expr>>,
    },
}

/// Resolves what each layer says; `None` where one has to be left out.
pub(super) fn drafts(declaration: &Declaration, errors: &mut Errors) -> Vec<Option<Draft>> {
    let mut fields = fields::fields(&declaration.layers, errors).into_iter();
    let mut drafts = Vec::new();
    for layer in &declaration.layers {
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
    let (network, parameters) = (&declaration.name, &declaration.parameters);
    let mut size_places = Vec::new();
    let (place, kind) = match &layer.kind {
        LayerKind::BuiltIn { layer, word, sizes, settings } => {
            size_places.extend(sizes.iter().map(ast::Size::place));
            let kind = built_in(*layer, word, &field, sizes, parameters, errors);
            // `Dense(64, 32)` is one mistake, about its sizes.
            let settings = settings.filter(|_| sizes.len() == layer.sizes().len());
            if let Some(place) = settings {
                let written = written(*layer, sizes, &kind);
                errors.push(errors::takes_no_settings(place, layer.name(), &written));
            }
            (Place::of(word), kind)
        }
        LayerKind::Own { path, settings } => {
            if path.is_ident(network) {
                errors.push(errors::contains_itself(network, Place::of(path)));
                return None;
            }
            if !shape::check_own(path, parameters, errors) {
                return None;
            }
            let kind = DraftKind::Own { path: path.clone(), settings: settings.clone() };
            (Place::of(path), kind)
        }
    };
    let attributes = layer.attributes.clone();
    Some(Draft { attributes, field, place, size_places, kind })
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
        return DraftKind::Sizeless(layer);
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
        ShapeKind::Own(path) => {
            shape::check_own(path, parameters, errors).then(|| Shape::Own(quote::ToTokens::to_token_stream(path)))
        }
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
