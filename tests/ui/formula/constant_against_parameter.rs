//! A named constant against a const parameter, which can be any number.

use typenet::layer;
use typenet::prelude::*;

const WIDTH: usize = 8;

layer! {
    struct Wrong<const N: usize> { weight: Matrix<4, WIDTH> }
    fn forward(x: Vector<N>) -> Vector<4> { tanh(weight * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
