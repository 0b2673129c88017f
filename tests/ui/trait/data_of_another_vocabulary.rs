//! A data set of more tokens than the network knows.

use typenet::prelude::*;

network!(struct Net (Tokens<3, 100>) = Embedding<_, 8>, LastStep, Dense<_, 2>, Softmax);

fn main() {
    let classes = [0, 1].map(|class| Class::new(class).unwrap());
    let data = Dataset::<Tokens<3, 128>, Class<2>>::of_tokens([*b"cat", *b"dog"], classes).unwrap();
    let mut net = Net::zeroed();
    let _ = Trainer::new(Nll, Adam::new(1e-3)).fit(&mut net, &data);
}
