//! How is a network drawn as a graph?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write as _};

use super::summary::{Summary, Wiring, grouped, shapes};
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
        let Self(Summary { name, input_parts, layers, .. }) = *self;
        writeln!(f, "digraph \"{name}\" {{\n    node [shape=box];\n    input [shape=plaintext];")?;
        let mut chain =
            Chain { boxes: 0, last: String::from("input"), sizes: input_parts.to_vec(), arrows: String::new() };
        chain.draw(f, layers, 0)?;
        let Chain { last, sizes, .. } = chain;
        writeln!(f, "    output [shape=plaintext];\n    {last} -> output [label=\"{}\"];\n}}", shapes(&sizes))
    }
}

/// The sizes of each part of a sample.
type Parts = Vec<&'static [usize]>;

/// The state of the drawing.
struct Chain {
    /// The number of boxes and blocks so far.
    boxes: usize,
    /// The box from which the next arrow starts.
    last: String,
    /// The sizes of each part of a sample at that box.
    sizes: Parts,
    /// Arrows, to be written after all frames: a box that is named inside a frame is drawn in it.
    arrows: String,
}

impl Chain {
    /// Draws layers one after the other, inside `depth` frames.
    fn draw(&mut self, f: &mut fmt::Formatter<'_>, layers: &[LayerInfo], depth: usize) -> fmt::Result {
        for layer in layers {
            self.layer(f, layer, depth)?;
            self.sizes = layer.output_parts();
            if depth == 0 {
                f.write_str(&core::mem::take(&mut self.arrows))?;
            }
        }
        Ok(())
    }

    /// Draws a layer, with those inside of it in a frame.
    fn layer(&mut self, f: &mut fmt::Formatter<'_>, layer: &LayerInfo, depth: usize) -> fmt::Result {
        self.boxes += 1;
        let (number, indent) = (self.boxes, "    ".repeat(depth + 1));
        if !layer.has_parts() {
            writeln!(f, "{indent}layer{number} [label=\"{}\"];", Label(layer))?;
            return self.arrow(format!("layer{number}"));
        }
        // A branch without layers is an arrow.
        if layer.wiring.plain() == Wiring::Chain && layer.inside.is_empty() {
            return Ok(());
        }
        writeln!(f, "{indent}subgraph cluster{number} {{\n{indent}    label=\"{}\";", Label(layer))?;
        let ends = self.inside(f, layer, depth + 1)?;
        let node = match layer.wiring.plain() {
            Wiring::Chain | Wiring::Repeat(_) | Wiring::Recomputed(_) => None,
            Wiring::Residual { .. } | Wiring::Add => Some(("add", "\"+\", shape=circle")),
            Wiring::Concat => Some(("concat", "\"concatenated\", shape=plaintext")),
            Wiring::Pair => Some(("pair", "\"pair\", shape=plaintext")),
        };
        if let Some((node, label)) = node {
            writeln!(f, "{indent}    {node}{number} [label={label}];\n{indent}}}")?;
            for (last, sizes) in ends {
                writeln!(self.arrows, "    {last} -> {node}{number} [label=\"{}\"];", shapes(&sizes))?;
            }
            self.last = format!("{node}{number}");
            return Ok(());
        }
        writeln!(f, "{indent}}}")
    }

    /// Draws the layers inside of another, and returns the boxes that are joined at the end, with their shapes.
    fn inside(
        &mut self,
        f: &mut fmt::Formatter<'_>,
        layer: &LayerInfo,
        depth: usize,
    ) -> Result<Vec<(String, Parts)>, fmt::Error> {
        let before = (self.last.clone(), self.sizes.clone());
        let mut ends = Vec::new();
        match layer.wiring.plain() {
            Wiring::Chain | Wiring::Repeat(_) | Wiring::Recomputed(_) => self.draw(f, layer.inside, depth)?,
            Wiring::Residual { shortcut } => {
                self.draw(f, layer.inside, depth)?;
                ends.push((self.last.clone(), self.sizes.clone()));
                (self.last, self.sizes) = before;
                if let Some(shortcut) = shortcut {
                    self.draw(f, core::slice::from_ref(shortcut), depth)?;
                }
                // Without a shortcut, the input bypasses the layers of the block and goes to the addition.
                ends.push((self.last.clone(), self.sizes.clone()));
            }
            Wiring::Concat | Wiring::Add | Wiring::Pair => {
                for branch in layer.inside {
                    (self.last, self.sizes) = before.clone();
                    self.draw(f, core::slice::from_ref(branch), depth)?;
                    ends.push((self.last.clone(), self.sizes.clone()));
                }
            }
        }
        Ok(ends)
    }

    /// Draws the arrow to the next box.
    fn arrow(&mut self, to: String) -> fmt::Result {
        writeln!(self.arrows, "    {} -> {to} [label=\"{}\"];", self.last, shapes(&self.sizes))?;
        self.last = to;
        Ok(())
    }
}

/// The text in the box of a layer.
struct Label<'a>(&'a LayerInfo);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(layer) = *self;
        f.write_str(&layer.title().replace('\\', "\\\\").replace('"', "\\\""))?;
        if layer.parameters > 0 {
            write!(f, "\\n{} parameters", grouped(layer.parameters as u64))?;
        }
        if layer.frozen {
            write!(f, ", frozen")?;
        }
        if let Wiring::Recomputed(_) = layer.wiring {
            write!(f, ", recomputed")?;
        }
        Ok(())
    }
}
