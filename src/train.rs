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
pub use trainer::Trainer;
pub use validation::Validation;
