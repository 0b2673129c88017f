//! How are the layers written, and what are they called?

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::step::{Layer, Step};
use super::tensor::{Kind, Tensor};
use super::value::{Shape, Value};
use crate::identifier;

/// The letters that branches are called.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// A declaration after the name of the network.
#[derive(Debug)]
pub(super) struct Written {
    /// Its text: `(Vector<4>) { Dense<4, 2>, Softmax }`, in lines.
    pub(super) body: String,
    /// The weights, by their names in files.
    pub(super) tensors: Vec<(String, Tensor)>,
    /// The type of the numbers.
    pub(super) kind: Kind,
}

/// Returns the declaration of some layers.
pub(super) fn write(input: &Value, steps: &[Step], output: &Value, kind: Kind) -> Written {
    let mut writer = Writer { body: String::new(), tensors: Vec::new() };
    let given = if is_head(steps) { probabilities(&output.shape) } else { output.shape.text() };
    let _ = writeln!(writer.body, "({}) -> {given} {{", input.shape.text());
    writer.steps(steps, "", 1);
    writer.body.push('}');
    Written { body: writer.body, tensors: writer.tensors, kind }
}

/// Returns whether the last layer gives probabilities.
fn is_head(steps: &[Step]) -> bool {
    let mut rest = steps.iter().rev();
    matches!(rest.next(), Some(Step::Layer(Layer { text, .. })) if text == "Softmax")
}

fn probabilities(shape: &Shape) -> String {
    match shape {
        Shape::Sequence([steps, classes]) => format!("ProbabilitySequence<{steps}, {classes}>"),
        other => format!("Probabilities<{}>", other.len()),
    }
}

struct Writer {
    body: String,
    tensors: Vec<(String, Tensor)>,
}

impl Writer {
    /// Writes layers, whose weights have names that begin with `path`.
    fn steps(&mut self, steps: &[Step], path: &str, depth: usize) {
        for (step, name) in steps.iter().zip(names(steps)) {
            let indent = "    ".repeat(depth);
            let before = name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
            let _ = write!(self.body, "{indent}{before}");
            let inner = format!("{path}{}", name.unwrap_or_default());
            match step {
                Step::Layer(layer) => self.layer(layer, &inner),
                Step::Residual { layers, shortcut } => {
                    self.body.push_str("Residual");
                    if let Some(shortcut) = shortcut {
                        self.body.push('(');
                        self.layer(shortcut, &format!("{inner}.shortcut"));
                        self.body.push(')');
                    }
                    self.body.push_str(" {\n");
                    self.steps(layers, &format!("{inner}."), depth + 1);
                    let _ = write!(self.body, "{indent}}}");
                }
                Step::Parallel { adds, branches } => self.branches(*adds, branches, &inner, depth),
            }
            self.body.push_str(",\n");
        }
    }

    fn layer(&mut self, layer: &Layer, name: &str) {
        self.body.push_str(&layer.text);
        self.tensors.extend(layer.tensors.iter().map(|(tensor, value)| (format!("{name}.{tensor}"), value.clone())));
    }

    fn branches(&mut self, adds: bool, branches: &[Vec<Step>], path: &str, depth: usize) {
        let indent = "    ".repeat(depth);
        self.body.push_str(if adds { "Parallel(Add) {\n" } else { "Parallel {\n" });
        for (branch, letter) in branches.iter().zip(LETTERS.chars()) {
            if branch.is_empty() {
                let _ = writeln!(self.body, "{indent}    {letter}: {{}},");
                continue;
            }
            let _ = writeln!(self.body, "{indent}    {letter}: {{");
            self.steps(branch, &format!("{path}.{letter}."), depth + 2);
            let _ = writeln!(self.body, "{indent}    }},");
        }
        let _ = write!(self.body, "{indent}}}");
    }
}

/// Returns a name for each layer with weights and each block: that of the model if there is one, and otherwise that of the layer with
/// a number.
fn names(steps: &[Step]) -> Vec<Option<String>> {
    // The name of the field of a shortcut.
    let mut used = BTreeSet::from(["shortcut".to_owned()]);
    let wanted = |step: &Step| match step {
        Step::Layer(layer) => layer.name.clone(),
        _ => None,
    };
    let mut given: Vec<Option<String>> =
        steps.iter().map(|step| wanted(step).filter(|name| used.insert(name.clone()))).collect();
    for (step, name) in steps.iter().zip(&mut given).filter(|(_, name)| name.is_none()) {
        let base = match step {
            Step::Layer(layer) if layer.tensors.is_empty() => continue,
            Step::Layer(layer) => layer.text.split(['<', '(']).next().map(identifier::snake_case).unwrap_or_default(),
            Step::Residual { .. } => "residual".to_owned(),
            Step::Parallel { .. } => "parallel".to_owned(),
        };
        let numbered = (1..).map(|number: usize| if number == 1 { base.clone() } else { format!("{base}_{number}") });
        *name = numbered.into_iter().find(|name| used.insert(name.clone()));
    }
    given
}
