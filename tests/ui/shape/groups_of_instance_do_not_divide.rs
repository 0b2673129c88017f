//! Groups that do not divide the channels of an instance of a network with const parameters.

use typenet::prelude::*;

network! {
    struct Net<const C: usize> (Image<C, 8, 8>) {
        norm: GroupNorm<4>,
        GlobalAvgPool2d,
    }
}

const WORKSPACE_LEN: usize = Net::<6>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
