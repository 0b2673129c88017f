//! A constant that is no number.

use typenet::activation;
use typenet::prelude::*;

const SLOPE: &str = "2.0";

activation!(Wrong(x) = SLOPE * tanh(x));

network!(struct Curve = Dense<1, 8>, Wrong, Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
    println!("{:?}", (Wrong::value(0.5), Wrong::explain()));
}
