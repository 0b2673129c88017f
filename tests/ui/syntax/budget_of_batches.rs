//! The workspace holds all samples of a batch.

use typenet::prelude::*;

network! {
    #[tile(16)]
    #[budget(workspace = "8 KiB", batch = 64)]
    struct TooMany (Vector<8>) {
        hidden: Dense<_, 16>,
        norm: BatchNorm,
        output: Dense<_, 2>,
    }
}

network! {
    #[tile(16)]
    #[budget(workspace = "19 KiB", batch = 64)]
    struct Fits (Vector<8>) {
        hidden: Dense<_, 16>,
        norm: BatchNorm,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Fits::zeroed();
}
