//! A named constant against the declared result.

use typenet::layer;
use typenet::prelude::*;

const WIDTH: usize = 8;

layer! {
    struct Wrong { weight: Matrix<WIDTH, 8> }
    fn forward(x: Vector<8>) -> Vector<7> { tanh(weight * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<7, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
