//! Evaluation on a data set with another number of classes.

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
    let network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<9>>::labelled([[0.0; 64]], [0])?;
    println!("{}", network.evaluate(&data, &Nll).accuracy);
    println!("{:?}", network.predict(&[0.0; 64]));
    Ok(())
}
