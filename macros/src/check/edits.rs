//! Which edits would each make the two sides of an edge match?

use super::Edge;
use crate::graph::Layer;
use crate::layer;
use crate::shape::{IMAGE, Shape, ShapeSpec};
use crate::size::Size;

impl Edge<'_> {
    /// Returns the edits that would each make a consumer and its source agree along an axis.
    pub(super) fn edits(&self, axis: usize, gives: &Size, takes: &Size) -> Vec<String> {
        let network = self.network;
        if let Some(edit) = self.channels_last(takes).filter(|_| axis == 0) {
            return vec![edit];
        }
        // A block gives the shape that it takes, so an edit at its beginning has to match its end too.
        let begins_block = network.gives_what_it_takes() && !network.has_source(self.index);
        let end = network.layers.last().and_then(|layer| layer.output.sizes().get(axis));
        let ends = |size: &Size| end.is_some_and(|end| end.same(size));
        let mut edits = Vec::new();
        if !begins_block || ends(gives) || !ends(takes) {
            edits.extend(self.at_consumer(axis, gives));
        }
        if !begins_block || ends(takes) {
            edits.extend(network.source(self.index).giving(axis, takes));
        }
        edits
    }

    /// Returns the edit that puts the channels of the input first, if it is an image whose last axis has as many elements as
    /// the layer takes channels, and whose first axis has not.
    pub(super) fn channels_last(&self, takes: &Size) -> Option<String> {
        let is_input = self.network.block.is_none() && self.network.source(self.index).is_input;
        let is_image = self.incoming.spec() == Some(&IMAGE);
        let [rows, columns, channels] = self.incoming.sizes() else { return None };
        let last = is_input && is_image && channels.same(takes) && !rows.same(takes);
        let [rows, columns, channels] = [rows, columns, channels].map(Size::text);
        last.then(|| format!("`(Image<{channels}, {rows}, {columns}>)` for the input, with its channels first"))
    }

    /// Returns the edit that makes the consumer take `gives`, if the size is known.
    fn at_consumer(&self, axis: usize, gives: &Size) -> Option<String> {
        let layer: &Layer = self.layer;
        let spec = layer.built_in()?.spec;
        let slot = spec.slot_of_input(axis.checked_sub(spec.takes.first_axis(self.incoming))?)?;
        layer.rewritten(slot, &gives.text()).filter(|_| layer.known.output)
    }

    /// Returns the edits that turn what has no values into what the layer takes: an embedding of tokens, or parts of a pair.
    pub(super) fn values(&self, wanted: Option<&'static ShapeSpec>) -> Vec<String> {
        let layer = self.layer.text();
        let Shape::Pair(parts, _) = self.incoming else {
            return vec![format!("`Embedding<_, 32>` before {layer}")];
        };
        if self.network.block.is_none() {
            return vec![format!("`Parallel {{ a: {{ First, .. }}, b: {{ Second, .. }} }}` before {layer}")];
        }
        let fits = |part: &Shape| wanted.map_or(part.has_values(), |wanted| part.is_a(wanted));
        let both = !parts.iter().any(fits);
        let fitting = ["First", "Second"].into_iter().zip(parts.iter()).filter(|(_, part)| both || fits(part));
        fitting.map(|(name, _)| format!("`{name}` before {layer}")).collect()
    }

    /// Returns the edit that makes a pair of sequences of what comes in.
    pub(super) fn pairing(&self) -> Vec<String> {
        let [first, second] = if let Shape::Pair(..) = self.incoming { ["First, ..", "Second, .."] } else { [".."; 2] };
        vec![format!("`Parallel(Pair) {{ a: {{ {first} }}, b: {{ {second} }} }}` before {}", self.layer.text())]
    }

    /// Returns the edits that would convert the incoming shape to the one that the layer takes.
    pub(super) fn conversions(&self, wanted: &'static ShapeSpec) -> Vec<String> {
        if !self.incoming.has_values() {
            return self.values(Some(wanted));
        }
        let mut edits = Vec::new();
        if self.network.source(self.index).is_input {
            let shape = match (wanted.axes, self.incoming.number()) {
                ([_], Some(number)) => format!("{}<{number}>", wanted.name),
                ([_], None) => format!("{}<N>", wanted.name),
                _ => wanted.example.to_owned(),
            };
            edits.push(format!("`({shape})` for the input"));
        }
        // A block gives the shape that it takes, so a conversion at its beginning does not help.
        let begins_block = self.network.gives_what_it_takes() && !self.network.has_source(self.index);
        let conversion = match (layer::making(wanted, self.incoming), layer::becoming(wanted)) {
            (Some(layer), _) => Some(layer.name.to_owned()),
            (None, Some(layer)) => Some(format!("{}<{}<..>>", layer.name, wanted.name)),
            (None, None) => None,
        };
        if let Some(conversion) = conversion.filter(|_| !begins_block) {
            edits.push(format!("`{conversion}` before {}", self.layer.text()));
        }
        edits
    }
}
