//! Weights with the names and shapes of another network.

use typenet::prelude::*;

network! {
    struct Classifier {
        hidden: Dense<5, 8>,
        Tanh,
        Dense<8, 6>,
        Relu,
        output: Dense<6, 3>,
        Softmax,
    }
}

static NETWORK: Classifier = typenet::weights!(Classifier, "../../reference/weights_torch_float32.safetensors");

fn main() {
    println!("{}", NETWORK.predict(&[0.0; 5])[0]);
}
