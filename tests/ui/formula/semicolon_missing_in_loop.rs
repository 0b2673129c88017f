//! An assignment without a semicolon.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const L: usize, const N: usize> { gate: Vector<N> }
    fn forward(x: Sequence<L, N>) -> Vector<N> {
        let mut y = gate;
        for t in 0..L { y = tanh(y + x[t]) }
        y
    }
}

network!(struct Last (Sequence<5, 3>) = Wrong<5, 3>, Dense<3, 1>);

fn main() {
    let last = Last::init(&mut typenet::rng(37));
    println!("{:?}", last.predict(&[[0.5; 3]; 5]));
}
