//! A shortcut without the stride of the layers beside it.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 8, 8>) {
        block: Residual(Conv2d<_, 16, 1>) { conv: Conv2d<_, 16, 3>(stride = 2, padding = 1) },
        Flatten,
    }
}

fn main() {}
