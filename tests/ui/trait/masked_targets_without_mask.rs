//! Targets for some of the steps, and a loss of all steps.

use typenet::prelude::*;

network!(struct Net (Tokens<3, 4>) = Embedding<_, 8>, Gru<_, 8>, Dense<_, 4>, Softmax);

fn main() {
    let inputs = vec![Tokens::sample([0_u8, 1, 2]).unwrap()];
    let data = Dataset::<Tokens<3, 4>, [Option<Class<4>>; 3]>::new(inputs, vec![[None; 3]]).unwrap();
    let _ = Trainer::new(Nll, Adam::new(1e-3)).fit(&mut Net::zeroed(), &data);
}
