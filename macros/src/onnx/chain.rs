//! Which layers lead from the input to the output? The graph is walked value by value; where several nodes read a value, it forks
//! into branches, which one node joins again.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::attention::{self, Core};
use super::model::{Graph, Node};
use super::operator::{self, Call};
use super::step::{Layer, Step};
use super::value::{Axis, Shape, Value};

/// The number of blocks in one another that `network!` takes.
const DEEPEST: usize = 16;

/// Returns the layers of a graph and what they give.
pub(super) fn steps(graph: &Graph, input: &Value) -> Result<(Vec<Step>, Value), Refusal> {
    let place = input.axes.iter().position(|&axis| axis == Axis::Batch);
    let batch = place.and_then(|place| graph.input.sizes.get(place).copied().flatten());
    let mut walk = Walk { graph, batch, cores: attention::cores(graph)?, taken: BTreeSet::new() };
    let (steps, output) = walk.between(&graph.input.name, input.clone(), &graph.output, 0)?;
    if steps.is_empty() {
        return Err(Refusal::of_model("it has no layers"));
    }
    if output.order.is_some() {
        return Err(Refusal::of_model("it ends in a flattened tensor with its channels last, which typenet has first"));
    }
    Ok((steps, output))
}

/// A walk through a graph.
struct Walk<'a> {
    graph: &'a Graph,
    /// The size of the batch that the model was exported with, if it is a number.
    batch: Option<usize>,
    /// The middles of attentions.
    cores: Vec<Core>,
    /// The nodes that have become layers.
    taken: BTreeSet<usize>,
}

impl<'a> Walk<'a> {
    /// Returns the layers between two values.
    fn between(
        &mut self,
        from: &'a str,
        value: Value,
        to: &'a str,
        depth: usize,
    ) -> Result<(Vec<Step>, Value), Refusal> {
        let within = self.within(from, to)?;
        let (mut current, mut value, mut steps) = (from, value, Vec::new());
        while current != to {
            let readers: Vec<usize> = self.graph.readers(current).filter(|reader| within.contains(reader)).collect();
            let core = self
                .cores
                .iter()
                .position(|core| core.start == current && readers.iter().all(|reader| core.nodes.contains(reader)));
            let (end, given) = match readers[..] {
                _ if core.is_some() => self.attend(core.unwrap_or_default(), &value)?,
                [reader] if self.is_single(reader, current) => self.translate(reader, current, &value)?,
                _ => self.fork(current, &value, &within, depth)?,
            };
            current = end;
            value = given.1;
            steps.extend(given.0);
        }
        Ok((steps, value))
    }

    /// Returns whether a node reads nothing but a value, once.
    fn is_single(&self, reader: usize, name: &str) -> bool {
        let node = &self.graph.nodes[reader];
        let read = node.inputs.iter().filter(|input| !input.is_empty() && !self.graph.constants.contains_key(*input));
        read.eq([name])
    }

    /// Returns the nodes on the ways from one value to another.
    fn within(&self, from: &str, to: &'a str) -> Result<BTreeSet<usize>, Refusal> {
        let (mut nodes, mut open) = (BTreeSet::new(), vec![to]);
        let mut reader: BTreeMap<&str, usize> = BTreeMap::new();
        while let Some(name) = open.pop() {
            if name == from {
                continue;
            }
            let Some(giver) = self.graph.giver(name) else {
                // The input of the model, which lies before the beginning of a branch.
                let reason = "it reads a value from before its branch, and branches of typenet have one input";
                let refusal = reader.get(name).map(|&node| self.graph.nodes[node].refuse(reason));
                return Err(refusal.unwrap_or_else(|| Refusal::of_model("its output does not depend on its input")));
            };
            if nodes.insert(giver) {
                for read in self.graph.read_by(&self.graph.nodes[giver]) {
                    reader.insert(read, giver);
                    open.push(read);
                }
            }
        }
        Ok(nodes)
    }

    /// Returns the layers of a node with one input, and the name of what they give.
    fn translate(
        &mut self,
        index: usize,
        read: &'a str,
        input: &Value,
    ) -> Result<(&'a str, (Vec<Step>, Value)), Refusal> {
        let (graph, node) = (self.graph, self.take(index)?);
        let is_read = |name: &str| name == graph.output || graph.readers(name).next().is_some();
        let outputs: Vec<usize> =
            (0..node.outputs.len()).filter(|&at| !node.outputs[at].is_empty() && is_read(&node.outputs[at])).collect();
        let &[output] = &outputs[..] else {
            return Err(node.refuse("several of its outputs are read, and a layer gives one"));
        };
        let recurrent = matches!(node.operator.as_str(), "RNN" | "GRU" | "LSTM");
        if output > 0 && !recurrent {
            return Err(
                node.refuse(format!("its output {output} is read, and a layer of typenet gives only the first"))
            );
        }
        let call =
            Call { node, constants: &graph.constants, version: graph.version, batch: self.batch, input, read, output };
        let mut given = operator::translate(&call).map_err(|reason| node.refuse(reason))?;
        if let [layer] = &mut given.layers[..] {
            layer.name = layer.name.take().or_else(|| call.own_name());
        }
        Ok((&node.outputs[output], (given.layers.into_iter().map(Step::Layer).collect(), given.value)))
    }

    /// Returns the attention of a value to itself.
    fn attend(&mut self, core: usize, input: &Value) -> Result<(&'a str, (Vec<Step>, Value)), Refusal> {
        let attention = attention::read(self.graph, &self.cores[core], input, self.batch)?;
        for &node in &attention.nodes {
            self.take(node)?;
        }
        Ok((attention.end, (vec![Step::Layer(attention.layer)], attention.value)))
    }

    /// Marks a node as one that has become a layer.
    fn take(&mut self, index: usize) -> Result<&'a Node, Refusal> {
        let node = &self.graph.nodes[index];
        if !self.taken.insert(index) {
            return Err(node.refuse("two branches share it, and typenet has no layer with parameters in two places"));
        }
        Ok(node)
    }

    /// Returns the block between a value that several nodes read and the node at which their ways meet.
    fn fork(
        &mut self,
        from: &'a str,
        value: &Value,
        within: &BTreeSet<usize>,
        depth: usize,
    ) -> Result<(&'a str, (Vec<Step>, Value)), Refusal> {
        let join = self.join(from, within)?;
        let node = self.take(join)?;
        if !matches!(node.operator.as_str(), "Add" | "Sum" | "Concat") {
            let reason = format!("it joins branches from '{from}', which typenet only adds and concatenates");
            return Err(node.refuse(reason));
        }
        if depth == DEEPEST {
            return Err(node.refuse(format!("it is in more than {DEEPEST} blocks")));
        }
        let mut branches = Vec::new();
        for input in &node.inputs {
            if self.graph.constants.contains_key(input) {
                return Err(node.refuse("it joins branches with a constant"));
            }
            branches.push(self.between(from, value.clone(), input, depth + 1)?);
        }
        let value = joined(node, branches.iter().map(|(_, value)| value)).map_err(|reason| node.refuse(reason))?;
        let output = node.outputs.first().map_or("", String::as_str);
        let step = block(node.operator != "Concat", branches.into_iter().map(|(steps, _)| steps).collect());
        Ok((output, (vec![step], value)))
    }

    /// Returns the first node that all ways from a value pass.
    fn join(&self, from: &'a str, within: &BTreeSet<usize>) -> Result<usize, Refusal> {
        let count = |name: &str| self.graph.readers(name).filter(|reader| within.contains(reader)).count();
        let mut open: BTreeMap<&str, usize> = BTreeMap::from([(from, count(from))]);
        for &index in within {
            let node = &self.graph.nodes[index];
            let mut is_reached = false;
            for read in self.graph.read_by(node) {
                if let Some(left) = open.get_mut(read) {
                    is_reached = true;
                    *left -= 1;
                    if *left == 0 {
                        open.remove(read);
                    }
                }
            }
            if is_reached && open.is_empty() {
                return Ok(index);
            }
            if is_reached {
                open.extend(
                    node.outputs.iter().map(|name| (name.as_str(), count(name))).filter(|&(_, readers)| readers > 0),
                );
            }
        }
        Err(Refusal::of_model(format!("the branches from '{from}' never meet")))
    }
}

/// Returns what the joined branches give.
fn joined<'v>(node: &Node, mut values: impl Iterator<Item = &'v Value>) -> Result<Value, String> {
    let mut all = values.next().cloned().ok_or("it joins nothing")?;
    let adds = node.operator != "Concat";
    let along = match node.attributes.get("axis") {
        Some(&super::model::Attribute::Integer(axis)) if !adds => Some(all.place(axis)?),
        _ if adds => None,
        _ => return Err("it has no attribute `axis`".to_owned()),
    };
    let along_ours = all.shape.joined();
    if along.is_some_and(|place| all.axes[place] != Axis::Of(along_ours)) {
        return Err(format!("it concatenates {} along another axis than that of channels or features", all.text()));
    }
    if let Shape::Tokens(_) = all.shape {
        return Err("it joins tokens".to_owned());
    }
    for value in values {
        let mut shape = value.shape.clone();
        let (Some(total), Some(more)) = (size_mut(&mut all.shape, along_ours), size_mut(&mut shape, along_ours)) else {
            return Err(format!("it joins {} and {}", all.text(), value.text()));
        };
        if along.is_some() {
            *total += *more;
            *more = *total;
        }
        if shape != all.shape
            || value.axes != all.axes
            || value.order != all.order
            || along.is_some() && all.order.is_some()
        {
            return Err(format!("it joins {} with {}, and typenet joins only equal shapes", value.text(), all.text()));
        }
    }
    Ok(all)
}

/// Returns a size of a shape, to be changed.
fn size_mut(shape: &mut Shape, axis: usize) -> Option<&mut usize> {
    match shape {
        Shape::Vector(sizes) => sizes.get_mut(axis),
        Shape::Image(sizes) => sizes.get_mut(axis),
        Shape::Sequence(sizes) | Shape::Tokens(sizes) => sizes.get_mut(axis),
    }
}

/// Returns the block of some branches: a residual one if one of two is the input itself, or a single layer with weights.
fn block(adds: bool, mut branches: Vec<Vec<Step>>) -> Step {
    if adds && branches.len() == 2 {
        let is_empty = |branch: &Vec<Step>| branch.is_empty();
        let is_shortcut =
            |branch: &Vec<Step>| matches!(&branch[..], [Step::Layer(Layer { tensors, .. })] if !tensors.is_empty());
        let only = |is: fn(&Vec<Step>) -> bool, branches: &[Vec<Step>]| {
            let mut those = (0..2).filter(|&at| is(&branches[at]));
            those.next().filter(|_| those.next().is_none())
        };
        if let Some(input) = only(is_empty, &branches) {
            branches.remove(input);
            return Step::Residual { layers: branches.remove(0), shortcut: None };
        }
        if let Some(shortcut) = only(is_shortcut, &branches).filter(|&at| branches[1 - at].len() > 1)
            && let Some(Step::Layer(layer)) = branches.remove(shortcut).pop()
        {
            return Step::Residual { layers: branches.remove(0), shortcut: Some(layer) };
        }
    }
    Step::Parallel { adds, branches }
}
