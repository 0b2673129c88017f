//! Two const parameters for the same size, which are equal only for some values.

use typenet::prelude::*;

network! {
    struct Mlp<const N: usize, const H: usize, const K: usize> {
        hidden: Dense<N, H>,
        Tanh,
        output: Dense<K, H>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Mlp::<4, 3, 3>::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<4>, Class<3>>::labelled([[0.0; 4]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 3] = network.predict(&[0.0; 4]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
