//! What is in the file: nodes, constants, one input and one output.

use std::collections::{BTreeMap, BTreeSet};

use onnx_rs::ast::{self, DataType, Dimension, TypeValue, ValueInfo};

use super::Refusal;
use super::nesting;
use super::tensor::{Kind, Tensor};

/// A graph of operators.
#[derive(Debug)]
pub(super) struct Graph {
    /// Its input.
    pub(super) input: Input,
    /// The name of its output.
    pub(super) output: String,
    /// Its nodes, each after those that it reads.
    pub(super) nodes: Vec<Node>,
    /// Its constants by name.
    pub(super) constants: BTreeMap<String, Tensor>,
    /// The version of the operators.
    pub(super) version: i64,
}

/// The input of a graph.
#[derive(Debug)]
pub(super) struct Input {
    /// Its name.
    pub(super) name: String,
    /// The type of its numbers; `None` for integers.
    pub(super) kind: Option<Kind>,
    /// Its sizes, without one where the model leaves it open.
    pub(super) sizes: Vec<Option<usize>>,
}

/// A node, an operator with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its name, which may be empty.
    pub(super) name: String,
    /// The name of the operator.
    pub(super) operator: String,
    /// The names of its inputs; an empty one is left out.
    pub(super) inputs: Vec<String>,
    /// The names of its outputs; an empty one is not wanted.
    pub(super) outputs: Vec<String>,
    /// Its attributes by name.
    pub(super) attributes: BTreeMap<String, Attribute>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Attribute {
    Number(f32),
    Integer(i64),
    Text(String),
    Numbers(Vec<f32>),
    Integers(Vec<i64>),
    Tensor(Tensor),
    /// One that cannot be read, with the reason.
    Unreadable(String),
}

impl Graph {
    /// Returns what a node reads that is no constant, each value once.
    pub(super) fn read_by<'a>(&'a self, node: &'a Node) -> Vec<&'a str> {
        let mut read = Vec::new();
        for name in &node.inputs {
            if !name.is_empty() && !self.constants.contains_key(name) && !read.contains(&name.as_str()) {
                read.push(name.as_str());
            }
        }
        read
    }

    /// Returns the nodes that read a value.
    pub(super) fn readers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = usize> {
        self.nodes
            .iter()
            .enumerate()
            .filter(move |(_, node)| node.inputs.iter().any(|input| input == name))
            .map(|(at, _)| at)
    }

    /// Returns the only node that reads a value, if nothing else does.
    pub(super) fn only_reader(&self, name: &str) -> Option<usize> {
        let mut readers = self.readers(name);
        let reader = readers.next();
        reader.filter(|_| readers.next().is_none() && name != self.output)
    }

    /// Returns the node that gives a value.
    pub(super) fn giver(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.outputs.iter().any(|output| output == name))
    }
}

impl Node {
    /// Returns how a message names it.
    pub(super) fn title(&self) -> String {
        match (self.name.as_str(), self.outputs.first()) {
            ("", Some(output)) => format!("the node that gives '{output}' ({})", self.operator),
            (name, _) => format!("node '{name}' ({})", self.operator),
        }
    }

    /// Returns a refusal of the node.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal { node: Some(self.title()), reason: reason.into() }
    }
}

/// Reads a model.
///
/// # Errors
/// If the bytes are no model, with the reason. A graph that no network can be is the inner error.
pub(super) fn read(bytes: &[u8]) -> Result<Result<Graph, Refusal>, String> {
    nesting::check(bytes)?;
    let model = onnx_rs::parse(bytes).map_err(|error| error.to_string())?;
    let graph = model.graph.as_ref().filter(|graph| !graph.node.is_empty()).ok_or("it has no graph")?;
    let standard = |set: &&ast::OperatorSetId<'_>| matches!(set.domain, "" | "ai.onnx");
    let version = model.opset_import.iter().find(standard).ok_or("it names no version of the operators")?;
    Ok(read_graph(graph, version.version))
}

fn read_graph(graph: &ast::Graph<'_>, version: i64) -> Result<Graph, Refusal> {
    let mut constants = BTreeMap::new();
    for tensor in &graph.initializer {
        constants.insert(tensor.name().to_owned(), Tensor::read(tensor).map_err(Refusal::of_model)?);
    }
    if !graph.sparse_initializer.is_empty() {
        return Err(Refusal::of_model("it has sparse weights"));
    }
    let inputs: Vec<_> = graph.input.iter().filter(|input| !constants.contains_key(input.name)).collect();
    let &[input] = &inputs[..] else {
        return Err(Refusal::of_model(format!("it has {} inputs, and a network takes one", inputs.len())));
    };
    let [output] = &graph.output[..] else {
        return Err(Refusal::of_model(format!("it has {} outputs, and a network gives one", graph.output.len())));
    };
    let nodes = graph.node.iter().map(read_node).collect::<Result<_, _>>()?;
    let input = read_input(input)?;
    let mut graph = Graph { input, output: output.name.to_owned(), nodes, constants, version };
    in_order(&mut graph)?;
    Ok(graph)
}

fn read_node(node: &ast::Node<'_>) -> Result<Node, Refusal> {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let attributes =
        node.attribute.iter().map(|attribute| (attribute.name.to_owned(), read_attribute(attribute))).collect();
    let read = Node {
        name: node.name.to_owned(),
        operator: node.op_type.as_str().to_owned(),
        inputs: owned(&node.input),
        outputs: owned(&node.output),
        attributes,
    };
    if !matches!(node.domain, "" | "ai.onnx") {
        return Err(read.refuse(format!("the operator is one of `{}`, not of ONNX", node.domain)));
    }
    Ok(read)
}

fn read_attribute(attribute: &ast::Attribute<'_>) -> Attribute {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match attribute.r#type {
        ast::AttributeType::Float => Attribute::Number(attribute.f),
        ast::AttributeType::Int => Attribute::Integer(attribute.i),
        ast::AttributeType::String => Attribute::Text(text(attribute.s)),
        // Such as the activations of a recurrent layer.
        ast::AttributeType::Strings => {
            Attribute::Text(attribute.strings.iter().map(|one| text(one)).collect::<Vec<_>>().join(" "))
        }
        ast::AttributeType::Floats => Attribute::Numbers(attribute.floats.clone()),
        ast::AttributeType::Ints => Attribute::Integers(attribute.ints.clone()),
        ast::AttributeType::Tensor => match attribute.t.as_ref().map(Tensor::read) {
            Some(Ok(tensor)) => Attribute::Tensor(tensor),
            Some(Err(reason)) => Attribute::Unreadable(reason),
            None => Attribute::Unreadable("its tensor is missing".to_owned()),
        },
        other => Attribute::Unreadable(format!("it is of type {other:?}")),
    }
}

fn read_input(input: &ValueInfo<'_>) -> Result<Input, Refusal> {
    let name = input.name;
    let Some(TypeValue::Tensor(tensor)) = input.r#type.as_ref().and_then(|kind| kind.value.as_ref()) else {
        return Err(Refusal::of_model(format!("its input `{name}` is no tensor")));
    };
    let kind = match tensor.elem_type {
        DataType::Float16 | DataType::Bfloat16 => Some(Kind::Half),
        DataType::Float => Some(Kind::F32),
        DataType::Double => Some(Kind::F64),
        DataType::Int64 | DataType::Int32 => None,
        other => return Err(Refusal::of_model(format!("its input `{name}` is of type {other:?}"))),
    };
    let Some(shape) = &tensor.shape else {
        return Err(Refusal::of_model(format!("its input `{name}` has no shape")));
    };
    let sizes = shape.dim.iter().map(|size| match size.value {
        Dimension::Value(size) => usize::try_from(size).ok().filter(|&size| size > 0),
        Dimension::Param(_) => None,
    });
    Ok(Input { name: name.to_owned(), kind, sizes: sizes.collect() })
}

/// Checks that each value is given once, and before it is read, and leaves out the nodes that the output does not need.
fn in_order(graph: &mut Graph) -> Result<(), Refusal> {
    let mut known: BTreeSet<&str> = graph.constants.keys().map(String::as_str).collect();
    known.insert(&graph.input.name);
    for node in &graph.nodes {
        if let Some(unknown) = node.inputs.iter().find(|name| !name.is_empty() && !known.contains(name.as_str())) {
            return Err(node.refuse(format!("it reads `{unknown}`, which nothing before it gives")));
        }
        let twice = node.outputs.iter().filter(|name| !name.is_empty()).find(|name| !known.insert(name));
        if let Some(twice) = twice {
            return Err(node.refuse(format!("it gives `{twice}`, which is there already")));
        }
    }
    if !known.contains(graph.output.as_str()) {
        return Err(Refusal::of_model(format!("nothing gives its output `{}`", graph.output)));
    }
    retain_needed(graph);
    Ok(())
}

/// Removes the nodes that the output does not need.
pub(super) fn retain_needed(graph: &mut Graph) {
    let mut needed = BTreeSet::from([graph.output.clone()]);
    let mut kept = Vec::new();
    for node in std::mem::take(&mut graph.nodes).into_iter().rev() {
        if node.outputs.iter().any(|output| needed.contains(output)) {
            needed.extend(node.inputs.iter().cloned());
            kept.push(node);
        }
    }
    graph.nodes = kept.into_iter().rev().collect();
}
