//! Learns "one or the other, but not both" in `f64`: the smallest problem that needs a hidden layer.
//!
//! ```text
//! cargo run --release --example xor
//! ```

use typenet::prelude::*;
use typenet::readable::Significant;

network!(
    /// One hidden layer of four neurons and one output between 0 and 1.
    struct Xor = Dense<2, 4>, Tanh, Dense<4, 1>, Sigmoid
);

fn main() -> typenet::Result<()> {
    let inputs = vec![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = vec![[0.0], [1.0], [1.0], [0.0]];
    let data = Dataset::<Vector<2>, Vector<1>, f64>::new(inputs, targets)?;

    let mut network = Xor::<f64>::init(&mut typenet::rng(37));
    println!("{}\n", Xor::<f64>::summary());

    let check = gradient_check(&mut *network, data.inputs(), data.targets(), &MeanSquaredError)?;
    println!("the gradient compared with differences of the loss: {check}\n");

    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0).momentum(0.9)).batch_size(4).epochs(250);
    for _ in 0..4 {
        let history = trainer.fit(&mut network, &data)?;
        let steps = trainer.optimizer().steps();
        println!("after {steps:4} steps  loss {}", Significant(history.final_loss().unwrap_or(f64::NAN)));
    }

    println!();
    for (input, target) in data.inputs().iter().zip(data.targets()) {
        let [prediction] = network.predict(input);
        println!("{} xor {} = {prediction:.4}, should be {}", input[0], input[1], target[0]);
        assert!((prediction - target[0]).abs() < 0.1, "the network has learned XOR");
    }
    Ok(())
}
