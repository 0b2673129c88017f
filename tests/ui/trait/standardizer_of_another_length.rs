//! A standardizer that was fitted to samples of another length.

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
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    let scaler = Standardizer::fit(&[[0.0_f32; 60]]);
    let data = scaler.transform(data);
    println!("{}", network.evaluate(&data, &Nll).accuracy);
    Ok(())
}
