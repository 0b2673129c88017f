//! Padding for a shape without steps.

use typenet::prelude::*;

network!(struct Net (Padded<Vector<4>>) = Dense<_, 2>);

fn main() {}
