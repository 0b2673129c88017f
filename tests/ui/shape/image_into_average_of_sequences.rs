//! An average over the steps of a sequence, of an image.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        conv: Conv2d<_, 4, 3>,
        pool: GlobalAvgPool1d,
        output: Dense<_, 2>,
    }
}

fn main() {}
