//! A size without `const`.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<N: usize> { scale: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> { scale * x }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
