//! A word of the second setting in place of the first.

use typenet::prelude::*;

network! {
    struct Signal (Sequence<8, 2>) {
        units: Gru<_, 4>(Before),
        LastStep,
        output: Dense<_, 3>,
        Softmax,
    }
}

fn main() {
    println!("{}", Signal::PARAMETERS);
}
