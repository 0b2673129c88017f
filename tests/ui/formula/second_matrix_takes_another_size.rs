//! A matrix that takes another number of values than the matrix before it gives.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { first: Matrix<H, N>, second: Matrix<H, N> }
    fn forward(x: Vector<N>) -> Vector<H> { second * tanh(first * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
