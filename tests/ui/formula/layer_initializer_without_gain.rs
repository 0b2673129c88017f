//! An initializer before a layer that has no gain.

use typenet::layer;
use typenet::prelude::*;

layer! {
    #[init(Ones)]
    struct Wrong<const N: usize> { scale: Vector<N> }
    fn forward(x: Vector<N>) -> Vector<N> { tanh(scale * x) }
}

network!(struct Gated = Dense<2, 8>, Wrong<8>, Dense<8, 1>);

fn main() {
    let gated = Gated::init(&mut typenet::rng(37));
    println!("{:?}", gated.predict(&[0.5, -0.5]));
}
