//! What a network has learned: which digits it takes for which, and a classifier of two inputs.
//!
//! ```text
//! cargo run --release --example 18_pictures
//! ```
//!
//! With `--features plot` it draws the losses, the mistakes, single digits with their probabilities, the weights of the hidden
//! neurons as images, and the regions of the classifier.

#[cfg(feature = "plot")]
use typenet::plot;
use typenet::prelude::*;
use typenet::random;

network! {
    struct Digits {
        hidden: Dense<64, 24>,
        Tanh,
        output: Dense<24, 10>,
        Softmax,
    }
}

network!(
    struct Spiral = Dense<2, 24>, Tanh, Dense<24, 24>, Tanh, Dense<24, 3>, Softmax
);

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.8);
    let scaler = Standardizer::fit(train.inputs());
    #[cfg(feature = "plot")]
    let shown = test.inputs()[..12].to_vec();
    let (train, test) = (scaler.transform(train), scaler.transform(test));
    let mut network = Digits::init(&mut typenet::rng(1));
    let mut trainer = Trainer::new(Nll, Sgd::new(0.02).momentum(0.9)).epochs(30).validation(&test);
    trainer.fit(&mut network, &train)?;
    let (matrix, accuracy) = network.measure(&test, (ConfusionMatrix::<10>::default(), Accuracy::default()));
    println!("digits: test accuracy {accuracy:.4}\n{matrix}\n");

    let spiral = spiral(100)?;
    let mut classifier = Spiral::<f64>::init(&mut typenet::rng(1));
    Trainer::new(Nll, Adam::new(0.01)).epochs(200).fit(&mut classifier, &spiral)?;
    let regions = classifier.evaluate(&spiral, &Nll).accuracy;
    println!("spiral: accuracy {regions:.4}");
    assert!(accuracy > 0.95 && regions > 0.95);

    #[cfg(feature = "plot")]
    {
        let folder = std::path::Path::new("target/pictures");
        std::fs::create_dir_all(folder).expect("the folder target/ can be written to");
        plot::history("digits", trainer.history())?.save(folder.join("18_history.svg"))?;
        plot::confusion_matrix("digits", &matrix, None)?.save(folder.join("18_confusion.svg"))?;
        let probabilities = network.predict_batch(&test.inputs()[..12]);
        plot::predictions("the first of the test set", &shown, &probabilities, &test.targets()[..12])?
            .save(folder.join("18_predictions.png"))?;
        plot::weights("what the hidden neurons look for", &network.hidden.weight, (8, 8))?
            .save(folder.join("18_weights.png"))?;
        plot::decision_regions("three arms of a spiral", &spiral, |x| classifier.predict_class(x))
            .save(folder.join("18_regions.svg"))?;
        println!("\npictures are in {}", folder.display());
    }
    Ok(())
}

/// Three arms, a class each, of so many points.
fn spiral(points: usize) -> typenet::Result<Dataset<Vector<2>, Class<3>, f64>> {
    let mut rng = typenet::rng(37);
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    for class in 0..3_u8 {
        for point in 0..points {
            let radius = (point + 5) as f64 / points as f64;
            let noise = 0.1 * random::normal(&mut rng);
            let angle = 4.5 * radius + f64::from(class) * core::f64::consts::TAU / 3.0 + noise;
            inputs.push([radius * angle.cos(), radius * angle.sin()]);
            labels.push(usize::from(class));
        }
    }
    Dataset::labelled(&inputs, labels)
}
