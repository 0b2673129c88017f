//! Early stopping: training ends when the loss on samples that are not learned from has stopped decreasing, and the network
//! goes back to its best epoch.
//!
//! ```text
//! cargo run --release --example 17_early_stopping
//! ```
//!
//! With `--features plot` it draws the losses too.

use typenet::prelude::*;

network!(
    /// Far more parameters than a hundred samples can settle.
    struct Large = Dense<64, 128>, Relu, Dense<128, 10>, Softmax
);

fn main() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let (few, rest) = datasets::digits().shuffled(&mut rng).split(0.06);
    let scaler = Standardizer::fit(few.inputs());
    let (few, rest) = (scaler.transform(few), scaler.transform(rest));
    let (validation, test) = rest.split(0.3);

    let trainer = || Trainer::new(Nll, Adam::new(0.01)).batch_size(16).epochs(200).validation(&validation);

    let mut to_the_end = Large::init(&mut typenet::rng(1));
    let history = trainer().fit(&mut to_the_end, &few)?;
    let mut stopped = Large::init(&mut typenet::rng(1));
    let shorter = trainer().callback(EarlyStopping::patience(10).restore_best()).fit(&mut stopped, &few)?;

    println!("epoch   loss      validation loss");
    for record in history.epochs().iter().filter(|record| record.epoch <= 5 || record.epoch % 40 == 0) {
        let validation = record.validation.map_or(f64::NAN, |validation| validation.loss);
        println!("{:5}   {:.6}  {validation:.4}", record.epoch, record.loss);
    }

    #[cfg(feature = "plot")]
    {
        std::fs::create_dir_all("target/pictures").expect("the folder target/ can be written to");
        typenet::plot::history("two hundred epochs", &history)?.save("target/pictures/17_early_stopping.svg")?;
    }

    let (last, best) = (to_the_end.evaluate(&test, &Nll), stopped.evaluate(&test, &Nll));
    println!("\nafter 200 epochs           {last}");
    println!("stopped after {:2} epochs    {best}", shorter.epochs().len());
    println!("\nthe loss on the samples goes on falling, while that on others has long begun to rise");
    assert!(shorter.epochs().len() < 100 && best.loss < last.loss);
    Ok(())
}
