//! Padding for an output.

use typenet::prelude::*;

network!(struct Net (Padded<Sequence<5, 4>>) -> Padded<Sequence<5, 2>> = Dense<_, 2>);

fn main() {}
