//! A confusion matrix, which is more than one number, recorded for every epoch.

use typenet::prelude::*;

network!(struct Guess = Dense<1, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let mut guess = Guess::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.0]], [2])?;
    Trainer::new(Nll, Sgd::new(0.1)).metric(ConfusionMatrix::<3>::new()).fit(&mut guess, &data)?;
    println!("{:?}", guess.predict(&[0.0]));
    Ok(())
}
