//! A scaler treats all elements alike, and those of a pair may be tokens.

use typenet::prelude::*;

fn main() {
    let inputs = [Both { first: Tokens::<3, 128>::sample(*b"cat").unwrap(), second: [0.5_f32, 1.0] }];
    let _ = Standardizer::fit(&inputs);
}
