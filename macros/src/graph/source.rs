//! What determines the number of values that reach a layer, and which edit would change it?

use super::{Kind, Layer};
use crate::shape::{self, Shape};
use crate::size::Size;

/// The input, or a layer that changes the sizes.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its description in messages.
    pub(crate) text: String,
    /// Whether it is the input of the network.
    pub(crate) is_input: bool,
    /// The text before and after another size, for each axis of its output; `None` if no size determines the axis.
    edits: Vec<Option<[String; 2]>>,
}

impl Source {
    /// Returns the input of the network, with its shape if that is written in the header.
    pub(super) fn input(declared: Option<&Shape>) -> Self {
        let mut edits = Vec::new();
        if let Some(Shape::Known(spec, sizes)) = declared {
            for axis in 0..sizes.len() {
                let sizes = with_mark(sizes.iter().map(Size::text), axis);
                edits.push(around_mark(&format!("`({})` for the input", shape::written(spec, sizes.into_iter()))));
            }
        }
        Self { text: "the input".to_owned(), is_input: true, edits }
    }

    /// Returns a layer as a source.
    pub(super) fn layer(layer: &Layer) -> Self {
        let mut edits = Vec::new();
        if let Kind::BuiltIn(built_in) = &layer.kind
            && layer.known.takes
        {
            let first = built_in.spec.takes.first_axis(&layer.output);
            for axis in 0..first + built_in.spec.takes.sizes(&layer.output).len() {
                let slot = axis.checked_sub(first).and_then(|axis| built_in.spec.slot_of_output(axis));
                edits.push(slot.and_then(|slot| around_mark(&layer.rewritten(slot, MARK)?)));
            }
        }
        Self { text: layer.text(), is_input: false, edits }
    }

    /// Returns the edit that makes the source give `size` along `axis`.
    pub(crate) fn giving(&self, axis: usize, size: &Size) -> Option<String> {
        let [before, after] = self.edits.get(axis)?.as_ref()?;
        Some(format!("{before}{}{after}", size.text()))
    }
}

/// Marks the place of another size. No source text contains it.
const MARK: &str = "\0";

fn with_mark(sizes: impl Iterator<Item = String>, axis: usize) -> Vec<String> {
    sizes.enumerate().map(|(index, size)| if index == axis { MARK.to_owned() } else { size }).collect()
}

fn around_mark(text: &str) -> Option<[String; 2]> {
    text.split_once(MARK).map(|(before, after)| [before.to_owned(), after.to_owned()])
}
