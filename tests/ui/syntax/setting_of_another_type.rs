//! A boolean in place of a float.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Dropout(true),
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[0.0; 64]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
