//! A repeated convolution without padding gives a smaller image each time.

use typenet::prelude::*;

network! {
    struct Net (Image<4, 8, 8>) {
        block: Repeat<2> { conv: Conv2d<_, 4, 3>, Relu },
        Flatten,
    }
}

fn main() {}
