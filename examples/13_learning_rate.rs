//! The learning rate: too low is slow, too high diverges, and a large constant one does not settle. So try a large one first,
//! divide it by 10 while training diverges, and let it fall.
//!
//! ```text
//! cargo run --release --example 13_learning_rate
//! ```
//!
//! With `--features plot` it draws the losses too.

use typenet::prelude::*;
use typenet::random;
use typenet::schedule::{Exponential, ReduceOnPlateau};

network!(
    struct Classifier = Dense<64, 32>, Relu, Dense<32, 10>, Softmax
);

network!(
    struct Line = Dense<1, 1>
);

const EPOCHS: usize = 20;

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));
    let trainer = |learning_rate| Trainer::new(Nll, Sgd::new(learning_rate)).epochs(EPOCHS);

    println!("η        loss after {EPOCHS} epochs   test accuracy");
    let mut runs = Vec::new();
    for learning_rate in [0.0001, 0.001, 0.01, 0.1, 1.0, 10.0] {
        let mut network = Classifier::init(&mut typenet::rng(1));
        let mut trainer = trainer(learning_rate);
        let result = trainer.fit(&mut network, &train);
        runs.push((format!("{learning_rate}"), trainer.history().clone()));
        match result {
            Ok(history) => {
                let loss = history.final_loss().unwrap_or(f64::NAN);
                println!("{learning_rate:<8} {loss:.4}                 {:.4}", network.evaluate(&test, &Nll).accuracy);
            }
            Err(error) => println!("{learning_rate:<8} {error}"),
        }
    }

    #[cfg(feature = "plot")]
    draw(&runs)?;

    // The lecture's advice, as a function.
    let mut network = Classifier::init(&mut typenet::rng(1));
    let mut first = trainer(100.0);
    first.fit_dividing_rate(&mut network, &train, 6)?;
    let found = first.optimizer().optimizer().learning_rate;
    println!("\nfrom 100, divided by 10 while the run diverges: {found}");
    assert!(found < 100.0);

    settle()
}

/// A line through noisy points, from single samples: with a constant rate every step follows the noise of its sample.
fn settle() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let inputs: Vec<[f64; 1]> = (0..200).map(|_| [random::normal(&mut rng)]).collect();
    let targets = inputs.iter().map(|[x]| [2.0 * x + 1.0 + 0.5 * random::normal(&mut rng)]).collect();
    let points = Dataset::<Vector<1>, Vector<1>, f64>::new(inputs, targets)?;

    let mut best = Line::<f64>::zeroed();
    Trainer::new(MeanSquaredError, Sgd::new(0.3)).epochs(200).batch_size(200).fit(&mut best, &points)?;
    let least = best.evaluate(&points, &MeanSquaredError).loss;
    println!("\na line through noisy points from single samples, η = 0.2; the least loss is {least:.4}");

    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.2)).epochs(30).batch_size(1);
    let runs = [
        ("constant", trainer()),
        ("multiplied by 0.999 after each update", trainer().schedule(Exponential::new(0.999))),
        ("divided by 10 when the loss stalls", trainer().reduce_on_plateau(ReduceOnPlateau::new().patience(3))),
    ];
    let mut losses = Vec::new();
    for (name, mut trainer) in runs {
        let mut line = Line::<f64>::zeroed();
        trainer.fit(&mut line, &points)?;
        let loss = line.evaluate(&points, &MeanSquaredError).loss;
        println!("{name:40} {loss:.4}, {:.4} too much", loss - least);
        losses.push(loss - least);
    }
    assert!(losses[1] < losses[0] / 10.0 && losses[2] < losses[0] / 10.0);
    Ok(())
}

/// The losses of all rates, in one picture.
#[cfg(feature = "plot")]
fn draw(runs: &[(String, typenet::History)]) -> typenet::Result<()> {
    use typenet::plot::{self, Measure, Scale};

    std::fs::create_dir_all("target/pictures").expect("the folder target/ can be written to");
    let runs: Vec<_> = runs.iter().map(|(name, history)| (&name[..], history)).collect();
    let picture = plot::runs("learning rates", &runs, Measure::TrainingLoss, Scale::Logarithmic)?;
    picture.save("target/pictures/13_learning_rate.svg")
}
