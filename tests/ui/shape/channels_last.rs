//! Images with their channels last.

use typenet::prelude::*;

network! {
    struct Written (Image<8, 8, 1>) {
        conv: Conv2d<1, 16, 3>,
        Relu,
    }
}

fn main() {}
