//! A normalization draws no weights.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        conv: Conv2d<_, 4, 3>,
        #[init(Zeros)]
        norm: BatchNorm,
        Flatten,
    }
}

fn main() {}
