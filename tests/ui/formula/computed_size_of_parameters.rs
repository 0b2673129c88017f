//! A size computed from a const parameter that does not fit where the layer is used.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const M: usize> { weight: Matrix<4, M> }
    fn forward(x: Vector<N>) -> Vector<4> { weight * flatten(outer(x, x)) }
}

network!(struct Gated = Dense<2, 3>, Wrong<3, 8>, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
