//! A statement whose value nobody reads.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { weight: Matrix<H, N> }
    fn forward(x: Vector<N>) -> Vector<H> { { tanh(x); weight * x } }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
