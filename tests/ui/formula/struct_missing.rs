//! A layer that starts with its function.

use typenet::layer;
use typenet::prelude::*;

layer! {
    fn forward(x: Vector<8>) -> Vector<4> { tanh(x) }
}

network!(struct Gated = Dense<2, 8>, Tanh, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
