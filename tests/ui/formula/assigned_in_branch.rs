//! A branch of a condition that assigns to what is outside of it.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const N: usize> { weight: Matrix<N, N> }
    fn forward(x: Vector<N>) -> Vector<N> {
        let mut y = weight * x;
        let z = if x < 0 { y = 2 * x; y } else { x };
        y + z
    }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
