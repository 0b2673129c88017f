//! All optimizers on the digits: the same network, data and order of samples.
//!
//! ```text
//! cargo run --release --example 15_optimizers
//! ```
//!
//! With `--features plot` it draws the losses too.

use typenet::History;
use typenet::prelude::*;

network!(
    struct Classifier = Dense<64, 32>, Relu, Dense<32, 10>, Softmax
);

type Digits = Dataset<Vector<64>, Class<10>>;

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let data = (scaler.transform(train), scaler.transform(test));

    println!("optimizer                      loss after epoch 1    5         20        test accuracy");
    let runs = vec![
        run("SGD, η = 0.1", Sgd::new(0.1), &data)?,
        run("momentum, γ = 0.9", Sgd::new(0.02).momentum(0.9), &data)?,
        run("Nesterov, γ = 0.9", Sgd::new(0.02).momentum(0.9).nesterov(), &data)?,
        run("Adagrad", Adagrad::new(0.05), &data)?,
        run("RMSProp", RmsProp::new(0.002), &data)?,
        run("Adadelta", Adadelta::new(1.0), &data)?,
        run("Adam, η = 3e-4", Adam::new(3e-4), &data)?,
        run("Adam, η = 5e-3", Adam::new(5e-3), &data)?,
        run("AdamW", AdamW::new(5e-3, 0.01), &data)?,
        run("Nadam", Nadam::new(5e-3), &data)?,
        run("Adamax", Adamax::new(1e-2), &data)?,
    ];
    #[cfg(feature = "plot")]
    draw(&runs)?;
    let last = |history: &History| history.final_loss().unwrap_or(f64::NAN);
    if let Some((name, _)) = runs.iter().min_by(|(_, a), (_, b)| last(a).total_cmp(&last(b))) {
        println!("\nall arrive, {name} with the lowest loss; which one does, and with which rate, takes trying");
    }
    Ok(())
}

fn run<O: Optimizer>(
    name: &'static str,
    optimizer: O,
    (train, test): &(Digits, Digits),
) -> typenet::Result<(&'static str, History)> {
    let mut network = Classifier::init(&mut typenet::rng(1));
    let history = Trainer::new(Nll, optimizer).epochs(20).fit(&mut network, train)?;
    let [first, middle, last] = [1, 5, 20].map(|epoch| history.epochs()[epoch - 1].loss);
    let accuracy = network.evaluate(test, &Nll).accuracy;
    println!("{name:30} {first:.4}                {middle:.4}    {last:.4}    {accuracy:.4}");
    assert!(accuracy > 0.9);
    Ok((name, history))
}

/// The losses of all runs, in one picture.
#[cfg(feature = "plot")]
fn draw(runs: &[(&str, History)]) -> typenet::Result<()> {
    use typenet::plot::{self, Measure, Scale};

    std::fs::create_dir_all("target/pictures").expect("the folder target/ can be written to");
    let runs: Vec<_> = runs.iter().map(|(name, history)| (*name, history)).collect();
    let picture = plot::runs("optimizers on digits", &runs, Measure::TrainingLoss, Scale::Logarithmic)?;
    picture.save("target/pictures/15_optimizers.svg")
}
