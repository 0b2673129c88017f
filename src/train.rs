//! How does a network learn from a data set?
//!
//! In epochs: each goes once over all samples, in a new random order, in batches; each batch gives a gradient, each
//! gradient a step.

mod feed;
mod rate;

mod callback_state;
mod epoch;
mod validation;

mod interrupted;

#[cfg(feature = "safetensors")]
mod run_words;

#[cfg(feature = "safetensors")]
mod checkpoint;

mod by_ref;
mod callback;
#[cfg(feature = "safetensors")]
mod checkpoints;
mod early_stopping;
mod fit;
mod pool;
mod progress;
#[cfg(feature = "safetensors")]
mod resume;
mod retry;
mod time_limit;

pub use by_ref::{ByRef, by_ref};
#[cfg(feature = "safetensors")]
#[doc(hidden)]
pub use callback::Moment;
#[doc(hidden)]
pub use callback::Stop;
pub use callback::{Callback, OnEpoch, OnStep, StepRecord, TrainingPlan, on_epoch, on_step};
pub use callback_state::CallbackState;
#[cfg(feature = "safetensors")]
#[doc(hidden)]
pub use checkpoint::RunState;
#[cfg(feature = "safetensors")]
pub use checkpoints::Checkpoints;
pub use early_stopping::{EarlyStopping, Monitor};
pub use progress::Progress;
#[cfg(feature = "progress")]
pub use progress::ProgressBar;
pub use time_limit::TimeLimit;
#[doc(hidden)]
pub use validation::Trained;
pub use validation::Validation;

use crate::dataset::{Batches, CheckedBatches, Dataset};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::history::History;
use crate::kernel::Kernels;
use crate::loss::Loss;
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::schedule::{ReduceOnPlateau, Schedule};
use crate::shape::Shape;
use crate::target::Target;

use epoch::Epoch;
use feed::Shuffled;
use interrupted::Interrupted;
use pool::{Pool, Threads};
use rate::Rate;

/// Trains networks: settings, a loss, an optimizer with its state.
///
/// Fitting again continues where the optimizer stopped; [`reset`](Self::reset) forgets that.
///
/// # Units
/// Each step follows the gradient of the mean loss over its batch.
///
/// # Errors
/// `fit` refuses settings out of range. A loss or gradient that is not finite is an error that names where it appeared,
/// and the network is then as it was before that step.
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
pub struct Trainer<L, O, T, V = (), C = ()> {
    epoch: Epoch<L, O, T>,
    epochs: usize,
    threads: Threads,
    validation: V,
    callbacks: C,
    history: History,
    /// What the next `fit` goes on with.
    interrupted: Option<Interrupted<T>>,
}

impl<L, O: Optimizer, T: Kernels> Trainer<L, O, T> {
    /// A trainer for one epoch in batches of 32, without validation set.
    pub fn new(loss: L, optimizer: O) -> Self {
        let optimizer = OptimizerState::new(optimizer);
        let (clip_value, clip_norm) = (None, None);
        let rate = Rate::default();
        let epoch =
            Epoch { loss, optimizer, rate, batch_size: 32, accumulate: 1, clip_value, clip_norm, seed: 0, begun: 0 };
        let history = History::default();
        let (threads, interrupted) = (Threads::Current, None);
        Self { epoch, epochs: 1, threads, validation: (), callbacks: (), history, interrupted }
    }
}

impl<L, O: Optimizer, T: Kernels, V, C> Trainer<L, O, T, V, C> {
    /// How often to go over the data.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// How many samples make a step; the last batch of an epoch may be smaller.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { epoch: Epoch { batch_size, ..self.epoch }, ..self }
    }

    /// How many batches make a step: for steps over more samples than memory holds the activations of, or than a batch is to
    /// have. Each step follows the mean over all samples of its batches, which is the gradient of the joint batch up to
    /// rounding.
    ///
    /// The last step of an epoch takes the batches that are left, and the mean over their samples. With batches of 32, 4 a
    /// step, an epoch of 200 samples has one step of 128 and one of 72.
    pub fn accumulate(self, batches: usize) -> Self {
        Self { epoch: Epoch { accumulate: batches, ..self.epoch }, ..self }
    }

    /// Brings every number of the gradient of a step into -`largest` ..= `largest`, see
    /// [`Gradient::clip_value`](crate::Gradient::clip_value).
    pub fn clip_value(self, largest: f64) -> Self {
        Self { epoch: Epoch { clip_value: Some(largest), ..self.epoch }, ..self }
    }

    /// Makes the gradient of a step shorter where its norm over all learned parameters exceeds `largest`, see
    /// [`Gradient::clip_norm`](crate::Gradient::clip_norm). Together with [`clip_value`](Self::clip_value), values are
    /// clipped first.
    pub fn clip_norm(self, largest: f64) -> Self {
        Self { epoch: Epoch { clip_norm: Some(largest), ..self.epoch }, ..self }
    }

    /// Multiplies the learning rate of each step by the factor of a schedule for its number, counted from 0 over all epochs and
    /// calls of `fit`, also across a checkpoint. The settings of the optimizer stay as they are.
    ///
    /// # Example
    /// The lecture's: the rate is multiplied by β < 1 after each update.
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::schedule::Exponential;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 4], vec![[1.0]; 4])?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5)).batch_size(1).schedule(Exponential::new(0.5));
    /// trainer.fit(&mut Line::zeroed(), &data)?;
    /// // The rate of the last of four steps: 0.5 · 0.5³.
    /// assert_eq!(trainer.optimizer().learning_rate(), Some(0.0625));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn schedule(self, schedule: impl Schedule + Send + Sync + 'static) -> Self {
        let rate = self.epoch.rate.with_schedule(schedule, false);
        Self { epoch: Epoch { rate, ..self.epoch }, ..self }
    }

    /// As [`schedule`](Self::schedule), with the number of the epoch, counted from 0 over all calls of `fit`: all steps of an
    /// epoch have one rate.
    pub fn schedule_by_epoch(self, schedule: impl Schedule + Send + Sync + 'static) -> Self {
        let rate = self.epoch.rate.with_schedule(schedule, true);
        Self { epoch: Epoch { rate, ..self.epoch }, ..self }
    }

    /// Reduces the learning rate when the loss on the validation set, or the training loss without one, no longer falls. What
    /// it has seen and done stays from one `fit` to the next, and is kept in checkpoints. With a schedule, that has its rate
    /// reduced.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::schedule::ReduceOnPlateau;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// // Steps as long as the error: forth and back, and nothing is gained.
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0))
    ///     .epochs(20)
    ///     .reduce_on_plateau(ReduceOnPlateau::new().factor(0.5).patience(3));
    /// let mut line = Line::zeroed();
    /// let history = trainer.fit(&mut line, &data)?;
    /// assert_eq!(history.epochs()[3].loss, 1.0);
    /// assert_eq!(history.final_loss(), Some(0.0));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn reduce_on_plateau(mut self, plateau: ReduceOnPlateau) -> Self {
        self.epoch.rate.plateau = Some(plateau);
        self
    }

    /// Multiplies the learning rate of a layer by its dotted name, see
    /// [`OptimizerState::set_layer_factor`]. `fit` refuses names that the network does not have.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Two = features: Dense<1, 2>, Tanh, output: Dense<2, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).layer_factor("features", 0.1);
    /// trainer.clone().fit(&mut Two::zeroed(), &data)?;
    /// let error = trainer.layer_factor("tanh", 0.5).fit(&mut Two::zeroed(), &data).unwrap_err();
    /// assert_eq!(error.to_string(), "no layer that learns is named `tanh`: there are `features`, `output`");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn layer_factor(mut self, layer: &str, factor: f64) -> Self {
        self.epoch.optimizer.set_layer_factor(layer, factor);
        self
    }

    /// The seed of the order of samples, and of layers that draw random numbers. The order of an epoch is a function of
    /// the seed and the number of the epoch.
    pub fn seed(self, seed: u64) -> Self {
        Self { epoch: Epoch { seed, ..self.epoch }, ..self }
    }

    /// How many threads share the steps: at least 1, and at most 1,024 or as many as the machine has, if these are more. Each
    /// `fit` then starts a pool of its own. Without this it uses the pool that it is called in, or else the global one of
    /// `rayon`, which has a thread per core.
    ///
    /// More threads than cores make nothing faster, and at most eight share the gradient of a batch.
    /// The number of threads changes no bit of the result. Batches of one tile, `Network::TILE` samples, and small networks
    /// are left to one thread. Callbacks run on the thread that calls `fit`.
    #[cfg(feature = "rayon")]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Threads::Own(threads), ..self }
    }

    /// A data set that is measured after each epoch and not learned from. It must fit the network as the training set
    /// must.
    pub fn validation<X: Shape, Y: Target>(self, data: &Dataset<X, Y, T>) -> Trainer<L, O, T, &Dataset<X, Y, T>, C> {
        let Self { epoch, epochs, threads, callbacks, history, interrupted, .. } = self;
        Trainer { epoch, epochs, threads, validation: data, callbacks, history, interrupted }
    }

    /// A source of batches that is measured after each epoch and not learned from: for validation samples that are not all in
    /// memory. Its batches have the size of those of training, and it begins with epoch 0 and seed 0 each time, as in
    /// [`Network::evaluate_batches`].
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
    /// let mut moved = data.augmented(|x: &mut [f32; 1], _| x[0] += 0.5);
    /// let mut line = Line::zeroed();
    /// let history =
    ///     Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).validation_batches(&mut moved).fit(&mut line, &data)?;
    /// let last = history.epochs()[2].validation.expect("there is a source");
    /// assert_eq!(last.loss, line.evaluate_batches(&mut moved, &MeanSquaredError, 32)?.loss);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn validation_batches<B: Batches<T>>(self, source: &mut B) -> Trainer<L, O, T, &mut B, C> {
        let Self { epoch, epochs, threads, callbacks, history, interrupted, .. } = self;
        Trainer { epoch, epochs, threads, validation: source, callbacks, history, interrupted }
    }

    /// Adds a callback, which runs after those before it: [`EarlyStopping`], [`TimeLimit`], [`Progress`], a type of one's
    /// own, a closure that takes the record of the epoch, or one in [`on_epoch`] or [`on_step`] that may stop the training. One
    /// that is to be read after the run is lent, [`by_ref`].
    pub fn callback<A>(self, callback: A) -> Trainer<L, O, T, V, (C, A)> {
        let Self { epoch, epochs, threads, validation, callbacks, history, interrupted } = self;
        Trainer { epoch, epochs, threads, validation, callbacks: (callbacks, callback), history, interrupted }
    }

    /// The records of the last call of `fit`, also of one that failed: its epochs before the error.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[1000.0]], vec![[1.0]])?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).epochs(100);
    /// assert!(trainer.fit(&mut Line::zeroed(), &data).is_err(), "the steps are far too long");
    /// // The first loss is (0 - 1)².
    /// assert_eq!(trainer.history().epochs()[0].loss, 1.0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The optimizer with its state.
    #[must_use]
    pub fn optimizer(&self) -> &OptimizerState<O, T> {
        &self.epoch.optimizer
    }

    /// The optimizer with its state, for changes between calls of `fit`.
    pub fn optimizer_mut(&mut self) -> &mut OptimizerState<O, T> {
        &mut self.epoch.optimizer
    }

    /// Leaves a layer or tensor of the network as it is, in the next calls of `fit`: see [`OptimizerState::freeze`].
    ///
    /// # Errors
    /// [`Error::UnknownTensor`]; [`Error::ParameterCount`].
    ///
    /// # Example
    /// The new head of a network alone, then all of it.
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Net = hidden: Dense<1, 4>, Tanh, head: Dense<4, 1>);
    ///
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
    /// let mut network = Net::init(&mut typenet::rng(1));
    /// let before = network.hidden.weight;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(5);
    /// trainer.freeze::<Net>("hidden")?;
    /// trainer.fit(&mut network, &data)?;
    /// assert_eq!(network.hidden.weight, before);
    ///
    /// trainer.unfreeze::<Net>("hidden")?;
    /// trainer.fit(&mut network, &data)?;
    /// assert_ne!(network.hidden.weight, before);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn freeze<N: Network<Scalar = T>>(&mut self, name: &str) -> Result<()> {
        self.epoch.optimizer.freeze::<N>(name)
    }

    /// Learns a layer or tensor again that [`freeze`](Self::freeze) left as it is: see [`OptimizerState::unfreeze`].
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    pub fn unfreeze<N: Network<Scalar = T>>(&mut self, name: &str) -> Result<()> {
        self.epoch.optimizer.unfreeze::<N>(name)
    }

    /// Forgets the state of the optimizer, what a plateau has reduced, and the number of epochs, as after `new`; settings stay,
    /// and nothing is frozen then.
    pub fn reset(&mut self) {
        self.epoch.optimizer.reset();
        self.epoch.rate.reset();
        self.epoch.begun = 0;
        self.interrupted = None;
    }

    /// Trains a network, handed over as the `Box` that `init` returns, or as the network in it.
    ///
    /// # Errors
    /// [`Error::Setting`] for a batch size or a number of batches per step of 0, for a number of threads out of range, for a
    /// bound of gradients that is not a finite number above 0, and for whatever the optimizer, a schedule or a callback
    /// refuses;
    /// [`Error::UnknownLayer`] for a factor of a layer that the network does not have;
    /// [`Error::TargetOutOfRange`] for a target that the loss cannot compare with;
    /// [`Error::ThreadsNotStarted`]; [`Error::NonFiniteParameter`] for a network that is broken already;
    /// [`Error::NonFiniteLoss`], [`Error::NonFiniteGradient`] and [`Error::UpdateTooLarge`] when training diverges,
    /// [`Error::NonFiniteValidation`] when that shows on the validation set first;
    /// [`Error::ParameterCount`] when the state of the optimizer belongs to a network of another size;
    /// [`Error::OtherCallbacks`] and [`Error::FewerSamples`] when an interrupted run is to go on with other callbacks than it
    /// had, or with less data. The records of the
    /// epochs before an error are in [`history`](Self::history), and callbacks have seen their `end`.
    pub fn fit<N, X, Y>(&mut self, network: &mut impl AsMut<N>, data: &Dataset<X, Y, T>) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
        V: Validation<N, L>,
        C: Callback<N>,
    {
        self.train(network.as_mut(), Shuffled::new(data))
    }

    /// Trains a network on a source of batches, for what is not a data set in memory: see [`Batches`]. Validation, callbacks,
    /// accumulation and clipping are as in [`fit`](Self::fit).
    ///
    /// An epoch goes on until the source has no more samples. Steps have `batch_size` samples, however many the source adds at
    /// a time; [`TrainingPlan`] has what the source knows of their number.
    ///
    /// # Errors
    /// [`Error::Source`] for what the source finds wrong, or when it adds more than it was asked for; [`Error::CountMismatch`]
    /// when it adds not as many targets as inputs; [`Error::NonFiniteBatch`] for a number that is not finite;
    /// [`Error::Empty`] for an epoch without samples; and those of [`fit`](Self::fit).
    pub fn fit_batches<N, B>(&mut self, network: &mut impl AsMut<N>, source: &mut B) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        B: Batches<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        C: Callback<N>,
    {
        self.train(network.as_mut(), CheckedBatches::new(source))
    }
}
