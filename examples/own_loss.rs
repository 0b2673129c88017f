//! A custom loss: Huber's, which is quadratic near zero and linear far away, so that a few outliers among the targets do not
//! determine the line.
//!
//! ```text
//! cargo run --release --example own_loss
//! ```

use typenet::prelude::*;
use typenet::{loss, random};

loss! {
    /// L(p, t) = d² / 2 if d ≤ δ, else δ (d - δ / 2), with d = |p - t|; the mean over the outputs.
    ///
    /// P. Huber, "Robust estimation of a location parameter", 1964.
    Huber(prediction, target; delta: positive) = {
        let distance = abs(prediction - target);
        if distance <= delta { distance.powi(2) / 2 } else { delta * (distance - delta / 2) }
    }
}

network!(struct Line = Dense<1, 1>);

fn main() -> typenet::Result<()> {
    println!("{}\n", Huber::explain());

    // y = 2 x + 1 with a little noise; every tenth target is too large by 30.
    let mut rng = typenet::rng(37);
    let inputs: Vec<[f64; 1]> = (0..200).map(|k| [f64::from(k) / 100.0 - 1.0]).collect();
    let targets = inputs.iter().enumerate().map(|(k, &[x])| {
        let wild = if k % 10 == 0 { 30.0 } else { 0.0 };
        [2.0 * x + 1.0 + 0.1 * random::normal(&mut rng) + wild]
    });
    let targets: Vec<[f64; 1]> = targets.collect();
    let data = Dataset::<Vector<1>, Vector<1>, f64>::new(inputs, targets)?;

    let mut exact = Line::<f64>::init(&mut rng);
    let check = gradient_check(&mut *exact, &data.inputs()[1..5], &data.targets()[1..5], &Huber::new(1.0))?;
    println!("the gradient compared with differences of the loss: {check}\n");
    assert!(check.relative_error < 1e-7);

    let (slope, offset) = fitted(Huber::new(1.0), &data)?;
    println!("Huber's loss          y = {slope:.2} x + {offset:.2}");
    assert!((slope - 2.0).abs() < 0.2 && (offset - 1.0).abs() < 0.2);
    let (slope, offset) = fitted(MeanSquaredError, &data)?;
    println!("mean squared error    y = {slope:.2} x + {offset:.2}");
    assert!(offset > 3.0, "the outliers pull it up");
    Ok(())
}

/// Returns the slope and offset of the line that minimizes a loss.
fn fitted<L>(loss: L, data: &Dataset<Vector<1>, Vector<1>, f64>) -> typenet::Result<(f64, f64)>
where
    L: Loss<Vector<1>, Target = Vector<1>>,
{
    let mut line = Line::<f64>::zeroed();
    Trainer::new(loss, Sgd::new(0.1)).epochs(300).fit(&mut line, data)?;
    Ok((line.dense.weight[0], line.dense.bias[0]))
}
