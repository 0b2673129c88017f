//! Trains on digits without `Trainer`: the loop of the lecture, written out.
//!
//! ```text
//! cargo run --release --example own_loop
//! ```

use typenet::prelude::*;
use typenet::readable::Significant;

network! {
    struct DigitClassifier {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

const SEED: u64 = 37;
const EPOCHS: u64 = 30;

fn main() -> typenet::Result<()> {
    let mut rng = typenet::rng(SEED);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    let mut network = DigitClassifier::init(&mut rng);
    let mut optimizer = Sgd::new(0.1).momentum(0.9).state();
    // The workspace of a step. After the first step, which allocates the velocity, no step allocates.
    let mut workspace = Workspace::new();
    let mut gradient = Gradient::zeroed();

    for epoch in 1..=EPOCHS {
        let (mut total, mut largest) = (0.0, 0.0_f32);
        let mut batches = train.epoch(32, &mut rng)?;
        while let Some((inputs, targets)) = batches.next() {
            let pass = Pass::training(SEED, optimizer.steps());
            let loss = network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient)?;
            // The gradient is a struct like the network: its fields can be read and changed.
            largest = largest.max(gradient.hidden.weight.norm());
            optimizer.step(&mut *network, &*gradient)?;
            total += f64::from(loss) * inputs.len() as f64;
        }
        if epoch % 5 == 0 {
            let (mean, largest) = (Significant(total / train.len() as f64), Significant(largest));
            println!("epoch {epoch:2}  loss {mean:<9}  largest norm of the hidden layer's gradient {largest}");
        }
    }

    // The same step in its two halves, for a loss that the library does not have: a small penalty on large logits.
    let inputs = &train.inputs()[..8];
    let pass = Pass::training(SEED, optimizer.steps());
    let logits = network.forward(inputs, &pass, &mut workspace)?;
    let grad_logits: Vec<[f32; 10]> = logits.iter().map(|logits| logits.map(|z| 1e-3 * z)).collect();
    gradient.set_to_zero();
    network.backward(inputs, &grad_logits, &pass, &mut workspace, &mut gradient)?;
    optimizer.step(&mut *network, &*gradient)?;

    let result = network.evaluate(&test, &Nll);
    println!("\ntest accuracy {:.4}", result.accuracy);
    assert!(result.accuracy > 0.95, "the network has learned to read digits");
    Ok(())
}
