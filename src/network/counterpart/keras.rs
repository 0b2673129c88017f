//! How is a network written as a program for Keras?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::declared::{Declared, keras_name};
use super::place::{joined, kind_of};
use super::{Counterpart, counterpart, without_padding};
use crate::network::{LayerInfo, Summary, Wiring};

/// Returns the program.
pub(super) fn program(summary: &Summary) -> String {
    let mut walk = Walk { lines: Vec::new(), weights: Vec::new(), shape: summary.input, flattened: None, names: 0 };
    walk.lines.extend(without_padding(summary));
    let inputs = walk.inputs(summary);
    walk.all(summary.layers.iter(), "");
    let Walk { lines, weights, .. } = walk;
    let weights = if weights.is_empty() { vec!["pass".to_string()] } else { weights };
    let numpy = if weights.iter().any(|line| line.contains("np.")) { "import numpy as np\n" } else { "" };
    format!(
        "import keras\n{numpy}from safetensors.numpy import load_file\n\n\n\
         def build():\n{}\n    return keras.Model({inputs}, x, name=\"{}\")\n\n\n\
         def load(model, path):\n    \"\"\"Copies the weights of a file that typenet has saved.\"\"\"\n    t = load_file(path)\n{}\n",
        indented(&lines),
        summary.name,
        indented(&weights),
    )
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

struct Walk {
    /// The lines that build the model.
    lines: Vec<String>,
    /// The lines that copy weights.
    weights: Vec<String>,
    shape: &'static [usize],
    flattened: Option<[usize; 3]>,
    /// The number of variables so far.
    names: usize,
}

impl Walk {
    /// Writes the inputs, and returns their names.
    fn inputs(&mut self, summary: &Summary) -> String {
        let of = |sizes: &[usize]| {
            // Images have their channels last.
            let sizes =
                if let &[channels, rows, columns] = sizes { vec![rows, columns, channels] } else { sizes.to_vec() };
            let comma = if sizes.len() == 1 { "," } else { "" };
            format!("keras.Input(({}{comma}))", joined(&sizes))
        };
        let reads_tokens = summary.layers.first().is_some_and(|layer| kind_of(layer.layer) == "Embedding");
        if let (&[steps, ..], true) = (summary.input, reads_tokens) {
            self.lines.push(format!("x = inputs = keras.Input(({steps},), dtype=\"int32\")"));
        } else if let [one] = summary.input_parts {
            self.lines.push(format!("x = inputs = {}", of(one)));
        } else {
            let all: Vec<_> = summary.input_parts.iter().map(|part| of(part)).collect();
            self.lines.push(format!("x = inputs = ({})", all.join(", ")));
        }
        "inputs".into()
    }

    fn variable(&mut self, start: &str) -> String {
        self.names += 1;
        format!("{start}{}", self.names)
    }

    fn all(&mut self, layers: impl Iterator<Item = &'static LayerInfo>, around: &str) {
        for layer in layers {
            let path = format!("{around}{}", layer.name);
            if layer.has_parts() {
                self.block(layer, &path);
            } else {
                self.one(layer, &path);
            }
            self.shape = layer.output;
        }
    }

    fn one(&mut self, layer: &'static LayerInfo, path: &str) {
        let declared = Declared::new(layer, path, self.shape, self.flattened);
        let text = counterpart(declared.kind).and_then(|Counterpart { keras, .. }| keras(&declared));
        match text {
            Ok(expressions) => {
                self.lines.extend(expressions.into_iter().map(|expression| format!("x = {expression}")));
                let arrays =
                    counterpart(declared.kind).map_or_else(|_| Vec::new(), |layer| (layer.to_keras)(&declared));
                if !arrays.is_empty() {
                    let arrays = arrays.join(", ");
                    self.weights.push(format!("model.get_layer(\"{}\").set_weights([{arrays}])", declared.path));
                }
            }
            Err(reason) => self.lines.push(super::missing(layer, path, "Keras", &reason)),
        }
        if declared.kind == "Flatten" {
            self.flattened = self.shape.try_into().ok();
        }
        self.flattened = self.flattened.filter(|sizes| layer.output == [sizes.iter().product::<usize>()]);
    }

    fn block(&mut self, layer: &'static LayerInfo, path: &str) {
        let (before, name) = ((self.shape, self.flattened), keras_name(path));
        match layer.wiring.plain() {
            Wiring::Repeat(count) => {
                for index in 0..count {
                    self.all(layer.inside.iter(), &format!("{path}.{index}."));
                }
            }
            Wiring::Chain => self.all(layer.inside.iter(), &format!("{path}.")),
            Wiring::Residual { shortcut } => {
                let (input, inside) = (self.variable("x"), self.variable("x"));
                self.lines.push(format!("{input} = x"));
                self.all(layer.inside.iter(), &format!("{path}."));
                self.lines.push(format!("{inside} = x"));
                self.lines.push(format!("x = {input}"));
                (self.shape, self.flattened) = before;
                self.all(shortcut.into_iter(), &format!("{path}."));
                self.lines.push(format!("x = keras.layers.Add(name=\"{name}\")([{inside}, x])"));
            }
            wiring => {
                let input = self.variable("x");
                self.lines.push(format!("{input} = x"));
                let mut outputs = Vec::new();
                for branch in layer.inside {
                    (self.shape, self.flattened) = before;
                    self.lines.push(format!("x = {input}"));
                    self.all(core::iter::once(branch), &format!("{path}."));
                    let output = self.variable("x");
                    self.lines.push(format!("{output} = x"));
                    outputs.push(output);
                }
                let outputs = outputs.join(", ");
                self.lines.push(match wiring {
                    Wiring::Add => format!("x = keras.layers.Add(name=\"{name}\")([{outputs}])"),
                    Wiring::Pair => format!("x = ({outputs})"),
                    _ => format!("x = keras.layers.Concatenate(name=\"{name}\")([{outputs}])"),
                });
                self.flattened = None;
            }
        }
    }
}
