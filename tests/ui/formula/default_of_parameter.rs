//! A default of a parameter.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { weight: Matrix<H, N>, bias: Vector<H> = 1.0 }
    fn forward(x: Vector<N>) -> Vector<H> { tanh(weight * x + bias) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>, Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
