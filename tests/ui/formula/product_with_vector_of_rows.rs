//! A product of a matrix and a vector that fits the transposed matrix.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { direction: Vector<4> }
    fn forward(x: Sequence<4, 2>) -> Sequence<4, 2> { outer(direction, x * direction) }
}

network!(struct Gated (Vector<2>) = Dense<2, 8>, Reshape<Sequence<4, 2>>, Wrong, Flatten, Dense<_, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
