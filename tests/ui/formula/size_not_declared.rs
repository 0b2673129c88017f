//! A size that is neither a const parameter nor a constant.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize> { weight: Matrix<H, N>, bias: Vector<H> }
    fn forward(x: Vector<N>) -> Vector<H> { weight * x + bias }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
