//! A convolution without padding in a block gives a smaller image.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        block: Residual { conv: Conv2d<_, 1, 3>, Relu },
        Flatten,
    }
}

fn main() {}
