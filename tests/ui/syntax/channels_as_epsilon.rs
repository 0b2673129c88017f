//! The number of channels, as PyTorch takes it.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        conv: Conv2d<_, 16, 3>,
        norm: BatchNorm(16),
        Relu,
    }
}

fn main() {}
