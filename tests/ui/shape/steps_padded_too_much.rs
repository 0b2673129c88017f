//! A padding of more than half of a window of steps.

use typenet::prelude::*;

network! {
    struct Digits(Sequence<8, 2>) {
        pool: MaxPool1d<3>(padding = 2),
        Flatten,
        Dense<_, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<8, 2>, Class<10>>::labelled([[0.0; 16]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[[0.0; 2]; 8]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
