//! Momentum: steps that go the same way again and again grow longer, those that go to and fro cancel.
//!
//! m_t = γ m_(t-1) + η ∇L(θ_(t-1)), θ_t = θ_(t-1) - m_t
//!
//! ```text
//! cargo run --release --example 14_momentum
//! ```

use typenet::minimize::Descent;
use typenet::prelude::*;

/// A long valley: fifty times as steep across as along.
fn valley(point: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.copy_from_slice(&[point[0], 50.0 * point[1]]);
    0.5 * (point[0] * point[0] + 50.0 * point[1] * point[1])
}

fn main() -> typenet::Result<()> {
    // The formula, written out beside the library's.
    let (learning_rate, gamma) = (0.01, 0.9);
    let mut optimizer = Sgd::new(learning_rate).momentum(gamma).state();
    let (mut theta, mut by_hand, mut m) = ([10.0, 1.0], [10.0, 1.0], [0.0, 0.0]);
    for _ in 0..100 {
        let mut gradient = [0.0; 2];
        valley(&theta, &mut gradient);
        optimizer.step_slice(&mut theta, &gradient)?;
        for i in 0..2 {
            m[i] = gamma * m[i] + learning_rate * gradient[i];
            by_hand[i] -= m[i];
        }
    }
    assert!(theta.iter().zip(&by_hand).all(|(a, b): (&f64, &f64)| (a - b).abs() < 1e-12));

    println!("steps until the value changes by less than 1e-10, from (10, 1)\n");
    println!("γ        η = 0.003   0.01     0.03     0.05     0.07");
    let mut fewest = Vec::new();
    for gamma in [0.0, 0.6, 0.8, 0.9] {
        print!("{gamma:3.1}    ");
        for learning_rate in [0.003, 0.01, 0.03, 0.05, 0.07] {
            let descent = Descent::new(Sgd::new(learning_rate).momentum(gamma)).steps(50_000);
            let found = descent.until_value_changes_less(1e-10).minimize(&mut [10.0, 1.0], valley);
            match found {
                Ok(found) => {
                    print!("{:8} ", found.steps);
                    if learning_rate == 0.01 {
                        fewest.push(found.steps);
                    }
                }
                // Without momentum, a step above 2 / 50 overshoots further each time.
                Err(_) => print!("diverges "),
            }
        }
        println!();
    }
    println!("\nwith momentum larger steps can be made, and along the valley they add up");
    assert!(fewest[3] < fewest[0] / 4);
    Ok(())
}
