//! Recurrent layers as nodes of ONNX.

use alloc::vec::Vec;

use crate::flat_parameters::FlatParameters;
use crate::onnx::{Attribute, Constant, Graph, Result, Value};
use crate::scalar::Scalar;

/// What a recurrent layer is in ONNX.
#[derive(Debug)]
pub(in crate::layer) struct OnnxCell {
    /// The operator.
    pub(in crate::layer) operator: &'static str,
    /// Which of our gates is at each place there.
    pub(in crate::layer) gates: &'static [usize],
    /// Attributes beside those that every recurrent layer has.
    pub(in crate::layer) attributes: &'static [(&'static str, Attribute)],
}

/// The weights of a recurrent layer, one gate after the other.
#[derive(Debug)]
pub(in crate::layer) struct Weights {
    pub(in crate::layer) of_input: Constant,
    pub(in crate::layer) of_state: Constant,
    pub(in crate::layer) biases: [Constant; 2],
}

impl Weights {
    /// Returns those of some parameters.
    pub(in crate::layer) fn of<T: Scalar, P: FlatParameters<T>>(graph: &Graph, parameters: &P) -> Result<Self> {
        let tensor = |name| graph.parameter(parameters, name);
        let biases = [tensor("bias_ih_l0")?, tensor("bias_hh_l0")?];
        Ok(Self { of_input: tensor("weight_ih_l0")?, of_state: tensor("weight_hh_l0")?, biases })
    }
}

impl OnnxCell {
    /// Adds the layer and returns the states of all steps.
    pub(in crate::layer) fn read(
        &self,
        graph: &mut Graph,
        input: &Value,
        Weights { of_input, of_state, biases: [first, second] }: Weights,
        units: usize,
        is_backward: bool,
    ) -> Value {
        // All tensors have an axis for the directions.
        let mut add = |tensor: Constant| {
            let sizes: Vec<usize> = [1].into_iter().chain(tensor.sizes.iter().copied()).collect();
            graph.constant(tensor.with_sizes(&sizes))
        };
        let [of_input, of_state, first, second] =
            [of_input, of_state, first, second].map(|tensor| tensor.in_order(self.gates));
        let (of_input, of_state, biases) = (add(of_input), add(of_state), add(first.followed_by(second)));
        let mut attributes = self.attributes.to_vec();
        attributes.push(("hidden_size", Attribute::size(units)));
        if is_backward {
            attributes.push(("direction", Attribute::Text("reverse")));
        }
        // The steps come first: onnxruntime has no other layout.
        let steps_first = graph.transposed(input, &[1, 0, 2]);
        let states = graph.node(self.operator, &[&steps_first, &of_input, &of_state, &biases], &attributes);
        let axes = graph.integers(&[1]);
        let states = graph.node("Squeeze", &[&states, &axes], &[]);
        graph.transposed(&states, &[1, 0, 2])
    }
}
