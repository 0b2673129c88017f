//! One class for each sequence, of a network that gives classes for each step: `LastStep` was forgotten.

use typenet::prelude::*;

network!(struct Gesture (Sequence<5, 2>) = Gru<_, 8>, Dense<_, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let mut gesture = Gesture::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<5, 2>, Class<3>>::labelled([[0.0; 10]], [2])?;
    Trainer::new(Nll, Sgd::new(0.1)).fit(&mut gesture, &data)?;
    Ok(())
}
