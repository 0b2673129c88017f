//! Training that is stopped after ten epochs and resumed from a file has the same bits as training that was never stopped.
//!
//! ```text
//! cargo run --release --features safetensors --example resume
//! ```

use typenet::prelude::*;

network! {
    struct DigitClassifier {
        hidden: Dense<64, 32>,
        Tanh,
        Dropout(0.1),
        output: Dense<32, 10>,
        Softmax,
    }
}

/// Momentum has state, and dropout draws random numbers: both must continue where they stopped.
macro_rules! trainer {
    ($epochs:expr) => {
        Trainer::new(Nll, Sgd::new(0.05).momentum(0.9)).epochs($epochs).seed(5)
    };
}

fn main() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));
    let start = DigitClassifier::init(&mut rng);

    let mut whole = start.clone();
    trainer!(20).fit(&mut whole, &train)?;
    println!("20 epochs at once        accuracy {:.4}", whole.evaluate(&test, &Nll).accuracy);

    let path = std::env::temp_dir().join(format!("resume-{}.checkpoint", std::process::id()));
    let (mut first, mut network) = (trainer!(10), start);
    first.fit(&mut network, &train)?;
    first.save_checkpoint(&network, &path)?;
    println!("10 epochs, and a stop    accuracy {:.4}", network.evaluate(&test, &Nll).accuracy);

    // Another process would start here.
    let (mut second, mut network) = (trainer!(10), DigitClassifier::zeroed());
    second.resume(&mut network, &path)?;
    second.fit(&mut network, &train)?;
    println!("10 more from the file    accuracy {:.4}", network.evaluate(&test, &Nll).accuracy);
    assert_eq!(network.parameters(), whole.parameters(), "the same bits");
    println!("The parameters are the same, bit for bit.");
    // A file left behind in the folder for temporary files does no harm.
    let _ = std::fs::remove_file(&path);
    Ok(())
}
