//! How is a network drawn as a graph?

use alloc::format;
use alloc::string::String;
use core::fmt::{self, Display, Write as _};

use super::summary::{Summary, grouped, shape};
use crate::network::LayerInfo;

/// A network in the DOT language, which `dot -Tsvg` of Graphviz and many editors draw. `Display` prints the text of a DOT file.
///
/// Each layer is a box with its name, its declaration and its number of parameters. The layers of a block are in a frame. Each
/// edge is an arrow with the shape of one sample.
///
/// # Source
/// "DOT language", Graphviz documentation: double quotes and backslashes are escaped in double-quoted strings.
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
        let mut chain = Chain { boxes: 0, last: String::from("input"), sizes: input, arrows: String::new() };
        chain.draw(f, layers, 0)?;
        let Chain { last, sizes, .. } = chain;
        writeln!(f, "    output [shape=plaintext];\n    {last} -> output [label=\"{}\"];\n}}", shape(sizes))
    }
}

/// The state of the drawing.
struct Chain<'a> {
    /// The number of boxes and blocks so far.
    boxes: usize,
    /// The box from which the next arrow starts.
    last: String,
    /// The shape of a sample at that box.
    sizes: &'a [usize],
    /// Arrows, to be written after all frames: a box that is named inside a frame is drawn in it.
    arrows: String,
}

impl<'a> Chain<'a> {
    /// Draws layers one after the other, inside `depth` frames.
    fn draw(&mut self, f: &mut fmt::Formatter<'_>, layers: &'a [LayerInfo], depth: usize) -> fmt::Result {
        let indent = "    ".repeat(depth + 1);
        for layer in layers {
            self.boxes += 1;
            let number = self.boxes;
            if layer.inside.is_empty() {
                writeln!(f, "{indent}layer{number} [label=\"{}\"];", Label(layer))?;
                self.arrow(format!("layer{number}"))?;
            } else {
                // The input bypasses the layers of the block and goes to the addition.
                let (before, sizes) = (self.last.clone(), self.sizes);
                writeln!(f, "{indent}subgraph cluster{number} {{\n{indent}    label=\"{}\";", Label(layer))?;
                self.draw(f, layer.inside, depth + 1)?;
                writeln!(f, "{indent}    add{number} [label=\"+\", shape=circle];\n{indent}}}")?;
                self.arrow(format!("add{number}"))?;
                writeln!(self.arrows, "    {before} -> add{number} [label=\"{}\"];", shape(sizes))?;
            }
            self.sizes = layer.output;
            if depth == 0 {
                f.write_str(&core::mem::take(&mut self.arrows))?;
            }
        }
        Ok(())
    }

    /// Draws the arrow to the next box.
    fn arrow(&mut self, to: String) -> fmt::Result {
        writeln!(self.arrows, "    {} -> {to} [label=\"{}\"];", self.last, shape(self.sizes))?;
        self.last = to;
        Ok(())
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
