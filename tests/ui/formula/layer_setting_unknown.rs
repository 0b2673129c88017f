//! A setting that the layer does not have.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { weight: Matrix<H, N>, slope: unit = 0.5 }
    fn forward(x: Vector<N>) -> Vector<H> { max(weight * x, slope * (weight * x)) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>(steepness = 0.5), Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
