//! Text by a network that does not predict the tokens that it takes.

use typenet::generate::Sampling;
use typenet::prelude::*;

network!(struct Net (Tokens<3, 128>) = Embedding<_, 8>, LastStep, Dense<_, 2>, Softmax);

fn main() {
    let net = Net::zeroed();
    let prompt = [Token::new(1).unwrap()];
    let _ = net.start().generate(&prompt, Sampling::new(), typenet::rng(1));
}
