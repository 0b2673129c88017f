//! A const parameter with the name of a type in every layer.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const T: usize> { scale: Vector<T> }
    fn forward(x: Vector<T>) -> Vector<T> { scale * x }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
