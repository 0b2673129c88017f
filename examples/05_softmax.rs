//! Softmax: turns any values into probabilities, and larger values into larger probabilities.
//!
//! softmax(x)_c = e^(x_c) / Σ_i e^(x_i)
//!
//! ```text
//! cargo run --release --example 05_softmax
//! ```

use typenet::function::softmax;

fn main() {
    let p = softmax(&[1.0, 2.0, 3.0]);
    println!("softmax([1, 2, 3])          = {p:.2?}, which sums to {:.2}", p.iter().sum::<f64>());
    let rounded: Vec<f64> = p.iter().map(|p| (100.0 * p).round() / 100.0).collect();
    assert_eq!(rounded, [0.09, 0.24, 0.67]);

    // Only differences matter: adding the same value to all inputs changes nothing.
    let shifted = softmax(&[101.0, 102.0, 103.0]);
    println!("softmax([101, 102, 103])    = {shifted:.2?}");
    assert!(p.iter().zip(&shifted).all(|(a, b)| (a - b).abs() < 1e-15));

    // A factor makes the prediction more confident, or less.
    for factor in [0.0, 0.1, 1.0, 10.0] {
        let scaled = softmax(&[1.0 * factor, 2.0 * factor, 3.0 * factor]);
        println!("softmax({factor:4.1} · [1, 2, 3])   = {scaled:.2?}");
    }
    assert_eq!(softmax(&[0.0, 0.0, 0.0]), [1.0 / 3.0; 3]);

    // e^1000 exceeds the range of any float, so the largest input is subtracted first.
    assert_eq!(softmax(&[1000.0_f32, 0.0]), [1.0, 0.0]);
    println!("softmax([1000, 0])          = [1.00, 0.00], although e^1000 is too large for a float");
}
