//! Matrices of different shapes added.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { weight: Matrix<2, 4> }
    fn forward(x: Sequence<4, 2>) -> Sequence<4, 2> { x + weight }
}

network!(struct Gated (Vector<2>) = Dense<2, 8>, Reshape<Sequence<4, 2>>, Wrong, Flatten, Dense<_, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
