//! A formula of tokens, which are no values.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong {}
    fn forward(x: Tokens<4, 8>) -> Vector<4> { x * 2.0 }
}

network!(struct Gated (Tokens<4, 8>) = Wrong, Dense<4, 1>);

fn main() {
    let _ = Gated::zeroed();
}
