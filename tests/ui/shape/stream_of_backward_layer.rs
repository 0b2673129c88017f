//! A stream through a layer that starts at the last step.

use typenet::prelude::*;

network!(struct Net (Sequence<8, 2>) = first: Gru<_, 4>, second: Gru<_, 4>(direction = Backward), Dense<_, 2>);

// `cargo check` evaluates constants; only `cargo build` instantiates `start`.
const STREAM_LEN: usize = <Net as Network>::STREAM_LEN;

fn main() {
    println!("{STREAM_LEN} {:?}", Net::zeroed().start().push([0.0; 2]));
}
