//! A mistake in a loss whose target has another shape than the prediction.

use typenet::loss;
use typenet::prelude::*;

loss! {
    struct Wrong {}
    fn loss(prediction: Vector<2>, target: Vector<1>) -> Scalar { norm(prediction) * tahn(target[0]) }
}

network!(struct Line = Dense<2, 2>);

fn main() -> typenet::Result<()> {
    let mut line = Line::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<2>, Vector<1>>::new(vec![[0.0; 2]], vec![[1.0; 1]])?;
    Trainer::new(Wrong, Sgd::new(0.1)).validation(&data).fit(&mut line, &data)?;
    println!("{} {}", line.evaluate(&data, &Wrong).loss, Wrong::explain());
    Ok(())
}
