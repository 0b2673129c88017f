//! Classes for four steps, of a network that gives them for five.

use typenet::prelude::*;

network!(struct Tagger (Sequence<5, 2>) = Gru<_, 8>, Dense<_, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let mut tagger = Tagger::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<5, 2>, [Class<3>; 4]>::labelled([[0.0; 10]], [[2, 0, 1, 1]])?;
    Trainer::new(Nll, Sgd::new(0.1)).fit(&mut tagger, &data)?;
    Ok(())
}
