//! A nested network that ends in probabilities, and a loss that takes raw scores.

use typenet::prelude::*;

network!(struct Yes = Dense<2, 3>, HardSigmoid);
network!(struct Outer = Dense<4, 2>, Tanh, Yes);

fn main() {
    let data = Dataset::<Vector<4>, Class<3>>::labelled([[0.0; 4]], [1]).unwrap();
    let _ = Outer::zeroed().evaluate(&data, &CrossEntropy);
}
