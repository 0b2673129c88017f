//! Does the last layer give the declared output, or the shape that a block adds to it?

use super::{Assertion, Judge, Relation, end_place};
use crate::errors::{self, Errors};
use crate::graph::{Layer, Network};
use crate::layer;
use crate::place::Place;
use crate::shape::Shape;
use crate::size::{Comparison, Size};

/// Compares the declared output with the output of the last layer.
pub(super) fn output(network: &Network, errors: &mut Errors) -> Judge {
    let end = network.layers.len();
    let Some((declared, place)) = &network.declared_output else {
        return Judge::Settled;
    };
    let (given, known) = network.incoming(end);
    // The declared output of a block is its input, which may be unknown.
    if network.open_end || !known || end == 0 || network.block.is_some() && !network.input_known {
        return Judge::Settled;
    }
    if declared.is_foreign() || given.is_foreign() {
        return by_trait(network, declared, *place);
    }
    let pairs = given.sizes().iter().zip(declared.sizes());
    let mut differ = pairs.map(|(gives, takes)| matches!(gives.compare(takes), Comparison::Different));
    if given.spec() == declared.spec() && !differ.any(|differ| differ) {
        return Judge::of(assertions(network, declared, given));
    }
    let edits = edits(network, declared, given);
    let (declared, producer, given) = (declared.text(), last_text(network), given.text());
    errors.push(match &network.block {
        Some(block) => errors::cannot_add(
            end_place(network),
            block,
            (&declared, &network.source.text),
            (&given, &producer),
            &edits,
        ),
        None => errors::output_mismatch(*place, &network.name, &declared, &producer, &given, &edits),
    });
    Judge::Settled
}

/// Leaves the end of a network to the compiler.
fn by_trait(network: &Network, declared: &Shape, place: Place) -> Judge {
    let producer = last_text(network);
    let (consumer, help) = match &network.block {
        Some(block) => (
            format!("`{block}` adds it to what {} gives", network.source.text),
            errors::change_one_side(&producer, &format!("`{block}`")),
        ),
        None => (format!("`{}` declares `{}`", network.name, declared.text()), errors::declare_what_comes(&producer)),
    };
    Judge::Trait {
        producer,
        consumer,
        help,
        span: place.span(),
        consumer_index: network.layers.len(),
        provided: Vec::new(),
    }
}

/// Returns assertions for the sizes of the declared output that only the compiler knows.
fn assertions(network: &Network, declared: &Shape, given: &Shape) -> Vec<Assertion> {
    let axes = declared.spec().map_or(&[][..], |spec| spec.axes);
    let pairs = given.sizes().iter().zip(declared.sizes()).zip(axes);
    let open = pairs.filter(|((gives, takes), _)| matches!(gives.compare(takes), Comparison::Open));
    open.map(|((gives, takes), axis)| Assertion {
        relation: Relation::Same,
        gives: gives.clone(),
        takes: takes.clone(),
        message: errors::open_mismatch(
            &network.source(network.layers.len()).text,
            &match &network.block {
                Some(block) => format!("`{block}` adds them to"),
                None => format!("the output of `{}` has", network.name),
            },
            &edits(network, declared, given),
        ),
        nouns: axis.nouns,
        span: match &network.block {
            Some(_) => end_place(network).span(),
            None => takes.place().span(),
        },
    })
    .collect()
}

/// Returns the last layer in words.
fn last_text(network: &Network) -> String {
    network.layers.last().map_or_else(|| "the input".to_owned(), Layer::text)
}

/// Returns the edits that would each make the declared output and the last layer agree.
fn edits(network: &Network, declared: &Shape, given: &Shape) -> Vec<String> {
    let mut edits = Vec::new();
    // A computed size has no source text to suggest.
    let computed = given.sizes().iter().any(|size| matches!(size, Size::Computed(..)));
    if network.block.is_none() && !computed {
        edits.push(format!("`-> {}`", given.text()));
    }
    let (Some(from), Some(to)) = (given.spec(), declared.spec()) else {
        return edits;
    };
    let pairs = given.sizes().iter().zip(declared.sizes()).enumerate();
    let differing: Vec<_> = pairs.filter(|(_, (gives, takes))| !gives.same(takes)).collect();
    match differing[..] {
        [(axis, (_, takes))] if from == to => edits.extend(network.source(network.layers.len()).giving(axis, takes)),
        [] if from != to => edits.extend(head(network, declared, given)),
        _ => {}
    }
    edits
}

/// Returns the edit that adds a missing head at the end, or removes an extra one.
fn head(network: &Network, declared: &Shape, given: &Shape) -> Option<String> {
    let last = network.layers.last().filter(|last| last.is_head()).and_then(Layer::built_in);
    if let Some(last) = last
        && given.plain(given).spec() == declared.spec()
    {
        return Some(match &network.block {
            Some(block) => format!("no `{}` at the end of `{block}`", last.spec.name),
            None => format!("leave `{}` out", last.spec.name),
        });
    }
    let missing = layer::heads().find(|_| given.normalized(given).spec() == declared.spec())?;
    Some(format!("add `{}` as the last layer", missing.name))
}
