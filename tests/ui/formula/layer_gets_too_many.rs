//! A layer of a formula at an edge of another size.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Right<const N: usize, const H: usize> { weight: Matrix<H, N> }
    fn forward(x: Vector<N>) -> Vector<H> { tanh(weight * x) }
}

network!(struct Gated = Dense<2, 8>, Right<7, 4>, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
