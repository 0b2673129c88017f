//! Momentum: repeated steps in the same direction grow longer, alternating steps cancel, and momentum causes oscillations of
//! its own.
//!
//! m_t = γ m_(t-1) + η ∇L(θ_(t-1)), θ_t = θ_(t-1) - m_t
//!
//! ```text
//! cargo run --release --example 14_momentum
//! ```

use typenet::gradient_of;
use typenet::minimize::Descent;
use typenet::prelude::*;

/// A thousand times as steep across as along: about where γ = 0.9 is best.
const STEEP: f64 = 1000.0;

gradient_of! {
    /// L(x, y) = (x² + 1000 y²) / 2, a long valley.
    fn valley([x, y]: Vector<2>) -> Scalar { (x.powi(2) + STEEP * y.powi(2)) / 2 }
}

fn main() -> typenet::Result<()> {
    by_hand()?;
    let rates = [0.0003, 0.001, 0.0019, 0.003, 0.0035];
    println!("steps until the loss changes by less than 1e-10, from (10, 1)\n");
    println!("γ        η = 0.0003   0.001  0.0019   0.003  0.0035");
    let mut steps = Vec::new();
    for gamma in [0.0, 0.6, 0.8, 0.9, 0.95, 0.99] {
        print!("{gamma:4.2}         ");
        for learning_rate in rates {
            let descent = Descent::new(Sgd::new(learning_rate).momentum(gamma)).steps(100_000);
            match descent.until_value_changes_less(1e-10).minimize(&mut [10.0, 1.0], valley) {
                Ok(found) => {
                    print!("{:7} ", found.steps);
                    steps.push((gamma, found.steps));
                }
                Err(_) => print!("   div. "),
            }
        }
        println!();
    }
    println!(
        "\ndiv.: diverges. Without momentum, η must be below 2 / {STEEP}; with momentum, below (2 + 2 γ) / {STEEP}"
    );
    println!(
        "along the valley, steps grow by a factor of up to 1 / (1 - γ): ten with 0.9; a hundred with 0.99 is too much"
    );
    let best = steps.iter().min_by_key(|(_, steps)| *steps).map(|(gamma, _)| *gamma);
    println!("γ = {} needs the fewest steps, and is the typical choice", best.unwrap_or_default());
    assert_eq!(best, Some(0.9));
    own_oscillations()
}

/// The formula, written out next to the library's.
fn by_hand() -> typenet::Result<()> {
    let (learning_rate, gamma) = (0.001, 0.9);
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
    Ok(())
}

/// What does momentum do across the valley with a small step size?
fn own_oscillations() -> typenet::Result<()> {
    let across = |gamma: f64| -> typenet::Result<Vec<f64>> {
        let descent = Descent::new(Sgd::new(0.0003).momentum(gamma)).steps(16).keep_path();
        Ok(descent.minimize(&mut [10.0, 1.0], valley)?.path.iter().map(|point| point[1]).collect())
    };
    println!("\ny in the first steps of η = 0.0003");
    println!("step    γ = 0    γ = 0.9");
    let (plain, momentum) = (across(0.0)?, across(0.9)?);
    for (step, (plain, momentum)) in plain.iter().zip(&momentum).enumerate() {
        println!("{step:4}  {plain:7.4}    {momentum:7.4}");
    }
    println!(
        "\nplain descent approaches 0 and never passes it; momentum arrives with speed, passes 0, and swings back:"
    );
    println!(
        "it causes oscillations of its own if γ is above (1 - √(η λ))², here {:.2}",
        (1.0 - 0.3_f64.sqrt()).powi(2)
    );
    assert!(plain.iter().all(|y| *y > 0.0) && momentum.iter().any(|y| *y < -0.1));
    Ok(())
}
