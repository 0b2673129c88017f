//! A workspace that grows with the batch has no size without the batch.

use typenet::prelude::*;

network! {
    #[budget(workspace = "64 KiB")]
    struct Normalized (Vector<8>) {
        hidden: Dense<_, 16>,
        norm: BatchNorm,
        output: Dense<_, 2>,
    }
}

fn main() {}
