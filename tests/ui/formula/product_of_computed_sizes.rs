//! A product of matrices whose sizes only the compiler compares.

use typenet::layer;
use typenet::prelude::*;

const K: usize = 2;

layer! {
    struct Wrong { weight: Matrix<2, 2> }
    fn forward(x: Sequence<4, 2>) -> Sequence<2, 2> { transpose(transpose(x) * concat(x, x[..K])) * weight }
}

network!(struct Gated (Vector<2>) = Dense<2, 8>, Reshape<Sequence<4, 2>>, Wrong, Flatten, Dense<_, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
