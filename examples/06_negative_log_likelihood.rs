//! The negative log likelihood: how surprised a network is by the correct class, for one sample and for a set.
//!
//! l(f(x), y) = -log f(x)_y, L_S = -1/|S| Σ_s log f(xˢ)_(yˢ)
//!
//! ```text
//! cargo run --release --example 06_negative_log_likelihood
//! ```

use typenet::prelude::*;

network!(
    /// The inputs are the logits themselves.
    struct Probabilities4 (Vector<4>) = Softmax
);

fn main() -> typenet::Result<()> {
    let network = Probabilities4::<f64>::zeroed();
    let samples = [[1.0, 2.0, 0.5, 4.0], [0.0, 0.0, 0.0, 0.0], [9.0, 0.0, 0.0, 0.0], [0.0, 9.0, 0.0, 0.0]];
    let labels = [3, 2, 0, 0];

    println!("f(x)                           y   -log f(x)_y");
    let mut sum = 0.0;
    for (scores, &label) in samples.iter().zip(&labels) {
        let f = network.predict(scores);
        let loss = -f[label].ln();
        println!("{f:.3?}   {label}   {loss:.4}");
        sum += loss;

        let one = Dataset::<Vector<4>, Class<4>, f64>::labelled([scores], [label])?;
        assert!((network.evaluate(&one, &Nll).loss - loss).abs() < 1e-12);
    }
    println!(
        "\nconfident and right costs almost nothing, undecided costs ln 4 = {:.4}, confident and wrong costs most",
        4.0_f64.ln()
    );

    let set = Dataset::<Vector<4>, Class<4>, f64>::labelled(samples, labels)?;
    let cost = network.evaluate(&set, &Nll).loss;
    println!("the cost of the set is their mean: {cost:.4}");
    assert!((cost - sum / 4.0).abs() < 1e-12);

    // With one-hot targets it equals the cross-entropy: only the term of the correct class remains.
    let (f, one_hot) = (network.predict(&samples[0]), [0.0, 0.0, 0.0, 1.0]);
    let cross_entropy: f64 = f.iter().zip(one_hot).map(|(f, t)| -t * f.ln()).sum();
    assert!((cross_entropy + f[3].ln()).abs() < 1e-12);
    Ok(())
}
