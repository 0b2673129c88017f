//! A const parameter of a type other than `usize`.

use typenet::prelude::*;

network! {
    struct Digits<const H: u32> {
        hidden: Dense<64, H>,
        Tanh,
        output: Dense<H, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::<32>::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[0.0; 64]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
