//! A first value before a setting.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize, const H: usize> { weight: Matrix<H, N>, #[init(0.5)] slope: positive = 1.0 }
    fn forward(x: Vector<N>) -> Vector<H> { tanh(slope * (weight * x)) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8, 4>(slope = 2.0), Dense<4, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
