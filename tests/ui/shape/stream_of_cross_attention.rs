//! A pair has no steps, but the output for it has.

use typenet::prelude::*;

network!(struct Net (Pair<Sequence<4, 6>, Sequence<5, 6>>) = attention: CrossAttention<2>, Dense<_, 2>);

// `cargo check` evaluates constants; only `cargo build` instantiates `start`.
const STREAM_LEN: usize = <Net as Network>::STREAM_LEN;

fn main() {
    println!("{STREAM_LEN} {:?}", Net::zeroed().start().push(Both { first: [[0.0; 6]; 4], second: [[0.0; 6]; 5] }));
}
