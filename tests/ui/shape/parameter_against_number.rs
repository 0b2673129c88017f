//! A const parameter and a number for the same size.

use typenet::prelude::*;

network! {
    struct Mlp<const H: usize> {
        hidden: Dense<4, H>,
        Tanh,
        output: Dense<8, 3>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Mlp::<8>::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<4>, Class<3>>::labelled([[0.0; 4]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 3] = network.predict(&[0.0; 4]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
