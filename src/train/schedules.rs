//! How does the learning rate change during training?

use crate::history::Monitor;
use crate::kernel::Kernels;
use crate::optimizer::Optimizer;
#[cfg(doc)]
use crate::optimizer::OptimizerState;
use crate::schedule::{ReduceOnPlateau, Schedule};
use crate::train::Trainer;
use crate::train::step_settings::StepSettings;

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Multiplies the learning rate of each step by the factor of a schedule. The schedule depends on the number of the step,
    /// counted from 0 over all epochs and calls of `fit`, also across a checkpoint. The settings of the optimizer do not
    /// change. By default, the learning rate of each step is that of the optimizer.
    ///
    /// # Example
    /// The schedule of the lecture, which multiplies the learning rate by β < 1 after each update.
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::schedule::Exponential;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 4], vec![[1.0]; 4])?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5)).batch_size(1).schedule(Exponential::new(0.5));
    /// trainer.fit(&mut Line::zeroed(), &data)?;
    /// // The learning rate of the last of four steps: 0.5 · 0.5³.
    /// assert_eq!(trainer.optimizer().learning_rate(), Some(0.0625));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn schedule(self, schedule: impl Schedule + Send + Sync + 'static) -> Self {
        let learning_rate = self.steps.learning_rate.with_schedule(schedule, false);
        Self { steps: StepSettings { learning_rate, ..self.steps }, ..self }
    }

    /// The same as [`schedule`](Self::schedule), except that the schedule depends on the number of the epoch, counted from 0
    /// over all calls of `fit`. All steps of an epoch have the same learning rate.
    pub fn schedule_by_epoch(self, schedule: impl Schedule + Send + Sync + 'static) -> Self {
        let learning_rate = self.steps.learning_rate.with_schedule(schedule, true);
        Self { steps: StepSettings { learning_rate, ..self.steps }, ..self }
    }

    /// Reduces the learning rate when the loss on the validation set (or the training loss, without a validation set) no longer
    /// decreases. By default, nothing reduces it. The state of the plateau is kept from one `fit` to the next, and in
    /// checkpoints. Together with a schedule, the plateau reduces the learning rate of the schedule.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::schedule::ReduceOnPlateau;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// // Each step overshoots by the length of the error, so the loss does not change.
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0))
    ///     .epochs(20)
    ///     .reduce_on_plateau(ReduceOnPlateau::new().factor(0.5).patience(3));
    /// let mut line = Line::zeroed();
    /// let history = trainer.fit(&mut line, &data)?;
    /// assert_eq!(history["loss"][3], 1.0);
    /// assert_eq!(history.final_loss(), Some(0.0));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn reduce_on_plateau(self, plateau: ReduceOnPlateau) -> Self {
        self.reduce_on_plateau_of(Monitor::LOSS, plateau)
    }

    /// Reduces the learning rate when another measure no longer improves: any measure of training or on the validation set, by
    /// name. See [`reduce_on_plateau`](Self::reduce_on_plateau).
    ///
    /// `min_delta` is an absolute difference of that measure. `fit` returns an error for a name that is not recorded: see
    /// [`Monitor`].
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::schedule::ReduceOnPlateau;
    ///
    /// network!(struct Guess = Dense<1, 2>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0]], [0, 1])?;
    /// let mut trainer = Trainer::new(Nll, Sgd::new(0.1))
    ///     .epochs(20)
    ///     .metric(Accuracy)
    ///     .reduce_on_plateau_of("accuracy", ReduceOnPlateau::new().patience(10));
    /// let history = trainer.fit(&mut Guess::zeroed(), &data)?;
    /// // The ten epochs after the second bring no improvement.
    /// assert_eq!(history.best_by("accuracy")?.map(|record| record.epoch), Some(2));
    /// assert!((trainer.optimizer().learning_rate().unwrap() - 0.01).abs() < 1e-12);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn reduce_on_plateau_of(mut self, monitor: impl Into<Monitor>, plateau: ReduceOnPlateau) -> Self {
        let rate = &mut self.steps.learning_rate;
        (rate.plateau, rate.monitor) = (Some(plateau), monitor.into());
        self
    }

    /// Multiplies the learning rate of a layer, given by its dotted name, by `factor`: see
    /// [`OptimizerState::set_layer_factor`]. The default is 1. `fit` returns an error for names that the network does not have.
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
    /// assert_eq!(error.to_string(), "no layer with parameters is named `tanh`: the names are `features`, `output`");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn layer_factor(mut self, layer: &str, factor: f64) -> Self {
        self.steps.optimizer.set_layer_factor(layer, factor);
        self
    }
}
