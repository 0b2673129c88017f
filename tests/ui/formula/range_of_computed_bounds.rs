//! A range whose bounds only the compiler knows.

use typenet::layer;
use typenet::prelude::*;

const K: usize = 5;

layer! {
    struct Wrong { weight: Matrix<4, 8> }
    fn forward(x: Vector<8>) -> Vector<4> { weight * x * sum(x[K..2 * K]) }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
