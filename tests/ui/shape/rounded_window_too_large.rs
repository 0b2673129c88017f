//! A window that is larger than the padded image by a stride, for which even rounding up leaves no place.

use typenet::prelude::*;

network! {
    struct Digits(Image<1, 4, 8>) {
        pool: MaxPool2d<8>(stride = 2, padding = 1, rounding = Up),
        Flatten,
        Dense<_, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Image<1, 4, 8>, Class<10>>::labelled([[0.0; 32]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[[[0.0; 8]; 4]]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
