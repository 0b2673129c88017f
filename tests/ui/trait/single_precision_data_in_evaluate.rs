//! Evaluation of a network in `f64` on data in `f32`.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let network = Digits::<f64>::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<10>, f32>::labelled([[0.0; 64]], [0])?;
    println!("{}", network.evaluate(&data, &Nll).accuracy);
    println!("{:?}", network.predict(&[0.0; 64]));
    Ok(())
}
