//! An input whose size is a constant with the value 0.

use typenet::prelude::*;

const HEIGHT: usize = 0;

network! {
    struct Brighten (Image<1, HEIGHT, 2>) {
        Sigmoid,
    }
}

fn main() {
    let network = Brighten::zeroed();
    let output: [[[f32; 2]; HEIGHT]; 1] = network.predict(&[[[0.0; 2]; HEIGHT]; 1]);
    println!("{output:?}");
}
