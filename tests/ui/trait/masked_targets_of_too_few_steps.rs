//! Targets of fewer steps than the network has.

use typenet::prelude::*;

network!(struct Net (Tokens<3, 4>) = Embedding<_, 8>, Gru<_, 8>, Dense<_, 4>, Softmax);

fn main() {
    let inputs = vec![Tokens::sample([0_u8, 1, 2]).unwrap()];
    let data = Dataset::<Tokens<3, 4>, [Option<Class<4>>; 2]>::new(inputs, vec![[None; 2]]).unwrap();
    let _ = Trainer::new(Masked(Nll), Adam::new(1e-3)).fit(&mut Net::zeroed(), &data);
}
