//! The network with one hidden layer: two layers of neurons, with probabilities as output.
//!
//! h(x) = tanh(W_h x + b_h), f(x) = softmax(W_o h(x) + b_o)
//!
//! In Keras:
//! ```text
//! model = Sequential()
//! model.add(Dense(H, input_dim=N))      # weight matrix dim [N * H]
//! model.add(Activation("tanh"))
//! model.add(Dense(K))                   # weight matrix dim [H x K]
//! model.add(Activation("softmax"))
//! ```
//!
//! ```text
//! cargo run --release --example 03_one_hidden_layer
//! ```

use typenet::prelude::*;

network!(
    /// N inputs, H hidden neurons, K classes.
    struct OneHidden<const N: usize, const H: usize, const K: usize> {
        hidden: Dense<N, H>,
        Tanh,
        output: Dense<H, K>,
        Softmax,
    }
);

fn main() {
    let network = OneHidden::<4, 5, 3>::init(&mut typenet::rng(37));
    println!("{}\n", OneHidden::<4, 5, 3>::summary());

    // Every intermediate value has the name of its layer.
    let x = [0.5, -1.0, 2.0, 0.0];
    let seen = network.activations(&x);
    println!("x   = {x:6.3?}");
    println!("z_h = {:6.3?}", *seen.hidden);
    println!("h   = {:6.3?}", *seen.tanh);
    println!("z_o = {:6.3?}   the logits", *seen.output);
    println!("f   = {:6.3?}   P(Y = c | X = x)", *seen.softmax);

    let f = network.predict(&x);
    assert!((f.iter().sum::<f32>() - 1.0).abs() < 1e-6, "probabilities sum to one");
    assert_eq!(f, *seen.softmax);
    assert_eq!(network.logits(&x), *seen.output);
    for (h, z_h) in seen.tanh.iter().zip(&*seen.hidden) {
        assert!((h - z_h.tanh()).abs() < 1e-6, "h = tanh(z_h)");
    }

    // The sizes are in the type. Keras computes x W, so its matrices are the transposes.
    println!("\n        typenet, W x      Keras, x W");
    for (name, (rows, columns), keras) in
        [("W_h", network.hidden.weight.shape(), "[N x H]"), ("W_o", network.output.weight.shape(), "[H x K]")]
    {
        println!("{name}     [{rows} x {columns}]           [{columns} x {rows}]   {keras} on the slide");
    }
    assert_eq!(network.hidden.weight.shape(), (5, 4));
    assert_eq!(network.output.weight.shape(), (3, 5));
    assert_eq!(OneHidden::<4, 5, 3>::PARAMETERS, 4 * 5 + 5 + 5 * 3 + 3);
}
