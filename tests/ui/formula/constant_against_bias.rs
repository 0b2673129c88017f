//! A named constant against the length of a bias.

use typenet::layer;
use typenet::prelude::*;

const WIDTH: usize = 8;

layer! {
    struct Wrong { weight: Matrix<WIDTH, 8>, bias: Vector<7> }
    fn forward(x: Vector<8>) -> Vector<WIDTH> { tanh(weight * x + bias) }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
