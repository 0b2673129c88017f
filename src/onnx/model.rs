//! A graph as the bytes of a file.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use onnx_rs::ast::{
    self, AttributeType, DataType, Dimension, Model, OpType, OperatorSetId, TensorProto, TensorShape,
    TensorShapeDimension, TensorTypeProto, TypeProto, TypeValue, ValueInfo,
};

use crate::onnx::attribute::{Attribute, integer};
use crate::onnx::graph::{Encoded, Graph, Node, Value};

/// The version of the operators: the lowest that has `LayerNormalization`. onnxruntime reads it since 1.12, of July 2022. From
/// version 18 on, `ReduceMean` and others have inputs in place of attributes, which older readers do not know.
const OPERATORS: i64 = 17;
/// The version of the format that came with these operators, in ONNX 1.12.
const FORMAT: i64 = 8;
/// The name of the axis whose size is left open.
const BATCH: &str = "batch";

/// An input or an output of a model.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    /// The sizes of a sample.
    pub(crate) sizes: Vec<usize>,
    /// Whether the elements are tokens.
    pub(crate) is_tokens: bool,
}

/// Returns the bytes of a model. `add` adds the layers behind the input and returns the output.
pub(crate) fn model<E>(
    name: &str,
    mut graph: Graph,
    [inputs, outputs]: [&[Port]; 2],
    add: impl FnOnce(&mut Graph, &Value) -> Result<Value, E>,
) -> Result<Vec<u8>, E> {
    let input = Value { parts: names("input", inputs.len()) };
    let given = add(&mut graph, &input)?;
    let output_names = names("output", outputs.len());
    for (given, name) in given.parts.iter().zip(&output_names) {
        give(&mut graph, given, name);
    }
    let info = |names, ports| ports_of(names, ports, graph.kind());
    let graph_of_file = ast::Graph {
        name,
        node: graph.nodes.iter().map(node).collect(),
        initializer: graph.constants.iter().map(initializer).collect(),
        input: info(&input.parts, inputs),
        output: info(&output_names, outputs),
        ..ast::Graph::default()
    };
    Ok(onnx_rs::encode(&Model {
        ir_version: FORMAT,
        opset_import: vec![OperatorSetId { domain: "", version: OPERATORS }],
        producer_name: "typenet",
        producer_version: env!("CARGO_PKG_VERSION"),
        graph: Some(graph_of_file),
        ..Model::default()
    }))
}

/// Returns the names of the inputs or outputs: with a number if there are several.
fn names(name: &str, count: usize) -> Vec<String> {
    if count == 1 { vec![name.into()] } else { (0..count).map(|index| format!("{name}_{index}")).collect() }
}

/// Gives a value the name of an output. One that no node gives, or that is another output already, is copied.
fn give(graph: &mut Graph, value: &str, name: &str) {
    if !graph.nodes.iter().any(|node| node.output == value) {
        let copied = graph.node("Identity", &[&Value::named(value)], &[]);
        return give(graph, &copied.parts[0], name);
    }
    for node in &mut graph.nodes {
        for place in node.inputs.iter_mut().chain([&mut node.output]).filter(|place| *place == value) {
            *place = name.into();
        }
    }
}

fn ports_of<'a>(names: &'a [String], ports: &[Port], kind: DataType) -> Vec<ValueInfo<'a>> {
    let info = |(name, port): (&'a String, &Port)| {
        let sizes = port.sizes.iter().map(|&size| Dimension::Value(integer(size)));
        let dim = [Dimension::Param(BATCH)].into_iter().chain(sizes);
        let dim = dim.map(|value| TensorShapeDimension { value, denotation: "" }).collect();
        let elem_type = if port.is_tokens { DataType::Int64 } else { kind };
        let tensor = TensorTypeProto { elem_type, shape: Some(TensorShape { dim }) };
        let of_tensor = TypeProto { value: Some(TypeValue::Tensor(tensor)), denotation: "" };
        ValueInfo { name, r#type: Some(of_tensor), ..ValueInfo::default() }
    };
    names.iter().zip(ports).map(info).collect()
}

fn node(node: &Node) -> ast::Node<'_> {
    ast::Node {
        name: &node.name,
        op_type: OpType::from(node.operator),
        input: node.inputs.iter().map(String::as_str).collect(),
        output: vec![&node.output],
        attribute: node.attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
        ..ast::Node::default()
    }
}

fn attribute<'a>(name: &'a str, value: &'a Attribute) -> ast::Attribute<'a> {
    let named = |r#type| ast::Attribute { name, r#type, ..ast::Attribute::default() };
    match value {
        &Attribute::Integer(i) => ast::Attribute { i, ..named(AttributeType::Int) },
        Attribute::Integers(ints) => ast::Attribute { ints: ints.clone(), ..named(AttributeType::Ints) },
        &Attribute::Single(f) => ast::Attribute { f, ..named(AttributeType::Float) },
        Attribute::Text(text) => ast::Attribute { s: text.as_bytes(), ..named(AttributeType::String) },
    }
}

fn initializer(constant: &Encoded) -> TensorProto<'_> {
    let Encoded { name, sizes, kind, bytes } = constant;
    TensorProto::from_raw(name, sizes.iter().map(|&size| integer(size)).collect(), *kind, bytes)
}
