//! A named constant against another number.

use typenet::layer;
use typenet::prelude::*;

const WIDTH: usize = 8;

layer! {
    struct Wrong { weight: Matrix<4, 7>, bias: Vector<4> }
    fn forward(x: Vector<WIDTH>) -> Vector<4> { tanh(weight * x + bias) }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
