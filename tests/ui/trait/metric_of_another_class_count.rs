//! A number of a confusion matrix of four classes, recorded for a network of three.

use typenet::metric::number;
use typenet::prelude::*;

network!(struct Guess = Dense<1, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let mut guess = Guess::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.0]], [2])?;
    let f1 = number("macro_f1", ConfusionMatrix::<4>::new(), ConfusionMatrix::macro_f1);
    Trainer::new(Nll, Sgd::new(0.1)).metric(f1).fit(&mut guess, &data)?;
    println!("{:?}", guess.predict(&[0.0]));
    Ok(())
}
