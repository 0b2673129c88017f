//! Which shape travels from layer to layer? After a mistake a guess travels on, marked as such, so
//! that it is never judged.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::{Expr, Path, Visibility};

use super::draft::{Draft, DraftKind, header_shape};
use super::settings::OwnSettings;
use super::{Kind, Layer, Network, Source};
use crate::ast::{Declaration, Form, Written};
use crate::errors::{self, Errors};
use crate::fallback;
use crate::identifier;
use crate::place::Place;
use crate::shape::{Comparison, Shape, Size};
use crate::signature::{BuiltIn, RESIDUAL};
use crate::text;

/// What has reached the layer in question.
struct State {
    /// The shape.
    shape: Shape,
    /// Whether it follows from what the user wrote.
    known: bool,
    /// Whether a layer was left out right before.
    gap: bool,
    /// Who gives it.
    source: Source,
    /// What stands in for a size that a mistake left unknown.
    unknown: Size,
}

/// The network, or the inside of a block, that layers belong to.
#[derive(Clone, Copy)]
struct Whose<'a> {
    /// Its visibility.
    visibility: &'a Visibility,
    /// The name of its struct.
    name: &'a Ident,
    /// What it is called.
    title: &'a str,
    /// What stands before the names of its layers in messages.
    prefix: &'a str,
    /// The names of the const parameters.
    parameters: &'a [Ident],
}

/// The shapes around the layers.
pub(super) struct Header {
    /// The shape in parentheses.
    input: Option<Shape>,
    /// Whether it was wrong and reported.
    input_failed: bool,
    /// The shape after `->`.
    output: Option<Shape>,
}

/// Makes the network out of its parts.
pub(super) fn network(
    declaration: Declaration,
    header: Header,
    mut drafts: Vec<Option<Draft>>,
    errors: &mut Errors,
) -> Network {
    if drafts.is_empty() && declaration.form != Form::Missing {
        errors.push(errors::no_layers(&declaration.name));
    }
    let input = input(&header, &declaration, &mut drafts, errors);
    let input_known = input.is_some();
    let output = header.output.as_ref();
    let unknown = fallback::size(&declaration.name);
    let input = input.unwrap_or_else(|| Shape::Vector(unknown.clone()));
    let source = Source::input(header.input.as_ref());
    let mut state = State { shape: input.clone(), known: input_known, gap: false, source: source.clone(), unknown };
    let whose = Whose {
        visibility: &declaration.visibility,
        name: &declaration.name,
        title: &identifier::plain(&declaration.name),
        prefix: "",
        parameters: &declaration.parameters,
    };
    let layers = chain(drafts, output, &whose, &mut state, errors);
    let budget = declaration.budget.as_ref().and_then(|written| super::budget::budget(written, errors));
    let place = match &declaration.output {
        Written::Here(shape) => shape.place,
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
        budget,
        visibility: declaration.visibility,
        title: identifier::plain(&declaration.name),
        name: declaration.name,
        block: None,
        parameters: declaration.parameters,
    }
}

/// Resolves the shapes in the header.
pub(super) fn header(declaration: &Declaration, errors: &mut Errors) -> Header {
    let mut resolve = |written: &Written<_>, whose| match written {
        Written::Absent => (None, false),
        Written::Failed => (None, true),
        Written::Here(shape) => {
            let resolved = header_shape(shape, &declaration.parameters, whose, errors);
            let failed = resolved.is_none();
            (resolved, failed)
        }
    };
    let (input, input_failed) = resolve(&declaration.input, errors::THE_INPUT);
    let (output, _) = resolve(&declaration.output, errors::THE_OUTPUT);
    Header { input, input_failed, output }
}

/// The input: as declared, or as the first layer says.
fn input(
    header: &Header,
    declaration: &Declaration,
    drafts: &mut [Option<Draft>],
    errors: &mut Errors,
) -> Option<Shape> {
    // A wrong declaration is not replaced by what the first layer says: they might disagree.
    if header.input_failed {
        return None;
    }
    let input = header.input.clone().or_else(|| read_input(drafts));
    if input.is_some() || !needs_input(drafts) {
        return input;
    }
    let size = wanted(drafts, header.output.as_ref()).map(|size| size.text());
    let generics = !declaration.parameters.is_empty();
    let header = errors::header(&declaration.name, generics, declaration.form, size.as_deref());
    match own_first(drafts) {
        // A layer that does not exist is the likelier mistake. It is left out, since rustc would report it again.
        Some((path, word, place)) => {
            drafts[0] = None;
            let alike = identifier::is_like(&identifier::plain(&word), BuiltIn::Dense.name());
            errors.push(match BuiltIn::named(&word) {
                // Only a path can lead to another layer of that name.
                Some(layer) => errors::own_first(place, &path, layer.name(), &declaration.name, &header),
                None => errors::unknown_first(place, &identifier::plain(&word), alike, &declaration.name, &header),
            });
        }
        None => errors.push(errors::input_not_known(&declaration.name, &header)),
    }
    None
}

/// The type of a first layer that is not the library's: its path without arguments, its last word, and where that stands.
fn own_first(drafts: &[Option<Draft>]) -> Option<(String, Ident, Place)> {
    let DraftKind::Own { path, .. } = &drafts.first()?.as_ref()?.kind else { return None };
    let words: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let word = path.segments.last()?.ident.clone();
    let place = Place::of(&word);
    Some((words.join("::"), word, place))
}

/// The input that the first layer names, if it does.
fn read_input(drafts: &[Option<Draft>]) -> Option<Shape> {
    match &drafts.first()?.as_ref()?.kind {
        DraftKind::Dense { inputs, .. } => inputs.clone().map(Shape::Vector),
        DraftKind::Residual(inside) => read_input(inside),
        DraftKind::Sizeless(..) | DraftKind::Own { .. } => None,
    }
}

/// Whether the first layer, as it is written, cannot do without a declared input. One that is
/// wrong in itself was already reported.
fn needs_input(drafts: &[Option<Draft>]) -> bool {
    match drafts.first() {
        Some(Some(draft)) => match &draft.kind {
            DraftKind::Dense { inferred, .. } => *inferred,
            DraftKind::Residual(inside) => needs_input(inside),
            DraftKind::Sizeless(..) | DraftKind::Own { .. } => true,
        },
        Some(None) | None => false,
    }
}

/// The number of values that `drafts`, and behind them the declared output, ask for.
fn wanted(drafts: &[Option<Draft>], output: Option<&Shape>) -> Option<Size> {
    for draft in drafts {
        match &draft.as_ref()?.kind {
            DraftKind::Dense { inputs, .. } => return inputs.clone(),
            DraftKind::Residual(inside) => {
                if let Some(size) = wanted(inside, None) {
                    return Some(size);
                }
            }
            DraftKind::Sizeless(layer, _) if layer.keeps_size() => {}
            DraftKind::Sizeless(..) | DraftKind::Own { .. } => return None,
        }
    }
    output?.row().cloned()
}

/// Carries the shape through all layers.
fn chain(
    drafts: Vec<Option<Draft>>,
    output: Option<&Shape>,
    whose: &Whose,
    state: &mut State,
    errors: &mut Errors,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    let asked: Vec<_> =
        (1..=drafts.len()).map(|next| drafts.get(next..).and_then(|rest| wanted(rest, output))).collect();
    for (draft, wanted) in drafts.into_iter().zip(asked) {
        let Some(mut draft) = draft else {
            state.gap = true;
            state.shape = Shape::Vector(state.unknown.clone());
            state.known = false;
            continue;
        };
        let path = format!("{}{}", whose.prefix, draft.field);
        let layer = match std::mem::replace(&mut draft.kind, PLACEHOLDER) {
            DraftKind::Dense { inputs, inferred, outputs } => {
                let outputs = (outputs.is_some(), outputs.or(wanted));
                dense(draft, (inputs, inferred), outputs, whose.parameters, state, errors)
            }
            DraftKind::Residual(inside) => residual(draft, inside, (whose, layers.len()), state, errors),
            DraftKind::Sizeless(layer, settings) => sizeless(draft, layer, settings, wanted, state),
            DraftKind::Own { path, settings } => own(draft, path, settings, state),
        };
        let layer = Layer { path, ..layer };
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

/// What stands in a draft whose kind was taken out of it.
const PLACEHOLDER: DraftKind = DraftKind::Sizeless(BuiltIn::Identity, Vec::new());

/// Resolves the block at `index`, which gives the shape that comes in.
fn residual(
    draft: Draft,
    inside: Vec<Option<Draft>>,
    (whose, index): (&Whose, usize),
    state: &State,
    errors: &mut Errors,
) -> Layer {
    let known = state.known && !state.gap;
    let (input, output) = (state.shape.clone(), state.shape.plain());
    let name = format_ident!("__{}Block{index}", identifier::plain(whose.name), span = Span::mixed_site());
    let title = format!("{}.{}", whose.title, identifier::plain(&draft.field));
    let path = format!("{}{}", whose.prefix, draft.field);
    let inner = Whose { name: &name, title: &title, prefix: &format!("{path}."), ..*whose };
    let State { shape, gap, source, unknown, .. } = state;
    let mut reached =
        State { shape: shape.clone(), known, gap: *gap, source: source.clone(), unknown: unknown.clone() };
    let layers = chain(inside, Some(&output), &inner, &mut reached, errors);
    // What does not fit into the block is one mistake: neither the end of the block nor what follows is judged by it.
    let first = layers.iter().find(|layer| !layer.keeps_size()).filter(|layer| known && layer.input_known);
    let fits = first.and_then(|first| first.input.row()).is_none_or(|takes| match input.row() {
        Some(gives) => !matches!(gives.compare(takes), Comparison::Different),
        // An image is no row.
        None => input.is_foreign(),
    });
    let network = Network {
        attributes: Vec::new(),
        tile: None,
        budget: None,
        visibility: whose.visibility.clone(),
        name: name.clone(),
        title,
        block: Some(path),
        parameters: whose.parameters.to_vec(),
        input: input.clone(),
        source: source.clone(),
        input_known: known,
        declared_output: Some((output.clone(), draft.place)),
        open_end: reached.gap || !fits,
        layers,
    };
    let kind = Kind::Residual(Box::new(network));
    let layer = finish(draft, kind, state, input, output, RESIDUAL.to_owned());
    Layer { output_known: known && fits && reached.known, ..layer }
}

/// Resolves a `Dense`, whose sizes are its own; what comes in may say the first, and `outputs` is known or wanted.
fn dense(
    draft: Draft,
    (inputs, inferred): (Option<Size>, bool),
    (output_known, outputs): (bool, Option<Size>),
    parameters: &[Ident],
    state: &State,
    errors: &mut Errors,
) -> Layer {
    let place = draft.size_places.first().copied().unwrap_or(draft.place);
    let (inputs, input_known) = match inputs {
        Some(inputs) => (inputs, true),
        None if inferred => incoming(place, parameters, state, errors),
        None => (state.shape.row().cloned().unwrap_or_else(|| state.unknown.clone()), false),
    };
    let outputs = outputs.unwrap_or_else(|| state.unknown.clone());
    let description = format!("{}<{}, {}>", BuiltIn::Dense.name(), inputs.text(), outputs.text());
    let (input, output) = (Shape::Vector(inputs.clone()), Shape::Vector(outputs.clone()));
    let kind = Kind::BuiltIn { layer: BuiltIn::Dense, sizes: vec![inputs, outputs], settings: Vec::new() };
    Layer { inferred, input_known, output_known, ..finish(draft, kind, state, input, output, description) }
}

/// What `_` stands for, and whether that can be judged.
fn incoming(place: Place, parameters: &[Ident], state: &State, errors: &mut Errors) -> (Size, bool) {
    let known = state.known && !state.gap;
    if let Some(size) = state.shape.row() {
        return (size.moved(place), known);
    }
    if !state.shape.is_foreign() {
        // An image: the kind of shape is what `check` reports.
        let size = state.shape.number().map(|number| Size::Number(number, place));
        return (size.unwrap_or_else(|| state.unknown.clone()), known);
    }
    if !known {
        return (state.unknown.clone(), false);
    }
    if parameters.is_empty() {
        return (Size::FromProducer(place), true);
    }
    errors.push(errors::cannot_infer_generic(place, &state.source.text));
    (state.unknown.clone(), false)
}

/// Resolves a layer of the library whose shapes follow from what comes in.
fn sizeless(draft: Draft, layer: BuiltIn, settings: Vec<Option<Expr>>, wanted: Option<Size>, state: &State) -> Layer {
    let known = state.known && !state.gap;
    let input = state.shape.clone();
    let (output, output_known) = match layer {
        BuiltIn::Softmax => normalized(&input, wanted, known, state),
        _ => (input.plain(), known),
    };
    let kind = Kind::BuiltIn { layer, sizes: Vec::new(), settings };
    let description = layer.name().to_owned() + &draft.written_settings;
    Layer { output_known, ..finish(draft, kind, state, input, output, description) }
}

/// Resolves a layer of the user's own, of which only the compiler knows what it gives.
fn own(draft: Draft, path: Path, settings: Option<OwnSettings>, state: &State) -> Layer {
    let description = text::of(path.to_token_stream()) + &draft.written_settings;
    let kind = Kind::Own { path, settings };
    finish(draft, kind, state, state.shape.clone(), Shape::Unknown, description)
}

/// What `Softmax` makes of a shape.
fn normalized(input: &Shape, wanted: Option<Size>, known: bool, state: &State) -> (Shape, bool) {
    match input.row() {
        Some(size) => (Shape::Probabilities(size.clone()), known),
        None if input.is_foreign() => (Shape::Unknown, known),
        // An image, which `check` reports.
        None => (Shape::Probabilities(wanted.unwrap_or_else(|| state.unknown.clone())), false),
    }
}

/// A layer out of its parts, taken to be known.
fn finish(draft: Draft, kind: Kind, state: &State, input: Shape, output: Shape, description: String) -> Layer {
    Layer {
        attributes: draft.attributes,
        initialization: draft.initialization,
        frozen: draft.frozen,
        settings_place: draft.settings_place,
        path: String::new(),
        field: draft.field,
        kind,
        place: draft.place,
        size_places: draft.size_places,
        inferred: false,
        input,
        output,
        input_known: true,
        output_known: true,
        joined: !state.gap,
        description,
    }
}
