//! How does a network learn from a data set?
//!
//! Training consists of epochs. An epoch visits every sample once, in a new random order, in batches. Each batch gives a
//! gradient, and each gradient gives a step.

mod callback_state;
mod epoch_progress;
mod learning_rate;
mod metrics;
mod sample_source;
#[cfg(feature = "tracing")]
mod spans;
mod stop;
mod thread_pool;

mod interrupted_training;
mod step_settings;
mod validation;

#[cfg(feature = "safetensors")]
mod checkpoint;

mod callback;

mod average;
mod by_ref;
mod closures;
#[cfg(feature = "dashboard")]
mod dashboard;
mod early_stopping;
mod hooks;
mod progress;
#[cfg(feature = "tensorboard")]
mod tensor_board;
mod time_limit;

#[cfg(feature = "safetensors")]
mod checkpoints;
mod learner;

mod training_loop;

// The methods of `Trainer`, whose page lists them in the order of these modules: first what every program calls.
mod trainer;

mod schedules;

mod dividing_rate;
mod freezing;
#[cfg(feature = "safetensors")]
mod resume;
#[cfg(feature = "plot")]
mod settings;
mod streams;

mod learning_rate_range;

pub use by_ref::{ByRef, by_ref};
pub use callback::{Callback, StepRecord, TrainingPlan};
pub use callback_state::CallbackState;
#[cfg(feature = "safetensors")]
pub use checkpoints::{Checkpoints, WithCheckpoints};
pub use closures::{OnEpoch, OnStep, on_epoch, on_step};
#[cfg(feature = "dashboard")]
pub use dashboard::Dashboard;
pub use early_stopping::EarlyStopping;
pub use hooks::Hooks;
pub use metrics::Metrics;
pub use progress::Progress;
#[cfg(feature = "progress")]
pub use progress::ProgressBar;
#[cfg(feature = "tensorboard")]
pub use tensor_board::{EventFile, TensorBoard};
pub use time_limit::TimeLimit;
pub use validation::Validation;

use crate::history::History;

use interrupted_training::InterruptedTraining;
use step_settings::StepSettings;
use thread_pool::Threads;

/// Trains networks: the settings of training, a loss, and an optimizer with its state.
///
/// Another call of `fit` continues with the state of the optimizer; [`reset`](Self::reset) discards the state.
///
/// # Units
/// Each step follows the gradient of the mean loss over its batch.
///
/// # Errors
/// `fit` returns an error for settings out of range. A loss or gradient that is not finite is an error that names its origin;
/// the network is then as it was before that step.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Xor = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);
///
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0])?;
/// let mut network = Xor::init(&mut typenet::rng(37));
/// Trainer::new(Nll, Sgd::new(0.5)).epochs(500).batch_size(4).fit(&mut network, &data)?;
/// assert_eq!(network.evaluate(&data, &Nll).accuracy, 1.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a trainer does nothing before `fit`"]
pub struct Trainer<L, O, T, V = (), H = (), M = ()> {
    steps: StepSettings<L, O, T>,
    epochs: usize,
    threads: Threads,
    validation: V,
    hooks: H,
    metrics: M,
    history: History,
    /// Interrupted training, which the next `fit` resumes.
    interrupted: Option<InterruptedTraining<T>>,
}
