//! Images with their channels last, into a convolution that infers its channels.

use typenet::prelude::*;

network! {
    struct Inferred (Image<8, 8, 1>) {
        conv: Conv2d<_, 16, 3>,
        Relu,
    }
}

fn main() {}
