//! Nothing determines the size of the input.

use typenet::prelude::*;

network!(struct Probability = Softmax);

fn main() -> typenet::Result<()> {
    let mut network = Probability::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<10>, Class<10>>::labelled([[0.0; 10]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[0.0; 10]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
