//! Do the shapes match? Each edge has exactly one judge: this module if the macro can compare the shapes, and the compiler
//! otherwise.

use proc_macro2::{Ident, Span};

use crate::errors::{self, Errors};
use crate::graph::{Block, Layer, Network, Taken};
use crate::layer::{Relation, Requirement, Takes};
use crate::place::Place;
use crate::shape::{Axis, Shape};
use crate::size::{Comparison, Size};

mod edits;
mod end;

/// What decides whether an edge is correct.
#[derive(Debug)]
pub(crate) enum Judge {
    /// The edge is decided: it is correct, it was reported, or an earlier mistake prevents the comparison.
    Settled,
    /// Constant assertions compare sizes that only the compiler knows.
    Assertions {
        /// The comparisons.
        comparisons: Vec<Assertion>,
        /// The blocks whose input has to fit before a mismatch here counts as a separate mistake.
        provided: Vec<Ident>,
    },
    /// A trait decides, because the edge involves a type that only the compiler knows.
    Trait {
        /// The producer, in words.
        producer: String,
        /// The consumer and what it takes, in words.
        consumer: String,
        /// The suggested fix.
        help: String,
        /// The consumer's size or type.
        span: Span,
        /// The consumer's index among the layers; the number of layers for the declared output.
        consumer_index: usize,
        /// The same as for assertions.
        provided: Vec<Ident>,
    },
}

/// Two sizes that only the compiler can compare.
#[derive(Debug)]
pub(crate) struct Assertion {
    /// The required relation between them.
    pub(crate) relation: Relation,
    /// The size that the producer gives.
    pub(crate) gives: Size,
    /// The size that the consumer takes.
    pub(crate) takes: Size,
    /// The parts of the message before, between and after the two sizes.
    pub(crate) message: [String; 3],
    /// The noun for what is counted, in singular and plural.
    pub(crate) nouns: [&'static str; 2],
    /// The consumer's size.
    pub(crate) span: Span,
}

impl Assertion {
    /// Returns the assertion that a requirement is met.
    pub(crate) fn of(required: &Requirement) -> Self {
        Self {
            relation: required.relation,
            gives: required.gives.clone(),
            takes: required.takes.clone(),
            message: required.message.clone(),
            nouns: required.nouns,
            span: required.place.span(),
        }
    }
}

impl Judge {
    /// Makes the judge depend on these blocks: it reports a mistake only if their inputs fit.
    fn after(mut self, blocks: &[Ident]) -> Self {
        if let Self::Assertions { provided, .. } | Self::Trait { provided, .. } = &mut self {
            provided.extend_from_slice(blocks);
        }
        self
    }

    /// Returns the judge of comparisons that are left to the compiler.
    fn of(comparisons: Vec<Assertion>) -> Self {
        if comparisons.is_empty() { Self::Settled } else { Self::Assertions { comparisons, provided: Vec::new() } }
    }

    /// Returns whether the compiler decides.
    fn is_open(&self) -> bool {
        !matches!(self, Self::Settled)
    }
}

/// The judges of a network.
#[derive(Debug)]
pub(crate) struct Judges {
    /// One for the edge into each layer.
    pub(crate) edges: Vec<Judge>,
    /// The judge of the declared output, or of what a block does with the output.
    pub(crate) output: Judge,
    /// The judges of the networks in the blocks, in order.
    pub(crate) blocks: Vec<Judges>,
    /// For a block, what decides whether its input fits.
    pub(crate) entry: Entry,
    /// Whether a mistake has been found so far, here or earlier.
    pub(crate) mistaken: bool,
}

/// The beginning of a block, as far as the compiler checks it.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// The layers whose edges decide.
    pub(crate) edges: Vec<usize>,
    /// The blocks whose entries decide.
    pub(crate) blocks: Vec<Ident>,
}

impl Entry {
    /// Returns the name of the block if the compiler checks its beginning.
    fn name(&self, block: &Network) -> Option<Ident> {
        let open = !(self.edges.is_empty() && self.blocks.is_empty());
        (open && block.block.is_some()).then(|| block.name.clone())
    }
}

/// Checks what the macro can compare, and determines what checks the rest.
///
/// Most blocks preserve the sizes, so one wrong size reaches the first layer of the block, its end and the layer after it. Only
/// the first of these mismatches is reported.
pub(crate) fn check(network: &Network, errors: &mut Errors) -> Judges {
    let (mut edges, mut blocks, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    for (index, layer) in network.layers.iter().enumerate() {
        edges.push(edge(network, index, layer, errors).after(&passed));
        if !layer.keeps_size() {
            passed.clear();
        }
        if let Some(block) = layer.block() {
            let inside = check_block(block, errors);
            let entries = block.networks().into_iter().zip(&inside);
            let entries: Vec<_> = entries.filter_map(|(network, judges)| judges.entry.name(network)).collect();
            passed.extend(entries.into_iter().filter(|_| layer.keeps_size()));
            blocks.extend(inside);
        }
    }
    let entry = entry(network, &edges, &blocks);
    passed.extend(entry.name(network));
    let output = end::output(network, errors).after(&passed);
    Judges { edges, output, blocks, entry, mistaken: errors.any() }
}

/// Checks the networks of a block. The end of one is judged only if its input fits that of the network that it is compared with.
fn check_block(block: &Block, errors: &mut Errors) -> Vec<Judges> {
    let networks = block.networks();
    let mut judges: Vec<_> = networks.iter().map(|network| check(network, errors)).collect();
    let names: Vec<_> = networks.iter().zip(&judges).map(|(network, judges)| judges.entry.name(network)).collect();
    for (index, judges) in judges.iter_mut().enumerate() {
        let other = match block {
            Block::Residual { .. } => names.get(index + 1),
            Block::Parallel { .. } if index > 0 => names.first(),
            Block::Parallel { .. } | Block::Repeat { .. } => None,
        };
        let output = std::mem::replace(&mut judges.output, Judge::Settled);
        judges.output = output.after(other.and_then(Option::as_ref).map_or(&[], std::slice::from_ref));
    }
    judges
}

/// Returns the beginning of a block: everything up to the first layer that changes the sizes.
fn entry(network: &Network, edges: &[Judge], blocks: &[Judges]) -> Entry {
    let mut entry = Entry::default();
    let mut blocks = blocks.iter();
    for (index, (layer, edge)) in network.layers.iter().zip(edges).enumerate() {
        for network in layer.block().iter().flat_map(|block| block.networks()) {
            entry.blocks.extend(blocks.next().and_then(|judges| judges.entry.name(network)));
        }
        // The types on such an edge may depend on a const parameter, which a constant cannot mention.
        let askable = network.parameters.is_empty() || !matches!(edge, Judge::Trait { .. });
        entry.edges.extend((edge.is_open() && askable).then_some(index));
        if !layer.keeps_size() {
            break;
        }
    }
    entry
}

/// An edge that is being checked: from the incoming shape to the layer at `index`.
#[derive(Clone, Copy)]
struct Edge<'a> {
    network: &'a Network,
    index: usize,
    layer: &'a Layer,
    incoming: &'a Shape,
}

/// Checks the edge into the layer at `index`.
fn edge(network: &Network, index: usize, layer: &Layer, errors: &mut Errors) -> Judge {
    let (incoming, known) = network.incoming(index);
    if !(layer.joined && known && layer.known.takes) {
        return Judge::Settled;
    }
    let edge = Edge { network, index, layer, incoming };
    match &layer.takes {
        Taken::Any if layer.built_in().is_some() && !incoming.has_values() => {
            edge.wants("values", &edge.values(None), errors);
            Judge::Settled
        }
        // The edge into a block is the edge into its first layer.
        Taken::Any => Judge::of(edge.requirements(errors)),
        Taken::Foreign => edge.by_trait(),
        Taken::Shape(takes, sizes) if takes.accepts(incoming) => edge.by_sizes(*takes, sizes, errors),
        Taken::Shape(..) if incoming.is_foreign() => edge.by_trait(),
        Taken::Shape(takes @ Takes::Pair(_), _) => {
            edge.wants(&takes.noun(), &edge.pairing(), errors);
            Judge::Settled
        }
        Taken::Shape(takes, _) => {
            if let Some(shape) = takes.spec() {
                edge.wants(shape.noun, &edge.conversions(shape), errors);
            }
            Judge::Settled
        }
    }
}

impl Edge<'_> {
    /// Returns the producer in words.
    fn producer(&self) -> String {
        self.network.source(self.index).text
    }

    /// Compares the sizes of a shape that the layer takes, as far as the macro knows them.
    fn by_sizes(&self, takes: Takes, sizes: &[Option<Size>], errors: &mut Errors) -> Judge {
        let mut comparisons = Vec::new();
        // The image with its channels first has other rows and columns, which the windows may fit into.
        let channels_last = sizes.first().and_then(Option::as_ref).and_then(|size| self.channels_last(size));
        let axes = takes.axes(self.incoming).iter().zip(takes.first_axis(self.incoming)..);
        for ((gives, wanted), (words, axis)) in takes.sizes(self.incoming).iter().zip(sizes).zip(axes) {
            if let Some(wanted) = wanted {
                comparisons.extend(self.sizes(axis, words, (gives, wanted), errors));
            }
        }
        if channels_last.is_none() {
            comparisons.extend(self.requirements(errors));
        }
        Judge::of(comparisons)
    }

    /// Leaves the edge to the compiler.
    fn by_trait(&self) -> Judge {
        let layer = self.layer;
        let consumer = match &layer.takes {
            Taken::Shape(takes, sizes) => {
                let wanted = self.demanded(*takes, sizes).unwrap_or_else(|| takes.noun());
                format!("{} takes {wanted}", layer.text())
            }
            Taken::Any | Taken::Foreign => format!("{} takes another shape", layer.text()),
        };
        Judge::Trait {
            producer: self.producer(),
            consumer,
            help: self.way_out(),
            span: layer.size_places.first().unwrap_or(&layer.place).span(),
            consumer_index: self.index,
            provided: Vec::new(),
        }
    }

    /// Returns the shape that the layer requires, if all of its sizes are written.
    fn demanded(&self, takes: Takes, sizes: &[Option<Size>]) -> Option<String> {
        let built_in = self.layer.built_in()?;
        if built_in.inferred.contains(&true) {
            return None;
        }
        let sizes: Option<Vec<_>> = sizes.iter().map(|size| size.as_ref().map(Size::text)).collect();
        takes.written(&sizes?)
    }

    /// Returns the suggested fix for an edge whose sizes only the compiler knows.
    fn way_out(&self) -> String {
        let written = |built_in: &&crate::graph::BuiltIn| !built_in.inferred.contains(&true);
        let slot = self.layer.built_in().filter(written).and_then(|built_in| built_in.spec.slot_of_input(0));
        match slot.and_then(|slot| self.layer.rewritten(slot, "_")) {
            // Only without const parameters can the compiler infer `_`.
            Some(edit) if self.network.parameters.is_empty() => errors::write_one_of(&[edit]),
            _ => errors::change_one_side(&self.producer(), &self.layer.text()),
        }
    }

    /// Reports a shape of another kind than the layer takes.
    fn wants(&self, wanted: &str, edits: &[String], errors: &mut Errors) {
        let layer = self.layer;
        errors.push(errors::shape_wanted(
            *layer.size_places.first().unwrap_or(&layer.place),
            &self.producer(),
            &self.incoming.text(),
            &layer.text(),
            wanted,
            edits,
        ));
    }

    /// Compares the sizes along one axis. The message names the axis if the shape has several.
    fn sizes(&self, axis: usize, words: &Axis, edge: (&Size, &Size), errors: &mut Errors) -> Option<Assertion> {
        let (gives, takes) = edge;
        let several = self.incoming.sizes().len() > 1;
        match gives.compare(takes) {
            Comparison::Same => None,
            Comparison::Open => Some(Assertion {
                relation: Relation::Same,
                gives: gives.clone(),
                takes: takes.clone(),
                message: errors::open_mismatch(
                    &self.producer(),
                    &format!("{} takes", self.layer.text()),
                    &self.edits(axis, gives, takes),
                ),
                nouns: words.nouns,
                span: takes.place().span(),
            }),
            Comparison::Different => {
                let gives_text =
                    if several { format!("`{}`", self.incoming.text()) } else { gives.counted(words.nouns) };
                let takes_text = if several { takes.counted(words.nouns) } else { takes.bare() };
                errors.push(errors::size_mismatch(
                    takes.place(),
                    &self.producer(),
                    &gives_text,
                    &self.layer.text(),
                    &takes_text,
                    &self.edits(axis, gives, takes),
                ));
                None
            }
        }
    }

    /// Checks the other requirements of a layer of the library. Only the first window that does not fit is reported.
    fn requirements(&self, errors: &mut Errors) -> Vec<Assertion> {
        let Some(built_in) = self.layer.built_in() else { return Vec::new() };
        let mut open = Vec::new();
        for required in &built_in.requires {
            let (relation, gives, takes) = (required.relation, &required.gives, &required.takes);
            match (gives.number(), takes.number()) {
                (Some(gives), Some(takes)) if relation.holds(gives, takes) => {}
                (Some(gives), Some(takes)) => {
                    let (gives, takes) = (relation.text(gives, required.nouns), relation.asked(takes).to_string());
                    let sizes = if relation == Relation::Same { [gives, takes] } else { [takes, gives] };
                    errors.push(errors::requirement(required.place, &required.message, &sizes));
                    if relation == Relation::Fits {
                        return Vec::new();
                    }
                }
                _ if gives.is_unknown() || takes.is_unknown() => {}
                // Each instance of the network is checked.
                _ if required.depends_on_parameter() => {}
                _ => open.push(Assertion::of(required)),
            }
        }
        open
    }
}

/// Returns the position of the last size of a network, or of its last layer; for a branch without layers, of its name.
fn end_place(network: &Network) -> Place {
    let sized = network.layers.iter().rev().find_map(|layer| layer.size_places.last());
    let last = network.layers.last().map(|layer| layer.place);
    let wanted = network.declared_output.as_ref().map(|(_, place)| *place);
    sized.copied().or(last).or(wanted).unwrap_or_else(Place::call)
}
