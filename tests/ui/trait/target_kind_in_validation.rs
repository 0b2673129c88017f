//! Validation on a data set with values instead of classes.

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
    let validation = Dataset::<Vector<64>, Vector<10>>::new(vec![[0.0; 64]], vec![[0.0; 10]])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&validation).fit(&mut network, &data)?;
    println!("{:?}", network.predict(&[0.0; 64]));
    Ok(())
}
