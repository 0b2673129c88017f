//! What does a network look like as a picture?

use core::fmt::{self, Display};

use super::summary::{Summary, grouped, shape};
use crate::network::LayerInfo;

/// A network in the DOT language, which `dot -Tsvg` of Graphviz and many editors draw: printed, it is the text of a file.
///
/// A box per layer with its name, what was declared and its parameters; an arrow per edge with the shape of one sample.
///
/// # Source
/// "DOT language", Graphviz documentation: strings in double quotes, in which a double quote and a backslash are escaped.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Xor = Dense<2, 3>, Tanh);
///
/// assert_eq!(
///     Xor::summary().dot().to_string(),
///     r#"digraph "Xor" {
///     node [shape=box];
///     input [shape=plaintext];
///     layer1 [label="dense: Dense<2, 3>\n9 parameters"];
///     input -> layer1 [label="(2)"];
///     layer2 [label="tanh: Tanh"];
///     layer1 -> layer2 [label="(3)"];
///     output [shape=plaintext];
///     layer2 -> output [label="(3)"];
/// }
/// "#
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dot<'a>(&'a Summary);

impl<'a> Dot<'a> {
    pub(super) const fn of(summary: &'a Summary) -> Self {
        Self(summary)
    }
}

impl Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Summary { name, input, layers, .. }) = *self;
        writeln!(f, "digraph \"{name}\" {{\n    node [shape=box];\n    input [shape=plaintext];")?;
        let mut sizes = *input;
        for (index, layer) in layers.iter().enumerate() {
            let number = index + 1;
            writeln!(f, "    layer{number} [label=\"{}\"];", Label(layer))?;
            match index {
                0 => write!(f, "    input")?,
                before => write!(f, "    layer{before}")?,
            }
            writeln!(f, " -> layer{number} [label=\"{}\"];", shape(sizes))?;
            sizes = layer.output;
        }
        writeln!(f, "    output [shape=plaintext];")?;
        writeln!(f, "    layer{} -> output [label=\"{}\"];\n}}", layers.len(), shape(sizes))
    }
}

/// The text in the box of a layer.
struct Label<'a>(&'a LayerInfo);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(layer) = *self;
        write!(f, "{}: {}", layer.name, layer.layer.replace('\\', "\\\\").replace('"', "\\\""))?;
        if layer.parameters > 0 {
            write!(f, "\\n{} parameters", grouped(layer.parameters as u64))?;
        }
        if layer.frozen {
            write!(f, ", frozen")?;
        }
        Ok(())
    }
}
