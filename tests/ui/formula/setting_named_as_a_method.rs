//! A setting with the name of a method.

use typenet::activation;
use typenet::prelude::*;

activation!(Wrong(x; value: positive = 1.0) = x * tanh(value * x));

network!(struct Curve = Dense<1, 8>, Wrong(value = 2.0), Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
}
