//! A size computes with a const parameter.

use typenet::prelude::*;

network! {
    struct Mlp<const N: usize> {
        hidden: Dense<N, { N * 2 }>,
        Tanh,
        output: Dense<_, 3>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Mlp::<4>::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<4>, Class<3>>::labelled([[0.0; 4]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 3] = network.predict(&[0.0; 4]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
