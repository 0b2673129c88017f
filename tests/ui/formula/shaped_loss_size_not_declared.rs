//! A size of a loss that is neither a const parameter nor a constant.

use typenet::loss;
use typenet::prelude::*;

loss! {
    struct Wrong {}
    fn loss(prediction: Vector<H>, target: Vector<H>) -> Scalar { norm(prediction - target) }
}

network!(struct Line = Dense<2, 2>);

fn main() -> typenet::Result<()> {
    let mut line = Line::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<2>, Vector<2>>::new(vec![[0.0; 2]], vec![[1.0; 2]])?;
    Trainer::new(Wrong, Sgd::new(0.1)).validation(&data).fit(&mut line, &data)?;
    println!("{}", line.evaluate(&data, &Wrong).loss);
    Ok(())
}
