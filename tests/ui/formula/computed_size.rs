//! A size that is computed from a const parameter.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize> { weight: Matrix<{ N * 2 }, N> }
    fn forward(x: Vector<N>) -> Vector<N> { x * sum(weight * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
