//! A size of a loss without `const`.

use typenet::loss;
use typenet::prelude::*;

loss! {
    struct Wrong<N: usize> {}
    fn loss(prediction: Vector<N>, target: Vector<N>) -> Scalar { norm(prediction - target) }
}

network!(struct Line = Dense<2, 2>);

fn main() -> typenet::Result<()> {
    let mut line = Line::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<2>, Vector<2>>::new(vec![[0.0; 2]], vec![[1.0; 2]])?;
    Trainer::new(Wrong::<2>, Sgd::new(0.1)).validation(&data).fit(&mut line, &data)?;
    println!("{} {}", line.evaluate(&data, &Wrong::<2>).loss, Wrong::<2>::explain());
    Ok(())
}
