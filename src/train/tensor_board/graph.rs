//! The layers of a network as the graph that TensorBoard draws.
//!
//! # Source
//! TensorFlow, `core/framework/graph.proto`, `node_def.proto`, `attr_value.proto` and `tensor_shape.proto`.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::network::{LayerInfo, Summary, Wiring};
use crate::train::tensor_board::message::Message;

/// Returns the message `GraphDef`: a node for each layer and each end of a block, named by its place, so that blocks are boxes that
/// open.
pub(super) fn graph(summary: &Summary) -> Message {
    let mut graph = Graph { nodes: Message::default(), last: Vec::new(), sizes: summary.input.to_vec() };
    // A layer may be named `input`.
    graph.node("(input)", "Input", None);
    graph.chain(summary.layers, "");
    // Nodes are of the oldest version.
    graph.nodes.message(4, &Message::default().integer(1, 1))
}

/// The nodes so far.
struct Graph {
    nodes: Message,
    /// The nodes from which the next edge starts.
    last: Vec<String>,
    /// The sizes of a sample there.
    sizes: Vec<usize>,
}

impl Graph {
    /// Adds layers one after the other, within a scope.
    fn chain(&mut self, layers: &[LayerInfo], scope: &str) {
        for layer in layers {
            let place = format!("{scope}{}", layer.name);
            if layer.has_parts() {
                self.block(layer, &place);
            } else {
                layer.output.clone_into(&mut self.sizes);
                self.node(&place, layer.layer, Some(layer.parameters));
            }
        }
    }

    /// Adds the layers inside of another, and the node at which its ways meet.
    fn block(&mut self, block: &LayerInfo, place: &str) {
        let (before, scope) = ((self.last.clone(), self.sizes.clone()), format!("{place}/"));
        let wiring = block.wiring.plain();
        let mut ends = Vec::new();
        match wiring {
            Wiring::Residual { shortcut } => {
                self.chain(block.inside, &scope);
                ends.append(&mut self.last);
                (self.last, self.sizes) = before;
                self.chain(shortcut.map_or(&[], core::slice::from_ref), &scope);
                ends.append(&mut self.last);
            }
            Wiring::Concat | Wiring::Add | Wiring::Pair => {
                for branch in block.inside {
                    (self.last, self.sizes) = before.clone();
                    self.chain(core::slice::from_ref(branch), &scope);
                    ends.append(&mut self.last);
                }
            }
            _ => return self.chain(block.inside, &scope),
        }
        (self.last, self.sizes) = (ends, block.output.to_vec());
        let end = match wiring {
            Wiring::Concat => "Concat",
            Wiring::Pair => "Pair",
            _ => "Add",
        };
        self.node(&format!("{scope}{}", end.to_lowercase()), end, None);
    }

    /// Adds a node with an edge from each of the last ones.
    fn node(&mut self, place: &str, operation: &str, parameters: Option<usize>) {
        let node = Message::default().text(1, place).text(2, operation);
        let node = self.last.iter().fold(node, |node, before| node.text(3, before));
        // The number of samples, which is not known, and the sizes of each.
        let unknown = Message::default().integer(1, u64::MAX);
        let shape = self.sizes.iter().fold(Message::default().message(2, &unknown), |shape, &size| {
            shape.message(2, &Message::default().integer(1, size as u64))
        });
        let shapes = Message::default().message(1, &Message::default().message(7, &shape));
        let mut node = node.message(5, &attribute("_output_shapes", &shapes));
        if let Some(count) = parameters {
            node = node.message(5, &attribute("parameters", &Message::default().integer(3, count as u64)));
        }
        self.nodes = core::mem::take(&mut self.nodes).message(1, &node);
        self.last = vec![place.to_owned()];
    }
}

/// Returns an entry of the attributes of a node.
fn attribute(name: &str, value: &Message) -> Message {
    Message::default().text(1, name).message(2, value)
}
