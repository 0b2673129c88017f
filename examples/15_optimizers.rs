//! All optimizers on the digits: the same network, data and order of samples.
//!
//! ```text
//! cargo run --release --example 15_optimizers
//! ```
//!
//! With `--features plot` it also draws the losses, to `target/pictures/15_optimizers.svg`.

use typenet::History;
use typenet::prelude::*;
use typenet::readable::Significant;

network!(
    struct Classifier = Dense<64, 32>, Relu, Dense<32, 10>, Softmax
);

type Digits = Dataset<Vector<64>, Class<10>>;

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let data = (scaler.transform(train), scaler.transform(test));

    println!("optimizer                        loss after epoch 1          5         20     test accuracy");
    let histories = vec![
        fit("SGD, η = 0.1", Sgd::new(0.1), &data)?,
        fit("momentum 0.9, η = 0.02", Sgd::new(0.02).momentum(0.9), &data)?,
        fit("Nesterov 0.9, η = 0.02", Sgd::new(0.02).momentum(0.9).nesterov(), &data)?,
        fit("Adagrad, η = 0.05", Adagrad::new(0.05), &data)?,
        fit("RMSProp, η = 0.002", RmsProp::new(0.002), &data)?,
        fit("Adadelta, η = 1", Adadelta::new(1.0), &data)?,
        fit("Adamax, η = 0.01", Adamax::new(1e-2), &data)?,
        fit("Adam, η = 0.005", Adam::new(5e-3), &data)?,
        fit("AdamW, η = 0.005", AdamW::new(5e-3, 0.01), &data)?,
        fit("Nadam, η = 0.005", Nadam::new(5e-3), &data)?,
        fit("Adam, η = 3e-4", Adam::new(3e-4), &data)?,
    ];
    #[cfg(feature = "plot")]
    draw(&histories)?;
    let last = |history: &History| history.final_loss().unwrap_or(f64::NAN);
    if let Some((name, _)) = histories.iter().min_by(|(_, a), (_, b)| last(a).total_cmp(&last(b))) {
        println!("\nthe lowest loss: {name}; which optimizer has it, and with which rate, must be found by trial");
    }
    karpathy(&data)
}

fn fit<O: Optimizer>(
    name: &'static str,
    optimizer: O,
    (train, test): &(Digits, Digits),
) -> typenet::Result<(&'static str, History)> {
    let mut network = Classifier::init(&mut typenet::rng(1));
    let history = Trainer::new(Nll, optimizer).epochs(20).fit(&mut network, train)?;
    let [first, middle, last] = [1, 5, 20].map(|epoch| Significant(history["loss"][epoch - 1]));
    let accuracy = network.evaluate(test, &Nll).accuracy;
    println!("{name:30} {first:>20}  {middle:>9}  {last:>9}     {accuracy:.4}");
    assert!(accuracy > 0.9);
    Ok((name, history))
}

/// "3e-4 is the best learning rate for Adam, hands down." For a network this small and 20 epochs, it is not.
fn karpathy((train, test): &(Digits, Digits)) -> typenet::Result<()> {
    const EPOCHS: usize = 100;
    let mut network = Classifier::init(&mut typenet::rng(1));
    let history = Trainer::new(Nll, Adam::new(3e-4)).epochs(EPOCHS).fit(&mut network, train)?;
    let (loss, accuracy) = (history.final_loss().unwrap_or(f64::NAN), network.evaluate(test, &Nll).accuracy);
    println!(
        "Adam with 3e-4 is far behind after 20 epochs, fewer than a thousand steps of about 3e-4 for each weight: it is"
    );
    println!(
        "a rate for longer training. After {EPOCHS} epochs its loss is {}, and its test accuracy {accuracy:.4}.",
        Significant(loss)
    );
    assert!(loss < 0.05 && accuracy > 0.95);
    Ok(())
}

/// Draws the losses of all optimizers in one picture.
#[cfg(feature = "plot")]
fn draw(histories: &[(&str, History)]) -> typenet::Result<()> {
    use typenet::plot::{self, Scale};

    std::fs::create_dir_all("target/pictures").expect("the folder target/ can be written to");
    let histories: Vec<_> = histories.iter().map(|(name, history)| (*name, history)).collect();
    let picture = plot::histories("optimizers on digits", &histories, "loss", Scale::Logarithmic)?;
    picture.save("target/pictures/15_optimizers.svg")
}
