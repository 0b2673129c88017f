//! Activations with their derivatives.
//!
//! ```text
//! cargo run --release --example 04_activations
//! ```
//!
//! With `--features plot` it also draws them: the function in blue and the derivative in green, as on the slide.

use typenet::function;

type Function = fn(f64) -> f64;

#[cfg_attr(not(feature = "plot"), allow(clippy::unnecessary_wraps, reason = "writing pictures may fail"))]
fn main() -> typenet::Result<()> {
    let activations: [(&str, Function, Function); 12] = [
        ("sigmoid", function::sigmoid, function::sigmoid_derivative),
        ("tanh", function::tanh, function::tanh_derivative),
        ("ReLU", function::relu, function::relu_derivative),
        ("leaky ReLU", |x| function::leaky_relu(x, 0.1), |x| function::leaky_relu_derivative(x, 0.1)),
        ("ELU", |x| function::elu(x, 1.0), |x| function::elu_derivative(x, 1.0)),
        ("SELU", function::selu, function::selu_derivative),
        ("GELU", function::gelu, function::gelu_derivative),
        ("SiLU", function::silu, function::silu_derivative),
        ("softplus", |x| function::softplus(x, 1.0), |x| function::softplus_derivative(x, 1.0)),
        ("softsign", function::softsign, function::softsign_derivative),
        ("hard sigmoid", function::hard_sigmoid, function::hard_sigmoid_derivative),
        ("hard tanh", function::hard_tanh, function::hard_tanh_derivative),
    ];

    println!("              f(-2)    f(0)     f(2)     f'(-2)   f'(0)    f'(2)");
    for (name, f, derivative) in activations {
        print!("{name:12}");
        for value in [f(-2.0), f(0.0), f(2.0), derivative(-2.0), derivative(0.0), derivative(2.0)] {
            print!(" {value:8.4}");
        }
        println!();
    }
    #[cfg(feature = "plot")]
    draw(&activations)?;

    // What the slides say about the first three.
    for x in [-3.0_f64, -0.5, 0.25, 4.0] {
        let (s, t) = (function::sigmoid(x), function::tanh(x));
        assert!((s - 1.0 / (1.0 + (-x).exp())).abs() < 1e-15);
        assert!((function::sigmoid_derivative(x) - s * (1.0 - s)).abs() < 1e-15);
        assert!((t - ((2.0 * x).exp() - 1.0) / ((2.0 * x).exp() + 1.0)).abs() < 1e-15);
        assert!((function::tanh_derivative(x) - (1.0 - t * t)).abs() < 1e-15);
        assert_eq!(function::relu(x), x.max(0.0));
        assert_eq!(function::relu_derivative(x), f64::from(x > 0.0));
    }
    Ok(())
}

#[cfg(feature = "plot")]
fn draw(activations: &[(&str, Function, Function)]) -> typenet::Result<()> {
    let folder = std::path::Path::new("target/pictures");
    std::fs::create_dir_all(folder).expect("the folder target/ can be written to");
    for (name, f, derivative) in activations {
        let path = folder.join(format!("04_{}.svg", name.to_lowercase().replace(' ', "_")));
        typenet::plot::function(name, -5.0..=5.0, f, derivative)?.save(&path)?;
    }
    println!("\npictures are in {}", folder.display());
    Ok(())
}
