//! Do the shapes meet? Every edge has exactly one judge: this file where the macro can compare,
//! the compiler where it cannot.

use proc_macro2::{Ident, Span};

use crate::errors::{self, Errors};
use crate::graph::{Kind, Layer, Network};
use crate::place::Place;
use crate::shape::{Comparison, Shape, Size};
use crate::signature::BuiltIn;

/// Who decides about an edge.
#[derive(Debug)]
pub(crate) enum Judge {
    /// It is decided: right, reported, or not to be judged because of an earlier mistake.
    Settled,
    /// A constant assertion compares two expressions.
    Assertion {
        /// The size that is given.
        gives: Size,
        /// The size that is taken.
        takes: Size,
        /// The message before, between and after the two sizes.
        message: [String; 3],
        /// The consumer's size.
        span: Span,
        /// The blocks that what is given has to fit before this is a mistake of its own.
        provided: Vec<Ident>,
    },
    /// A trait decides, because a type that only the compiler knows is involved.
    Trait {
        /// Who gives, in words.
        producer: String,
        /// Who takes what, in words.
        consumer: String,
        /// The way out.
        help: String,
        /// The consumer's size or type.
        span: Span,
        /// The consumer's place among the layers; their number for the declared output.
        consumer_index: usize,
        /// As for an assertion.
        provided: Vec<Ident>,
    },
}

impl Judge {
    /// Whether the compiler judges.
    fn is_open(&self) -> bool {
        !matches!(self, Self::Settled)
    }

    /// The judge, who speaks only if what is given fits these blocks.
    fn after(mut self, blocks: &[Ident]) -> Self {
        if let Self::Assertion { provided, .. } | Self::Trait { provided, .. } = &mut self {
            provided.extend_from_slice(blocks);
        }
        self
    }
}

/// The judges of a network.
#[derive(Debug)]
pub(crate) struct Judges {
    /// One for the edge into each layer.
    pub(crate) edges: Vec<Judge>,
    /// Those of the declared output, one for each of its sizes; empty when none is declared. A block has to give what it
    /// takes.
    pub(crate) output: Vec<Judge>,
    /// The judges of the blocks, in their order.
    pub(crate) blocks: Vec<Judges>,
    /// Who decides whether what comes in fits, for a block.
    pub(crate) entry: Entry,
    /// Whether a mistake was found so far, here or before.
    pub(crate) mistaken: bool,
}

/// The beginning of a block, as far as the compiler judges it.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// The layers whose edges decide.
    pub(crate) edges: Vec<usize>,
    /// The blocks whose entries do.
    pub(crate) blocks: Vec<Ident>,
}

impl Entry {
    /// The name of the block, if the compiler judges its beginning.
    fn name(&self, block: &Network) -> Option<Ident> {
        let open = !(self.edges.is_empty() && self.blocks.is_empty());
        (open && block.block.is_some()).then(|| block.name.clone())
    }
}

/// Judges what the macro can compare, and says who judges the rest.
///
/// A block keeps the number of values, so that one wrong number meets its first layer, its end and what follows: only the
/// first of them speaks.
pub(crate) fn check(network: &Network, errors: &mut Errors) -> Judges {
    let (mut edges, mut blocks, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    for (index, layer) in network.layers.iter().enumerate() {
        edges.push(edge(network, index, layer, errors).after(&passed));
        if let Kind::Residual(inside) = &layer.kind {
            let judges = check(inside, errors);
            passed.extend(judges.entry.name(inside));
            blocks.push(judges);
        } else if !layer.keeps_size() {
            passed.clear();
        }
    }
    let entry = entry(network, &edges, &blocks);
    passed.extend(entry.name(network));
    let output = output(network, errors).into_iter().map(|judge| judge.after(&passed)).collect();
    Judges { edges, output, blocks, entry, mistaken: errors.any() }
}

/// The beginning of a block: everything up to the first layer that does not keep the number of values.
fn entry(network: &Network, edges: &[Judge], blocks: &[Judges]) -> Entry {
    let mut entry = Entry::default();
    let mut blocks = blocks.iter();
    for (index, (layer, edge)) in network.layers.iter().zip(edges).enumerate() {
        if let Kind::Residual(inside) = &layer.kind {
            entry.blocks.extend(blocks.next().and_then(|judges| judges.entry.name(inside)));
        }
        // What a type says may depend on a const parameter, and then no constant can ask it.
        let askable = network.parameters.is_empty() || !matches!(edge, Judge::Trait { .. });
        entry.edges.extend((edge.is_open() && askable).then_some(index));
        if !layer.keeps_size() {
            break;
        }
    }
    entry
}

/// Judges the edge into the layer at `index`.
fn edge(network: &Network, index: usize, layer: &Layer, errors: &mut Errors) -> Judge {
    let (incoming, known) = network.incoming(index);
    // The edge into a block is the one into the first layer that is in it.
    if !(layer.joined && known && layer.input_known) || matches!(layer.kind, Kind::Residual(_)) {
        return Judge::Settled;
    }
    let by_trait = || Judge::Trait {
        producer: network.source(index).text,
        consumer: match (layer.built_in(), layer.input.row()) {
            (None, _) => format!("{} takes another shape", layer.text()),
            (Some(BuiltIn::Dense), Some(_)) if !layer.inferred => {
                format!("{} takes `{}`", layer.text(), layer.input.text())
            }
            _ => format!("{} takes a vector", layer.text()),
        },
        help: way_out(network, index, layer),
        span: layer.size_places.first().unwrap_or(&layer.place).span(),
        consumer_index: index,
        provided: Vec::new(),
    };
    let Some(built_in) = layer.built_in() else {
        return by_trait();
    };
    if built_in.is_elementwise() {
        return Judge::Settled;
    }
    if incoming.is_foreign() {
        return by_trait();
    }
    let (Some(gives), Some(takes)) = (incoming.row(), layer.input.row()) else {
        wants_vector(network, index, layer, errors);
        return Judge::Settled;
    };
    sizes(network, index, layer, (gives, takes), errors)
}

/// Judges the size that is given to the layer at `index` against the one it takes.
fn sizes(network: &Network, index: usize, layer: &Layer, edge: (&Size, &Size), errors: &mut Errors) -> Judge {
    let (gives, takes) = edge;
    match gives.compare(takes) {
        Comparison::Same => Judge::Settled,
        Comparison::Open => Judge::Assertion {
            gives: gives.clone(),
            takes: takes.clone(),
            message: errors::open_mismatch(
                &network.source(index).text,
                &format!("{} takes", layer.text()),
                &edits(network, index, layer, gives, takes),
            ),
            span: takes.place().span(),
            provided: Vec::new(),
        },
        Comparison::Different => {
            errors.push(errors::size_mismatch(
                takes.place(),
                &network.source(index).text,
                &gives.values(),
                &layer.text(),
                &bare(takes),
                &edits(network, index, layer, gives, takes),
            ));
            Judge::Settled
        }
    }
}

/// What to do where only the compiler knows the sizes.
fn way_out(network: &Network, index: usize, consumer: &Layer) -> String {
    let written = consumer.built_in() == Some(BuiltIn::Dense) && !consumer.inferred;
    let outputs = consumer.output.row().filter(|_| written);
    match outputs {
        // Only without const parameters can the compiler fill `_` in.
        Some(outputs) if network.parameters.is_empty() => {
            errors::write_one_of(&[dense("_", &outputs.text(), consumer)])
        }
        _ => errors::change_one_side(&network.source(index).text, &consumer.text()),
    }
}

/// A size where its noun was already said.
fn bare(size: &Size) -> String {
    match size {
        Size::Number(..) => size.text(),
        other => format!("`{}`", other.text()),
    }
}

/// Reports an image, or what elementwise layers made of it, where a vector is wanted.
fn wants_vector(network: &Network, index: usize, layer: &Layer, errors: &mut Errors) {
    let (incoming, _) = network.incoming(index);
    let size = incoming.number().map_or("N".to_owned(), |number| number.to_string());
    errors.push(errors::vector_wanted(
        *layer.size_places.first().unwrap_or(&layer.place),
        &network.source(index).text,
        &incoming.text(),
        &layer.text(),
        &[format!("`(Vector<{size}>)` for the input")],
    ));
}

/// The edits that would each make a consumer and its source agree.
fn edits(network: &Network, index: usize, consumer: &Layer, gives: &Size, takes: &Size) -> Vec<String> {
    // A block ends as it begins, so that one edit at its beginning has to fit its end too.
    let begins_block = network.block.is_some() && !network.has_source(index);
    let end = network.layers.last().and_then(|layer| layer.output.row());
    let ends = |size: &Size| end.is_some_and(|end| end.same(size));
    let mut edits = Vec::new();
    let outputs = consumer.output.row().filter(|_| consumer.output_known);
    if let Some(outputs) = outputs.filter(|_| !begins_block || ends(gives) || !ends(takes)) {
        edits.push(dense(&gives.text(), &outputs.text(), consumer));
    }
    if !begins_block || ends(takes) {
        edits.extend(network.source(index).giving(takes));
    }
    edits
}

/// How a `Dense` should be written.
fn dense(inputs: &str, outputs: &str, layer: &Layer) -> String {
    let name = BuiltIn::Dense.name();
    format!("`{name}<{inputs}, {outputs}>` for {}", layer.text())
}

/// Judges the declared output against the last layer.
fn output(network: &Network, errors: &mut Errors) -> Vec<Judge> {
    let end = network.layers.len();
    let Some((declared, place)) = &network.declared_output else {
        return Vec::new();
    };
    let (given, known) = network.incoming(end);
    // What is declared for a block is what it takes, which may not be known.
    if network.open_end || !known || end == 0 || network.block.is_some() && !network.input_known {
        return Vec::new();
    }
    if declared.is_foreign() || given.is_foreign() {
        return vec![end_by_trait(network, declared, *place)];
    }
    let pairs = given.sizes().iter().zip(declared.sizes());
    let mut differ = pairs.map(|(gives, takes)| matches!(gives.compare(takes), Comparison::Different));
    if given.name() == declared.name() && !differ.any(|differ| differ) {
        return output_assertions(network, declared, given);
    }
    let edits = output_edits(network, declared, given);
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
    Vec::new()
}

/// Leaves the end of a network to the compiler.
fn end_by_trait(network: &Network, declared: &Shape, place: Place) -> Judge {
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

/// The last size of a block, or its last layer.
fn end_place(network: &Network) -> Place {
    let sized = network.layers.iter().rev().find_map(|layer| layer.size_places.last());
    sized.copied().or(network.layers.last().map(|layer| layer.place)).unwrap_or_else(Place::call)
}

/// Assertions for the sizes of the declared output that only the compiler knows.
fn output_assertions(network: &Network, declared: &Shape, given: &Shape) -> Vec<Judge> {
    let pairs = given.sizes().iter().zip(declared.sizes());
    let open = pairs.filter(|(gives, takes)| matches!(gives.compare(takes), Comparison::Open));
    open.map(|(gives, takes)| Judge::Assertion {
        gives: gives.clone(),
        takes: takes.clone(),
        message: errors::open_mismatch(
            &network.source(network.layers.len()).text,
            &match &network.block {
                Some(block) => format!("`{block}` adds them to"),
                None => format!("the output of `{}` has", network.name),
            },
            &output_edits(network, declared, given),
        ),
        span: match &network.block {
            Some(_) => end_place(network).span(),
            None => takes.place().span(),
        },
        provided: Vec::new(),
    })
    .collect()
}

/// The last layer in words.
fn last_text(network: &Network) -> String {
    network.layers.last().map_or_else(|| "the input".to_owned(), Layer::text)
}

/// The edits that would each make the declared output and the last layer agree.
fn output_edits(network: &Network, declared: &Shape, given: &Shape) -> Vec<String> {
    let mut edits = Vec::new();
    if network.block.is_none() {
        edits.push(format!("`-> {}`", given.text()));
    }
    let (Some(here), Some(there)) = (given.row(), declared.row()) else {
        return edits;
    };
    match (given, declared) {
        (Shape::Probabilities(_), Shape::Vector(_)) if here.same(there) => {
            edits.push(match &network.block {
                Some(block) => format!("no `{}` at the end of `{block}`", BuiltIn::Softmax.name()),
                None => format!("leave `{}` out", BuiltIn::Softmax.name()),
            });
        }
        (Shape::Vector(_), Shape::Probabilities(_)) if here.same(there) => {
            edits.push(format!("add `{}` as the last layer", BuiltIn::Softmax.name()));
        }
        (Shape::Vector(_), Shape::Vector(_)) | (Shape::Probabilities(_), Shape::Probabilities(_)) => {
            edits.extend(network.source(network.layers.len()).giving(there));
        }
        _ => {}
    }
    edits
}
