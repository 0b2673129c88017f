//! Where in a network is each layer, and what comes in there?

#[cfg(feature = "keras")]
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

#[cfg(feature = "keras")]
use crate::network::{LayerInfo, Wiring};

/// A layer that is not a block, with its repetitions written out.
#[cfg(feature = "keras")]
pub(super) struct Place {
    /// The names from the outermost block inwards, `blocks.0.dense`, with which those of its tensors begin.
    pub(super) path: String,
    /// The layer without its sizes and settings: `Dense`.
    pub(super) kind: &'static str,
    /// The shape of the images whose elements come in, if they were flattened.
    pub(super) flattened: Option<[usize; 3]>,
}

/// Returns all layers of a network in order.
#[cfg(feature = "keras")]
pub(super) fn places(layers: &'static [LayerInfo], input: &'static [usize]) -> Vec<Place> {
    let mut walk = Walk { places: Vec::new(), shape: input, flattened: None };
    walk.all(layers.iter(), "");
    walk.places
}

#[cfg(feature = "keras")]
struct Walk {
    places: Vec<Place>,
    /// The shape before the next layer.
    shape: &'static [usize],
    flattened: Option<[usize; 3]>,
}

#[cfg(feature = "keras")]
impl Walk {
    fn all(&mut self, layers: impl Iterator<Item = &'static LayerInfo>, around: &str) {
        for layer in layers {
            self.one(layer, &format!("{around}{}", layer.name));
            self.shape = layer.output;
        }
    }

    fn one(&mut self, layer: &'static LayerInfo, path: &str) {
        let before = (self.shape, self.flattened);
        if !layer.has_parts() {
            let kind = kind_of(layer.layer);
            let flattened = if kind == "Flatten" { self.shape.try_into().ok() } else { self.flattened };
            self.places.push(Place { path: path.into(), kind, flattened });
            // A layer that gives another number of elements has mixed them.
            self.flattened = flattened.filter(|sizes| layer.output == [sizes.iter().product::<usize>()]);
            return;
        }
        match layer.wiring.plain() {
            Wiring::Repeat(count) => {
                for index in 0..count {
                    self.all(layer.inside.iter(), &format!("{path}.{index}."));
                }
            }
            Wiring::Chain => self.all(layer.inside.iter(), &format!("{path}.")),
            Wiring::Residual { shortcut } => {
                self.all(layer.inside.iter(), &format!("{path}."));
                let after = self.flattened;
                (self.shape, self.flattened) = before;
                self.all(shortcut.into_iter(), &format!("{path}."));
                self.flattened = after;
            }
            // Branches, which read the same input.
            _ => {
                for branch in layer.inside {
                    (self.shape, self.flattened) = before;
                    self.all(core::iter::once(branch), &format!("{path}."));
                }
                self.flattened = None;
            }
        }
    }
}

/// Returns the name of a layer without its path, sizes and settings.
pub(super) fn kind_of(layer: &'static str) -> &'static str {
    let name = layer.split(['<', '(', ' ']).next().unwrap_or(layer);
    name.rsplit("::").next().unwrap_or(name)
}

/// Returns sizes with commas between them.
pub(super) fn joined(sizes: &[usize]) -> String {
    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
