//! Weights of another instance of a network with const parameters.

use typenet::prelude::*;

network! {
    struct Classifier<const H: usize> {
        hidden: Dense<5, H>,
        Tanh,
        middle: Dense<H, 6>,
        Relu,
        output: Dense<6, 3>,
        Softmax,
    }
}

static NETWORK: Classifier<8> = weights!(Classifier<8>, "../../reference/weights_torch_float32.safetensors");

fn main() {
    println!("{}", NETWORK.predict(&[0.0; 5])[0]);
}
