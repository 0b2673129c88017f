//! A vector has no parts.

use typenet::prelude::*;

network!(struct Net (Vector<3>) = First, Dense<_, 2>);

fn main() {
    let _ = Net::zeroed();
}
