//! A setting that a layer with two settings does not have.

use typenet::prelude::*;

network! {
    struct Digits (Image<1, 8, 8>) {
        features: Conv2d<1, 4, 3>(strides = 2),
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
