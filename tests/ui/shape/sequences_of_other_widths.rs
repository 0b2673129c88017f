//! Queries and keys of one head have the same number of elements, so both sequences have as many features.

use typenet::prelude::*;

network! {
    struct Net (Pair<Sequence<4, 3>, Tokens<16, 128>>) {
        Parallel(Pair) {
            steps: { First, Dense<_, 8> },
            text: { Second, Embedding<_, 12>, PositionEmbedding },
        },
        attention: CrossAttention<2>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let network = Net::init(&mut typenet::rng(37));
    let text = Tokens::sample(*b"the disk is full").unwrap();
    let prediction: [f32; 2] = network.predict(&Both { first: [[0.0; 3]; 4], second: text });
    println!("{}", prediction[0]);
}
