//! A network whose weights are part of the program: checked against the declaration at compile time, and available without a
//! file, without loading and without additional memory.
//!
//! ```text
//! cargo run --release --features safetensors --example embedded_weights
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

/// Written by `tests/reference/make_weights.py`, with PyTorch.
static NETWORK: Classifier = typenet::weights!(Classifier, "../tests/reference/weights_torch_float32.safetensors");

fn main() {
    let input = [0.5, -1.0, 0.25, 2.0, 0.0];
    println!("{:.4?}", NETWORK.predict(&input));
    println!("{} parameters, {} bytes of the program", Classifier::PARAMETERS, size_of_val(&NETWORK));

    // To continue training, copy the weights into a network on the heap.
    let mut network = Classifier::zeroed();
    network.copy_from(&NETWORK);
    assert_eq!(network.predict(&input), NETWORK.predict(&input));
}
