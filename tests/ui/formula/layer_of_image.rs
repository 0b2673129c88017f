//! A layer of an image.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { scale: Vector<8> }
    fn forward(x: Image<2, 2, 2>) -> Vector<8> { scale * x }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
