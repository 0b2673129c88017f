//! `outer` of a matrix.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { scale: Vector<2> }
    fn forward(x: Sequence<4, 2>) -> Sequence<4, 2> { outer(x, scale) }
}

network!(struct Gated (Vector<2>) = Dense<2, 8>, Reshape<Sequence<4, 2>>, Wrong, Flatten, Dense<_, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
