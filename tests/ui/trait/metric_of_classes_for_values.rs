//! The accuracy of classes, recorded for a network that gives values.

use typenet::prelude::*;

network!(struct Line = Dense<1, 1>);

fn main() -> typenet::Result<()> {
    let mut line = Line::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(Accuracy).fit(&mut line, &data)?;
    println!("{:?}", line.predict(&[0.0]));
    Ok(())
}
