//! A network that gives probabilities, and a loss that takes raw scores.

use typenet::prelude::*;

network!(struct Yes = Dense<2, 1>, Sigmoid);

fn main() {
    let data = Dataset::<Vector<2>, Vector<1>>::new(vec![[0.0, 1.0]], vec![[1.0]]).unwrap();
    let _ = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut Yes::zeroed(), &data);
}
