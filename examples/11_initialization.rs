//! Initialisation: weights of zero never learn, equal weights learn one function together, random ones learn.
//!
//! ```text
//! cargo run --release --example 11_initialization
//! ```

use typenet::prelude::*;

network! {
    struct Classifier {
        hidden: Dense<64, 16>,
        Tanh,
        output: Dense<16, 10>,
        Softmax,
    }
}

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
        ("N(0, 10)", Initializer::Normal { mean: 0.0, deviation: 10.0 }),
    ];
    println!("weights        norm of the first gradient    after 20 epochs: loss    accuracy   neurons that differ");
    println!("               of W_h         of W_o");
    for (name, initializer) in initializers {
        let mut network = Classifier::init_with(initializer, &mut typenet::rng(1));
        let mut gradient = Gradient::zeroed();
        let pass = Pass::training(0, 0);
        network.gradient(train.inputs(), train.targets(), &Nll, &pass, &mut Workspace::new(), &mut gradient)?;
        let norms = [gradient.hidden.weight.norm(), gradient.output.weight.norm()];

        Trainer::new(Nll, Sgd::new(0.1)).epochs(20).fit(&mut network, &train)?;
        let (result, different) = (network.evaluate(&test, &Nll), different_neurons(&network));
        println!(
            "{name:13}  {:<13.6}  {:<13.6}                  {:.4}  {:.4}     {different:2} of 16",
            norms[0], norms[1], result.loss, result.accuracy
        );
        match initializer {
            // A saddle point: dl/dW_h = W_oᵀ(..) = 0, and dl/dW_o = (..) hᵀ = 0 as h = 0. Only the last biases move.
            Initializer::Zeros => assert!(norms == [0.0; 2] && result.accuracy < 0.2),
            // All neurons compute the same function, get the same gradient, and stay alike.
            Initializer::Constant(_) => assert!(different == 1 && result.accuracy < 0.6),
            Initializer::Normal { deviation: 10.0, .. } => {}
            _ => assert!(different == 16 && result.accuracy > 0.93),
        }
    }
    println!(
        "\ntoo large is bad too: neurons that are saturated have no gradient either, so learning starts far off and slowly"
    );
    Ok(())
}

/// How many hidden neurons have weights of their own.
fn different_neurons(network: &Classifier) -> usize {
    let rows: Vec<_> = network.hidden.weight.row_iter().collect();
    let is_new = |index: &usize| rows[..*index].iter().all(|other| (rows[*index] - other).norm() > 1e-4);
    (0..rows.len()).filter(is_new).count()
}
