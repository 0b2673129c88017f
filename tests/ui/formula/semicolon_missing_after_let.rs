//! A `let` without a semicolon.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong { scale: Vector<8> }
    fn forward(x: Vector<8>) -> Vector<8> { let y = scale * x y }
}

network!(struct Gated = Dense<2, 8>, Wrong, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
