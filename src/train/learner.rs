//! How does an epoch proceed? Its steps, and the batches of a step, from top to bottom.

use alloc::boxed::Box;
use alloc::vec::Vec;
use std::time::Instant;

use crate::error::Result;
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::history::{History, RecordedEpoch};
use crate::layer::Pass;
use crate::loss::Loss;
use crate::network::{FitsInput, FitsTarget, Network, Observer, TrainingBatch, Workspace, with_room};
use crate::optimizer::Optimizer;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;
use crate::threads;
#[cfg(feature = "safetensors")]
use crate::train::CallbackState;
#[cfg(feature = "safetensors")]
use crate::train::checkpoint::{CheckpointContents, ProgressWithin, TrainingPosition};
use crate::train::epoch_progress::EpochProgress;
use crate::train::metrics::{Metrics, Watching};
use crate::train::sample_source::SampleSource;
use crate::train::step_settings::StepSettings;
use crate::train::stop::Stop;
use crate::train::thread_pool::ThreadPool;
use crate::train::validation::Trained;
use crate::train::{Hooks, StepRecord};

/// The capacity, in samples, of a batch from a source of unknown length.
const RESERVED: usize = 1024;

/// Trains a network on samples from a source, in memory that is allocated once.
pub(super) struct Learner<'a, N, L, O, S, M>
where
    N: Network,
    L: Loss<N::Output>,
    S: SampleSource<N::Scalar>,
    M: Metrics<N::Output, L::Target>,
{
    pub(super) network: &'a mut N,
    source: &'a mut S,
    pub(super) settings: &'a mut StepSettings<L, O, N::Scalar>,
    metrics: &'a M,
    /// The states of the metrics in this epoch.
    pub(super) states: M::States,
    epoch: usize,
    pub(super) progress: EpochProgress,
    workspace: Workspace<'static, N>,
    /// The gradient of a batch.
    gradient: Box<Gradient<N>>,
    /// The mean gradient over several batches, if a step has more than one.
    sum: Option<Box<Gradient<N>>>,
    inputs: Vec<<S::Input as Shape>::Array<N::Scalar>>,
    targets: Vec<<S::Target as Target>::Value<N::Scalar>>,
    /// The predictions for a batch, if there are metrics.
    predictions: Vec<N::Scalar>,
}

/// The result of the batches of a step.
struct StepGradient {
    samples: usize,
    /// The mean loss of the samples.
    loss: f64,
    /// Whether the gradient is in `sum` instead of `gradient`.
    summed: bool,
    /// Whether the epoch has no more samples.
    ended: bool,
}

impl<'a, N, L, O, S, M> Learner<'a, N, L, O, S, M>
where
    N: Network,
    L: Loss<N::Output>,
    O: Optimizer,
    S: SampleSource<N::Scalar, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
    M: Metrics<N::Output, L::Target>,
{
    pub(super) fn new(
        network: &'a mut N,
        source: &'a mut S,
        settings: &'a mut StepSettings<L, O, N::Scalar>,
        (metrics, states): (&'a M, M::States),
        workspace: Workspace<'static, N>,
    ) -> Self {
        let batch_size = settings.batch_size.min(source.samples().unwrap_or(RESERVED));
        Self {
            workspace,
            gradient: Gradient::zeroed(),
            sum: (settings.accumulate > 1).then(Gradient::zeroed),
            inputs: with_room(batch_size),
            targets: with_room(batch_size),
            predictions: with_room(if M::EXIST { batch_size.saturating_mul(N::Output::LEN) } else { 0 }),
            epoch: 0,
            progress: EpochProgress::default(),
            network,
            source,
            settings,
            metrics,
            states,
        }
    }

    /// Returns whether several threads share the steps.
    pub(super) fn is_shared(&self) -> bool {
        Workspace::<N>::threads(self.inputs.capacity()) > 1 || threads::middle(N::PARAMETERS).is_some()
    }

    /// Starts the next epoch, which has the number `epoch` in the records. Skips the samples that interrupted training has
    /// already used, in batches of the same size, and goes on from the state that it carried.
    pub(super) fn begin_epoch(&mut self, epoch: usize, progress: EpochProgress, carried: &[N::Scalar]) -> Result<()> {
        (self.epoch, self.progress) = (epoch, progress);
        self.workspace.restart();
        if progress.samples == 0 {
            M::clear(&mut self.states);
        } else {
            self.workspace.carried_state_mut().copy_from_slice(carried);
        }
        self.source.begin(epoch, self.settings.epochs_begun, self.settings.epoch_seed())?;
        self.settings.epochs_begun += 1;
        self.source.skip(progress.samples, self.settings.batch_size, &mut self.inputs, &mut self.targets)
    }

    /// Performs the steps of the epoch until there are no more samples or a callback stops it. Callbacks stay on this thread,
    /// so every step that they watch enters the pool separately.
    pub(super) fn train_epoch<H: Hooks<N>>(
        &mut self,
        hooks: &mut H,
        history: &History,
        pool: &ThreadPool,
        start: Instant,
    ) -> Result<Stop> {
        let (mut cut, shared) = (Stop::No, self.is_shared());
        while !self.progress.ended && cut == Stop::No {
            let steps = hooks.steps_before_look(self.settings.optimizer.steps());
            let step = pool.enter(shared, || self.perform_steps(steps))?;
            cut = step.filter(|_| H::WATCHES_STEPS).map_or(Stop::No, |step| self.show_step(hooks, &step));
            #[cfg(feature = "safetensors")]
            if !self.progress.ended && cut != Stop::End {
                self.write_checkpoint(hooks, history, cut, Some(start))?;
            }
        }
        #[cfg(not(feature = "safetensors"))]
        let _ = (history, start);
        Ok(cut)
    }

    /// Shows the last step to the callbacks.
    fn show_step<H: Hooks<N>>(&self, hooks: &mut H, record: &StepRecord) -> Stop {
        let gradient = self.sum.as_ref().filter(|_| self.progress.last_summed).unwrap_or(&self.gradient);
        hooks.step_gradient(self.network, gradient, record);
        hooks.step_end(self.network, record)
    }

    /// Performs up to `count` steps of the epoch, and returns the record of the last one.
    fn perform_steps(&mut self, count: usize) -> Result<Option<StepRecord>> {
        let before = self.progress.steps;
        for _ in 0..count {
            self.perform_step()?;
            if self.progress.ended {
                break;
            }
        }
        let EpochProgress { steps: step, last_step: (samples, loss), .. } = self.progress;
        let optimizer = &self.settings.optimizer;
        let (epoch, total_steps, learning_rate) = (self.epoch, optimizer.steps(), optimizer.learning_rate());
        Ok((step > before).then_some(StepRecord { epoch, step, total_steps, samples, loss, learning_rate }))
    }

    /// Performs a step, unless no samples are left: computes the gradient, clips it, sets the learning rate, and updates the
    /// parameters.
    fn perform_step(&mut self) -> Result<()> {
        let StepGradient { samples, loss, summed, ended } = self.compute_gradient()?;
        if samples == 0 {
            self.progress.ended = true;
            return Ok(());
        }
        let Self { network, settings, .. } = self;
        let gradient = self.sum.as_mut().filter(|_| summed).unwrap_or(&mut self.gradient);
        settings.optimizer.clear_frozen(&mut **gradient);
        if let Some(largest) = settings.clip_value {
            gradient.clip_value(largest)?;
        }
        if let Some(largest) = settings.clip_norm {
            gradient.clip_norm(largest)?;
        }
        // `epochs_begun` already includes this epoch.
        settings.learning_rate.set(&mut settings.optimizer, settings.epochs_begun.saturating_sub(1));
        settings.optimizer.step(*network, &**gradient)?;
        self.progress.add_step(samples, loss, summed);
        self.progress.ended = ended || self.source.left() == Some(0);
        Ok(())
    }

    /// Computes the mean loss over the samples of a step, and its gradient: the gradient of one batch, or the mean over
    /// several.
    fn compute_gradient(&mut self) -> Result<StepGradient> {
        let (batch_size, step_size) = (self.settings.batch_size, self.settings.step_size());
        let left = self.source.left();
        let wanted = left.map_or(step_size, |left| left.min(step_size));
        let summed = self.sum.is_some() && wanted > batch_size;
        if !summed {
            let (samples, loss) = self.learn_batch(wanted, 0)?;
            return Ok(StepGradient { samples, loss, summed, ended: samples < wanted });
        }
        let mut step = StepGradient { samples: 0, loss: 0.0, summed, ended: false };
        // The weights of the batches are relative to the step if its size is certain. Otherwise they are relative to a batch,
        // and rescaled to the step at its end.
        let whole = left.map_or(batch_size, |_| wanted);
        while step.samples < wanted && !step.ended {
            let asked = batch_size.min(wanted - step.samples);
            let (samples, loss) = self.learn_batch(asked, step.samples)?;
            step.ended = samples < asked;
            if let Some(sum) = self.sum.as_mut().filter(|_| samples > 0) {
                if step.samples == 0 {
                    sum.set_to_zero();
                }
                let share = samples as f64 / whole as f64;
                sum.add_scaled(&self.gradient, share);
                step.loss += share * loss;
                step.samples += samples;
            }
        }
        if let Some(sum) = self.sum.as_mut().filter(|_| step.samples != whole && step.samples > 0) {
            let factor = whole as f64 / step.samples as f64;
            sum.scale_with_statistics(factor);
            step.loss *= factor;
        }
        Ok(step)
    }

    /// Takes the next batch, of up to `asked` samples, and computes its gradient into `gradient`. Returns the number of samples
    /// and their mean loss. Samples are numbered within their step, as in a joint batch.
    fn learn_batch(&mut self, asked: usize, first_sample: usize) -> Result<(usize, f64)> {
        self.source.fill(asked, &mut self.inputs, &mut self.targets)?;
        if self.inputs.is_empty() {
            return Ok((0, 0.0));
        }
        let (inputs, targets) = (S::Input::arrays(&self.inputs), S::Target::values(&self.targets));
        let StepSettings { loss, optimizer, seed, .. } = &*self.settings;
        let pass = &Pass { first_sample, ..Pass::training(*seed, optimizer.steps()) };
        let predictions = if M::EXIST { inputs.len() * N::Output::LEN } else { 0 };
        self.predictions.resize(predictions, N::Scalar::ZERO);
        let batch = TrainingBatch { network: &*self.network, loss, inputs, targets, pass };
        let loss = batch.gradient(&mut self.workspace, &mut self.gradient, &mut self.predictions)?;
        // Metrics see the predictions of the training pass, before the step. Without metrics, there are none.
        let metrics = &mut Watching { metrics: self.metrics, states: &mut self.states };
        Observer::<N, L::Target>::see(metrics, &self.predictions, targets);
        Ok((inputs.len(), loss.to_f64()))
    }

    /// Returns what is recorded of the epoch, which began at `start`, beside its measures.
    pub(super) fn recorded(&self, start: Instant) -> RecordedEpoch {
        let Self { progress, settings, .. } = self;
        let (samples, seconds) = (progress.samples, progress.seconds_since(start));
        RecordedEpoch { samples, learning_rate: settings.optimizer.learning_rate(), seconds }
    }

    /// Returns the network after the epoch.
    pub(super) fn trained(&mut self) -> Trained<'_, N, L> {
        let Self { network, workspace, settings, epoch, .. } = self;
        Trained { network, loss: &settings.loss, workspace, batch_size: settings.batch_size, epoch: *epoch }
    }

    /// Writes the checkpoints that are due: within an epoch that began at `within`, or after an epoch.
    #[cfg(feature = "safetensors")]
    pub(super) fn write_checkpoint(
        &self,
        hooks: &mut impl Hooks<N>,
        history: &History,
        stop: Stop,
        within: Option<Instant>,
    ) -> Result<()> {
        let (total_steps, within_epoch) = (self.settings.optimizer.steps(), within.is_some());
        let position = TrainingPosition { history, samples: self.source.samples(), total_steps, stop, within_epoch };
        if !hooks.is_due(&position) {
            return Ok(());
        }
        let mut callbacks = CallbackState::default();
        hooks.save(&mut callbacks);
        let progress = within.map_or_else(EpochProgress::default, |start| self.progress.at_interruption(start));
        let (mut metrics, mut carried) = (Vec::new(), &[][..]);
        if within_epoch {
            M::save(&self.states, &mut metrics);
            carried = self.workspace.carried_state();
        }
        let progress = ProgressWithin { epoch: progress, metrics: &metrics, carried };
        let contents = CheckpointContents::within_fit(self.settings, &position, &progress, callbacks);
        hooks.write(self.network, &position, &contents)
    }
}
