//! A confusion matrix of four classes, for a network that gives three for each step.

use typenet::prelude::*;

network!(struct Tagger (Sequence<3, 2>) = Gru<_, 8>, Dense<_, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let tagger = Tagger::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<3, 2>, [Class<3>; 3]>::labelled([[0.0; 6]], [[2, 0, 1]])?;
    println!("{}", tagger.measure(&data, ConfusionMatrix::<4>::new()));
    Ok(())
}
