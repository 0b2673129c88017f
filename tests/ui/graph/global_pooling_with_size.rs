//! A window on a layer that pools whole channels.

use typenet::prelude::*;

network! {
    struct Digits (Image<1, 8, 8>) {
        conv: Conv2d<_, 16, 3>,
        GlobalAvgPool2d<6>,
        output: Dense<16, 10>,
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
