//! A loss of vectors for classes.

use typenet::loss;
use typenet::prelude::*;

loss!(Wrong(prediction, target) = (prediction - target).powi(2));

network!(struct Line = Dense<2, 2>);

fn main() -> typenet::Result<()> {
    let mut line = Line::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<2>, Class<2>>::labelled([[0.0; 2]], [1])?;
    Trainer::new(Wrong, Sgd::new(0.1)).fit(&mut line, &data)?;
    println!("{:?} {}", line.predict(&[0.5; 2]), Wrong::explain());
    Ok(())
}
