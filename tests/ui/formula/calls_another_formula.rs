//! An activation that calls another one.

use typenet::activation;
use typenet::prelude::*;

activation!(Mish(x) = x * tanh(softplus(x)));
activation!(Wrong(x) = x * Mish(x));

network!(struct Curve = Dense<1, 8>, Wrong, Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
    println!("{:?}", (Wrong::value(0.5), Wrong::explain()));
}
