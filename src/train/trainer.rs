//! What does a program set, and how does training begin?

use crate::dataset::{Batches, CheckedBatches, Dataset};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::history::History;
use crate::kernel::Kernels;
use crate::loss::{Admits, Loss};
use crate::network::{FitsInput, FitsTarget, Network};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::shape::Shape;
use crate::target::Target;
use crate::train::interrupted_training::InterruptedTraining;
use crate::train::sample_source::Shuffled;
use crate::train::step_settings::StepSettings;
use crate::train::thread_pool::Threads;
#[cfg(feature = "safetensors")]
use crate::train::{Checkpoints, WithCheckpoints};
#[cfg(doc)]
use crate::train::{EarlyStopping, Progress, TimeLimit, TrainingPlan, by_ref, on_epoch, on_step};
use crate::train::{Hooks, Metrics, Validation};

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
    pub(super) steps: StepSettings<L, O, T>,
    pub(super) epochs: usize,
    pub(super) threads: Threads,
    pub(super) validation: V,
    pub(super) hooks: H,
    pub(super) metrics: M,
    pub(super) history: History,
    /// Interrupted training, which the next `fit` resumes.
    pub(super) interrupted: Option<InterruptedTraining<T>>,
}

impl<L, O: Optimizer, T: Kernels> Trainer<L, O, T> {
    /// Creates a trainer for one epoch in batches of 32, with a seed of 0, without a validation set, metrics and callbacks. The
    /// methods below change that, and state the default of each setting.
    pub fn new(loss: L, optimizer: O) -> Self {
        Self {
            steps: StepSettings::new(loss, optimizer),
            epochs: 1,
            threads: Threads::Current,
            validation: (),
            hooks: (),
            metrics: (),
            history: History::default(),
            interrupted: None,
        }
    }
}

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Trains a network, which is passed as the `Box` that `init` returns, or as the network in it.
    ///
    /// # Errors
    /// - [`Error::Setting`] if the batch size or the number of batches per step is 0, if the number of threads is out of range,
    ///   if a bound of gradients is not a finite number above 0, or if the optimizer, a schedule or a callback rejects a
    ///   setting.
    /// - [`Error::UnknownLayer`] if a factor names a layer that the network does not have.
    /// - [`Error::TargetOutOfRange`] if a target is out of range for the loss, and [`Error::TargetBehindEnd`] if it is one of a step behind
    ///   the end of a padded sequence.
    /// - [`Error::ThreadsNotStarted`] if the system cannot start the threads.
    /// - [`Error::NonFiniteParameter`] if a parameter of the network is not finite before training.
    /// - [`Error::NonFiniteLoss`], [`Error::NonFiniteGradient`] or [`Error::UpdateTooLarge`] if training diverges;
    ///   [`Error::NonFiniteValidation`] if the validation set shows it first.
    /// - [`Error::ParameterCount`] if the state of the optimizer belongs to a network of another size.
    /// - [`Error::OtherCallbacks`], [`Error::OtherMeasures`] or [`Error::OtherSampleCount`] if the callbacks, the measures or
    ///   the number of samples differ from those of interrupted training.
    ///
    /// The records of the epochs before an error are in [`history`](Self::history), and the callbacks have seen their `end`.
    pub fn fit<N, X, Y>(&mut self, network: &mut impl AsMut<N>, data: &Dataset<X, Y, T>) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Takes: Admits<N::Head>>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        self.train(network.as_mut(), &mut Shuffled::new(data))
    }

    /// Sets the number of epochs of a call of [`fit`](Self::fit). The default is 1.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// Sets the number of samples in a batch. The default is 32. The last batch of an epoch may be smaller.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { steps: StepSettings { batch_size, ..self.steps }, ..self }
    }

    /// Sets a data set on which the network is measured after each epoch. By default there is none. Training does not learn from
    /// it. It must fit the network just as the training set must.
    pub fn validation<X: Shape, Y: Target>(self, data: &Dataset<X, Y, T>) -> Trainer<L, O, T, &Dataset<X, Y, T>, H, M> {
        let Self { steps, epochs, threads, hooks, metrics, history, interrupted, .. } = self;
        Trainer { steps, epochs, threads, validation: data, hooks, metrics, history, interrupted }
    }

    /// Adds a metric that is recorded for every epoch in addition to the loss: under its name for training, and with the prefix
    /// `val_` for the validation set. By default there is none.
    ///
    /// As in Keras, the training metric uses the predictions of the training passes, each made before the step of its batch and
    /// with dropout. The validation metric uses the network after the epoch. Every sample counts equally, whatever its weight.
    /// A metric is computed over all samples of the epoch, and is not a mean over batches. Metrics do not change a single bit
    /// of the parameters, and the number of threads does not change a single bit of a metric.
    ///
    /// Accuracy on a validation set of classes, or of yes and no, `val_accuracy`, is always recorded. [`Progress`], [`History`] with its
    /// tables, and pictures show all measures. [`EarlyStopping`], [`reduce_on_plateau_of`](Self::reduce_on_plateau_of) and
    /// `Checkpoints::best` can monitor any of them by name.
    ///
    /// # Errors
    /// `fit` returns [`Error::DuplicateMeasure`] if two measures have the same name, and [`Error::InvalidMeasureName`] if a name
    /// is empty, has control characters, or starts with `val_`; [`metric::named`](crate::metric::named) renames a metric.
    ///
    /// # Example
    /// ```
    /// use typenet::metric::number;
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 3>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<3>>::labelled([[-1.0], [0.0], [1.0]], [0, 1, 2])?;
    /// let history = Trainer::new(Nll, Sgd::new(0.1))
    ///     .metric(Accuracy)
    ///     .metric(TopK::<2>)
    ///     .metric(number("macro_f1", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_f1).larger_is_better())
    ///     .validation(&data)
    ///     .callback(EarlyStopping::patience(3).monitor("val_macro_f1"))
    ///     .epochs(20)
    ///     .fit(&mut Guess::zeroed(), &data)?;
    /// // Zeros make all classes equally likely, and the first is predicted.
    /// assert_eq!((history["accuracy"][0], history["top_2_accuracy"][0]), (1.0 / 3.0, 2.0 / 3.0));
    /// assert!(history["val_macro_f1"].iter().all(|f1| (0.0..=1.0).contains(f1)));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn metric<A>(self, metric: A) -> Trainer<L, O, T, V, H, (M, A)> {
        let Self { steps, epochs, threads, validation, hooks, metrics, history, interrupted } = self;
        Trainer { steps, epochs, threads, validation, hooks, metrics: (metrics, metric), history, interrupted }
    }

    /// Adds a callback, which is called after the callbacks added before it: [`EarlyStopping`], [`TimeLimit`], [`Progress`], a
    /// custom type, a closure that takes the record of the epoch, or a closure in [`on_epoch`] or [`on_step`], which can stop
    /// the training. By default there is none, and nothing is printed. [`by_ref`] lends a callback to the trainer, so that it can be
    /// read after training.
    pub fn callback<C>(self, callback: C) -> Trainer<L, O, T, V, (H, C), M> {
        let Self { steps, epochs, threads, validation, hooks, metrics, history, interrupted } = self;
        Trainer { steps, epochs, threads, validation, hooks: (hooks, callback), metrics, history, interrupted }
    }

    /// Writes checkpoints during training, after all callbacks have seen the step or the epoch: see [`Checkpoints`]. Each call
    /// adds another checkpoint file, for example one for the last epoch and one for the best epoch. By default there is none.
    #[cfg(feature = "safetensors")]
    pub fn checkpoints(self, checkpoints: Checkpoints) -> Trainer<L, O, T, V, WithCheckpoints<H>, M> {
        let Self { steps, epochs, threads, validation, hooks, metrics, history, interrupted } = self;
        let hooks = WithCheckpoints::new(hooks, checkpoints);
        Trainer { steps, epochs, threads, validation, hooks, metrics, history, interrupted }
    }

    /// Sets the seed of the order of samples, and of layers that draw random numbers. The default is 0. The order of an epoch is
    /// a function of the seed and the number of the epoch.
    pub fn seed(self, seed: u64) -> Self {
        Self { steps: StepSettings { seed, ..self.steps }, ..self }
    }

    /// Sets the number of threads that share the steps: at least 1, and at most the larger of 1,024 and the number of threads
    /// of the machine. Each `fit` then starts its own pool. The default is the pool in which `fit` is called, or else the
    /// global pool of `rayon`, which has one thread per core.
    ///
    /// More threads than cores give no speedup, and at most eight threads share the gradient of a batch. The number of threads
    /// does not change a single bit of the result. A single thread handles batches of one tile, `Network::TILE` samples, and
    /// small networks. Callbacks are called on the thread that calls `fit`.
    #[cfg(feature = "rayon")]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Threads::Own(threads), ..self }
    }

    /// Sets the number of batches per step. The default is 1. Use it for steps over more samples than a batch can or should have, for example
    /// because memory cannot hold their activations. Each step follows the mean gradient over all samples of its batches, which
    /// equals the gradient of the joint batch up to rounding. A layer that normalizes over the batch, such as `BatchNorm`, still
    /// normalizes each batch by itself.
    ///
    /// The last step of an epoch uses the remaining batches, and the mean over their samples. With batches of 32 and 4 batches
    /// per step, an epoch of 200 samples has one step of 128 samples and one of 72.
    pub fn accumulate(self, batches: usize) -> Self {
        Self { steps: StepSettings { accumulate: batches, ..self.steps }, ..self }
    }

    /// Clips every element of the gradient of a step to -`largest` ..= `largest`: see
    /// [`Gradient::clip_value`](crate::Gradient::clip_value). By default, no element is clipped.
    pub fn clip_value(self, largest: f64) -> Self {
        Self { steps: StepSettings { clip_value: Some(largest), ..self.steps }, ..self }
    }

    /// Scales the gradient of a step down if its norm over all parameters that are not frozen exceeds `largest`: see
    /// [`Gradient::clip_norm`](crate::Gradient::clip_norm). By default, the gradient is not scaled. If
    /// [`clip_value`](Self::clip_value) is also set, values are clipped first.
    pub fn clip_norm(self, largest: f64) -> Self {
        Self { steps: StepSettings { clip_norm: Some(largest), ..self.steps }, ..self }
    }

    /// Sets a source of batches on which the network is measured after each epoch, for validation samples that do not fit into
    /// memory, in place of a [validation set](Self::validation). Training does not learn from it. Its batches have the same size as
    /// those of training. It begins with epoch 0 and seed 0 each time, as in [`Evaluate::evaluate_batches`](crate::Evaluate::evaluate_batches).
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
    /// assert_eq!(history["val_loss"][2], line.evaluate_batches(&mut moved, &MeanSquaredError, 32)?.loss);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn validation_batches<B: Batches<T>>(self, source: &mut B) -> Trainer<L, O, T, &mut B, H, M> {
        let Self { steps, epochs, threads, hooks, metrics, history, interrupted, .. } = self;
        Trainer { steps, epochs, threads, validation: source, hooks, metrics, history, interrupted }
    }

    /// Trains a network on a source of batches, for data that is not a data set in memory: see [`Batches`]. Validation,
    /// callbacks, accumulation and clipping work as in [`fit`](Self::fit).
    ///
    /// An epoch ends when the source has no more samples. Steps have `batch_size` samples, whatever number of samples the
    /// source adds at a time. [`TrainingPlan`] contains what the source knows about the number of samples.
    ///
    /// # Errors
    /// [`Error::Source`] if the source fails, or if it adds more samples than requested; [`Error::CountMismatch`] if it adds
    /// different numbers of inputs and targets; [`Error::NonFiniteBatch`] if a value is not finite; [`Error::Empty`] if an
    /// epoch has no samples; [`Error::FewerSamples`] if a resumed epoch has fewer samples than it had already used; and the
    /// errors of [`fit`](Self::fit).
    pub fn fit_batches<N, B>(&mut self, network: &mut impl AsMut<N>, source: &mut B) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Takes: Admits<N::Head>>,
        B: Batches<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        self.train(network.as_mut(), &mut CheckedBatches::new(source))
    }

    /// Returns the history of the last call of `fit`. If that call failed, the history has the epochs before the error.
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
    /// assert_eq!(trainer.history()["loss"][0], 1.0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Returns the optimizer with its state.
    #[must_use]
    pub fn optimizer(&self) -> &OptimizerState<O, T> {
        &self.steps.optimizer
    }

    /// Returns a mutable reference to the optimizer with its state, for changes between calls of `fit`.
    pub fn optimizer_mut(&mut self) -> &mut OptimizerState<O, T> {
        &mut self.steps.optimizer
    }

    /// Discards the state of the optimizer, the reductions on a plateau, and the number of epochs, as after `new`. Settings
    /// stay. Nothing is frozen afterwards.
    pub fn reset(&mut self) {
        self.steps.optimizer.reset();
        self.steps.learning_rate.reset();
        self.steps.epochs_begun = 0;
        self.interrupted = None;
    }
}
