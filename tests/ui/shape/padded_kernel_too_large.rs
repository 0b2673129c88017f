//! A kernel that is larger than the image with its padding.

use typenet::prelude::*;

network! {
    struct Digits (Image<1, 8, 8>) {
        features: Conv2d<1, 4, 11>(padding = 1),
        Relu,
        Flatten,
        output: Dense<_, 10>,
        Softmax,
    }
}

fn main() {
    let network = Digits::init(&mut typenet::rng(37));
    let prediction: [f32; 10] = network.predict(&[[[0.0; 8]; 8]; 1]);
    println!("{}", prediction[0]);
}
