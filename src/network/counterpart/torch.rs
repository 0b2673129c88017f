//! How is a network written as a program for PyTorch?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::declared::Declared;
use super::{Counterpart, counterpart, without_padding};
use crate::network::{LayerInfo, Summary, Wiring};

/// A layer of PyTorch.
pub(super) struct Torch {
    /// The module, if there is one: `nn.Linear(64, 32)`.
    pub(super) module: Option<String>,
    /// What it does with `x`, in which `{m}` is the module.
    pub(super) call: String,
}

impl Torch {
    /// Returns a module that is called with `x`.
    pub(super) fn module(module: impl Into<String>) -> Self {
        Self { module: Some(module.into()), call: "{m}(x)".into() }
    }

    /// Returns a module with another call.
    pub(super) fn called(self, call: impl Into<String>) -> Self {
        Self { call: call.into(), ..self }
    }

    /// Returns a function of `x` without a module.
    pub(super) fn function(call: impl Into<String>) -> Self {
        Self { module: None, call: call.into() }
    }
}

/// Returns the program.
pub(super) fn program(summary: &Summary) -> String {
    let mut walk = Walk { lines: Vec::new(), shape: summary.input, names: 0 };
    let mut modules = Vec::new();
    walk.lines.extend(without_padding(summary).map(|line| format!("        {line}")));
    walk.all(summary.layers.iter(), "self", &mut modules, 2);
    let modules: Vec<_> = modules.iter().map(|(name, module)| format!("\n        self.{name} = {module}")).collect();
    format!(
        "import torch\nfrom safetensors.torch import load_file\nfrom torch import nn\n\n\n\
         class {}(nn.Module):\n    def __init__(self):\n        super().__init__(){}\n\n    \
         def forward(self, x):\n{}\n        return x\n\n\n\
         def load(model, path):\n    \"\"\"Copies the weights of a file that typenet has saved.\"\"\"\n    \
         tensors = load_file(path)\n    \
         model.load_state_dict({{name: tensor for name, tensor in tensors.items() if \"/\" not in name}})\n",
        summary.name,
        modules.concat(),
        walk.lines.join("\n"),
    )
}

/// Modules with their names.
type Modules = Vec<(&'static str, String)>;

/// Returns modules as a dictionary, whose lines are indented by `depth` steps.
fn dictionary(modules: &Modules, depth: usize) -> String {
    let indent = "    ".repeat(depth);
    let entries = modules.iter().map(|(name, module)| format!("{indent}    \"{name}\": {module},\n"));
    format!("nn.ModuleDict({{\n{}{indent}}})", entries.collect::<String>())
}

struct Walk {
    lines: Vec<String>,
    shape: &'static [usize],
    /// The number of variables so far.
    names: usize,
}

impl Walk {
    fn line(&mut self, depth: usize, line: &str) {
        self.lines.push(format!("{}{line}", "    ".repeat(depth)));
    }

    fn variable(&mut self) -> String {
        self.names += 1;
        format!("x{}", self.names)
    }

    /// Adds the modules of layers, which `owner` has, and writes their calls.
    fn all(
        &mut self,
        layers: impl Iterator<Item = &'static LayerInfo>,
        owner: &str,
        modules: &mut Modules,
        depth: usize,
    ) {
        for layer in layers {
            let name = layer.name;
            let own = if owner == "self" { format!("self.{name}") } else { format!("{owner}[\"{name}\"]") };
            let before = self.shape;
            if layer.has_parts() {
                let module = self.block(layer, &own, before, depth);
                modules.push((name, module));
            } else {
                let declared = Declared::new(layer, name, before, None);
                match counterpart(declared.kind).and_then(|Counterpart { torch, .. }| torch(&declared)) {
                    Ok(Torch { module, call }) => {
                        self.line(depth, &format!("x = {}", call.replace("{m}", &own)));
                        modules.extend(module.map(|module| (name, module)));
                    }
                    Err(reason) => {
                        let missing = super::missing(layer, name, "PyTorch", &reason);
                        self.line(depth, &missing);
                    }
                }
            }
            self.shape = layer.output;
        }
    }

    /// Writes the calls of a block, and returns its module.
    fn block(&mut self, layer: &'static LayerInfo, own: &str, before: &'static [usize], depth: usize) -> String {
        let mut modules = Vec::new();
        // The modules of a block are in a dictionary, at one step more for each block around.
        let steps = 2 + own.matches(['[']).count();
        match layer.wiring.plain() {
            Wiring::Repeat(count) => {
                let each = self.variable().replace('x', "block");
                self.line(depth, &format!("for {each} in {own}:"));
                self.all(layer.inside.iter(), &each, &mut modules, depth + 1);
                return format!("nn.ModuleList({} for _ in range({count}))", dictionary(&modules, steps));
            }
            Wiring::Chain => self.all(layer.inside.iter(), own, &mut modules, depth),
            Wiring::Residual { shortcut } => {
                let (input, inside) = (self.variable(), self.variable());
                self.line(depth, &format!("{input} = x"));
                self.all(layer.inside.iter(), own, &mut modules, depth);
                self.line(depth, &format!("{inside} = x"));
                self.line(depth, &format!("x = {input}"));
                self.shape = before;
                self.all(shortcut.into_iter(), own, &mut modules, depth);
                self.line(depth, &format!("x = {inside} + x"));
            }
            wiring => self.branches(layer, wiring, own, &mut modules, depth),
        }
        if modules.is_empty() { "nn.ModuleDict()".to_string() } else { dictionary(&modules, steps) }
    }

    /// Writes the calls of branches, which read the same input.
    fn branches(&mut self, layer: &'static LayerInfo, wiring: Wiring, own: &str, modules: &mut Modules, depth: usize) {
        let (input, before) = (self.variable(), self.shape);
        self.line(depth, &format!("{input} = x"));
        let mut outputs = Vec::new();
        for branch in layer.inside {
            self.shape = before;
            self.line(depth, &format!("x = {input}"));
            self.all(core::iter::once(branch), own, modules, depth);
            let output = self.variable();
            self.line(depth, &format!("{output} = x"));
            outputs.push(output);
        }
        let axis = if layer.output.len() == 3 { "1" } else { "-1" };
        let line = match wiring {
            Wiring::Add => format!("x = {}", outputs.join(" + ")),
            Wiring::Pair => format!("x = ({})", outputs.join(", ")),
            _ => format!("x = torch.cat([{}], {axis})", outputs.join(", ")),
        };
        self.line(depth, &line);
    }
}
