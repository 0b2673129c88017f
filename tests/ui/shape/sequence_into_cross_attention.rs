//! One sequence is no pair.

use typenet::prelude::*;

network! {
    struct Net (Sequence<16, 12>) {
        attention: CrossAttention<2>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let network = Net::init(&mut typenet::rng(37));
    let prediction: [f32; 2] = network.predict(&[[0.0; 12]; 16]);
    println!("{}", prediction[0]);
}
