//! The training loop, from top to bottom: a call of `fit`, its epochs, their steps, and the batches of a step.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History, ValidationRecord};
use crate::kernel::Kernels;
use crate::layer::Pass;
use crate::loss::{Loss, check_targets};
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network, Workspace};
use crate::optimizer::Optimizer;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;
use crate::threads;
#[cfg(feature = "safetensors")]
use crate::train::CallbackState;
#[cfg(feature = "safetensors")]
use crate::train::checkpoint::{CheckpointContents, RunPosition};
use crate::train::epoch_progress::EpochProgress;
use crate::train::hooks::Hooks;
use crate::train::sample_source::SampleSource;
use crate::train::step_settings::StepSettings;
use crate::train::stop::Stop;
use crate::train::thread_pool::ThreadPool;
use crate::train::validation::{Trained, Validation, has_accuracy};
use crate::train::{StepRecord, Trainer, TrainingPlan};

/// The samples that room is made for where nobody knows how many there will be.
const RESERVED: usize = 1024;

impl<L, O: Optimizer, T: Kernels, V, H> Trainer<L, O, T, V, H> {
    /// One call of `fit`: checks, the begin that callbacks see, all epochs, and the end.
    pub(super) fn train<N, S>(&mut self, network: &mut N, source: &mut S) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        S: SampleSource<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        H: Hooks<N>,
    {
        self.history = History::with_capacity(self.epochs, self.steps.seed);
        self.steps.check(N::TENSORS)?;
        check_targets::<L, N::Output, T>(&self.steps.loss, S::Target::values(source.targets()))?;
        self.validation.check(&self.steps.loss)?;
        // A saturating activation can hide an infinite weight from the loss.
        if let Some(tensor) = network.non_finite_tensor() {
            return Err(Error::NonFiniteParameter { tensor });
        }
        // Before callbacks see anything, and before an interrupted run is taken up.
        let pool = self.threads.start()?;
        let plan = self.plan(source.samples().unwrap_or(0), V::EXISTS, V::EXISTS && has_accuracy::<N, L>());
        let begins = self.hooks.begin(network, &plan)?.is_continue();
        let progress = match self.take_up_interrupted_run::<N>() {
            Ok(progress) => progress.filter(|_| begins),
            Err(error) => {
                // The run still waits for its own callbacks: these may not put anything into its network.
                let before = network.parameters().to_vec();
                self.hooks.end(network, &self.history);
                network.parameters_mut().copy_from_slice(&before);
                return Err(error);
            }
        };
        let ended = progress.map_or(Ok(()), |progress| self.train_epochs(network, source, &pool, progress));
        self.hooks.end(network, &self.history);
        ended.map(|()| self.history.clone())
    }

    /// What the next epochs are, for callbacks.
    fn plan(&self, samples: usize, validation: bool, accuracy: bool) -> TrainingPlan {
        let before = self.interrupted.as_ref().map(|run| (run.records.len(), run.progress.steps));
        let (epochs_before, steps_before) = before.unwrap_or_default();
        let (epochs, steps) = (self.epochs, self.steps.steps_of(samples));
        TrainingPlan { epochs, samples, steps, validation, accuracy, epochs_before, steps_before }
    }

    /// Goes on with a run that was interrupted, where there is one: what there is of its next epoch, and nothing for a run that
    /// a callback had ended.
    fn take_up_interrupted_run<N: Network<Scalar = T>>(&mut self) -> Result<Option<EpochProgress>>
    where
        H: Hooks<N>,
    {
        let Some(interrupted) = &self.interrupted else {
            return Ok(Some(EpochProgress::default()));
        };
        let mut state = interrupted.callbacks.clone();
        self.hooks.resume(&mut state)?;
        state.finish()?;
        interrupted.records.iter().for_each(|&record| self.history.push(record));
        let progress = (!interrupted.stopped).then_some(interrupted.progress);
        self.interrupted = None;
        Ok(progress)
    }

    /// The epochs that are left; `progress` is what there is of the first. Each: steps, validation, record, callbacks,
    /// checkpoint.
    fn train_epochs<N, S>(
        &mut self,
        network: &mut N,
        source: &mut S,
        pool: &ThreadPool,
        mut progress: EpochProgress,
    ) -> Result<()>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        S: SampleSource<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        H: Hooks<N>,
    {
        let Self { steps: settings, epochs, validation, hooks, history, .. } = self;
        let mut validation_memory = validation.memory(settings.batch_size);
        let mut learner = Learner::new(network, source, settings);
        let shared = learner.is_shared();
        for epoch in history.epochs().len() + 1..=*epochs {
            let start = Instant::now();
            learner.begin_epoch(epoch, mem::take(&mut progress))?;
            let mut cut = Stop::No;
            while !learner.progress.ended && cut == Stop::No {
                // Callbacks stay on this thread, so each step that they see is a way of its own to the others.
                let steps = hooks.steps_to_look(learner.settings.optimizer.steps());
                let step = pool.enter(shared, || learner.make_steps(steps))?;
                cut = step.filter(|_| H::WATCHES_STEPS).map_or(Stop::No, |step| hooks.step_end(learner.network, &step));
                #[cfg(feature = "safetensors")]
                if !learner.progress.ended && cut != Stop::End {
                    learner.write_checkpoint(hooks, history, cut, Some(start))?;
                }
            }
            let loss = learner.progress.loss()?;
            let validation = pool.enter(shared, || learner.validate(validation, &mut validation_memory))?;
            let (samples, seconds) = (learner.progress.samples, learner.progress.seconds_since(start));
            let record = EpochRecord { epoch, epochs: *epochs, loss, samples, validation, seconds };
            history.push(record);
            learner.settings.learning_rate.observe(&record);
            let stop = cut.max(hooks.epoch_end(learner.network, &record));
            // An epoch that a pause cut short is written already, to be gone on with.
            #[cfg(feature = "safetensors")]
            if learner.progress.ended || cut != Stop::Pause {
                learner.write_checkpoint(hooks, history, stop, None)?;
            }
            if stop != Stop::No {
                break;
            }
        }
        Ok(())
    }
}

/// What learns: a network from a source of samples, with the memory that this takes, which is allocated once.
struct Learner<'a, N: Network, L, O, S: SampleSource<N::Scalar>> {
    network: &'a mut N,
    source: &'a mut S,
    settings: &'a mut StepSettings<L, O, N::Scalar>,
    epoch: usize,
    progress: EpochProgress,
    workspace: Workspace<'static, N>,
    /// The gradient of a batch.
    gradient: Box<Gradient<N>>,
    /// The mean over several, where steps have more than one.
    sum: Option<Box<Gradient<N>>>,
    inputs: Vec<<S::Input as Shape>::Array<N::Scalar>>,
    targets: Vec<<S::Target as Target>::Value<N::Scalar>>,
}

/// What the batches of a step have come to.
struct StepGradient {
    samples: usize,
    /// Their mean loss.
    loss: f64,
    /// The gradient is in `sum`, else in `gradient`.
    summed: bool,
    /// There are no more samples in the epoch.
    ended: bool,
}

impl<'a, N, L, O, S> Learner<'a, N, L, O, S>
where
    N: Network,
    L: Loss<N::Output, Target: Measured>,
    O: Optimizer,
    S: SampleSource<N::Scalar, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
{
    fn new(network: &'a mut N, source: &'a mut S, settings: &'a mut StepSettings<L, O, N::Scalar>) -> Self {
        let batch_size = settings.batch_size.min(source.samples().unwrap_or(RESERVED));
        Self {
            workspace: Workspace::new(),
            gradient: Gradient::zeroed(),
            sum: (settings.accumulate > 1).then(Gradient::zeroed),
            inputs: Vec::with_capacity(batch_size),
            targets: Vec::with_capacity(batch_size),
            epoch: 0,
            progress: EpochProgress::default(),
            network,
            source,
            settings,
        }
    }

    /// Threads will share the steps.
    fn is_shared(&self) -> bool {
        Workspace::<N>::threads(self.inputs.capacity()) > 1 || threads::middle(N::PARAMETERS).is_some()
    }

    /// Starts the next epoch, which has this number in the records. The samples that an interrupted run has learned from are passed
    /// over, in the batches that it had.
    fn begin_epoch(&mut self, epoch: usize, progress: EpochProgress) -> Result<()> {
        (self.epoch, self.progress) = (epoch, progress);
        self.source.begin(epoch, self.settings.epochs_begun, self.settings.epoch_seed())?;
        self.settings.epochs_begun += 1;
        let (mut samples, needed) = (0, progress.samples);
        while samples < needed {
            self.source.fill(self.settings.batch_size.min(needed - samples), &mut self.inputs, &mut self.targets)?;
            if self.inputs.is_empty() {
                return Err(Error::FewerSamples { samples, needed });
            }
            samples += self.inputs.len();
        }
        Ok(())
    }

    /// Makes up to so many of the epoch's next steps, and gives the last.
    fn make_steps(&mut self, count: usize) -> Result<Option<StepRecord>> {
        let before = self.progress.steps;
        for _ in 0..count {
            self.make_step()?;
            if self.progress.ended {
                break;
            }
        }
        let EpochProgress { steps: step, last_step: (samples, loss), .. } = self.progress;
        let (epoch, total_steps) = (self.epoch, self.settings.optimizer.steps());
        Ok((step > before).then_some(StepRecord { epoch, step, total_steps, samples, loss }))
    }

    /// Makes a step, unless no samples are left: the gradient, what bounds it, the learning rate, and the update.
    fn make_step(&mut self) -> Result<()> {
        let StepGradient { samples, loss, summed, ended } = self.find_gradient()?;
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
        // This epoch is counted already.
        settings.learning_rate.set(&mut settings.optimizer, settings.epochs_begun.saturating_sub(1));
        settings.optimizer.step(*network, &**gradient)?;
        self.progress.add_step(samples, loss);
        self.progress.ended = ended || self.source.left() == Some(0);
        Ok(())
    }

    /// The mean loss of the samples of a step, and its gradient: of one batch, or the mean over several.
    fn find_gradient(&mut self) -> Result<StepGradient> {
        let (batch_size, step_size) = (self.settings.batch_size, self.settings.step_size());
        let left = self.source.left();
        let wanted = left.map_or(step_size, |left| left.min(step_size));
        let summed = self.sum.is_some() && wanted > batch_size;
        if !summed {
            let (samples, loss) = self.learn_batch(wanted, 0)?;
            return Ok(StepGradient { samples, loss, summed, ended: samples < wanted });
        }
        let mut step = StepGradient { samples: 0, loss: 0.0, summed, ended: false };
        // Shares of the step where its size is certain; else of a batch, and of the step at its end.
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
            sum.scale(factor);
            step.loss *= factor;
        }
        Ok(step)
    }

    /// Takes the next batch, of so many samples where there are as many. Gives how many it has, and their mean loss, whose
    /// gradient is then in `gradient`. Samples are numbered within their step, as in a joint batch.
    fn learn_batch(&mut self, asked: usize, first_sample: usize) -> Result<(usize, f64)> {
        self.source.fill(asked, &mut self.inputs, &mut self.targets)?;
        if self.inputs.is_empty() {
            return Ok((0, 0.0));
        }
        let (inputs, targets) = (S::Input::arrays(&self.inputs), S::Target::values(&self.targets));
        let StepSettings { loss, optimizer, seed, .. } = &*self.settings;
        let pass = Pass { first_sample, ..Pass::training(*seed, optimizer.steps()) };
        let loss = self.network.gradient(inputs, targets, loss, &pass, &mut self.workspace, &mut self.gradient)?;
        Ok((inputs.len(), loss.to_f64()))
    }

    /// Measures the network after an epoch on the validation set.
    fn validate<V: Validation<N, L>>(
        &mut self,
        validation: &mut V,
        memory: &mut V::Memory,
    ) -> Result<Option<ValidationRecord>> {
        let Self { network, workspace, settings, epoch, .. } = self;
        let (epoch, batch_size) = (*epoch, settings.batch_size);
        let trained = Trained { network: &**network, loss: &settings.loss, workspace, batch_size, epoch };
        let record = validation.measure(trained, memory, ())?.map(|evaluation| ValidationRecord::of(&evaluation));
        match record.map(|record| record.loss).filter(|loss| !loss.is_finite()) {
            Some(value) => Err(Error::NonFiniteValidation { value, epoch }),
            None => Ok(record),
        }
    }

    /// Writes the checkpoints that are due: within an epoch that began at `within`, or after one.
    #[cfg(feature = "safetensors")]
    fn write_checkpoint(
        &self,
        hooks: &mut impl Hooks<N>,
        history: &History,
        stop: Stop,
        within: Option<Instant>,
    ) -> Result<()> {
        let (total_steps, within_epoch) = (self.settings.optimizer.steps(), within.is_some());
        let position = RunPosition { history, total_steps, stop, within_epoch };
        if !hooks.is_due(&position) {
            return Ok(());
        }
        let mut callbacks = CallbackState::default();
        hooks.save(&mut callbacks);
        let progress = within.map_or_else(EpochProgress::default, |start| {
            let seconds = self.progress.seconds_since(start);
            EpochProgress { seconds, ..self.progress }
        });
        let contents = CheckpointContents::within_run(self.settings, &position, &progress, callbacks);
        hooks.write(self.network, &position, &contents)
    }
}
