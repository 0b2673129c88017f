//! Gradient descent on the whole set, on small batches, and on single samples: the same number of passes over the data.
//!
//! θ ← θ - η ∇L_B(θ), with B ⊂ S drawn anew in each step
//!
//! ```text
//! cargo run --release --example 09_stochastic_gradient_descent
//! ```

use typenet::prelude::*;

network!(
    struct Classifier = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax
);

const EPOCHS: usize = 10;

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    // Each with a learning rate that suits it: the larger the batch, the less noise, and the longer a step may be.
    let runs = [("the whole set", train.len(), 0.5), ("batches of 32", 32, 0.1), ("single samples", 1, 0.01)];
    println!("{EPOCHS} passes over {} samples\n", train.len());
    println!("gradient of       steps   loss after pass 1    5        10       test accuracy");
    let mut losses = Vec::new();
    for (name, batch_size, learning_rate) in runs {
        let mut network = Classifier::init(&mut typenet::rng(1));
        let mut trainer = Trainer::new(Nll, Sgd::new(learning_rate)).batch_size(batch_size).epochs(EPOCHS);
        let history = trainer.fit(&mut network, &train)?;
        let [first, middle, last] = [1, 5, 10].map(|epoch| history.epochs()[epoch - 1].loss);
        let (steps, accuracy) = (trainer.optimizer().steps(), network.evaluate(&test, &Nll).accuracy);
        println!("{name:15} {steps:7}   {first:.4}               {middle:.4}   {last:.4}   {accuracy:.4}");
        losses.push(last);
    }
    println!("\nthe gradient of a few samples is noisy, but there are many more steps: they arrive long before");
    assert!(losses[1] < losses[0] && losses[2] < losses[0]);
    Ok(())
}
