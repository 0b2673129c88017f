//! No layer but the two for its parts takes a pair.

use typenet::prelude::*;

network! {
    struct Net (Pair<Tokens<5, 7>, Vector<4>>) {
        Dense<_, 2>,
        Softmax,
    }
}

fn main() {
    let net = Net::zeroed();
    let _ = net.predict(&Both { first: Tokens::sample([0_u8; 5]).unwrap(), second: [0.0; 4] });
}
