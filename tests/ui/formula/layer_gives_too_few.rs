//! A layer of a formula before a layer of another size.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Right<const N: usize, const H: usize> { weight: Matrix<H, N> }
    fn forward(x: Vector<N>) -> Vector<H> { tanh(weight * x) }
}

network!(struct Gated = Dense<2, 8>, Right<8, 4>, Dense<5, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
