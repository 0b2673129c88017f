//! How does a call of `fit` proceed? The call and its epochs, from top to bottom.

use alloc::vec::Vec;
use core::mem;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::history::History;
use crate::kernel::Kernels;
use crate::loss::Loss;
use crate::network::{FitsInput, FitsTarget, Network, Workspace, check_samples};
use crate::optimizer::Optimizer;
use crate::train::epoch_progress::EpochProgress;
use crate::train::learner::Learner;
use crate::train::metrics::{Metrics, measures};
use crate::train::sample_source::SampleSource;
#[cfg(feature = "tracing")]
use crate::train::spans;
use crate::train::stop::Stop;
use crate::train::thread_pool::ThreadPool;
use crate::train::validation::{Validation, Validator};
use crate::train::{Hooks, Trainer, TrainingPlan};

/// The progress of an epoch that may have begun, and the state that it carried from window to window.
type Begun<T> = (EpochProgress, Vec<T>);

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Performs one call of `fit`, in a span of `tracing` if there is the feature.
    pub(super) fn train<N, S>(&mut self, network: &mut N, source: &mut S) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output>,
        S: SampleSource<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        #[cfg(feature = "tracing")]
        let _span = spans::fit::<N>(self.epochs, self.steps.batch_size, self.steps.seed);
        let trained = self.train_within(network, source);
        #[cfg(feature = "tracing")]
        if let Err(error) = &trained {
            spans::failed(error);
        }
        trained
    }

    /// Performs one call of `fit`: checks, the begin hooks, all epochs, and the end hooks.
    fn train_within<N, S>(&mut self, network: &mut N, source: &mut S) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output>,
        S: SampleSource<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        let measures = measures::<N, L, M>(&self.metrics, V::EXISTS)?;
        self.steps.learning_rate.watch(&measures)?;
        let epochs_before = self.interrupted.as_ref().map_or(0, |training| training.epochs.len());
        let epochs = self.epochs.max(epochs_before);
        self.history = History::new(epochs, self.steps.seed, measures);
        self.steps.check(N::TENSORS)?;
        self.steps.check_batches(source.samples(), N::MIXING.smallest_batch)?;
        let (inputs, targets) = (S::Input::arrays(source.inputs()), S::Target::values(source.targets()));
        check_samples::<N, L>(&self.steps.loss, inputs, targets)?;
        self.validation.check(&self.steps.loss)?;
        // A saturating activation can hide an infinite weight from the loss.
        if let Some(tensor) = network.non_finite_tensor() {
            return Err(Error::NonFiniteParameter { tensor });
        }
        // This must come before any callback is called and before interrupted training is resumed.
        let pool = self.threads.start()?;
        let (mut states, workspace) = (self.metrics.states(), source.workspace::<N>());
        let plan = TrainingPlan {
            epochs,
            samples: source.samples().unwrap_or(0),
            steps: self.steps.steps_of(source.samples().unwrap_or(0)),
            measures: self.history.measures(),
            epochs_before,
            steps_before: self.interrupted.as_ref().map_or(0, |training| training.progress.steps),
        };
        let begins = self.hooks.begin(network, &plan)?.is_continue();
        let carried = workspace.carried_state().len();
        let progress = match self.resume_interrupted::<N>(source.samples(), carried, &mut states) {
            Ok(progress) => progress.filter(|_| begins),
            Err(error) => {
                // The interrupted training still waits for its own callbacks, so these must not change its network.
                let before = network.parameters().to_vec();
                self.hooks.end(network, &self.history);
                network.parameters_mut().copy_from_slice(&before);
                return Err(error);
            }
        };
        let ended = progress.map_or(Ok(()), |progress| {
            let memory = (workspace, states);
            self.train_epochs(network, source, &pool, progress, memory)
        });
        self.hooks.end(network, &self.history);
        ended.map(|()| self.history.clone())
    }

    /// Resumes interrupted training, if there is any. Returns the progress of its next epoch with the state that it carried, whose
    /// length has to be `carried`, or `None` if a callback had ended the training.
    fn resume_interrupted<N>(
        &mut self,
        samples: Option<usize>,
        carried: usize,
        states: &mut M::States,
    ) -> Result<Option<Begun<T>>>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        let Some(interrupted) = &self.interrupted else {
            return Ok(Some(Begun::default()));
        };
        interrupted.check_samples(samples)?;
        interrupted.check_carried(carried)?;
        interrupted.check_measures(self.history.measures())?;
        if interrupted.progress.samples > 0 {
            *states = self.metrics.restore(&mut &interrupted.metrics[..])?;
        }
        let mut state = interrupted.callbacks.clone();
        self.hooks.resume(&mut state)?;
        state.finish()?;
        interrupted.write_history(&mut self.history);
        let interrupted = self.interrupted.take().filter(|training| !training.stopped);
        Ok(interrupted.map(|training| (training.progress, training.carried)))
    }

    /// Trains the remaining epochs, of which the first may have begun. Each epoch consists of steps, validation,
    /// record, callbacks and checkpoint.
    fn train_epochs<N, S>(
        &mut self,
        network: &mut N,
        source: &mut S,
        pool: &ThreadPool,
        mut begun: Begun<T>,
        (workspace, states): (Workspace<'static, N>, M::States),
    ) -> Result<()>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output>,
        S: SampleSource<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        let Self { steps: settings, epochs, validation, hooks, metrics, history, .. } = self;
        let mut validator = Validator::new(validation, metrics, settings.batch_size);
        let mut learner = Learner::new(network, source, settings, (metrics, states), workspace);
        for epoch in history.len() + 1..=*epochs {
            #[cfg(feature = "tracing")]
            let _span = spans::epoch(epoch);
            let start = Instant::now();
            let (progress, carried) = mem::take(&mut begun);
            learner.begin_epoch(epoch, progress, &carried)?;
            let cut = learner.train_epoch(hooks, history, pool, start)?;
            let loss = learner.progress.loss()?;
            pool.enter(learner.is_shared(), || validator.measure(learner.trained()))?;
            history.push(learner.recorded(start), |value| {
                value(loss);
                metrics.values(&learner.states, value);
                validator.values(value);
            });
            let record = history.last().expect("an epoch was recorded");
            #[cfg(feature = "tracing")]
            spans::record(&record);
            learner.settings.learning_rate.observe(&record);
            let stop = cut.max(hooks.epoch_end(learner.network, &record));
            // A checkpoint of an epoch that a pause interrupted is already written, so that training can resume within the
            // epoch.
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
