//! Early stopping: training ends when the loss on samples that are not used for training has stopped decreasing, and the
//! network returns to its best epoch.
//!
//! ```text
//! cargo run --release --example 17_early_stopping
//! ```
//!
//! With `--features plot` it also draws the losses, to `target/pictures/17_early_stopping.svg`.

use typenet::prelude::*;
use typenet::readable::Significant;

network!(
    /// Far more parameters than a few hundred samples can determine.
    struct Large = Dense<64, 128>, Relu, Dense<128, 10>, Softmax
);

type Digits = Dataset<Vector<64>, Class<10>>;

const EPOCHS: usize = 100;

/// Returns a few digits for training, and others. Every fifth of the few gets the label of the next digit, so what the network
/// memorizes about these is wrong for all others.
fn digits() -> typenet::Result<(Digits, Digits)> {
    let (few, others) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.15);
    let scaler = Standardizer::fit(few.inputs());
    let (few, others) = (scaler.transform(few), scaler.transform(others));
    let labels = few.targets().iter().map(|class| class.index()).enumerate();
    let labels: Vec<usize> = labels.map(|(i, label)| if i % 5 == 0 { (label + 1) % 10 } else { label }).collect();
    Ok((Dataset::labelled(few.inputs(), labels)?, others))
}

fn main() -> typenet::Result<()> {
    let (few, others) = digits()?;
    let (validation, test) = others.split(0.3);
    println!("{} samples for training, a fifth with a wrong label; {} for validation\n", few.len(), validation.len());
    let trainer = || Trainer::new(Nll, Adam::new(0.004)).epochs(EPOCHS).metric(Accuracy).validation(&validation);

    let mut to_the_end = Large::init(&mut typenet::rng(1));
    let history = trainer().fit(&mut to_the_end, &few)?;
    let mut stopped = Large::init(&mut typenet::rng(1));
    let shorter = trainer().callback(EarlyStopping::patience(5).restore_best()).fit(&mut stopped, &few)?;
    let best_epoch = shorter.best().map_or(0, |record| record.epoch);

    println!("epoch   loss       accuracy   validation loss   validation accuracy");
    let told = |epoch: usize| epoch <= 10 || epoch.is_multiple_of(20);
    for record in history.epochs().filter(|record| told(record.epoch)) {
        let best = if record.epoch == best_epoch { "   the best" } else { "" };
        let [loss, validation_loss] = ["loss", "val_loss"].map(|name| Significant(record[name]));
        let [accuracy, validation_accuracy] = ["accuracy", "val_accuracy"].map(|name| record[name]);
        print!("{:5}   {loss:<9}  {accuracy:<9.4}  {validation_loss:<16}", record.epoch);
        println!("  {validation_accuracy:.4}{best}");
    }

    #[cfg(feature = "plot")]
    {
        std::fs::create_dir_all("target/pictures").expect("the folder target/ can be written to");
        let picture = typenet::plot::history("a fifth of the labels is wrong", &history)?;
        picture.save("target/pictures/17_early_stopping.svg")?;
    }

    let (last, best) = (to_the_end.evaluate(&test, &Nll), stopped.evaluate(&test, &Nll));
    println!("\non the test set, {} other samples:", test.len());
    println!("after {EPOCHS} epochs                                 {last}");
    println!("stopped after {:2} epochs, back at the best, {best_epoch:2}    {best}", shorter.len());
    println!(
        "\nthe training loss keeps falling, because the wrong labels are memorized; the loss on other samples rises"
    );
    assert!(shorter.len() < EPOCHS / 2 && best.loss < last.loss && best.accuracy > last.accuracy);
    Ok(())
}
