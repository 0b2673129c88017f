//! A network as a layer receives more values than it takes.

use typenet::prelude::*;

network!(pub struct Inner = Dense<3, 5>, Tanh);

network! {
    struct Wrong {
        hidden: Dense<4, 4>,
        inner: Inner,
        output: Dense<5, 3>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Wrong::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<4>, Class<3>>::labelled([[0.0; 4]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 3] = network.predict(&[0.0; 4]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
