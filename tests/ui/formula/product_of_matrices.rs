//! The product of two matrices.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { down: Matrix<H, N>, up: Matrix<N, H> }
    fn forward(x: Vector<N>) -> Vector<N> { up * down * x }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
