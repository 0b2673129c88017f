//! The layer of an attention: its settings, and its weights in the order of the library.

use crate::onnx::fuse::{HALF_ROUNDED, ROUNDED};
use crate::onnx::model::{Attribute, Node};
use crate::onnx::step::Layer;
use crate::onnx::tensor::{Kind, Tensor};

/// A product with a constant matrix.
pub(super) struct Projection {
    /// The matrix, with a row for each output.
    pub(super) weight: Tensor,
    pub(super) bias: Option<Tensor>,
}

/// Some rows of a projection.
pub(super) struct Part {
    /// Its index.
    pub(super) projection: usize,
    /// Its rows, in the order of the heads.
    pub(super) rows: Vec<usize>,
    /// By what it is multiplied.
    pub(super) scale: f64,
}

/// What is known of an attention.
pub(super) struct Parts {
    /// The products of the sequence with matrices.
    pub(super) projections: Vec<Projection>,
    /// Queries, keys and values, as far as they are found.
    pub(super) found: Vec<Part>,
    pub(super) heads: usize,
    /// By what the products of queries and keys are multiplied.
    pub(super) scale: f64,
    pub(super) is_causal: bool,
    pub(super) is_rotary: bool,
    /// The projection of all heads.
    pub(super) output: Option<Projection>,
}

impl Projection {
    /// Reads a `MatMul` or `Gemm` with this matrix and perhaps a bias.
    pub(super) fn read(node: &Node, weight: Option<&Tensor>, bias: Option<&Tensor>) -> Result<Self, String> {
        let number = |name: &str| match node.attributes.get(name) {
            Some(&Attribute::Number(number)) => f64::from(number),
            _ => 1.0,
        };
        let is_set = |name: &str| matches!(node.attributes.get(name), Some(&Attribute::Integer(set)) if set != 0);
        let Some(weight) = weight.filter(|weight| weight.kind().is_some() && weight.sizes.len() == 2) else {
            return Err("it is in an attention, and its constant is no matrix of numbers".to_owned());
        };
        if is_set("transA") {
            return Err("it is in an attention, and its attribute `transA` is 1, and typenet has only 0".to_owned());
        }
        let weight = if is_set("transB") { weight.clone() } else { weight.transposed() };
        let outputs = weight.sizes[0];
        let bias = match bias {
            None => None,
            Some(bias) if bias.values().is_some_and(|all| all.len() == outputs) => {
                Some(bias.clone().with_sizes(vec![outputs]).map(|element| number("beta") * element))
            }
            Some(bias) => return Err(format!("its bias is of shape {:?} in place of [{outputs}]", bias.sizes)),
        };
        Ok(Self { weight: weight.map(|element| number("alpha") * element), bias })
    }

    /// Returns the projection of features in another order, in which feature `features[at]` is at place `at`.
    pub(super) fn of_features(self, features: &[usize]) -> Self {
        let mut columns = vec![0; features.len()];
        features.iter().enumerate().for_each(|(at, &feature)| columns[feature] = at);
        let (sizes, count) = (self.weight.sizes.clone(), features.len());
        let weight = self.weight.gathered(sizes, |at| at / count * count + columns[at % count]);
        Self { weight, ..self }
    }
}

impl Parts {
    pub(super) fn new() -> Self {
        Self {
            projections: Vec::new(),
            found: Vec::new(),
            heads: 0,
            scale: 1.0,
            is_causal: false,
            is_rotary: false,
            output: None,
        }
    }

    /// Returns the layer of an attention to a sequence of so many features; the reason if there is none.
    pub(super) fn layer(mut self, features: usize, name: Option<String>) -> Result<Layer, String> {
        let (Some(output), [queries, _, _]) = (self.output.take(), &self.found[..]) else {
            return Err("it is in an attention of which a part is missing".to_owned());
        };
        if queries.rows.len() != features || self.heads == 0 {
            return Err(format!(
                "it is in an attention whose heads have {} features together, of a sequence of {features}, and \
                 `SelfAttention` has as many",
                queries.rows.len()
            ));
        }
        let kind = output.weight.kind().unwrap_or(Kind::F32);
        self.move_scale(features, kind);
        let has_bias = output.bias.is_some() || self.projections.iter().any(|projection| projection.bias.is_some());
        let mut tensors = vec![("in_proj_weight", self.weight(features, kind)), ("out_proj.weight", output.weight)];
        if has_bias {
            let zeros = || Tensor::numbers(kind, vec![features], vec![0.0; features]);
            tensors.insert(1, ("in_proj_bias", self.bias(features, kind)));
            tensors.push(("out_proj.bias", output.bias.unwrap_or_else(zeros)));
        }
        let settings =
            [("causal = true", self.is_causal), ("rotary = true", self.is_rotary), ("bias = false", !has_bias)];
        let settings: Vec<_> = settings.into_iter().filter_map(|(text, is_set)| is_set.then_some(text)).collect();
        let settings = if settings.is_empty() { String::new() } else { format!("({})", settings.join(", ")) };
        Ok(Layer { text: format!("SelfAttention<{}>{settings}", self.heads), name, tensors })
    }

    /// Leaves the queries with what the products are multiplied by beside 1 / √width, the factor of the layer.
    fn move_scale(&mut self, features: usize, kind: Kind) {
        let [queries, keys, _] = &mut self.found[..] else { return };
        let width = (features / self.heads) as f64;
        let whole = self.scale * queries.scale * keys.scale * width.sqrt();
        let rounded = if kind == Kind::Half { HALF_ROUNDED } else { ROUNDED };
        queries.scale = if (whole - 1.0).abs() <= rounded { 1.0 } else { whole };
        keys.scale = 1.0;
    }

    /// Returns the matrices of queries, keys and values one below the other.
    fn weight(&self, features: usize, kind: Kind) -> Tensor {
        let row = |(part, row): (&Part, usize)| {
            let values = self.projections[part.projection].weight.values().unwrap_or_default();
            let scale = part.scale;
            values[row * features..][..features].iter().map(move |value| value * scale).collect::<Vec<_>>()
        };
        Tensor::numbers(kind, vec![3 * features, features], self.all_rows().flat_map(row).collect())
    }

    /// Returns the biases of queries, keys and values, 0 for those that have none.
    fn bias(&self, features: usize, kind: Kind) -> Tensor {
        let bias = |(part, row): (&Part, usize)| {
            let bias = self.projections[part.projection].bias.as_ref().and_then(Tensor::values);
            bias.map_or(0.0, |bias| bias[row] * part.scale)
        };
        Tensor::numbers(kind, vec![3 * features], self.all_rows().map(bias).collect())
    }

    fn all_rows(&self) -> impl Iterator<Item = (&Part, usize)> {
        self.found.iter().flat_map(|part| part.rows.iter().map(move |&row| (part, row)))
    }
}
