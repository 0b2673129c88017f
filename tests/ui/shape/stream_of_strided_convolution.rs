//! A stream of a network with a convolution that has no output for some steps.

use typenet::prelude::*;

network!(struct Net (Sequence<8, 2>) = first: Conv1d<_, 4, 3>(padding = Causal), second: Conv1d<_, 4, 3>(2, Causal));

/// The constant that `start` asks for, since `cargo check` evaluates no functions.
const STREAM_LEN: usize = <Net as Network>::STREAM_LEN;

fn main() {
    println!("{STREAM_LEN}");
}
