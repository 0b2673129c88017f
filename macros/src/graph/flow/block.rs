//! How is a block resolved? As a network nested in the declared one.

use proc_macro2::Ident;

use super::{Form, State, Whose, layers};
use crate::errors::Errors;
use crate::generated;
use crate::graph::statement::Statement;
use crate::graph::{Kind, Known, Network, Taken};
use crate::identifier;
use crate::layer::RESIDUAL;
use crate::place::Place;
use crate::shape::Shape;
use crate::size::{Comparison, Size};

/// Resolves the block at `index`, which gives the shape that it receives.
pub(super) fn form(
    inside: Vec<Option<Statement>>,
    (path, field, place): (&str, &Ident, Place),
    (whose, index): (&Whose, usize),
    state: &State,
    errors: &mut Errors,
) -> Form {
    let known = state.is_judged();
    let name = generated::block(whose.name, index);
    let unknown = Shape::Unknown(generated::shape(whose.name, index));
    let (input, output) = (state.shape.clone(), state.shape.plain(&unknown));
    let title = format!("{}.{}", whose.title, identifier::plain(field));
    let inner = Whose { name: &name, title: &title, prefix: &format!("{path}."), ..*whose };
    let State { shape, gap, source, unknown, .. } = state;
    let mut reached =
        State { shape: shape.clone(), known, gap: *gap, source: source.clone(), unknown: unknown.clone() };
    let layers = layers(inside, Some(&output), &inner, &mut reached, errors);
    // An input that does not fit the block is one mistake: it affects neither the end of the block nor the following layers.
    let first = layers.iter().find(|layer| !layer.keeps_size()).filter(|layer| known && layer.known.takes);
    let fits = first.is_none_or(|first| fits(&input, &first.takes));
    let network = Network {
        attributes: Vec::new(),
        tile: None,
        budget: None,
        visibility: whose.visibility.clone(),
        name: name.clone(),
        title,
        block: Some(path.to_owned()),
        parameters: whose.parameters.to_vec(),
        input,
        source: source.clone(),
        input_known: known,
        declared_output: Some((output.clone(), place)),
        open_end: reached.gap || !fits,
        layers,
    };
    Form {
        kind: Kind::Block(Box::new(network)),
        takes: Taken::Any,
        output,
        known: Known { takes: true, output: known && fits && reached.known },
        description: RESIDUAL.to_owned(),
    }
}

/// Returns whether a shape fits the first layer of a block, as far as the macro knows.
fn fits(given: &Shape, takes: &Taken) -> bool {
    let Taken::Shape(shape, axes) = takes else { return true };
    if given.is_foreign() {
        return true;
    }
    let differ = |(gives, takes): (&Size, &Option<Size>)| {
        takes.as_ref().is_some_and(|takes| matches!(gives.compare(takes), Comparison::Different))
    };
    given.is_a(shape) && !given.sizes().iter().zip(axes).any(differ)
}
