//! How does a network learn? The lecture "Neural networks and backpropagation", a page for each part, in its order.
//!
//! The formulas are those of the slides, the numbers too, and every piece of code is run as a test. Each page names the
//! numbered examples that belong to it: `cargo run --release --example 01_neuron`. The pictures at the end of pages are drawn by
//! `examples/guide_pictures.rs`, with the feature `plot`.
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
///
/// # Pictures
///
/// Blue is the function, green its derivative, as on the slide.
///
/// <div>
#[doc = include_str!("pictures/sigmoid.svg")]
#[doc = include_str!("pictures/tanh.svg")]
#[doc = include_str!("pictures/relu.svg")]
/// </div>
pub mod activations {}

#[doc = include_str!("lecture/loss.md")]
pub mod loss {}

#[doc = include_str!("lecture/gradient_descent.md")]
///
/// # Picture
///
/// Digits, a fifth of those to learn from with a wrong label. The loss on them goes on falling, as the network learns even the wrong ones by
/// heart; that on others is smallest early. The line is where [`EarlyStopping`](crate::EarlyStopping) goes back to.
///
/// <div>
#[doc = include_str!("pictures/early_stopping.svg")]
/// </div>
pub mod gradient_descent {}

#[doc = include_str!("lecture/backpropagation.md")]
pub mod backpropagation {}

#[doc = include_str!("lecture/initialization.md")]
///
/// # Picture
///
/// The digits, from seven kinds of weights, with the same learning rate. Zero learns nothing; constant weights learn what a single hidden neuron
/// can; weights that are far too large begin with a loss above 80 and saturated neurons.
///
/// <div>
#[doc = include_str!("pictures/initialization.svg")]
/// </div>
pub mod initialization {}

#[doc = include_str!("lecture/learning_rate.md")]
///
/// # Picture
///
/// The digits again, with two hidden layers of ReLU, five learning rates and plain descent. 0.001 and 0.01 are low: slow. 1 and 2 are too high, and stay
/// on a plateau: 1 falls at first, and 2 is at ln 10, the loss of guessing. 0.1 is good.
///
/// <div>
#[doc = include_str!("pictures/learning_rate.svg")]
/// </div>
pub mod learning_rate {}

#[doc = include_str!("lecture/momentum.md")]
///
/// # Picture
///
/// The ravine of above, with the slides' four values of γ: plain descent creeps along the bottom, momentum swings and is far ahead. The
/// numbers are those of the contours.
///
/// <div>
#[doc = include_str!("pictures/momentum.svg")]
/// </div>
pub mod momentum {}

#[doc = include_str!("lecture/optimizers.md")]
///
/// # Picture
///
/// The saddle point, from y = 0.001. The numbers are those of the contours. Where a line leaves the picture, or passes 1, the way out is
/// found; plain descent is still on its way, and Adagrad, whose steps become ever shorter, passes 1 late.
///
/// <div>
#[doc = include_str!("pictures/saddle_point.svg")]
/// </div>
pub mod optimizers {}
