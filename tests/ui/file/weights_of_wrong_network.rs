//! A wrong network, whose tensors are not compared with the file.

use typenet::prelude::*;

network! {
    struct Classifier {
        hidden: Dense<5, 8>,
        Tanh,
        Dense<7, 6>,
        Relu,
        output: Dense<6, 3>,
        Softmax,
    }
}

static NETWORK: Classifier = typenet::weights!(Classifier, "../../reference/weights_torch_float32.safetensors");

fn main() {
    println!("{}", NETWORK.predict(&[0.0; 5])[0]);
}
