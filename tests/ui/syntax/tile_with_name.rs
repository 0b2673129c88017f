//! A tile with a name, as for a setting.

use typenet::prelude::*;

network! {
    #[tile(samples = 64)]
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
    }
}

fn main() {
    println!("{} {}", Digits::TILE, Digits::WORKSPACE_LEN);
    let output: [f32; 32] = Digits::zeroed().predict(&[0.0; 64]);
    println!("{output:?}");
}
