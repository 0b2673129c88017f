//! A setting that the activation does not have.

use typenet::activation;
use typenet::prelude::*;

activation!(Wrong(x; steepness: positive = 1.0) = x * tanh(steepness * x));

network!(struct Curve = Dense<1, 8>, Wrong(slope = 2.0), Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
    println!("{:?}", (Wrong::settings(2.0).value(0.5)));
}
