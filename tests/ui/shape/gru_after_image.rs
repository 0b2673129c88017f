//! A recurrent layer after an image.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        rows: Gru<_, 8>,
        LastStep,
    }
}

fn main() {}
