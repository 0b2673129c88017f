//! Trains a network with one hidden layer on 1,797 handwritten digits, and shows its predictions for digits that it has not
//! seen.
//!
//! ```text
//! cargo run --release --example digits
//! ```

use typenet::metric::argmax;
use typenet::prelude::*;
use typenet::view;

network! {
    /// f(x) = softmax(W_o tanh(W_h x + b_h) + b_o)
    pub struct DigitClassifier {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

/// The number of right and of wrong predictions that are drawn.
const SHOWN: usize = 4;

fn main() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(0.85);
    let pictures = test.inputs().to_vec();
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));
    let (train, validation) = train.split(0.9);

    println!("{}\n", DigitClassifier::summary());
    let mut network = DigitClassifier::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.1).momentum(0.9))
        .epochs(50)
        .batch_size(32)
        .metric(Accuracy)
        .validation(&validation)
        .callback(Progress::lines())
        .fit(&mut network, &train)?;

    let result = network.evaluate(&test, &Nll);
    println!("\non {} test digits: {result}\n", test.len());

    let predictions: Vec<[f32; 10]> = network.predict_batch(test.inputs());
    let labels = test.targets();
    // The probability that the network gave the right class: the worst mistakes come first.
    let mut order: Vec<usize> = (0..test.len()).collect();
    order.sort_by(|&a, &b| predictions[a][labels[a].index()].total_cmp(&predictions[b][labels[b].index()]));
    let wrong = order.iter().filter(|&&i| argmax(&predictions[i]) != labels[i].index()).take(SHOWN);
    let right = (0..test.len()).filter(|&i| argmax(&predictions[i]) == labels[i].index()).take(SHOWN);
    println!("The first right predictions:\n");
    right.for_each(|i| draw(&pictures[i], labels[i], &predictions[i]));
    println!("The worst mistakes:\n");
    wrong.for_each(|&i| draw(&pictures[i], labels[i], &predictions[i]));
    Ok(())
}

/// Converts a share from 0 to 1 to an integer number of steps.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small count is a small count")]
fn steps(share: f32, count: u8) -> usize {
    (share * f32::from(count)).round() as usize
}

/// Draws a digit next to the probabilities of the ten classes.
fn draw(picture: &[f32; 64], label: Class<10>, probabilities: &[f32; 10]) {
    const INK: [&str; 5] = ["  ", "░░", "▒▒", "▓▓", "██"];
    let picture = view::rows::<8, 8, 64, f32>(picture);
    let prediction = argmax(probabilities);
    for (row, &probability) in probabilities.iter().enumerate() {
        let pixels: String = match row {
            0 => format!("a {label}, read as {prediction}"),
            9 => String::new(),
            // Pixels are integers from 0 to 16.
            row => (0..8).map(|column| INK[steps(picture[(row - 1, column)] / 16.0, 4)]).collect(),
        };
        let bar = "━".repeat(steps(probability, 30));
        let mark = if row == label.index() { '*' } else { ' ' };
        println!("    {pixels:18} {mark}{row}  {probability:.3} {bar}");
    }
    println!();
}
