//! Backpropagation: the four gradients of the one-hidden-layer network by the chain rule, written out with matrices, compared
//! with those of the library and with differences of the loss.
//!
//! With f = softmax(z_o), z_o = W_o h + b_o, h = tanh(z_h), z_h = W_h x + b_h and l = -log f_y:
//!
//! ```text
//! dl/dz_o = f - e(y)                 dl/dW_o = dl/dz_o hᵀ    dl/db_o = dl/dz_o
//! dl/dh   = W_oᵀ dl/dz_o
//! dl/dz_h = dl/dh ⊙ (1 - h²)         dl/dW_h = dl/dz_h xᵀ    dl/db_h = dl/dz_h
//! ```
//!
//! ```text
//! cargo run --release --example 10_backpropagation
//! ```

use nalgebra::{SMatrix, SVector};
use typenet::prelude::*;
use typenet::readable::Significant;

network!(
    struct OneHidden {
        hidden: Dense<3, 4>,
        Tanh,
        output: Dense<4, 2>,
        Softmax,
    }
);

fn main() -> typenet::Result<()> {
    let mut network = OneHidden::<f64>::init(&mut typenet::rng(37));
    let (input, label) = ([0.5, -1.0, 2.0], 1);

    // By hand: forward, then the factors of the chain rule from the loss back to the input.
    let x = SVector::<f64, 3>::from(input);
    let h = (network.hidden.weight * x + network.hidden.bias).map(f64::tanh);
    let z = network.output.weight * h + network.output.bias;
    let e = z.map(f64::exp);
    let f = e / e.sum();

    let mut grad_z_output = f;
    grad_z_output[label] -= 1.0;
    let grad_weight_output: SMatrix<f64, 2, 4> = grad_z_output * h.transpose();
    let grad_h = network.output.weight.transpose() * grad_z_output;
    let grad_z_hidden = grad_h.component_mul(&h.map(|h| 1.0 - h * h));
    let grad_weight_hidden: SMatrix<f64, 4, 3> = grad_z_hidden * x.transpose();

    // The library's gradient: a struct with the same fields as the network.
    let mut gradient = Gradient::zeroed();
    let targets = [Class::<2>::new(label)?];
    let pass = Pass::training(0, 0);
    network.gradient(&[input], &targets, &Nll, &pass, &mut Workspace::new(), &mut gradient)?;

    let differences = [
        ("dl/dW_o", (gradient.output.weight - grad_weight_output).norm(), grad_weight_output.norm()),
        ("dl/db_o", (gradient.output.bias - grad_z_output).norm(), grad_z_output.norm()),
        ("dl/dW_h", (gradient.hidden.weight - grad_weight_hidden).norm(), grad_weight_hidden.norm()),
        ("dl/db_h", (gradient.hidden.bias - grad_z_hidden).norm(), grad_z_hidden.norm()),
    ];
    println!("gradient   norm       difference between chain rule and library");
    for (name, difference, norm) in differences {
        println!("{name}   {:<9}  {}", Significant(norm), Significant(difference));
        assert!(difference < 1e-14);
    }

    // What a derivative is: how much the loss changes when a parameter changes.
    let check = gradient_check(&mut *network, &[input], &targets, &Nll)?;
    println!("\ncompared with changing every parameter slightly and observing the loss: {check}");
    assert!(check.relative_error < 1e-7);
    Ok(())
}
