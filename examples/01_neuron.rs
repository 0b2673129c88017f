//! A neuron: a weighted sum of its inputs plus a bias, followed by a nonlinear function.
//!
//! z(x) = wᵀ x + b, f(x) = g(z(x)), here with w = [3, -2], b = 1 and g = ReLU
//!
//! ```text
//! cargo run --release --example 01_neuron
//! ```

use typenet::prelude::*;

network!(
    /// f(x) = max(0, 3 x₁ - 2 x₂ + 1), once its weights are set.
    struct Neuron {
        linear: Dense<2, 1>,
        Relu,
    }
);

fn main() {
    let mut neuron = Neuron::zeroed();
    neuron.linear.weight.copy_from_slice(&[3.0, -2.0]);
    neuron.linear.bias[0] = 1.0;

    println!("{}\n", Neuron::summary());
    println!("  x₁     x₂     z = 3 x₁ - 2 x₂ + 1    f = max(0, z)");
    for x in [[0.0, 0.0], [1.0, 3.0], [2.0, 1.0], [-1.0, -2.0], [0.5, 2.0]] {
        let seen = neuron.activations(&x);
        let ([z], [f]) = (*seen.linear, neuron.predict(&x));
        println!("{:5.1}  {:5.1}    {z:19.1}    {f:13.1}", x[0], x[1]);

        let by_hand = 3.0 * x[0] - 2.0 * x[1] + 1.0;
        assert_eq!((z, f), (by_hand, by_hand.max(0.0)));
    }
    println!("\nwhere z is negative, the neuron outputs 0, and a small change of x changes nothing");
}
