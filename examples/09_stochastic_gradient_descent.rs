//! Gradient descent on the whole set, on small batches, and on single samples: how noisy their gradients are, and how fast they
//! reach the same loss.
//!
//! θ ← θ - η ∇L_B(θ); each epoch shuffles S and divides it into batches B, until all of S is covered
//!
//! ```text
//! cargo run --release --example 09_stochastic_gradient_descent
//! ```

use std::time::Instant;

use typenet::prelude::*;
use typenet::readable::{Seconds, Significant};

network!(
    struct Classifier = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax
);

type Digits = Dataset<Vector<64>, Class<10>>;

const EPOCHS: usize = 60;
const WANTED: f64 = 0.2;

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    // Each with a suitable learning rate: the larger the batch, the less noise, and the longer a step may be.
    let cases = [("the whole set", train.len(), 0.5), ("batches of 32", 32, 0.1), ("single samples", 1, 0.01)];
    println!("{} samples, {EPOCHS} passes over them\n", train.len());
    println!(
        "gradient of      noise    steps    loss after pass 1       10      until it is below {WANTED}     test accuracy"
    );
    let (mut noises, mut needed) = (Vec::new(), Vec::new());
    for (name, batch_size, learning_rate) in cases {
        let mut network = Classifier::init(&mut typenet::rng(1));
        let noise = noise(&network, &train, batch_size)?;
        let mut trainer = Trainer::new(Nll, Sgd::new(learning_rate)).batch_size(batch_size).epochs(EPOCHS);
        let begin = Instant::now();
        let history = trainer.fit(&mut network, &train)?;
        let pass = begin.elapsed().as_secs_f64() / EPOCHS as f64;
        let [first, tenth] = [1, 10].map(|epoch| Significant(history["loss"][epoch - 1]));
        let passes = history.epochs().position(|record| record.loss < WANTED).map_or(EPOCHS, |last| last + 1);
        let (steps, accuracy) = (trainer.optimizer().steps(), network.evaluate(&test, &Nll).accuracy);
        print!("{name:15} {noise:6.2}  {steps:7}    {first:<9}          {tenth:<9} {passes:2} passes, ");
        println!("{:>8}  {accuracy:.4}", Seconds(pass * passes as f64));
        noises.push(noise);
        needed.push(passes);
    }
    println!(
        "\nnoise: the distance of the gradient of a batch from that of the whole set, relative to its norm, at the start"
    );
    println!("the gradient of a few samples is noisy, but a pass has many more steps, so far fewer passes are needed");
    println!(
        "even smaller is not faster: a pass over single samples takes longer, because nothing is computed together"
    );
    assert!(noises[0] < 1e-3 && noises[0] < noises[1] && noises[1] < noises[2]);
    assert!(needed[1] < needed[0] / 4 && needed[2] < needed[0] / 4);
    Ok(())
}

/// The mean of |∇L_B - ∇L_S| / |∇L_S| over the batches of a pass.
fn noise(network: &Classifier, data: &Digits, batch_size: usize) -> typenet::Result<f64> {
    let mut workspace = Workspace::new();
    let [mut whole, mut gradient] = [0; 2].map(|_| Gradient::<Classifier>::zeroed());
    let pass = Pass::training(0, 0);
    network.gradient(data.inputs(), data.targets(), &Nll, &pass, &mut workspace, &mut whole)?;
    let (mut sum, mut count) = (0.0, 0);
    for (inputs, targets) in data.batches(batch_size)? {
        network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient)?;
        gradient.add_scaled(&whole, -1.0);
        sum += gradient.norm() / whole.norm();
        count += 1;
    }
    Ok(sum / f64::from(count))
}
