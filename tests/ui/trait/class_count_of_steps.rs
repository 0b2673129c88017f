//! Four classes for each step, of a network that gives three.

use typenet::prelude::*;

network!(struct Tagger (Sequence<3, 2>) = Gru<_, 8>, Dense<_, 3>);

fn main() -> typenet::Result<()> {
    let tagger = Tagger::init(&mut typenet::rng(37));
    let data = Dataset::<Sequence<3, 2>, [Class<4>; 3]>::labelled([[0.0; 6]], [[2, 0, 1]])?;
    println!("{}", tagger.evaluate(&data, &CrossEntropy));
    Ok(())
}
