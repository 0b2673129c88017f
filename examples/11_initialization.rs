//! Initialisation: weights of zero never learn, equal weights all learn the same function, far too large weights saturate the
//! neurons, and random weights of the right size learn.
//!
//! ```text
//! cargo run --release --example 11_initialization
//! ```

use typenet::prelude::*;
use typenet::readable::Significant;

network! {
    struct Classifier {
        hidden: Dense<64, 16>,
        Tanh,
        output: Dense<16, 10>,
        Softmax,
    }
}

type Digits = Dataset<Vector<64>, Class<10>>;

const FAR_TOO_LARGE: Initializer = Initializer::Normal { mean: 0.0, deviation: 10.0 };

fn main() -> typenet::Result<()> {
    let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    let initializers = [
        ("zero", Initializer::Zeros),
        ("constant 0.1", Initializer::Constant(0.1)),
        ("N(0, 0.1)", Initializer::Normal { mean: 0.0, deviation: 0.1 }),
        ("Glorot", Initializer::GLOROT),
        ("He", Initializer::HE),
        ("orthogonal", Initializer::Orthogonal { gain: 1.0 }),
        ("N(0, 10)", FAR_TOO_LARGE),
    ];
    println!("               at the start, on the training set            after 20 epochs, on the test set");
    println!("weights        loss     norm of the gradient    saturated   loss     accuracy  neurons that differ");
    println!("                        of W_h      of W_o");
    for (name, initializer) in initializers {
        let mut network = Classifier::init_with(initializer, &mut typenet::rng(1));
        let first = gradient(&network, &train)?;
        let norms = [first.hidden.weight.norm(), first.output.weight.norm()];
        let start = network.evaluate(&train, &Nll).loss;
        let [start, hidden, output] = [start, norms[0].into(), norms[1].into()].map(Significant);
        print!("{name:13} {start:>8}  {hidden:<10}  {output:<10}  ");
        print!("{:7.1} %", 100.0 * saturation(&network, &train).share);

        Trainer::new(Nll, Sgd::new(0.1)).epochs(20).fit(&mut network, &train)?;
        let (result, different) = (network.evaluate(&test, &Nll), different_neurons(&network));
        println!("   {:>7}  {:.4}    {different:2} of 16", Significant(result.loss), result.accuracy);
        match initializer {
            Initializer::Zeros => assert!(norms == [0.0; 2] && result.accuracy < 0.2),
            Initializer::Constant(_) => assert!(different == 1 && result.accuracy < 0.6),
            FAR_TOO_LARGE => assert!(result.accuracy < 0.6),
            _ => assert!(different == 16 && result.accuracy > 0.93),
        }
    }
    println!();
    explain(&train)
}

/// Explains why three of them fail.
fn explain(train: &Digits) -> typenet::Result<()> {
    println!("zero: h = tanh(0) = 0, so dl/dW_o = dl/dz_o hᵀ = 0; W_o = 0, so dl/dW_h = W_oᵀ dl/dz_o .. = 0 too.");
    println!("    Only b_o moves. Zero is a saddle point.");

    let mut network = Classifier::init_with(Initializer::Constant(0.1), &mut typenet::rng(1));
    let mut optimizer = Sgd::new(0.1).state();
    for _ in 0..10 {
        let gradient = gradient(&network, train)?;
        optimizer.step(&mut *network, &*gradient)?;
    }
    let after = gradient(&network, train)?.hidden.weight;
    let apart = after.row_iter().map(|row| (row - after.row(0)).norm()).fold(0.0, f32::max);
    println!("constant: at the start W_oᵀ dl/dz_o = 0.1 Σ (f - e(y)) = 0, as both f and e(y) sum to 1.");
    println!(
        "    After ten steps the gradient of W_h has norm {}, and its rows differ by {}:",
        Significant(after.norm()),
        Significant(apart)
    );
    println!("    all neurons compute the same function, learn the same, and stay the same.");
    assert!(after.norm() > 1e-3 && apart < 1e-4 * after.norm());

    let network = Classifier::init_with(FAR_TOO_LARGE, &mut typenet::rng(1));
    let Saturation { inside, outside, .. } = saturation(&network, train);
    let (few, most) = (Significant(outside), Significant(inside));
    println!("N(0, 10): where |h| > 0.99, the mean of |dl/dz_h| is {most}, elsewhere it is {few}:");
    println!("    the few neurons that are not saturated get huge gradients, the others almost none.");
    assert!(outside > 100.0 * inside);
    Ok(())
}

/// Computes the gradient of the loss on a whole set.
fn gradient(network: &Classifier, data: &Digits) -> typenet::Result<Box<Gradient<Classifier>>> {
    let mut gradient = Gradient::zeroed();
    let pass = Pass::training(0, 0);
    network.gradient(data.inputs(), data.targets(), &Nll, &pass, &mut Workspace::new(), &mut gradient)?;
    Ok(gradient)
}

/// The share of hidden values that are saturated, |h| > 0.99, and the mean of |dl/dz_h| there and elsewhere.
struct Saturation {
    share: f64,
    inside: f64,
    outside: f64,
}

fn saturation(network: &Classifier, data: &Digits) -> Saturation {
    let (mut counts, mut sums) = ([0.0; 2], [0.0; 2]);
    for (x, y) in data.inputs().iter().zip(data.targets()) {
        let seen = network.activations(x);
        let mut grad_z_output = nalgebra::SVector::from(*seen.softmax);
        grad_z_output[y.index()] -= 1.0;
        let grad_h = network.output.weight.transpose() * grad_z_output;
        for (h, grad_h) in seen.tanh.iter().zip(&grad_h) {
            let at = usize::from(h.abs() <= 0.99);
            counts[at] += 1.0;
            sums[at] += f64::from((grad_h * (1.0 - h * h)).abs());
        }
    }
    Saturation { share: counts[0] / (counts[0] + counts[1]), inside: sums[0] / counts[0], outside: sums[1] / counts[1] }
}

/// Returns the number of hidden neurons whose weights differ from those of all others.
fn different_neurons(network: &Classifier) -> usize {
    let rows: Vec<_> = network.hidden.weight.row_iter().collect();
    let is_new = |index: &usize| rows[..*index].iter().all(|other| (rows[*index] - other).norm() > 1e-4);
    (0..rows.len()).filter(is_new).count()
}
