//! A convolution takes another number of channels than the incoming one, by named constants.

use typenet::prelude::*;

const FEATURES: usize = 6;
const TAKEN: usize = 3;

network! {
    struct Digits(Image<1, 8, 8>) {
        features: Conv2d<1, FEATURES, 3>,
        Relu,
        conv: Conv2d<TAKEN, 8, 3>,
        Flatten,
        Dense<_, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Image<1, 8, 8>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[[[0.0; 8]; 8]]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
