//! The scalar product of vectors of different lengths.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { weight: Matrix<H, N>, bias: Vector<H> }
    fn forward(x: Vector<N>) -> Vector<N> { x * dot(bias, x) * sum(weight * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
