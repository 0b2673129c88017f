//! Does a network stay within the budget that its user set? Checked at compile time, with a table of what each layer uses.

use super::message::{Message, columns, width};
use crate::network::LayerInfo;

/// The budget of a network and what the network uses; workspaces in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The name of the network.
    pub name: &'static str,
    /// The layers, for the table.
    pub layers: &'static [LayerInfo],
    /// The number of parameters.
    pub parameters: usize,
    /// The maximum number of parameters.
    pub parameters_allowed: usize,
    /// The size of the workspace for one tile, in bytes.
    pub workspace: usize,
    /// The maximum size of the workspace, in bytes.
    pub workspace_allowed: usize,
    /// The number of samples of a tile.
    pub tile: usize,
    /// The number of samples in a batch; 0 if it is not stated.
    pub batch: usize,
    /// Whether a layer mixes the samples of a batch, so that each tile of a batch has memory of its own.
    pub mixes_samples: bool,
}

impl Budget {
    /// No limit.
    pub const UNLIMITED: usize = usize::MAX;

    /// Returns the number of tiles that have memory of their own.
    const fn tiles(&self) -> usize {
        if self.mixes_samples { self.batch.div_ceil(self.tile) } else { 1 }
    }
}

/// Enough for about two hundred layers.
const LONGEST: usize = 16_384;

/// Fails to compile if a network exceeds its budget.
///
/// # Panics
/// Panics in constant evaluation, with the table.
#[track_caller]
pub const fn require_budget(budget: &Budget) {
    if budget.parameters > budget.parameters_allowed {
        let mut message = Message::<LONGEST>::new();
        start(&mut message, budget.name, budget.parameters, " parameters", budget.parameters_allowed);
        table(&mut message, budget, 1, false);
        panic!("{}", message.as_str());
    }
    if budget.mixes_samples && budget.batch == 0 && budget.workspace_allowed < Budget::UNLIMITED {
        let mut message = Message::<LONGEST>::new();
        message.text("the workspace of `");
        message.text(budget.name);
        message.text("` grows with the batch, because a layer normalizes over the batch");
        message.text("\n\nhelp: add the number of samples in a batch: `#[budget(workspace = .., batch = 64)]`");
        panic!("{}", message.as_str());
    }
    let taken = budget.workspace.saturating_mul(budget.tiles());
    if taken > budget.workspace_allowed {
        let mut message = Message::<LONGEST>::new();
        start(&mut message, budget.name, taken, " bytes of workspace", budget.workspace_allowed);
        // A layer keeps elements of four bytes for every sample of a tile.
        table(&mut message, budget, 4 * budget.tile * budget.tiles(), true);
        help(&mut message, budget);
        panic!("{}", message.as_str());
    }
}

const fn start(message: &mut Message<LONGEST>, name: &str, taken: usize, what: &str, allowed: usize) {
    message.text("`");
    message.text(name);
    message.text("` takes ");
    message.number(taken);
    message.text(what);
    message.text(", and its budget is ");
    message.number(allowed);
    message.text("\n");
}

/// Writes a line for each layer that uses something: its parameters, or the values it caches, times `unit`.
const fn table(message: &mut Message<LONGEST>, budget: &Budget, unit: usize, kept: bool) {
    let layers = budget.layers;
    let total = if kept { budget.workspace * budget.tiles() } else { budget.parameters };
    let rest = "the backward pass, shared by all layers";
    let mut names = if kept { columns(rest) } else { 0 };
    let mut index = 0;
    while index < layers.len() {
        let own = columns(layers[index].name) + columns(layers[index].layer) + 2;
        names = if own > names { own } else { names };
        index += 1;
    }
    let mut listed = 0;
    let mut index = 0;
    while index < layers.len() {
        let taken = unit * if kept { layers[index].kept } else { layers[index].parameters };
        listed += taken;
        if taken > 0 && message.room() < names + 512 {
            message.text("\n...");
        } else if taken > 0 {
            message.text("\n");
            message.text(layers[index].name);
            message.text(": ");
            message.text(layers[index].layer);
            line_end(message, columns(layers[index].name) + columns(layers[index].layer) + 2, names, taken, total);
        }
        index += 1;
    }
    if kept && total > listed {
        message.text("\n");
        message.text(rest);
        line_end(message, columns(rest), names, total - listed, total);
    }
}

/// Writes the number of a line, aligned with the last digit of `total`.
const fn line_end(message: &mut Message<LONGEST>, used: usize, names: usize, taken: usize, total: usize) {
    message.pad(used + width(taken), names + 2 + width(total));
    message.number(taken);
}

/// Writes the tile with which the workspace would fit.
const fn help(message: &mut Message<LONGEST>, budget: &Budget) {
    let sample = budget.workspace / budget.tile;
    if budget.mixes_samples {
        message.text("\n\nhelp: use smaller batches: the workspace holds all ");
        message.number(budget.batch);
        message.text(" samples of a batch, in tiles of ");
        message.number(budget.tile);
        return;
    }
    let fits = budget.workspace_allowed / sample;
    if fits > 0 {
        message.text("\n\nhelp: write `#[tile(");
        message.number(fits);
        message.text(")]`: the workspace is that of one tile, currently of ");
        message.number(budget.tile);
        message.text(" samples");
    } else {
        message.text("\n\nhelp: even a tile of one sample takes ");
        message.number(sample);
        message.text(" bytes: use smaller layers");
    }
}
