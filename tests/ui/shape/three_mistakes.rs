//! Three mistakes at once, each reported once.

use typenet::prelude::*;

network! {
    struct Digits(Vector<60>) {
        first: Dense<64, 32>,
        Tanh,
        second: Dense<30, 16>,
        Tanh,
        third: Dense<18, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<60>, Class<10>>::labelled([[0.0; 60]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[0.0; 60]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
