//! Networks against a file of recorded cases: parameters and gradients by name, inputs, outputs, and gradients of the outputs.
//!
//! The files, and how they were made: `reference/README.md`.

use serde_json::Value;
use typenet::kernel::Kernels;
use typenet::prelude::*;
use typenet::{Predict, TensorKind};

/// Reads a file of recorded values.
pub(crate) fn file(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The numbers of nested lists, in their order.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

pub(crate) fn assert_near<T: Kernels>(ours: &[T], theirs: &[f64], what: &str) {
    let tolerance = if T::NAME == "f64" { 1e-12 } else { 1e-5 };
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (position, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let apart = (ours.to_f64() - theirs).abs();
        assert!(apart <= tolerance * theirs.abs().max(1.0), "{what} at {position}: {ours} here, {theirs} there");
    }
}

/// Returns the tensors that are recorded by name, in the order of memory.
pub(crate) fn parameters<N: Network>(tensors: &Value) -> Vec<f64> {
    let mut all = vec![0.0; N::PARAMETERS];
    for tensor in N::TENSORS.list() {
        let (values, place) = (numbers(&tensors[&tensor.name]), &mut all[tensor.range]);
        let columns = tensor.shape.get(1).copied().unwrap_or(1);
        let rows = tensor.shape[0];
        assert_eq!(values.len(), rows * columns, "{}", tensor.name);
        if tensor.kind == TensorKind::Embedding {
            place.copy_from_slice(&values);
            continue;
        }
        for (index, value) in values.into_iter().enumerate() {
            place[index % columns * rows + index / columns] = value;
        }
    }
    all
}

/// Compares outputs and gradients of a network, and a prediction of each sample alone.
pub(crate) fn agrees_with_recorded<T, N>(case: &Value, what: &str)
where
    T: Kernels,
    N: Network<Scalar = T, Logits = <N as Network>::Output>,
{
    let convert = |value: &Value| -> Vec<T> { numbers(value).into_iter().map(T::from_f64).collect() };
    let mut network = N::zeroed();
    for (place, value) in network.parameters_mut().iter_mut().zip(parameters::<N>(&case["parameters"])) {
        *place = T::from_f64(value);
    }
    let (input, grad_output) = (convert(&case["input"]), convert(&case["grad_output"]));
    let inputs = N::Input::batch(&input);
    let grad_outputs = N::Output::batch(&grad_output);
    let output = numbers(&case["output"]);
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
    let pass = Pass::training(0, 0);
    let outputs = network.forward(inputs, &pass, &mut workspace).unwrap();
    assert_near(N::Output::flat_batch(outputs), &output, what);
    network.backward(inputs, grad_outputs, &pass, &mut workspace, &mut gradient).unwrap();
    assert_near(gradient.parameters(), &parameters::<N>(&case["gradient"]), what);
    for (input, expected) in inputs.iter().zip(output.chunks(N::Output::LEN)) {
        assert_near(N::Output::flat(&Predict::predict(&*network, input)), expected, what);
    }
}
