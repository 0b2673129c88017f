//! Weights for four classes, of a network that gives three for each step.

use typenet::prelude::*;

network!(struct Tagger (Sequence<3, 2>) = Gru<_, 8>, Dense<_, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let mut tagger = Tagger::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<3, 2>, [Class<3>; 3]>::labelled([[0.0; 6]], [[2, 0, 1]])?;
    let loss = ClassWeights::new(Nll, [1.0, 2.0, 1.0, 1.0])?;
    Trainer::new(loss, Sgd::new(0.1)).fit(&mut tagger, &data)?;
    Ok(())
}
