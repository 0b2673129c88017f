//! A product of an image and a matrix.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { weight: Matrix<2, 2> }
    fn forward(x: Image<2, 2, 2>) -> Image<2, 2, 2> { x * weight }
}

network!(struct Gated (Vector<2>) = Dense<2, 8>, Reshape<Image<2, 2, 2>>, Wrong, Flatten, Dense<_, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
