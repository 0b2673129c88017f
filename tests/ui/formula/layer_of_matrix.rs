//! A layer of a matrix.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { scale: Scalar }
    fn forward(x: Matrix<2, 4>) -> Vector<8> { flatten(x) * scale }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
