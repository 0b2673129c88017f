//! A token has no derivative.

use typenet::prelude::*;

network!(struct Net (Tokens<3, 128>) = Embedding<_, 8>, LastStep, Dense<_, 2>, Softmax);

fn main() {
    let net = Net::zeroed();
    let _ = net.input_gradient(&Tokens::sample(*b"cat").unwrap(), &[1.0, 0.0]);
}
