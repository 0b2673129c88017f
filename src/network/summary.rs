//! How is a network described as a table?

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Display};

#[cfg(feature = "std")]
use crate::markup::{Aligned, show};
use crate::network::{Dot, Network};
use crate::shape::Shape;

/// One layer of a network, as declared.
///
/// A later version may have more fields, so only the library writes it:
///
/// ```compile_fail,E0639
/// use typenet::network::LayerInfo;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let layer = LayerInfo { name: "output", ..Line::LAYERS[0] };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// The name of the field: `hidden`.
    pub name: &'static str,
    /// The layer as declared: `Dense<64, 32>`, or `Dense<N, H>` in a network with const parameters.
    pub layer: &'static str,
    /// The sizes of the output of one sample.
    pub output: &'static [usize],
    /// The number of parameters.
    pub parameters: usize,
    /// The number of multiply-adds per sample.
    pub multiply_adds: u64,
    /// The number of elements per sample that a training pass keeps for the layer: its cache, and its output unless the layer
    /// works in place or is the last.
    pub kept: usize,
    /// Whether the parameters are frozen, so that the optimizer does not change them.
    pub frozen: bool,
    /// The layers of a block, or the branches of a [`Parallel`](crate::Parallel) block, whose layers are inside of them; empty for
    /// any other layer.
    pub inside: &'static [LayerInfo],
    /// How the layers inside are connected.
    pub wiring: Wiring,
}

/// How the layers inside of a block are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wiring {
    /// One after the other, as in a branch. Also stands at a layer without layers inside.
    Chain,
    /// One after the other, and the input of the first, or the output of the shortcut, is added to the output of the last.
    Residual {
        /// The layer in parentheses, if there is one.
        shortcut: Option<&'static LayerInfo>,
    },
    /// One after the other, this many times, each time with parameters of their own.
    Repeat(usize),
    /// As in the other wiring, and the backward pass computes again what the layers inside keep, in memory that the repetitions
    /// share.
    Recomputed(&'static Wiring),
    /// All read the same input, and their outputs are concatenated.
    Concat,
    /// All read the same input, and their outputs are added.
    Add,
    /// Both read the same input, and their outputs are a pair.
    Pair,
}

impl Wiring {
    /// Returns how the layers are connected, whether or not they are computed again.
    pub(crate) const fn plain(self) -> Self {
        if let Self::Recomputed(&wiring) = self { wiring } else { self }
    }
}

impl LayerInfo {
    /// Returns all layers inside, the shortcut last.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &'static LayerInfo> {
        let shortcut = match self.wiring.plain() {
            Wiring::Residual { shortcut } => shortcut,
            _ => None,
        };
        self.inside.iter().chain(shortcut)
    }

    /// Returns the sizes of each part of its output: of the branches of `Parallel(Pair)`, also at the end of a branch or of repeated
    /// layers, or of the output alone.
    pub(crate) fn output_parts(&self) -> Vec<&'static [usize]> {
        match (self.wiring.plain(), self.inside) {
            (Wiring::Pair, branches) => branches.iter().flat_map(Self::output_parts).collect(),
            (Wiring::Chain | Wiring::Repeat(_), [.., last]) => last.output_parts(),
            _ => vec![self.output],
        }
    }

    /// Returns how often the layers inside occur.
    const fn times(&self) -> usize {
        match self.wiring.plain() {
            Wiring::Repeat(count) => count,
            _ => 1,
        }
    }

    /// Returns whether it is a block or a branch.
    pub(crate) fn has_parts(&self) -> bool {
        self.wiring != Wiring::Chain || !self.inside.is_empty() || self.layer.is_empty()
    }

    /// Returns its name and its declaration: `hidden: Dense<64, 32>`. A branch has only a name.
    pub(crate) fn title(&self) -> String {
        if self.layer.is_empty() { String::from(self.name) } else { format!("{}: {}", self.name, self.layer) }
    }
}

/// The layers of a network with their output shapes and parameters, and the totals. `Display` prints a table.
///
/// The column `Kept` has [`LayerInfo::kept`], the number of elements that a training pass keeps for the layer and each sample:
/// below, tanh overwrites the output of `dense`. A block keeps what its layers keep, and copies of what it needs again. Memory that
/// only the backward pass of a layer uses counts too. The row of a block with `#[recompute]` says so, and what its layers keep
/// exists once for all repetitions.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Xor = Dense<2, 3>, Tanh, Dense<3, 1>);
///
/// assert_eq!(
///     Xor::summary().to_string(),
///     "\
/// Xor
/// Layer                 Output shape  Parameters  Kept
/// ────────────────────────────────────────────────────
/// input                 (2)
/// dense: Dense<2, 3>    (3)                    9     3
/// tanh: Tanh            (3)                    0     0
/// dense_2: Dense<3, 1>  (1)                    4     0
/// ────────────────────────────────────────────────────
/// 13 parameters (52 bytes)
/// 9 multiply-adds per sample, workspace 5.5 KiB (tiles of 128 samples)"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The name of the network.
    pub name: &'static str,
    /// The sizes of one input. For a [`Pair`](crate::Pair), the number of all elements.
    pub input: &'static [usize],
    /// The sizes of each part of one input: of the parts of a [`Pair`](crate::Pair), or of the input alone.
    pub input_parts: &'static [&'static [usize]],
    /// Whether sequences in the input may be shorter than their shape: see [`Padded`](crate::Padded).
    pub padded: bool,
    /// The layers in order.
    pub layers: &'static [LayerInfo],
    /// The number of parameters.
    pub parameters: usize,
    /// The size of the parameters in bytes.
    pub parameter_bytes: usize,
    /// The number of multiply-adds of one prediction.
    pub multiply_adds: u64,
    /// The size of the workspace of a training step in bytes. If a layer mixes samples, each tile of a batch has so much.
    pub workspace_bytes: usize,
    /// The number of samples in a tile of a training step.
    pub tile: usize,
    /// Whether a layer mixes the samples of a batch in training.
    pub mixes_samples: bool,
}

impl Summary {
    pub(crate) fn of<N: Network>() -> Self {
        Self {
            name: N::NAME,
            input: N::Input::DIMENSIONS,
            input_parts: N::Input::PARTS,
            padded: !N::Input::PADDED.is_empty(),
            layers: N::LAYERS,
            parameters: N::PARAMETERS,
            parameter_bytes: N::PARAMETER_BYTES,
            multiply_adds: N::MULTIPLY_ADDS,
            workspace_bytes: N::WORKSPACE_LEN * size_of::<N::Scalar>(),
            tile: N::TILE,
            mixes_samples: N::MIXING.barriers > 0,
        }
    }
}

impl Summary {
    /// Returns the network as a graph in the DOT language.
    #[must_use]
    pub const fn dot(&self) -> Dot<'_> {
        Dot::of(self)
    }

    /// Shows the table in a notebook of Jupyter whose kernel is Evcxr, which calls this for the last value of a cell.
    #[cfg(feature = "std")]
    pub fn evcxr_display(&self) {
        show(&Aligned(self));
    }
}

const TITLES: [&str; 4] = ["Layer", "Output shape", "Parameters", "Kept"];

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = Vec::with_capacity(self.layers.len() + 1);
        rows.push([
            String::from(if self.padded { "input, padded" } else { "input" }),
            shapes(self.input_parts),
            String::new(),
            String::new(),
        ]);
        push_rows(&mut rows, self.layers.iter(), 0, ["", ""]);
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([TITLES[column].len()]).max().unwrap_or(0)
        };
        let [first, second, third, fourth] = core::array::from_fn(width);
        let rule = "─".repeat(first + second + third + fourth + 6);
        let [layer, output, parameters, kept] = TITLES;
        writeln!(f, "{}", self.name)?;
        writeln!(f, "{layer:first$}  {output:second$}  {parameters:>third$}  {kept:>fourth$}")?;
        writeln!(f, "{rule}")?;
        for [layer, output, parameters, kept] in &rows {
            let line = format!("{layer:first$}  {output:second$}  {parameters:>third$}  {kept:>fourth$}");
            writeln!(f, "{}", line.trim_end())?;
        }
        writeln!(f, "{rule}")?;
        write!(f, "{} parameters ({})", grouped(self.parameters as u64), bytes(self.parameter_bytes))?;
        let frozen = frozen(self.layers);
        if frozen > 0 {
            write!(f, ", {} of them frozen", grouped(frozen as u64))?;
        }
        writeln!(f)?;
        write!(
            f,
            "{} multiply-adds per sample, workspace {} ({} of {} samples)",
            grouped(self.multiply_adds),
            bytes(self.workspace_bytes),
            if self.mixes_samples { "for each tile" } else { "tiles" },
            self.tile
        )
    }
}

/// Adds a row for each layer. After the row of a block, adds indented rows for its layers. `times` precedes the parameters and
/// what is kept of each repetition: `4 × ` inside of `Repeat<4>`.
fn push_rows(
    rows: &mut Vec<[String; 4]>,
    layers: impl Iterator<Item = &'static LayerInfo>,
    depth: usize,
    times: [&str; 2],
) {
    let repeated = |times: &str, count: usize| {
        let number = grouped(count as u64);
        if count > 0 { format!("{times}{number}") } else { number }
    };
    let [parameters_times, kept_times] = times;
    for layer in layers {
        let frozen = if layer.frozen { " (frozen)" } else { "" };
        let recomputed = if let Wiring::Recomputed(_) = layer.wiring { " (recomputed)" } else { "" };
        let name = format!("{}{}{frozen}{recomputed}", "  ".repeat(depth), layer.title());
        // The parameters of a block are those of its layers.
        let parameters = if layer.has_parts() { String::new() } else { repeated(parameters_times, layer.parameters) };
        rows.push([name, shapes(&layer.output_parts()), parameters, repeated(kept_times, layer.kept)]);
        let within = |times: &str, wiring: Wiring| match wiring {
            Wiring::Repeat(count) => format!("{times}{} × ", grouped(count as u64)),
            _ => String::from(times),
        };
        let times = [within(parameters_times, layer.wiring.plain()), within(kept_times, layer.wiring)];
        let parts: &mut dyn Iterator<Item = &'static LayerInfo> = &mut layer.parts();
        push_rows(rows, parts, depth + 1, times.each_ref().map(String::as_str));
    }
}

/// Returns the number of parameters that are frozen.
fn frozen(layers: &[LayerInfo]) -> usize {
    layers.iter().map(frozen_in).sum()
}

fn frozen_in(layer: &LayerInfo) -> usize {
    if layer.frozen { layer.parameters } else { layer.times() * layer.parts().map(frozen_in).sum::<usize>() }
}

/// Formats sizes as `(1, 28, 28)`.
pub(super) fn shape(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(|&size| grouped(size as u64)).collect();
    format!("({})", sizes.join(", "))
}

/// Formats the sizes of several parts as `(32, 256), (4)`.
pub(super) fn shapes(parts: &[&[usize]]) -> String {
    let parts: Vec<String> = parts.iter().map(|sizes| shape(sizes)).collect();
    parts.join(", ")
}

/// Formats a count as `1,234,567`.
pub(super) fn grouped(count: u64) -> String {
    let digits = format!("{count}");
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Formats a size as `52 bytes`, `9.4 KiB` or `2.6 MiB`.
fn bytes(count: usize) -> String {
    match count {
        0..1024 => format!("{count} bytes"),
        1024..1_048_576 => format!("{:.1} KiB", count as f64 / 1024.0),
        _ => format!("{:.1} MiB", count as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, grouped, shape};

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"].map(alloc::string::String::from)
        );
        assert_eq!(shape(&[1, 28, 28]), "(1, 28, 28)");
        assert_eq!(bytes(1536), "1.5 KiB");
    }
}
