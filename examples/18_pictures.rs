//! What a network has learned: which digits it confuses, and a classifier of two inputs.
//!
//! ```text
//! cargo run --release --example 18_pictures
//! ```
//!
//! With `--features plot` it draws, in `target/pictures`, the losses, the confusion matrix, single digits with their
//! probabilities, the weights of the hidden neurons as images, and the decision regions of the classifier.

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
    let (train, raw_test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.8);
    let (train, validation) = train.split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, validation) = (scaler.transform(train), scaler.transform(validation));
    let test = scaler.transform(raw_test.clone());
    let mut network = Digits::init(&mut typenet::rng(1));
    let trainer = Trainer::new(Nll, Sgd::new(0.02).momentum(0.9)).epochs(30);
    let mut trainer = trainer.metric(Accuracy).validation(&validation);
    trainer.fit(&mut network, &train)?;
    let (matrix, accuracy) = network.measure(&test, (ConfusionMatrix::<10>::new(), Accuracy));
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
        plot::history("digits during training", trainer.history())?.save(folder.join("18_history.svg"))?;
        plot::confusion_matrix("digits of the test set", &matrix)?.save(folder.join("18_confusion.svg"))?;
        predictions(&network, &raw_test, &test)?.save(folder.join("18_predictions.png"))?;
        plot::weights("what the hidden neurons look for", &network.hidden.weight, (8, 8))?
            .save(folder.join("18_weights.png"))?;
        plot::decision_regions("three arms of a spiral", &spiral, |x| classifier.predict_class(x))
            .save(folder.join("18_regions.svg"))?;
        println!("\npictures are in {}", folder.display());
    }
    Ok(())
}

/// Draws six digits of the test set with a wrong prediction, and six with a right one, as they were before scaling.
#[cfg(feature = "plot")]
fn predictions(
    network: &Digits,
    raw: &Dataset<Vector<64>, Class<10>>,
    scaled: &Dataset<Vector<64>, Class<10>>,
) -> typenet::Result<plot::Picture> {
    let is_right = |index: &usize| network.predict_class(&scaled.inputs()[*index]) == scaled.targets()[*index];
    let wrong = (0..raw.len()).filter(|index| !is_right(index)).take(6);
    let chosen: Vec<usize> = wrong.chain((0..raw.len()).filter(is_right).take(6)).collect();
    let (mut images, mut inputs, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    raw.gather(&chosen, &mut images, &mut Vec::new());
    scaled.gather(&chosen, &mut inputs, &mut wanted);
    plot::predictions("mistakes, and right predictions", &images, &network.predict_batch(&inputs), &wanted)
}

/// Returns three arms of a spiral, one class each, with the given number of points.
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
