//! A node with its input, as its operator sees it.

use std::collections::BTreeMap;

use crate::identifier;
use crate::onnx::model::{Attribute, Node};
use crate::onnx::step::Layer;
use crate::onnx::tensor::{Kind, Tensor};
use crate::onnx::value::{Shape, Value};

/// The largest size, stride or amount that an attribute may be: no layer has more, and sums of several do not overflow.
const LARGEST: i64 = 1 << 24;

/// A node with its input.
pub(crate) struct Call<'a> {
    /// The node.
    pub(crate) node: &'a Node,
    /// The constants of the model.
    pub(crate) constants: &'a BTreeMap<String, Tensor>,
    /// The version of the operators.
    pub(crate) version: i64,
    /// The size of the batch that the model was exported with, if it is a number.
    pub(crate) batch: Option<usize>,
    /// What it reads that is no constant.
    pub(crate) input: &'a Value,
    /// The name of that.
    pub(crate) read: &'a str,
    /// Which of its outputs is read.
    pub(crate) output: usize,
}

/// The layers of a node, and what they give.
pub(crate) struct Given {
    pub(crate) layers: Vec<Layer>,
    pub(crate) value: Value,
}

impl Given {
    /// Returns a layer, with what it gives.
    pub(super) fn layer(layer: Layer, value: Value) -> Self {
        Self { layers: vec![layer], value }
    }

    /// Returns no layer, for a node that only moves axes.
    pub(super) fn nothing(value: Value) -> Self {
        Self { layers: Vec::new(), value }
    }
}

impl Call<'_> {
    /// Returns what a layer gives that keeps the shape.
    pub(super) fn keeps(&self, layer: Layer) -> Given {
        Given::layer(layer, self.input.clone())
    }

    /// Checks that the node reads its input at a place among its inputs, and that no other input is computed.
    pub(super) fn reads_at(&self, place: usize) -> Result<(), String> {
        let is_read = |(at, name): (usize, &String)| (at == place) == (name == self.read);
        if self.node.inputs.iter().enumerate().all(is_read) {
            return Ok(());
        }
        Err(format!("typenet has this operator only with a constant beside its input, as input {place}"))
    }

    /// Returns whether there is an input at a place.
    pub(super) fn has(&self, place: usize) -> bool {
        self.node.inputs.get(place).is_some_and(|name| !name.is_empty())
    }

    /// Returns the constant at a place among its inputs, if there is one.
    pub(super) fn optional(&self, place: usize) -> Option<&Tensor> {
        self.constants.get(self.node.inputs.get(place)?)
    }

    /// Returns the constant at a place among its inputs; `what` is what it is.
    pub(super) fn constant(&self, place: usize, what: &str) -> Result<&Tensor, String> {
        self.optional(place).ok_or_else(|| format!("{what} is no constant of the model"))
    }

    /// Returns the numbers at a place among its inputs, as many as `sizes` say.
    pub(super) fn weights(&self, place: usize, what: &str, sizes: &[usize]) -> Result<Tensor, String> {
        let tensor = self.constant(place, what)?;
        if tensor.kind().is_none() || tensor.sizes != sizes {
            return Err(format!("{what} is of shape {:?} in place of {sizes:?}", tensor.sizes));
        }
        Ok(tensor.clone())
    }

    /// Returns a list of integers that is an input at `place` in newer versions and an attribute in older ones.
    pub(super) fn list(&self, name: &str, place: usize) -> Result<Option<Vec<i64>>, String> {
        match self.optional(place).map(|tensor| tensor.indices().map(<[i64]>::to_vec)) {
            Some(Some(list)) => Ok(Some(list)),
            Some(None) => Err(format!("`{name}` are no integers")),
            None if self.has(place) => Err(format!("`{name}` are computed, and typenet has only constant ones")),
            None => self.integers(name),
        }
    }

    /// Returns an attribute that is a number.
    pub(super) fn number(&self, name: &str, default: f32) -> Result<f32, String> {
        match self.node.attributes.get(name) {
            None => Ok(default),
            Some(&Attribute::Number(number)) if number.is_finite() => Ok(number),
            Some(_) => Err(format!("its attribute `{name}` is no finite number")),
        }
    }

    /// Returns an attribute that is an integer.
    pub(super) fn integer(&self, name: &str, default: i64) -> Result<i64, String> {
        match self.node.attributes.get(name) {
            None => Ok(default),
            Some(&Attribute::Integer(integer)) if integer.abs() <= LARGEST => Ok(integer),
            Some(_) => Err(format!("its attribute `{name}` is no integer in the range of typenet")),
        }
    }

    /// Returns an attribute that is a list of integers.
    pub(super) fn integers(&self, name: &str) -> Result<Option<Vec<i64>>, String> {
        match self.node.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Integers(list)) => Ok(Some(list.clone())),
            Some(_) => Err(format!("its attribute `{name}` is no list of integers")),
        }
    }

    /// Returns an attribute that is a list of `count` sizes, each `default` if it is not given.
    pub(super) fn amounts(&self, name: &str, count: usize, default: usize) -> Result<Vec<usize>, String> {
        let Some(list) = self.integers(name)? else { return Ok(vec![default; count]) };
        let amount = |&size: &i64| usize::try_from(size).ok().filter(|_| size <= LARGEST);
        let amounts: Option<Vec<usize>> = list.iter().map(amount).collect();
        amounts.filter(|amounts| amounts.len() == count).ok_or_else(|| {
            format!("its attribute `{name}` is {list:?}, but typenet has {count} such sizes that are not negative")
        })
    }

    /// Returns an attribute that is a word.
    pub(super) fn word(&self, name: &str, default: &'static str) -> Result<&str, String> {
        match self.node.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Text(text)) => Ok(text),
            Some(_) => Err(format!("its attribute `{name}` is no text")),
        }
    }

    /// Checks that an attribute has the only value that typenet has.
    pub(super) fn requires(&self, name: &str, wanted: i64, default: i64) -> Result<(), String> {
        let found = self.integer(name, default)?;
        (found == wanted)
            .then_some(())
            .ok_or_else(|| format!("its attribute `{name}` is {found}, and typenet has only {wanted}"))
    }

    /// Checks that an attribute is a number that is the only one of typenet, up to its rounding.
    pub(super) fn requires_number(&self, name: &str, wanted: f32, default: f32) -> Result<(), String> {
        let found = self.number(name, default)?;
        let is_near = (found - wanted).abs() <= 1e-6 * wanted.abs();
        is_near
            .then_some(())
            .ok_or_else(|| format!("its attribute `{name}` is {found:?}, and typenet has only {wanted:?}"))
    }

    /// Returns zeros of the type of some weights.
    pub(super) fn zeros(like: &Tensor, count: usize) -> Tensor {
        Tensor::numbers(like.kind().unwrap_or(Kind::F32), vec![count], vec![0.0; count])
    }

    /// Returns the sizes of an image with its channels first.
    pub(super) fn image(&self) -> Option<[usize; 3]> {
        let Shape::Image(sizes) = self.input.shape else { return None };
        (*self.input == Value::plain(Shape::Image(sizes))).then_some(sizes)
    }

    /// Returns the sizes of a sequence with its features before its steps, as convolutions of ONNX take it.
    pub(super) fn sequence(&self) -> Option<[usize; 2]> {
        use crate::onnx::value::Axis::{Batch, Of};
        let Shape::Sequence(sizes) = self.input.shape else { return None };
        (self.input.axes == [Batch, Of(1), Of(0)]).then_some(sizes)
    }

    /// Returns why neither fits.
    pub(super) fn needs_positions(&self) -> String {
        format!(
            "its input is {}, and typenet has this operator only for [batch, channels, rows, columns] and [batch, features, steps]",
            self.input.text()
        )
    }

    /// Returns a name for a layer with weights: that of the node, or of a weight `name.weight`, or of the path of the node.
    pub(super) fn name(&self) -> Option<String> {
        let Node { name, operator, inputs, .. } = self.node;
        let of_weight = inputs.iter().find_map(|input| input.strip_suffix(".weight")).map(last_part);
        let path = name.strip_suffix(operator.as_str()).map(|path| last_part(path.trim_end_matches('/')));
        self.own_name().or_else(|| of_weight.into_iter().chain(path).find_map(|name| usable(&name)))
    }

    /// Returns the name of the node, unless an exporter has counted it: `Relu_2`, `node_relu`.
    pub(crate) fn own_name(&self) -> Option<String> {
        let Node { name, operator, .. } = self.node;
        let is_counted = name
            .strip_prefix(operator.as_str())
            .is_some_and(|rest| rest.trim_start_matches('_').chars().all(|letter| letter.is_ascii_digit()));
        Some(name).filter(|name| !is_counted && !name.starts_with("node_")).and_then(|name| usable(name))
    }
}

/// Returns a name for an attention by one of its nodes: that of the part of the model to which a weight or the softmax belongs.
pub(crate) fn attention_name(node: &Node) -> Option<String> {
    let tensors = [".in_proj_weight", ".in_proj_bias", ".out_proj.weight", ".out_proj.bias"];
    let of_weight = |input: &String| tensors.iter().find_map(|tensor| input.strip_suffix(tensor)).map(last_part);
    let path = || node.name.strip_suffix("Softmax").map(|path| last_part(path.trim_end_matches('/')));
    node.inputs.iter().find_map(of_weight).or_else(path).and_then(|name| usable(&name))
}

/// Returns a name as that of a field, if it can be one.
fn usable(name: &str) -> Option<String> {
    let name = identifier::snake_case(name);
    let is_name = syn::parse_str::<syn::Ident>(&name).is_ok() && !name.starts_with("__");
    (is_name && !identifier::is_keyword(&name)).then_some(name)
}

/// Returns the last part of a path such as `features.conv1` or `/features/conv1`; a number with what it counts, as in `features_0`.
fn last_part(path: &str) -> String {
    let mut parts = path.rsplit(['.', '/']);
    let last = parts.next().unwrap_or_default();
    let is_number = !last.is_empty() && last.chars().all(|letter| letter.is_ascii_digit());
    match parts.next().filter(|before| is_number && !before.is_empty()) {
        Some(before) => format!("{before}_{last}"),
        None => last.to_owned(),
    }
}
