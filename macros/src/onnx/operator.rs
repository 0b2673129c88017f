//! Which layers compute an operator? The table says it: a row for each operator, with a function in a file for each family.

mod call;

mod window;

mod convolution;

mod activation;
mod dense;
mod normalization;
mod placement;
mod pooling;
mod recurrent;
mod select;
mod transposed;
mod view;

pub(super) use call::{Call, Given, attention_name};

use super::model::Node;

/// A row of the table.
pub(super) struct Operator {
    /// Its name in ONNX.
    pub(super) name: &'static str,
    /// The attributes that the function understands.
    attributes: &'static [&'static str],
    /// Whether the order of the elements of a vector makes no difference to the function.
    any_order: bool,
    /// Returns the layers of a node, and what they give.
    translate: fn(&Call<'_>) -> Result<Given, String>,
}

impl Operator {
    const fn new(
        name: &'static str,
        attributes: &'static [&'static str],
        translate: fn(&Call<'_>) -> Result<Given, String>,
    ) -> Self {
        Self { name, attributes, any_order: false, translate }
    }

    /// Returns a row for a function of each element by itself.
    const fn elementwise(
        name: &'static str,
        attributes: &'static [&'static str],
        translate: fn(&Call<'_>) -> Result<Given, String>,
    ) -> Self {
        Self { name, attributes, any_order: true, translate }
    }

    /// Returns whether it maps each element by itself.
    pub(super) fn is_elementwise(&self) -> bool {
        self.any_order
    }
}

/// Every operator, beside those that join branches and those that are constant.
static ALL: &[&[Operator]] = &[
    dense::OPERATORS,
    convolution::OPERATORS,
    transposed::OPERATORS,
    pooling::OPERATORS,
    normalization::OPERATORS,
    placement::OPERATORS,
    activation::OPERATORS,
    view::OPERATORS,
    select::OPERATORS,
    recurrent::OPERATORS,
];

/// Returns the row of an operator.
pub(super) fn named(name: &str) -> Option<&'static Operator> {
    ALL.iter().copied().flatten().find(|operator| operator.name == name)
}

/// Returns the layers of a node, and what they give; the reason if there are none.
pub(super) fn translate(call: &Call<'_>) -> Result<Given, String> {
    let node = call.node;
    let operator = named(&node.operator).ok_or_else(|| unknown(node))?;
    if let Some(name) = node.attributes.keys().find(|name| !operator.attributes.contains(&name.as_str())) {
        return Err(format!("its attribute `{name}` has no counterpart in typenet"));
    }
    if call.input.order.is_some() && !operator.any_order {
        return Err("its input is a flattened tensor with the channels last, after which only a dense layer can stand"
            .to_owned());
    }
    (operator.translate)(call)
}

/// Why arithmetic cannot be a layer.
const NO_CONSTANT: &str = "typenet has no layer that computes with a constant";

/// Returns why an operator without a row cannot be a layer.
fn unknown(node: &Node) -> String {
    match node.operator.as_str() {
        "LogSoftmax" => {
            "typenet has no logarithm of probabilities: `CrossEntropy` takes the scores before it, so export without it"
        }
        "Mul" | "Sub" | "Div" => NO_CONSTANT,
        "Mish" => "typenet has no such layer, but `activation!(pub Mish(x) = x * tanh(softplus(x)))` declares one",
        _ => "typenet has no layer for this operator",
    }
    .to_owned()
}
