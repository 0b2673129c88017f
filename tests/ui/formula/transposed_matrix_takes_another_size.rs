//! A transposed matrix that takes another number of values.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { weight: Matrix<7, 4> }
    fn forward(x: Vector<8>) -> Vector<4> { tanh(transpose(weight) * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
