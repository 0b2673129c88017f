//! Which declarations do models become, and why do others not? Whole models are those of `tests/reference`, whose outputs are
//! compared in `tests/integration/onnx_models.rs`.

mod attention;
mod blocks;
#[cfg(feature = "examples")]
mod damaged;
mod operators;
mod refusals;

mod exporters;

#[cfg(feature = "examples")]
use std::fs;
#[cfg(feature = "examples")]
use std::path::Path;

use onnx_rs::ast::{
    Attribute, AttributeType, DataType, Dimension, Graph, Model, Node, OpType, OperatorSetId, TensorProto, TensorShape,
    TensorShapeDimension, TensorTypeProto, TypeProto, TypeValue, ValueInfo,
};

use super::{model, written};

/// Reads a model of `tests/reference`.
#[cfg(feature = "examples")]
fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the declaration of a model and the names of its weights, or why it has none.
fn imported(bytes: &[u8]) -> Result<(String, Vec<String>), String> {
    let graph = model::read(bytes)?.map_err(|refusal| refusal.text())?;
    let written = written(graph).map_err(|refusal| refusal.text())?;
    Ok((written.body, written.tensors.into_iter().map(|(name, _)| name).collect()))
}

/// Returns the declaration of a model in one line, or why it has none.
fn told(bytes: &[u8]) -> String {
    match imported(bytes) {
        Ok((body, _)) => body.split_whitespace().collect::<Vec<_>>().join(" ").replace(", }", " }"),
        Err(reason) => reason,
    }
}

/// A model in the making: one input `x` and one output `y`.
struct Made {
    input: Vec<i64>,
    kind: DataType,
    version: i64,
    nodes: Vec<Node<'static>>,
    constants: Vec<TensorProto<'static>>,
}

/// Returns a model with an input of these sizes, without nodes. A size of -1 is open.
fn taking(input: &[i64]) -> Made {
    Made { input: input.to_vec(), kind: DataType::Float, version: 21, nodes: Vec::new(), constants: Vec::new() }
}

impl Made {
    fn of_integers(mut self) -> Self {
        self.kind = DataType::Int64;
        self
    }

    fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// Adds weights that count from 0 in steps of 1/8.
    fn weights(mut self, name: &'static str, sizes: &[i64]) -> Self {
        let length = u8::try_from(sizes.iter().product::<i64>()).expect("few weights");
        let numbers = (0..length).map(|number| f32::from(number) / 8.0).collect();
        self.constants.push(TensorProto::from_f32(name, sizes.to_vec(), numbers));
        self
    }

    fn number(mut self, name: &'static str, number: f32) -> Self {
        self.constants.push(TensorProto::from_f32(name, Vec::new(), vec![number]));
        self
    }

    fn floats(mut self, name: &'static str, numbers: &[f32]) -> Self {
        let sizes = vec![i64::try_from(numbers.len()).expect("few numbers")];
        self.constants.push(TensorProto::from_f32(name, sizes, numbers.to_vec()));
        self
    }

    fn integers(mut self, name: &'static str, integers: &[i64]) -> Self {
        let sizes = vec![i64::try_from(integers.len()).expect("few integers")];
        self.constants.push(TensorProto::from_i64(name, sizes, integers.to_vec()));
        self
    }

    /// Adds a node without a name, written as `Conv x w -> y`.
    fn node(self, written: &'static str, attributes: Vec<Attribute<'static>>) -> Self {
        self.named("", written, attributes)
    }

    fn named(mut self, name: &'static str, written: &'static str, attribute: Vec<Attribute<'static>>) -> Self {
        let (before, after) = written.split_once(" -> ").expect("an arrow");
        let mut words = before.split(' ');
        let op_type = OpType::from(words.next().expect("an operator"));
        // `_` is an input or output that is left out.
        let names =
            |words: std::str::Split<'static, char>| words.map(|word| if word == "_" { "" } else { word }).collect();
        let (input, output) = (names(words), names(after.split(' ')));
        self.nodes.push(Node { input, output, name, op_type, attribute, ..Node::default() });
        self
    }

    fn bytes(self) -> Vec<u8> {
        let dim = self.input.iter().map(|&size| TensorShapeDimension {
            value: if size < 0 { Dimension::Param("open") } else { Dimension::Value(size) },
            denotation: "",
        });
        let tensor = TensorTypeProto { elem_type: self.kind, shape: Some(TensorShape { dim: dim.collect() }) };
        let kind = TypeProto { value: Some(TypeValue::Tensor(tensor)), denotation: "" };
        let graph = Graph {
            node: self.nodes,
            initializer: self.constants,
            input: vec![ValueInfo { name: "x", r#type: Some(kind), ..ValueInfo::default() }],
            output: vec![ValueInfo { name: "y", ..ValueInfo::default() }],
            ..Graph::default()
        };
        let opset_import = vec![OperatorSetId { domain: "", version: self.version }];
        onnx_rs::encode(&Model { ir_version: 10, opset_import, graph: Some(graph), ..Model::default() })
    }

    fn told(self) -> String {
        told(&self.bytes())
    }
}

fn int(name: &'static str, i: i64) -> Attribute<'static> {
    Attribute { name, r#type: AttributeType::Int, i, ..Attribute::default() }
}

fn ints(name: &'static str, ints: &[i64]) -> Attribute<'static> {
    Attribute { name, r#type: AttributeType::Ints, ints: ints.to_vec(), ..Attribute::default() }
}

fn float(name: &'static str, f: f32) -> Attribute<'static> {
    Attribute { name, r#type: AttributeType::Float, f, ..Attribute::default() }
}

fn text(name: &'static str, s: &'static str) -> Attribute<'static> {
    Attribute { name, r#type: AttributeType::String, s: s.as_bytes(), ..Attribute::default() }
}

#[cfg(feature = "examples")]
#[test]
fn layers_have_the_names_of_the_model() {
    let (body, tensors) = imported(&file("onnx_residual.onnx")).expect("a network");
    assert_eq!(
        body,
        "(Image<1, 6, 6>) -> Probabilities<3> {
    stem: Conv2d<1, 4, 3>(padding = 1, bias = false),
    norm: BatchNorm,
    Relu,
    residual: Residual {
        block_0: Conv2d<4, 4, 3>(padding = 1),
        Gelu,
        block_2: Conv2d<4, 4, 1>,
    },
    residual_2: Residual(Conv2d<4, 6, 1>(stride = 2, bias = false)) {
        halved_0: Conv2d<4, 6, 3>(stride = 2, padding = 1),
        Silu,
        halved_2: Conv2d<6, 6, 3>(padding = 1, groups = 2),
    },
    MaxPool2d<3>(stride = 2, padding = 1),
    Flatten,
    output: Dense<24, 3>,
    Softmax,
}"
    );
    assert_eq!(tensors[5..7], ["residual.block_0.weight", "residual.block_0.bias"]);
    assert!(tensors.contains(&"residual_2.shortcut.weight".to_owned()));
    // A name that is taken, one that is a keyword, one that an exporter counted, and a path.
    let made = taking(&[-1, 2]).weights("w", &[2, 2]);
    let made = made.named("same", "MatMul x w -> a", vec![]).named("same", "MatMul a w -> b", vec![]);
    let made = made.named("loop", "MatMul b w -> c", vec![]).named("MatMul_7", "MatMul c w -> d", vec![]);
    let made = made.named("/head/MatMul", "MatMul d w -> e", vec![]).named("gate", "Relu e -> y", vec![]);
    let square = "Dense<2, 2>(bias = false)";
    assert_eq!(
        made.told(),
        format!(
            "(Vector<2>) -> Vector<2> {{ same: {square}, dense: {square}, dense_2: {square}, dense_3: {square}, head: {square}, \
             gate: Relu }}"
        )
    );
}
