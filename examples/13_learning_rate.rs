//! The learning rate: a low rate is slow, a high rate stays on a plateau or diverges, and a large constant rate does not
//! converge. So start with a large rate, divide it by 10 while training diverges, and let it decay.
//!
//! ```text
//! cargo run --release --example 13_learning_rate
//! ```
//!
//! With `--features plot` it also draws the losses, to `target/pictures/13_learning_rate.svg`.

use typenet::prelude::*;
use typenet::random;
use typenet::readable::Significant;
use typenet::schedule::{Exponential, ReduceOnPlateau};

network!(
    struct Classifier = Dense<64, 32>, Relu, Dense<32, 32>, Relu, Dense<32, 10>, Softmax
);

network!(
    struct Line = Dense<1, 1>
);

type Digits = Dataset<Vector<64>, Class<10>>;

const EPOCHS: usize = 20;

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    let histories = try_rates(&train, &test);
    #[cfg(feature = "plot")]
    draw(&histories)?;
    #[cfg(not(feature = "plot"))]
    drop(histories);

    // The lecture's advice, as a function.
    let mut network = Classifier::init(&mut typenet::rng(1));
    let mut first = Trainer::new(Nll, Sgd::new(100.0)).epochs(EPOCHS);
    first.fit_dividing_rate(&mut network, &train, 6)?;
    let found = first.optimizer().optimizer().learning_rate;
    println!("\nfrom 100, divided by 10 while training diverges: {found}");
    println!("a plateau is not divergence, so look at the loss: here one more division is better");
    assert!(found < 100.0);

    settle()
}

/// Trains with each rate, and returns the histories that did not diverge.
fn try_rates(train: &Digits, test: &Digits) -> Vec<(String, typenet::History)> {
    // First a large rate, as the lecture advises; then lower ones, and higher ones.
    let rates = [
        (1.0, "too high: falls at first, then stays on a plateau"),
        (0.1, "the best of these"),
        (0.01, "low: makes progress, but more slowly"),
        (0.001, "too low: slow"),
        (0.0001, "far too low: hardly anything happens"),
        (2.0, "too high: a plateau from the start"),
        (100.0, "far too high: it diverges"),
    ];
    println!("η        loss after epoch 1          2         10         20   test accuracy");
    let mut histories = Vec::new();
    for (learning_rate, words) in rates {
        let mut network = Classifier::init(&mut typenet::rng(1));
        print!("{learning_rate:<6}         ");
        match Trainer::new(Nll, Sgd::new(learning_rate)).epochs(EPOCHS).fit(&mut network, train) {
            Ok(history) => {
                for epoch in [1, 2, 10, EPOCHS] {
                    print!("  {:>9}", Significant(history["loss"][epoch - 1]));
                }
                let accuracy = network.evaluate(test, &Nll).accuracy;
                println!("   {accuracy:.4}   {words}");
                assert_eq!(accuracy > 0.95, learning_rate == 0.1, "only one is good: {learning_rate}");
                histories.push((format!("η = {learning_rate}"), history));
                if learning_rate == 2.0 {
                    explain_plateau(&network, train);
                }
            }
            Err(error) => println!("  {words}\n        {error}"),
        }
    }
    histories
}

/// Steps that are too long move neurons to where ReLU is 0 for every sample. No gradient ever brings them back.
fn explain_plateau(network: &Classifier, data: &Digits) {
    let mut alive = [false; 32];
    for x in data.inputs() {
        for (alive, h) in alive.iter_mut().zip(&*network.activations(x).relu_2) {
            *alive |= *h > 0.0;
        }
    }
    let alive = alive.iter().filter(|alive| **alive).count();
    println!(
        "        {alive} of the 32 neurons of its second layer are above 0 for any sample; ln 10 = 2.3 is guessing"
    );
    assert!(alive < 16);
}

/// Fits a line to noisy points from single samples: with a constant rate every step follows the noise of its sample.
fn settle() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let inputs: Vec<[f64; 1]> = (0..250).map(|_| [random::normal(&mut rng)]).collect();
    let targets = inputs.iter().map(|[x]| [2.0 * x + 1.0 + 0.5 * random::normal(&mut rng)]).collect();
    let (points, validation) = Dataset::<Vector<1>, Vector<1>, f64>::new(inputs, targets)?.split(0.8);

    let mut best = Line::<f64>::zeroed();
    Trainer::new(MeanSquaredError, Sgd::new(0.3)).epochs(200).batch_size(points.len()).fit(&mut best, &points)?;
    let least = best.evaluate(&points, &MeanSquaredError).loss;
    println!("\na line through noisy points from single samples, η = 0.2; the minimum loss is {}", Significant(least));

    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.2)).epochs(30).batch_size(1).validation(&validation);
    let trainers = [
        ("constant", trainer()),
        ("multiplied by 0.999 after each update", trainer().schedule(Exponential::new(0.999))),
        (
            "divided by 10 when the validation loss stalls",
            trainer().reduce_on_plateau(ReduceOnPlateau::new().patience(3)),
        ),
    ];
    let mut losses = Vec::new();
    for (name, mut trainer) in trainers {
        let mut line = Line::<f64>::zeroed();
        trainer.fit(&mut line, &points)?;
        let loss = line.evaluate(&points, &MeanSquaredError).loss;
        println!("{name:47} {}, {} above the minimum", Significant(loss), Significant(loss - least));
        losses.push(loss - least);
    }
    assert!(losses[1] < losses[0] / 10.0 && losses[2] < losses[0] / 10.0);
    Ok(())
}

/// Draws the losses of all rates in one picture.
#[cfg(feature = "plot")]
fn draw(histories: &[(String, typenet::History)]) -> typenet::Result<()> {
    use typenet::plot::{self, Scale};

    std::fs::create_dir_all("target/pictures").expect("the folder target/ can be written to");
    let histories: Vec<_> = histories.iter().map(|(name, history)| (&name[..], history)).collect();
    let picture = plot::histories("learning rates", &histories, "loss", Scale::Logarithmic)?;
    picture.save("target/pictures/13_learning_rate.svg")
}
