//! The number of channels follows from the input.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        conv: Conv2d<_, 16, 3>,
        norm: BatchNorm<16>,
        Relu,
    }
}

fn main() {}
