//! Validation on a data set with longer or shorter samples.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    let validation = Dataset::<Vector<60>, Class<10>>::labelled([[0.0; 60]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&validation).fit(&mut network, &data)?;
    println!("{:?}", network.predict(&[0.0; 64]));
    Ok(())
}
