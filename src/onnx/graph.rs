//! The nodes and constants that layers add.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use onnx_rs::ast::DataType;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::onnx::attribute::{Attribute, integer};
use crate::onnx::constant::Constant;
use crate::scalar::Scalar;

/// What a node reads and gives.
///
/// A value of the shape [`Pair`](crate::Pair) has several parts, each of which is a value of ONNX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub(super) parts: Vec<String>,
}

impl Value {
    /// Returns a value by its name in the model.
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { parts: vec![name.into()] }
    }

    /// Returns what stands for an input that a node does not have.
    #[must_use]
    pub fn absent() -> Self {
        Self::named("")
    }

    /// Returns the parts of some values together, as that of a pair.
    #[must_use]
    pub fn pair(values: impl IntoIterator<Item = Self>) -> Self {
        Self { parts: values.into_iter().flat_map(|value| value.parts).collect() }
    }

    /// Returns the first `count` parts, and the others.
    #[must_use]
    pub fn split_at(&self, count: usize) -> (Self, Self) {
        let (first, second) = self.parts.split_at(count);
        (Self { parts: first.to_vec() }, Self { parts: second.to_vec() })
    }
}

/// An operator with its inputs and its output.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) operator: &'static str,
    pub(super) inputs: Vec<String>,
    pub(super) output: String,
    pub(super) attributes: Vec<(&'static str, Attribute)>,
}

/// The elements of a constant, as bytes.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) name: String,
    pub(super) sizes: Vec<usize>,
    pub(super) kind: DataType,
    pub(super) bytes: Vec<u8>,
}

/// A layer that is being added.
#[derive(Debug)]
struct Place {
    name: String,
    declared: &'static str,
}

/// A graph in the making, to which layers add their nodes and constants.
///
/// The names of nodes and constants are those of the layers, as in a model of PyTorch: `/hidden/Gemm` and `hidden.weight`.
///
/// # Example
/// A layer of a program, which is exported as any other.
/// ```
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::onnx::{Graph, Value};
/// use typenet::prelude::*;
/// use typenet::{Elementwise, ExportOnnx, Reads, Site};
///
/// pub struct Square;
///
/// impl Elementwise for Square {
///     type Settings = ();
///
///     const READS: Reads = Reads::Input;
///
///     fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
///         for value in values {
///             *value *= *value;
///         }
///     }
///
///     fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
///         _: I, _: Site<'_, (), ()>, input: &[T], gradient: &mut [T],
///     ) {
///         for (g, &x) in gradient.iter_mut().zip(input) {
///             *g *= x + x;
///         }
///     }
///
///     fn onnx((): &(), graph: &mut Graph, input: &Value) -> typenet::Result<Value> {
///         Ok(graph.node("Mul", &[input, input], &[]))
///     }
/// }
///
/// network!(struct Quadric = Dense<2, 3>, Square, Dense<3, 1>);
/// let model = Quadric::zeroed().onnx_bytes()?;
/// assert!(model.windows(11).any(|part| part == b"/square/Mul"));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Debug)]
pub struct Graph {
    is_double: bool,
    pub(super) nodes: Vec<Node>,
    pub(super) constants: Vec<Encoded>,
    places: Vec<Place>,
    names: BTreeSet<String>,
}

impl Graph {
    /// Returns a graph without nodes, whose numbers are in double precision or in single precision.
    pub(crate) fn new(is_double: bool) -> Self {
        Self { is_double, nodes: Vec::new(), constants: Vec::new(), places: Vec::new(), names: BTreeSet::new() }
    }

    /// Calls `add` with the graph at a layer inside of the one that is being added. `declared` is its type as it was written, or empty
    /// for a part of a block.
    pub(crate) fn within<R>(
        &mut self,
        name: impl Into<String>,
        declared: &'static str,
        add: impl FnOnce(&mut Self) -> R,
    ) -> R {
        self.places.push(Place { name: name.into(), declared });
        let result = add(self);
        self.places.pop();
        result
    }

    /// Adds a node and returns its first output. `operator` is one of version 17 of ONNX.
    pub fn node(
        &mut self,
        operator: &'static str,
        inputs: &[&Value],
        attributes: &[(&'static str, Attribute)],
    ) -> Value {
        let path = self.path("/");
        let name = self.unused(&format!("/{path}{}{operator}", if path.is_empty() { "" } else { "/" }));
        let inputs = inputs.iter().map(|value| value.parts.first().cloned().unwrap_or_default()).collect();
        let output = format!("{name}_output_0");
        self.nodes.push(Node { name, operator, inputs, output: output.clone(), attributes: attributes.to_vec() });
        Value::named(output)
    }

    /// Adds a constant in the type of the network's elements and returns it.
    pub fn constant(&mut self, tensor: Constant) -> Value {
        let Constant { name, sizes, values } = tensor;
        let bytes = if self.is_double {
            values.iter().flat_map(|value| value.to_le_bytes()).collect()
        } else {
            #[allow(clippy::cast_possible_truncation, reason = "the elements of a network in single precision")]
            values.iter().flat_map(|&value| (value as f32).to_le_bytes()).collect()
        };
        self.add_constant(&name, sizes, self.kind(), bytes)
    }

    /// Adds a number in the type of the network's elements, as a tensor without axes.
    pub fn number(&mut self, number: f64) -> Value {
        self.constant(Constant::new("number", &[], vec![number]))
    }

    /// Adds a list of integers.
    pub fn integers(&mut self, integers: &[i64]) -> Value {
        let bytes = integers.iter().flat_map(|integer| integer.to_le_bytes()).collect();
        self.add_constant("integers", vec![integers.len()], DataType::Int64, bytes)
    }

    /// Adds a single integer, as a tensor without axes.
    pub fn index(&mut self, index: i64) -> Value {
        self.add_constant("index", Vec::new(), DataType::Int64, index.to_le_bytes().to_vec())
    }

    /// Adds a list of numbers in single precision, whatever the type of the network's elements.
    pub fn singles(&mut self, numbers: &[f32]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.add_constant("numbers", vec![numbers.len()], DataType::Float, bytes)
    }

    /// Returns a tensor of the parameters of the layer that is being added. See [`Constant::of`].
    ///
    /// # Errors
    /// If the parameters have none of this name.
    pub fn parameter<T: Scalar, P: FlatParameters<T>>(&self, parameters: &P, name: &str) -> Result<Constant> {
        Constant::of(parameters, name).ok_or_else(|| self.refuse(format!("it has no tensor `{name}`")))
    }

    /// Returns the type of the network's elements.
    pub(super) const fn kind(&self) -> DataType {
        if self.is_double { DataType::Double } else { DataType::Float }
    }

    /// Adds the sum of a value and a constant, if there is one, such as a bias.
    pub fn plus(&mut self, value: Value, constant: Option<Constant>) -> Value {
        let Some(constant) = constant else { return value };
        let constant = self.constant(constant);
        self.node("Add", &[&value, &constant], &[])
    }

    /// Adds a node that moves the axes of a value: the batch is axis 0.
    pub fn transposed(&mut self, value: &Value, axes: &[usize]) -> Value {
        self.node("Transpose", &[value], &[("perm", Attribute::sizes(axes))])
    }

    /// Adds a node that gives the elements of each sample other sizes.
    pub fn reshaped(&mut self, value: &Value, sizes: &[usize]) -> Value {
        // 0 stands for the size of the batch.
        let sizes: Vec<i64> = [0].into_iter().chain(sizes.iter().map(|&size| integer(size))).collect();
        let sizes = self.integers(&sizes);
        self.node("Reshape", &[value, &sizes], &[])
    }

    /// Adds a border of a number around the axes behind the channels, as wide before and behind each as `amounts` say.
    pub(crate) fn border(&mut self, value: &Value, [before, behind]: [&[usize]; 2], number: f64) -> Value {
        let amounts: Vec<usize> = [&[0; 2], before, &[0; 2], behind].concat();
        let amounts: Vec<i64> = amounts.into_iter().map(integer).collect();
        let (amounts, number) = (self.integers(&amounts), self.number(number));
        self.node("Pad", &[value, &amounts, &number], &[])
    }

    /// Returns the error that the layer which is being added cannot be exported, with the reason.
    pub fn refuse(&self, reason: impl Into<String>) -> Error {
        let declared = self.places.iter().rev().map(|place| place.declared).find(|declared| !declared.is_empty());
        let what = format!("layer `{}` (`{}`)", self.path("."), declared.unwrap_or_default());
        Error::NoOnnxForm { what, reason: reason.into() }
    }

    /// Returns the names of the layers around, outermost first.
    fn path(&self, separator: &str) -> String {
        self.places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>().join(separator)
    }

    fn add_constant(&mut self, name: &str, sizes: Vec<usize>, kind: DataType, bytes: Vec<u8>) -> Value {
        let path = self.path(".");
        let name = self.unused(&format!("{path}{}{name}", if path.is_empty() { "" } else { "." }));
        self.constants.push(Encoded { name: name.clone(), sizes, kind, bytes });
        Value::named(name)
    }

    /// Returns a name that nothing has, with a number behind it if necessary.
    fn unused(&mut self, name: &str) -> String {
        let numbered = (0..=self.names.len())
            .map(|number| if number == 0 { name.to_string() } else { format!("{name}_{number}") })
            .find(|name| !self.names.contains(name))
            .unwrap_or_default();
        self.names.insert(numbered.clone());
        numbered
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::{Graph, Value};
    use crate::onnx::constant::Constant;

    #[test]
    fn names_are_those_of_the_layers_around_and_occur_once() {
        let mut graph = Graph::new(false);
        let weight = Constant::new("weight", &[1], vec![1.0]);
        graph.within("blocks", "Repeat", |graph| {
            graph.within("0", "", |graph| {
                let input = Value::named("input");
                assert_eq!(graph.node("Add", &[&input, &input], &[]), Value::named("/blocks/0/Add_output_0"));
                assert_eq!(graph.node("Add", &[&input, &input], &[]), Value::named("/blocks/0/Add_1_output_0"));
                assert_eq!(graph.constant(weight.clone()), Value::named("blocks.0.weight"));
                assert_eq!(graph.constant(weight), Value::named("blocks.0.weight_1"));
                let error = graph.refuse("it is a test").to_string();
                assert_eq!(error, "layer `blocks.0` (`Repeat`) has no ONNX form: it is a test");
            });
        });
        assert_eq!(graph.constants[0].bytes, 1.0_f32.to_le_bytes());
    }
}
