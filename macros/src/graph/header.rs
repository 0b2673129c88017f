//! Which shapes does the header of a network name, and what is the input if it names none?

use proc_macro2::Ident;
use quote::ToTokens;

use super::extent;
use super::identity::names_type;
use super::size;
use super::statement::{StatedKind, Statement};
use crate::ast::{self, Declaration, Form, Path, Written};
use crate::errors::{self, Errors};
use crate::fallback;
use crate::generated;
use crate::identifier;
use crate::layer::{self, Spec, Takes};
use crate::parse;
use crate::place::Place;
use crate::shape::{self, PAIR, SEQUENCE, Shape, ShapeSpec, TOKENS, VECTOR};
use crate::size::Size;
use crate::text;

/// The shapes in the header.
pub(super) struct Header {
    /// The shape in parentheses, without `Padded`.
    pub(super) input: Option<Shape>,
    /// For each part of it, whether it is padded.
    pub(super) padded: Vec<bool>,
    /// Whether the input shape was wrong, which was reported.
    input_failed: bool,
    /// The shape after `->`.
    pub(super) output: Option<Shape>,
}

/// Resolves the shapes in the header.
pub(super) fn header(declaration: &Declaration, errors: &mut Errors) -> Header {
    let mut resolve = |written: &Written<_>, whose, alias| match written {
        Written::Absent => (None, false),
        Written::Failed => (None, true),
        Written::Here(path) => {
            let resolved = shape(path, declaration, (whose, alias), errors);
            let failed = resolved.is_none();
            (resolved, failed)
        }
    };
    let (input, input_failed) = resolve(&declaration.input, errors::THE_INPUT, "Input");
    let (output, _) = resolve(&declaration.output, errors::THE_OUTPUT, "Output");
    if let (Some(Resolved { padded, .. }), Some(path)) = (&output, declaration.output.path())
        && padded.contains(&true)
    {
        errors.push(errors::padded_output(path.place));
    }
    let (input, padded) = input.map(|Resolved { shape, padded }| (shape, padded)).unzip();
    let output = output.map(|resolved| resolved.shape);
    Header { input, padded: padded.unwrap_or_default(), input_failed, output }
}

/// A shape without `Padded`, and for each of its parts whether it is padded.
struct Resolved {
    shape: Shape,
    padded: Vec<bool>,
}

impl Resolved {
    /// Returns a shape of one part.
    fn of(shape: Shape, is_padded: bool) -> Self {
        Self { shape, padded: vec![is_padded] }
    }
}

/// Resolves a shape in the header. `whose` names the side of the network that it describes, and `alias` is the name of its
/// alias.
fn shape(
    path: &Path,
    declaration: &Declaration,
    (whose, alias): (&str, &str),
    errors: &mut Errors,
) -> Option<Resolved> {
    if is_known(path, 0) {
        return known(path, declaration, whose, errors);
    }
    if path.word().and_then(Spec::named).is_some() {
        return known(path, declaration, whose, errors);
    }
    let custom = parse::custom(path, errors)?;
    let right = size::is_custom_right(&custom, &declaration.parameters, errors);
    let tokens = custom.to_token_stream();
    (right && !names_type(tokens.clone(), declaration))
        .then(|| Resolved::of(Shape::Custom(tokens, generated::name(&declaration.name, alias)), false))
}

/// Returns whether a path names a shape of the library, and in a pair, whether its parts do. Which types are the parts of another
/// pair, only the compiler knows.
fn is_known(path: &Path, depth: usize) -> bool {
    // Each part has fewer tokens than its pair, and recursion needs a bound.
    const DEEPEST: usize = 16;
    let is_part = |part: &Path| {
        let words = part.word().is_some_and(|word| Spec::named(word).is_some());
        words || is_known(part, depth + 1)
    };
    match path.word().and_then(ShapeSpec::named) {
        // A padded alias is one for the compiler too.
        None if path.word().is_some_and(shape::is_padded) => parse::argument_path(path).is_none_or(|inside| {
            inside.word().is_some_and(|word| ShapeSpec::named(word).is_some() || Spec::named(word).is_some())
        }),
        Some(spec) if *spec == PAIR => depth < DEEPEST && parse::argument_paths(path).iter().flatten().all(is_part),
        spec => spec.is_some(),
    }
}

/// Resolves a shape of the library.
fn known(path: &Path, declaration: &Declaration, whose: &str, errors: &mut Errors) -> Option<Resolved> {
    let spec = path.word().and_then(ShapeSpec::named);
    match (spec, path.word().and_then(Spec::named)) {
        (Some(spec), _) if *spec == PAIR => pair(path, declaration, whose, errors),
        (Some(spec), _) => single(path, spec, declaration, whose, errors).map(|shape| Resolved::of(shape, false)),
        (None, _) if path.word().is_some_and(shape::is_padded) => padded(path, declaration, whose, errors),
        (None, layer) => {
            errors.push(errors::layer_as_shape(path.place, layer?.name));
            None
        }
    }
}

/// Resolves a padded sequence.
fn padded(path: &Path, declaration: &Declaration, whose: &str, errors: &mut Errors) -> Option<Resolved> {
    let inside = parse::argument_path(path);
    let spec = inside.as_ref().and_then(|inside| inside.word().and_then(ShapeSpec::named));
    let (Some(inside), Some(spec)) = (&inside, spec.filter(|spec| [&SEQUENCE, &TOKENS].contains(spec))) else {
        let found = path.arguments.iter().flatten().map(|argument| text::of(argument.stream()));
        errors.push(errors::not_a_sequence(path.place, &found.collect::<Vec<_>>()));
        return None;
    };
    single(inside, spec, declaration, whose, errors).map(|shape| Resolved::of(shape, true))
}

/// Resolves a pair of shapes of the library.
fn pair(path: &Path, declaration: &Declaration, whose: &str, errors: &mut Errors) -> Option<Resolved> {
    let parts = parse::argument_paths(path);
    let parts: Option<Vec<_>> = parts.into_iter().collect();
    let Some([first, second]) = parts.as_deref() else {
        let found = path.arguments.iter().flatten().map(|argument| text::of(argument.stream()));
        errors.push(errors::not_a_pair(path.place, &found.collect::<Vec<_>>()));
        return None;
    };
    // Both are resolved first, so that each wrong one is reported.
    let [first, second] = [first, second].map(|part| known(part, declaration, whose, errors));
    let (first, second) = (first?, second?);
    Some(Resolved { shape: Shape::pair([first.shape, second.shape]), padded: [first.padded, second.padded].concat() })
}

/// Resolves a shape of the library that is no pair.
fn single(
    path: &Path,
    spec: &'static ShapeSpec,
    declaration: &Declaration,
    whose: &str,
    errors: &mut Errors,
) -> Option<Shape> {
    let sizes = parse::sizes(path, errors);
    if sizes.len() != spec.axes.len() {
        let names: Vec<_> = spec.axes.iter().map(|axis| axis.name).collect();
        let number = (names.len()..=names.len(), sizes.len());
        errors.push(errors::wrong_number_of_sizes(path.place, spec.name, &names, number, spec.example));
        return None;
    }
    for size in &sizes {
        if let ast::Size::Infer(place) = size {
            errors.push(errors::cannot_infer_shape(*place, spec.name, spec.example));
        }
    }
    let named = |size: &&ast::Size| match size {
        ast::Size::Expression { expression, .. } => names_type(expression.to_token_stream(), declaration),
        ast::Size::Infer(_) | ast::Size::Failed(_) => false,
    };
    if sizes.iter().any(|size| named(&size)) {
        return None;
    }
    // All sizes are resolved first, so that each wrong one is reported.
    let resolved: Vec<_> = sizes
        .iter()
        .map(|size| size::resolve(size, &declaration.parameters, whose, ("each size", 1), errors))
        .collect();
    let resolved = resolved.into_iter().collect::<Option<Vec<_>>>()?;
    let too_large = resolved.iter().zip(spec.axes).find_map(|(size, axis)| {
        let most = axis.most.filter(|&most| size.number().is_some_and(|number| number > most))?;
        Some(errors::vocabulary_too_large(size.place(), most))
    });
    if let Some(error) = too_large.or_else(|| extent::of_shape(&resolved, whose)) {
        errors.push(error);
        return Some(unknown(spec, declaration));
    }
    Some(Shape::Known(spec, resolved))
}

/// Returns a shape whose sizes a mistake left unknown.
fn unknown(spec: &'static ShapeSpec, declaration: &Declaration) -> Shape {
    Shape::filled(spec, &fallback::size(&declaration.name))
}

/// Returns the input of the network: the declared one, or the input of the first layer.
pub(super) fn input(
    header: &Header,
    declaration: &Declaration,
    statements: &mut [Option<Statement>],
    errors: &mut Errors,
) -> Option<Shape> {
    // A wrong declaration is not replaced by the first layer's input, because the two might disagree.
    if header.input_failed {
        return None;
    }
    // A first layer that takes too many values is reported itself.
    let first = || match of_first_layer(statements)? {
        Shape::Known(spec, sizes) if !extent::fits(&sizes) => Some(unknown(spec, declaration)),
        shape => Some(shape),
    };
    let input = header.input.clone().or_else(first);
    if input.is_some() || !needs_input(statements) {
        return input;
    }
    let (written, example) = example(statements, header.output.as_ref());
    let generics = !declaration.parameters.is_empty();
    let header = errors::header(&declaration.name, generics, declaration.form == Form::OneLine, &written, example);
    match custom_first(statements) {
        // A layer that does not exist is the likelier mistake. It is left out, because rustc would report it again.
        Some((path, word, place)) => {
            statements[0] = None;
            let plain = identifier::plain(&word);
            errors.push(match Spec::named(&word) {
                // Only a path can name another layer of that name.
                Some(layer) => errors::custom_first(place, &path, layer.name, &declaration.name, &header),
                None => errors::unknown_first(place, &plain, layer::meant(&plain), &declaration.name, &header),
            });
        }
        None => errors.push(errors::input_not_known(&declaration.name, &header)),
    }
    None
}

/// Returns the type of a custom first layer: its path without arguments, its last word, and the word's position.
fn custom_first(statements: &[Option<Statement>]) -> Option<(String, Ident, Place)> {
    let StatedKind::Custom { path, .. } = &statements.first()?.as_ref()?.kind else { return None };
    let words: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let word = path.segments.last()?.ident.clone();
    let place = Place::of(&word);
    Some((words.join("::"), word, place))
}

/// Returns the input of the first layer, if the layer determines all of it.
fn of_first_layer(statements: &[Option<Statement>]) -> Option<Shape> {
    match &statements.first()?.as_ref()?.kind {
        StatedKind::BuiltIn { spec, sizes, .. } => {
            let shape = spec.takes.spec().filter(|shape| **shape != PAIR)?;
            let axis = |axis| sizes.get(spec.slot_of_input(axis)?)?.given().cloned();
            let axes: Option<Vec<_>> = (0..shape.axes.len()).map(axis).collect();
            Some(Shape::Known(shape, axes?))
        }
        StatedKind::Block(block) => block.chains().into_iter().find_map(of_first_layer),
        StatedKind::Custom { .. } => None,
    }
}

/// Returns whether the first layer, as written, requires a declared input. A first layer that is wrong in itself was already
/// reported.
fn needs_input(statements: &[Option<Statement>]) -> bool {
    let Some(Some(first)) = statements.first() else { return false };
    match &first.kind {
        StatedKind::BuiltIn { spec, sizes, .. } => {
            let wrong = |axis| {
                let slot = spec.slot_of_input(axis).and_then(|slot| sizes.get(slot));
                matches!(slot, Some(super::statement::StatedSize::Failed))
            };
            spec.takes.spec().is_none_or(|shape| !(0..shape.axes.len()).any(wrong))
        }
        StatedKind::Block(block) => block.chains().into_iter().all(|chain| chain.is_empty() || needs_input(chain)),
        StatedKind::Custom { .. } => true,
    }
}

/// Returns a suitable input, and a note if its sizes are an example.
fn example(statements: &[Option<Statement>], output: Option<&Shape>) -> (String, Option<&'static str>) {
    if let Some(size) = wanted(statements, output) {
        return (format!("Vector<{}>", size.text()), None);
    }
    match taken(statements) {
        Some((takes, shape)) if shape.axes.len() > 1 || *shape == PAIR => {
            (takes.example(shape), Some("the sizes of the input"))
        }
        _ => ("Vector<64>".to_owned(), Some("the number of values that come in")),
    }
}

/// Returns the stand-in for the input after a mistake: a shape that the layers take, with sizes that are not checked.
pub(super) fn guess(statements: &[Option<Statement>], unknown: &Size) -> Shape {
    let spec = taken(statements).map_or(&VECTOR, |(_, spec)| spec);
    Shape::filled(spec, unknown)
}

/// Returns what the first shape-specific layer takes, and the shape of it.
fn taken(statements: &[Option<Statement>]) -> Option<(Takes, &'static ShapeSpec)> {
    for statement in statements {
        match &statement.as_ref()?.kind {
            StatedKind::BuiltIn { spec, .. } => match spec.takes.spec() {
                Some(shape) => return Some((spec.takes, shape)),
                None if spec.keeps_size() => {}
                None => return None,
            },
            StatedKind::Block(block) => return block.chains().into_iter().find_map(taken),
            StatedKind::Custom { .. } => return None,
        }
    }
    None
}

/// Returns the number of values that `statements`, and after them the declared output, require.
pub(super) fn wanted(statements: &[Option<Statement>], output: Option<&Shape>) -> Option<Size> {
    for statement in statements {
        match &statement.as_ref()?.kind {
            StatedKind::BuiltIn { spec, sizes, .. } => match (spec.takes, spec.slot_of_input(0)) {
                (Takes::Steps(_), Some(slot)) => return sizes.get(slot)?.given().cloned(),
                _ if spec.keeps_size() => {}
                _ => return None,
            },
            StatedKind::Block(block) => {
                let size = block.chains().into_iter().find_map(|chain| wanted(chain, None));
                if size.is_some() || !block.keeps_size() {
                    return size;
                }
            }
            StatedKind::Custom { .. } => return None,
        }
    }
    output?.row().cloned()
}
