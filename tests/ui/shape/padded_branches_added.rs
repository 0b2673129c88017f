//! The sum of two sequences that may have different lengths.

use typenet::prelude::*;

network! {
    struct Net (Pair<Padded<Sequence<5, 4>>, Padded<Sequence<5, 4>>>) {
        sum: Parallel(Add) { a: { First }, b: { Second, Tanh } },
        LastStep,
    }
}

fn main() {}
