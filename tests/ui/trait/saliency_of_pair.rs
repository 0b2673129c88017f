//! A pair with tokens has no gradient.

use typenet::prelude::*;

network! {
    struct Net (Pair<Tokens<3, 128>, Vector<2>>) {
        Parallel {
            text: { First, Embedding<_, 8>, LastStep },
            numbers: { Second, Dense<_, 3> },
        },
        Dense<_, 2>,
    }
}

fn main() {
    let net = Net::zeroed();
    let _ = net.input_gradient(&Both { first: Tokens::sample(*b"cat").unwrap(), second: [0.5, 1.0] }, &[1.0, 0.0]);
}
