//! "Guess what number I'm thinking of" by gradient descent on one parameter: too high, go down; too low, go up.
//!
//! L(θ) = (θ - 42)², θ = θ_old - η dL/dθ
//!
//! The error is written once, as a formula. `gradient_of!` derives its slope, dL/dθ = 2 (θ - 42).
//!
//! ```text
//! cargo run --release --example 07_guess_the_number
//! ```

use typenet::gradient_of;
use typenet::prelude::*;

const NUMBER: f64 = 42.0;
/// Large enough for each guess to pass the number, to show both hints: a step multiplies the distance by 1 - 2 η = -1/2.
const LEARNING_RATE: f64 = 0.75;

gradient_of! {
    /// How wrong a guess is.
    fn error([guess]: Vector<1>) -> Scalar { (guess - NUMBER).powi(2) }
}

fn main() -> typenet::Result<()> {
    let mut optimizer = Sgd::new(LEARNING_RATE).state();
    let (mut guess, mut gradient) = ([0.0_f64], [0.0]);

    println!("step      guess       error      slope");
    for step in 0..=12 {
        let (error, [slope]) = (error(&guess, &mut gradient), gradient);
        let hint = if slope < 0.0 { "too low: increase it" } else { "too high: decrease it" };
        println!("{step:4}   {:8.5}  {error:10.5}  {slope:9.5}   {hint}", guess[0]);

        let by_hand = guess[0] - LEARNING_RATE * slope;
        optimizer.step_slice(&mut guess, &[slope])?;
        assert_eq!(guess[0], by_hand);
    }
    assert!((guess[0] - NUMBER).abs() < 0.01);

    println!("\nη       after 20 steps");
    for learning_rate in [0.01, 0.25, 0.5, 0.75, 0.9, 1.1] {
        let mut optimizer = Sgd::new(learning_rate).state();
        let (mut guess, mut gradient) = ([0.0_f64], [0.0]);
        for _ in 0..20 {
            error(&guess, &mut gradient);
            optimizer.step_slice(&mut guess, &gradient)?;
        }
        let words = match learning_rate {
            0.01 => "too low: slow",
            0.25 => "good: each step halves the distance, from one side",
            0.5 => "the best for this parabola: one step",
            0.75 => "each step halves the distance, from alternating sides: the game above",
            0.9 => "too high: overshoots, and converges slowly",
            _ => "far too high: overshoots more each time",
        };
        println!("{learning_rate:4.2}   {:11.4}   {words}", guess[0]);
    }
    Ok(())
}
