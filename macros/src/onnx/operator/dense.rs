//! `Gemm`, and `MatMul` with or without a bias: `Dense`.

use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::tensor::Tensor;
use crate::onnx::value::{Axis, Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[
    Operator { any_order: true, ..Operator::new("Gemm", &["alpha", "beta", "transA", "transB"], gemm) },
    Operator { any_order: true, ..Operator::new("MatMul", &[], product) },
];

/// α x Bᵀ + β C, or with B.
fn gemm(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    call.requires("transA", 0, 0)?;
    let weight = matrix(call)?;
    let weight = if call.integer("transB", 0)? == 0 { weight.transposed() } else { weight };
    let (alpha, beta) = (f64::from(call.number("alpha", 1.0)?), f64::from(call.number("beta", 1.0)?));
    let bias = match call.optional(2) {
        Some(bias) => Some(spread(bias, weight.sizes[0])?.map(|element| beta * element)),
        None => None,
    };
    if !matches!(call.input.shape, Shape::Vector(_)) {
        return Err(needs_features(call));
    }
    dense(call, &weight.map(|element| alpha * element), bias)
}

fn product(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let weight = matrix(call)?.transposed();
    dense(call, &weight, call.optional(2).cloned())
}

/// Returns the constant matrix beside the input.
fn matrix(call: &Call<'_>) -> Result<Tensor, String> {
    let weight = call.constant(1, "the matrix")?;
    if weight.kind().is_none() || weight.sizes.len() != 2 {
        return Err(format!("its constant of shape {:?} is no matrix of numbers", weight.sizes));
    }
    Ok(weight.clone())
}

/// Returns a bias with an element for each output: a single element may stand for all.
fn spread(bias: &Tensor, outputs: usize) -> Result<Tensor, String> {
    let is_row = bias.sizes.iter().rev().skip(1).all(|&size| size == 1);
    match (bias.values(), bias.sizes.last().copied().unwrap_or(1)) {
        (Some(_), 1) if is_row => Ok(bias.gathered(vec![outputs], |_| 0)),
        (Some(_), last) if is_row && last == outputs => Ok(bias.clone().with_sizes(vec![outputs])),
        _ => Err(format!("its bias is of shape {:?} in place of [{outputs}]", bias.sizes)),
    }
}

/// Returns a dense layer with a weight of [outputs, inputs].
fn dense(call: &Call<'_>, weight: &Tensor, bias: Option<Tensor>) -> Result<Given, String> {
    let input = call.input;
    let (&[outputs, inputs], features) = (&weight.sizes[..], input.shape.joined()) else {
        return Err(needs_features(call));
    };
    let is_features =
        input.axes.last() == Some(&Axis::Of(features)) && !matches!(input.shape, Shape::Image(_) | Shape::Tokens(_));
    if !is_features || input.shape.sizes()[features] != inputs {
        return Err(format!("its matrix takes {inputs} values along the last axis, and its input is {}", input.text()));
    }
    // Our element `order[at]` is the one at `at` in ONNX.
    let weight = match &input.order {
        Some(order) => {
            let mut there = vec![0; inputs];
            order.iter().enumerate().for_each(|(at, &ours)| there[ours] = at);
            weight.gathered(weight.sizes.clone(), |at| at / inputs * inputs + there[at % inputs])
        }
        None => weight.clone(),
    };
    let settings = if bias.is_some() { "" } else { "(bias = false)" };
    let tensors = [("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect();
    let layer = Layer { text: format!("Dense<{inputs}, {outputs}>{settings}"), name: call.name(), tensors };
    let shape = match input.shape {
        Shape::Sequence([steps, _]) => Shape::Sequence([steps, outputs]),
        _ => Shape::Vector([outputs]),
    };
    Ok(Given::layer(layer, Value { shape, axes: input.axes.clone(), order: None }))
}

fn needs_features(call: &Call<'_>) -> String {
    format!("its input is {}, and typenet has this operator only for [batch, values]", call.input.text())
}
