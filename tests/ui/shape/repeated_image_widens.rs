//! A convolution in a repeated block that gives more channels than it takes.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        blocks: Repeat<3> {
            Conv2d<_, 16, 3>(padding = Same),
            Relu,
        },
        Flatten,
        Dense<_, 10>,
    }
}

fn main() {}
