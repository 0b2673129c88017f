//! A part of a prediction without a declared shape.

use typenet::loss;
use typenet::prelude::*;

loss!(Wrong(prediction, target) = abs(prediction[0] - target));

network!(struct Line = Dense<2, 2>);

fn main() -> typenet::Result<()> {
    let mut line = Line::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<2>, Vector<2>>::new(vec![[0.0; 2]], vec![[1.0; 2]])?;
    Trainer::new(Wrong, Sgd::new(0.1)).validation(&data).fit(&mut line, &data)?;
    println!("{}", line.evaluate(&data, &Wrong).loss);
    Ok(())
}
