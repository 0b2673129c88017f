//! A matrix added to a vector.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { bias: Vector<2> }
    fn forward(x: Sequence<4, 2>) -> Sequence<4, 2> { bias + x }
}

network!(struct Gated (Vector<2>) = Dense<2, 8>, Reshape<Sequence<4, 2>>, Wrong, Flatten, Dense<_, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
