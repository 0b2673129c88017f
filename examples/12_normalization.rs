//! Normalisation: a network learns from inputs of about the same range, and hardly from raw ones of very different ranges.
//!
//! x'_i = (x_i - mean_i) / deviation_i, with both measured on the training set alone
//!
//! ```text
//! cargo run --release --example 12_normalization
//! ```

use typenet::prelude::*;
use typenet::random;

network!(
    struct Classifier = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax
);

/// People with an age in years and an income a year: class 1 where income is more than 1500 times age.
fn people(count: usize) -> typenet::Result<Dataset<Vector<2>, Class<2>, f64>> {
    let mut rng = typenet::rng(37);
    let mut inputs = Vec::new();
    for _ in 0..count {
        let age = 45.0 + 12.0 * random::normal(&mut rng);
        let income = 67_500.0 + 25_000.0 * random::normal(&mut rng);
        inputs.push([age, income]);
    }
    let labels: Vec<usize> = inputs.iter().map(|[age, income]| usize::from(*income > 1500.0 * age)).collect();
    Dataset::labelled(&inputs, labels)
}

fn main() -> typenet::Result<()> {
    let (train, test) = people(1000)?.split(0.8);
    let scaler = Standardizer::fit(train.inputs());
    println!("the first sample   {:?}", train.inputs()[0]);
    println!("standardised       {:.3?}\n", scaler.apply(&train.inputs()[0]));

    let mut accuracies = Vec::new();
    for (name, train, test) in
        [("raw", train.clone(), test.clone()), ("standardised", scaler.transform(train), scaler.transform(test))]
    {
        let mut network = Classifier::<f64>::init(&mut typenet::rng(1));
        let history = Trainer::new(Nll, Sgd::new(0.1)).epochs(30).fit(&mut network, &train)?;
        let result = network.evaluate(&test, &Nll);
        let loss = history.final_loss().unwrap_or(f64::NAN);
        println!("{name:13} loss after 30 epochs {loss:.4}, on the test set {result}");
        accuracies.push(result.accuracy);
    }
    println!(
        "\nincomes of ten thousands drive every tanh to -1 or 1, where its derivative is 0: no gradient gets through"
    );
    assert!(accuracies[1] > 0.97 && accuracies[0] < 0.9);
    Ok(())
}
