//! The name of a fully connected layer in PyTorch.

use typenet::prelude::*;

network! {
    struct Digits (Vector<64>) {
        hidden: Linear<_, 32>,
        Tanh,
        output: Dense<_, 10>,
    }
}

fn main() {}
