//! The classic job as a whole process: load 1,797 digits, standardize, train 64-32-10 for 50 epochs, test.
//!
//! Prints one line of JSON: the duration of each part, in seconds, and the accuracy on the held-out digits.

use std::time::Instant;

use typenet::prelude::*;

network!(struct Digits = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax);

/// The share for training: a fifth, rounded up, is held out.
const TRAINING: f64 = 1437.0 / 1797.0;

fn main() -> typenet::Result<()> {
    let start = Instant::now();
    let mut rng = typenet::rng(0);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(TRAINING);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));
    let loaded = Instant::now();

    let mut network = Digits::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.05).momentum(0.9)).epochs(50).batch_size(32).fit(&mut network, &train)?;
    let trained = Instant::now();

    let accuracy = network.evaluate(&test, &Nll).accuracy;
    let seconds = |duration: std::time::Duration| duration.as_secs_f64();
    println!(
        r#"{{"name":"typenet","import_s":0,"load_s":{:.4},"train_s":{:.4},"inside_s":{:.4},"test_accuracy":{accuracy:.4}}}"#,
        seconds(loaded - start),
        seconds(trained - loaded),
        seconds(start.elapsed()),
    );
    Ok(())
}
