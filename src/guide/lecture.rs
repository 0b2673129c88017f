//! How does a network learn? The lecture "Neural networks and backpropagation", a page for each part, in its order.
//!
//! The formulas are those of the slides, the numbers too, and every piece of code is run as a test. Each page names the
//! numbered examples that belong to it: `cargo run --release --example 01_neuron`.
//!
//! | slides | page |
//! |---|---|
//! | Neural network for classification · Artificial neuron · Concrete example · Layer of neurons · One hidden layer network · Keras implementation | [`neurons`] |
//! | Element-wise activation functions · Softmax function | [`activations`] |
//! | Training the network: negative log likelihood, cross-entropy, cost function | [`loss`] |
//! | Gradient descent · Implementing gradient descent · Stochastic gradient descent | [`gradient_descent`] |
//! | Computing gradients · Chain rule · Backpropagation | [`backpropagation`] |
//! | Initialization and normalization | [`initialization`] |
//! | SGD learning rate | [`learning_rate`] |
//! | Momentum · Why momentum really works | [`momentum`] |
//! | Alternative optimizers · The Karpathy constant for Adam · Optimizers around a saddle point | [`optimizers`] |

#[doc = include_str!("lecture/neurons.md")]
pub mod neurons {}

#[doc = include_str!("lecture/activations.md")]
pub mod activations {}

#[doc = include_str!("lecture/loss.md")]
pub mod loss {}

#[doc = include_str!("lecture/gradient_descent.md")]
pub mod gradient_descent {}

#[doc = include_str!("lecture/backpropagation.md")]
pub mod backpropagation {}

#[doc = include_str!("lecture/initialization.md")]
pub mod initialization {}

#[doc = include_str!("lecture/learning_rate.md")]
pub mod learning_rate {}

#[doc = include_str!("lecture/momentum.md")]
pub mod momentum {}

#[doc = include_str!("lecture/optimizers.md")]
pub mod optimizers {}
