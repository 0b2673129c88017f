//! A setting of a network that is a whole number.

use typenet::activation;
use typenet::prelude::*;

activation!(Wrong(x; steepness: positive = 1) = x * tanh(steepness * x));

network!(struct Curve = Dense<1, 8>, Wrong(steepness = 2), Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
    println!("{:?}", (Wrong::settings(2.0).value(0.5)));
}
