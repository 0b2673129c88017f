//! Gradient descent on two parameters until the loss changes by less than a threshold, or for a fixed number of steps.
//!
//! L(x, y) = x² + 10 y², a valley that is steeper across than along
//!
//! ```text
//! cargo run --release --example 08_gradient_descent
//! ```

use typenet::gradient_of;
use typenet::minimize::{Descent, Stopped};
use typenet::prelude::*;
use typenet::readable::Significant;

gradient_of! {
    /// The valley.
    fn valley([x, y]: Vector<2>) -> Scalar { x.powi(2) + 10 * y.powi(2) }
}

fn main() -> typenet::Result<()> {
    println!("η       stopped by                        steps   value       at");
    let mut steps = Vec::new();
    for learning_rate in [0.001, 0.01, 0.05, 0.09, 0.099] {
        let mut point = [8.0, 1.0];
        let descent = Descent::new(Sgd::new(learning_rate)).until_value_changes_less(1e-6).steps(1000);
        let found = descent.minimize(&mut point, valley)?;
        let reason = match found.stopped {
            Stopped::Value => "the change of the value",
            Stopped::Parameters => "the change of the parameters",
            Stopped::Steps => "the number of steps",
        };
        println!(
            "{learning_rate:5.3}   {reason:30} {:8}   {:<9}   ({:.4}, {:.4})",
            found.steps,
            Significant(found.value),
            point[0],
            point[1]
        );
        assert_eq!(found.stopped == Stopped::Steps, learning_rate == 0.001);
        steps.push(found.steps);
    }
    println!(
        "\n0.001 is too low: a thousand steps are not enough; 0.09 needs the fewest; 0.099 is too high and oscillates"
    );
    println!("the threshold is on the change in a step, not on the value: slow progress stops at a higher value");
    assert!(steps.iter().min() == Some(&steps[3]) && steps[4] > 4 * steps[3]);
    far_too_high()
}

/// Above 2 / 20 a step diverges; just below, it oscillates.
fn far_too_high() -> typenet::Result<()> {
    // Every step across the valley ends higher up on the other side.
    let mut point = [8.0, 1.0];
    let error = Descent::new(Sgd::new(0.11)).steps(100_000).minimize(&mut point, valley).unwrap_err();
    println!("\n0.110   {error}");
    println!("above 2 / 20 it diverges: 20 is the curvature across the valley");

    let mut point = [8.0, 1.0];
    let path = Descent::new(Sgd::new(0.09)).steps(5).keep_path().minimize(&mut point, valley)?.path;
    println!("\nthe first steps with 0.09, back and forth across the valley:");
    for point in path {
        println!("  ({:7.4}, {:7.4})", point[0], point[1]);
    }
    Ok(())
}
