//! A window of steps that is larger than the sequence by a stride.

use typenet::prelude::*;

const WINDOW: usize = 8;

network! {
    struct Digits(Sequence<6, 2>) {
        pool: AvgPool1d<WINDOW>(stride = 2, rounding = Up),
        Flatten,
        Dense<_, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<6, 2>, Class<10>>::labelled([[0.0; 12]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[[0.0; 2]; 6]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
