//! A layer of neurons: their weights are the rows of a matrix, and all neurons are computed at once.
//!
//! f(x) = g(z(x)) = g(W x + b)
//!
//! ```text
//! cargo run --release --example 02_layer
//! ```

use typenet::prelude::*;

network!(
    /// Three neurons with two inputs each.
    struct Layer3 {
        linear: Dense<2, 3>,
        Sigmoid,
    }
);

network!(
    /// One of these neurons.
    struct Neuron {
        linear: Dense<2, 1>,
        Sigmoid,
    }
);

fn main() {
    let mut layer = Layer3::<f64>::init(&mut typenet::rng(37));
    layer.linear.bias.copy_from_slice(&[0.0, 0.5, -0.5]);
    println!("W                    b");
    for (row, bias) in layer.linear.weight.row_iter().zip(&layer.linear.bias) {
        println!("{:8.4} {:8.4}    {bias:8.4}", row[0], row[1]);
    }

    let x = [1.0, -2.0];
    let together = layer.predict(&x);
    println!("\nf({x:?}) = {together:.4?}\n");

    // The same, one neuron at a time: row i of W and entry i of b belong to neuron i.
    for (i, wanted) in together.iter().enumerate() {
        let mut neuron = Neuron::<f64>::zeroed();
        neuron.linear.weight.copy_from(&layer.linear.weight.row(i));
        neuron.linear.bias[0] = layer.linear.bias[i];
        let [alone] = neuron.predict(&x);
        println!("neuron {i} alone: {alone:.4}");
        assert!((alone - wanted).abs() < 1e-15);
    }

    // And as the formula on the slide, with the matrices of nalgebra.
    let z = layer.linear.weight * nalgebra::Vector2::from(x) + layer.linear.bias;
    for (z, f) in z.iter().zip(&together) {
        assert!((typenet::function::sigmoid(*z) - f).abs() < 1e-15);
    }
}
