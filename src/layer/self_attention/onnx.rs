//! Attention as nodes of ONNX, which has an operator for it only from version 23 on.

use alloc::vec;

use super::rotary::turns;
use crate::flat_parameters::FlatParameters;
use crate::onnx::{Attribute, Constant, Graph, Result, Value};
use crate::scalar::Scalar;

/// The sizes of an attention.
#[derive(Clone, Copy, Debug)]
pub(in crate::layer) struct Attention {
    /// The steps of the queries, and of the keys and values.
    pub(in crate::layer) steps: [usize; 2],
    /// The number of heads.
    pub(in crate::layer) heads: usize,
    /// The features of a head.
    pub(in crate::layer) width: usize,
    /// Whether a step attends only to those up to it.
    pub(in crate::layer) is_causal: bool,
    /// Whether queries and keys turn with their step.
    pub(in crate::layer) is_rotary: bool,
}

impl Attention {
    /// Adds the attention of one input to another, or of one to itself.
    pub(in crate::layer) fn add<T: Scalar, P: FlatParameters<T>>(
        self,
        graph: &mut Graph,
        parameters: &P,
        [of_queries, of_keys]: [&Value; 2],
    ) -> Result<Value> {
        let Self { steps: [queries, keys], heads, width, .. } = self;
        let features = heads * width;
        let weight = graph.parameter(parameters, "in_proj_weight")?;
        let bias = Constant::of(parameters, "in_proj_bias");
        let project = |graph: &mut Graph, input: &Value, part: usize, steps: usize| {
            let rows = part * features..(part + 1) * features;
            let weight = graph.constant(weight.rows(rows.clone()).transposed());
            let product = graph.node("MatMul", &[input, &weight], &[]);
            let projected = graph.plus(product, bias.as_ref().map(|bias| bias.rows(rows)));
            let split = graph.reshaped(&projected, &[steps, heads, width]);
            graph.transposed(&split, &[0, 2, 1, 3])
        };
        let mut query = project(graph, of_queries, 0, queries);
        let mut key = project(graph, of_keys, 1, keys);
        let value = project(graph, of_keys, 2, keys);
        if self.is_rotary {
            query = self.turned(graph, &query, queries);
            key = self.turned(graph, &key, keys);
        }
        let attended = self.attended(graph, [&query, &key, &value]);
        let attended = graph.transposed(&attended, &[0, 2, 1, 3]);
        let joined = graph.reshaped(&attended, &[queries, features]);
        let weight = graph.parameter(parameters, "out_proj.weight")?;
        let weight = graph.constant(weight.transposed());
        let output = graph.node("MatMul", &[&joined, &weight], &[]);
        Ok(graph.plus(output, Constant::of(parameters, "out_proj.bias")))
    }

    /// Adds softmax(q kᵀ / √width) v of each head.
    fn attended(self, graph: &mut Graph, [query, key, value]: [&Value; 3]) -> Value {
        let Self { steps: [queries, keys], width, .. } = self;
        let scale = graph.number(1.0 / libm::sqrt(width as f64));
        let query = graph.node("Mul", &[query, &scale], &[]);
        let key = graph.transposed(key, &[0, 1, 3, 2]);
        let mut scores = graph.node("MatMul", &[&query, &key], &[]);
        if self.is_causal {
            let later = |place: usize| if place % keys > place / keys { f64::NEG_INFINITY } else { 0.0 };
            let mask = (0..queries * keys).map(later).collect();
            scores = graph.plus(scores, Some(Constant::new("mask", &[queries, keys], mask)));
        }
        let weights = graph.node("Softmax", &[&scores], &[("axis", Attribute::Integer(-1))]);
        graph.node("MatMul", &[&weights, value], &[])
    }

    /// Adds the turn of each pair (a, b) of features: (a cos - b sin, a sin + b cos), the sum of a product with cosines and, where the
    /// pair is (-b, a), one with sines.
    fn turned(self, graph: &mut Graph, value: &Value, steps: usize) -> Value {
        let width = self.width;
        let [sines, cosines] = turns(steps, width);
        let mut quarter = vec![0.0; width * width];
        for pair in 0..width / 2 {
            quarter[2 * pair * width + 2 * pair + 1] = 1.0;
            quarter[(2 * pair + 1) * width + 2 * pair] = -1.0;
        }
        let [sines, cosines] = [("sines", sines), ("cosines", cosines)]
            .map(|(name, turns)| graph.constant(Constant::new(name, &[steps, width], turns)));
        let quarter = graph.constant(Constant::new("quarter_turn", &[width, width], quarter));
        let quarter = graph.node("MatMul", &[value, &quarter], &[]);
        let of_sines = graph.node("Mul", &[&quarter, &sines], &[]);
        let of_cosines = graph.node("Mul", &[value, &cosines], &[]);
        graph.node("Add", &[&of_cosines, &of_sines], &[])
    }
}
