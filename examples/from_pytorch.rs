//! Weights trained with PyTorch, embedded in the program. The same network is declared here, its tensors have the names of the
//! `state_dict`, and it makes the same predictions.
//!
//! In Python, with a module whose layers are called `hidden`, `middle` and `output`:
//!
//! ```text
//! safetensors.torch.save_file(network.state_dict(), "weights.safetensors")
//! ```
//!
//! ```text
//! cargo run --release --features safetensors --example from_pytorch
//! ```

use typenet::prelude::*;

network! {
    struct Classifier {
        hidden: Dense<5, 7>,
        Tanh,
        middle: Dense<7, 6>,
        Relu,
        output: Dense<6, 3>,
        Softmax,
    }
}

/// Written by `tests/reference/make_weights.py`.
const WEIGHTS: &[u8] = include_bytes!("../tests/reference/weights_torch_float32.safetensors");

fn main() -> typenet::Result<()> {
    for tensor in Classifier::TENSORS.list() {
        println!("{:14} {:?}", tensor.name, tensor.shape);
    }
    let network = Classifier::from_safetensors(WEIGHTS)?;
    let input = [0.375, -0.25, -1.25, 0.5, 2.0];
    println!("f32: {:.6?}", network.predict(&input));

    // The same file in double precision: every `f32` is also an `f64`.
    let exact = Classifier::<f64>::from_safetensors(WEIGHTS)?;
    let predictions = exact.predict(&input.map(f64::from));
    println!("f64: {predictions:.6?}");
    assert!(network.predict(&input).iter().zip(predictions).all(|(&p, q)| (f64::from(p) - q).abs() < 1e-6));

    // For a different network, the error lists every tensor that does not fit.
    network!(struct Wider = hidden: Dense<5, 8>, Tanh, Dense<8, 6>, Relu, output: Dense<6, 3>, Softmax);
    let Err(error) = Wider::from_safetensors(WEIGHTS) else { panic!("the layers differ") };
    println!("\n{error}");

    // The other way: PyTorch loads what `save` writes, by `load_state_dict(safetensors.torch.load_file(..))`.
    println!("\n{} bytes for PyTorch", network.to_safetensors()?.len());
    Ok(())
}
