//! A network comes in a box, from which a small one can be moved.

use typenet::prelude::*;

network!(struct Net = Dense<2, 3>, Tanh, Dense<3, 1>);

fn main() {
    let network: Net = Net::init(&mut typenet::rng(37));
    let _ = network.predict(&[1.0, 2.0]);
}
