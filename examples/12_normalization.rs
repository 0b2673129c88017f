//! Normalisation: a network learns from inputs of similar ranges, and hardly at all from raw inputs of very different ranges.
//!
//! Standardisation is x'_i = (x_i - mean_i) / deviation_i. Quantile normalisation is x'_i = the share of smaller samples, here
//! mapped to the normal distribution. Both are measured on the training set only.
//!
//! ```text
//! cargo run --release --example 12_normalization
//! ```

use typenet::prelude::*;
use typenet::random;
use typenet::readable::Significant;

network! {
    struct Classifier {
        hidden: Dense<2, 8>,
        Tanh,
        output: Dense<8, 2>,
        Softmax,
    }
}

type People = Dataset<Vector<2>, Class<2>, f64>;

/// People with an age in years and an annual income. The class is 1 if the income is more than 1500 times the age.
fn people(count: usize) -> typenet::Result<People> {
    let mut rng = typenet::rng(37);
    let mut inputs = Vec::new();
    for _ in 0..count {
        let age = 45.0 + 12.0 * random::normal(&mut rng);
        let income = 67_500.0 + 25_000.0 * random::normal(&mut rng);
        inputs.push([age, income]);
    }
    let labels: Vec<usize> = inputs.iter().map(|[age, income]| usize::from(*income > 1500.0 * age)).collect();
    Dataset::labelled(&inputs, labels)
}

fn main() -> typenet::Result<()> {
    let (train, test) = people(1000)?.split(0.8);
    let standardizer = Standardizer::fit(train.inputs());
    let quantiles = QuantileTransformer::fit(train.inputs()).normal();
    let first = train.inputs()[0];
    println!("the first sample       [{:.1}, {:.1}]", first[0], first[1]);
    println!("standardised           {:.3?}", standardizer.apply(&first));
    println!("quantile normalised    {:.3?}\n", quantiles.apply(&first));

    let sets = [
        ("raw", train.clone(), test.clone()),
        ("standardised", standardizer.transform(train.clone()), standardizer.transform(test.clone())),
        ("quantile normalised", quantiles.transform(train), quantiles.transform(test)),
    ];
    println!("inputs                mean of 1 - h²     after 30 epochs: training loss   on the test set");
    let mut found = Vec::new();
    for (name, train, test) in sets {
        let mut network = Classifier::<f64>::init(&mut typenet::rng(1));
        let slope = mean_slope(&network, &train);
        let history = Trainer::new(Nll, Sgd::new(0.1)).epochs(30).fit(&mut network, &train)?;
        let result = network.evaluate(&test, &Nll);
        let loss = history.final_loss().unwrap_or(f64::NAN);
        println!("{name:20}  {:<15}    {:<30}   {result}", Significant(slope), Significant(loss));
        found.push((slope, result.accuracy));
    }
    println!(
        "\n1 - h² is the derivative of tanh, at the start: every gradient of the first layer contains it as a factor"
    );
    println!("incomes of tens of thousands drive every tanh to -1 or 1, where it is 0: the gradient vanishes");
    assert!(found[0].0 < 1e-3 && found[1].0 > 0.3 && found[2].0 > 0.3);
    assert!(found[0].1 < 0.9 && found[1].1 > 0.97 && found[2].1 > 0.95);
    Ok(())
}

/// Returns the mean derivative of tanh over all samples and hidden neurons.
fn mean_slope(network: &Classifier<f64>, data: &People) -> f64 {
    let slopes = data.inputs().iter().flat_map(|x| *network.activations(x).tanh).map(|h| 1.0 - h * h);
    slopes.sum::<f64>() / (8 * data.len()) as f64
}
