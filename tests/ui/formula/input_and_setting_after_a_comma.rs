//! A setting with its default after a comma.

use typenet::activation;
use typenet::prelude::*;

activation!(Wrong(x, slope = 0.1) = max(x, slope * x));

network!(struct Curve = Dense<1, 8>, Wrong(slope = 0.2), Dense<8, 1>);

fn main() {
    let curve = Curve::init(&mut typenet::rng(37));
    println!("{:?}", curve.predict(&[0.5]));
    println!("{:?}", (Wrong::settings(0.1).value(0.5)));
}
