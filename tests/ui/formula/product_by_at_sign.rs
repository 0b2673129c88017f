//! The product of matrices in another language.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { w: Matrix<8, 8> }
    fn forward(x: Vector<8>) -> Vector<8> { w @ x }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
