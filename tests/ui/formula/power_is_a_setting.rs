//! A setting as a power.

use typenet::activation;
use typenet::prelude::*;

activation!(Wrong(x; power = 2.0) = x.powi(power));

network!(struct Curve = Dense<1, 8>, Wrong(power = 3.0), Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
    println!("{:?}", (Wrong::settings(2.0).value(0.5)));
}
