//! How does a network learn? The lecture "Neural networks and backpropagation", a page for each part, in its order.
//!
//! The formulas and the figures are those of the slides, and every piece of code is a test. Each page names its numbered examples:
//! `cargo run --release --example 01_neuron`. `examples/guide_pictures.rs` draws the pictures at the end of the pages, with the feature
//! `plot`.
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
/// The function is blue and its derivative green, as on the slide.
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
/// The digits, with wrong labels for a fifth of the training set. The training loss keeps falling, since the network memorizes even the wrong
/// labels; the validation loss is smallest early. [`EarlyStopping`](crate::EarlyStopping) returns to the line.
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
/// The digits, with seven kinds of initial weights and the same learning rate. With weights of zero, the network learns nothing; with constant weights, what a
/// single hidden neuron can. Weights that are far too large start with a loss above 80 and saturated neurons.
///
/// <div>
#[doc = include_str!("pictures/initialization.svg")]
/// </div>
pub mod initialization {}

#[doc = include_str!("lecture/learning_rate.md")]
///
/// # Picture
///
/// The digits, with two hidden layers of ReLU, plain descent and five learning rates. 0.001 and 0.01 are slow. 1 and 2 are too high and stay on a plateau:
/// the loss falls at first with 1, and stays at ln 10, the loss of guessing, with 2. 0.1 is good.
///
/// <div>
#[doc = include_str!("pictures/learning_rate.svg")]
/// </div>
pub mod learning_rate {}

#[doc = include_str!("lecture/momentum.md")]
///
/// # Picture
///
/// The ravine above, with the four values of γ on the slides. Plain descent moves slowly along the bottom; momentum oscillates and is far ahead. The
/// numbers belong to the contours.
///
/// <div>
#[doc = include_str!("pictures/momentum.svg")]
/// </div>
pub mod momentum {}

#[doc = include_str!("lecture/optimizers.md")]
///
/// # Picture
///
/// The saddle point, from y = 0.001. The numbers belong to the contours. A path has escaped where it leaves the picture or passes 1. Plain descent has not
/// yet escaped, and Adagrad, whose steps become ever shorter, passes 1 late.
///
/// <div>
#[doc = include_str!("pictures/saddle_point.svg")]
/// </div>
pub mod optimizers {}
