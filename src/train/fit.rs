//! How are epochs made until the run is over?

use std::time::Instant;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History, ValidationRecord};
use crate::kernel::Kernels;
use crate::loss::{Loss, check_targets};
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network, Workspace};
use crate::optimizer::Optimizer;
use crate::train::epoch::{Epoch, Made, Run};
use crate::train::feed::Feed;
use crate::train::validation::{Trained, has_accuracy};
use crate::train::{Callback, Pool, StepRecord, Stop, Trainer, TrainingPlan, Validation};
#[cfg(feature = "safetensors")]
use crate::train::{CallbackState, Moment, RunState};

/// The samples that room is made for where nobody knows how many there will be.
const RESERVED: usize = 1024;

impl<L, O: Optimizer, T: Kernels, V, C> Trainer<L, O, T, V, C> {
    pub(super) fn train<N, F>(&mut self, network: &mut N, mut feed: F) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        F: Feed<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        C: Callback<N>,
    {
        self.history = History::with_capacity(self.epochs, self.epoch.seed);
        self.epoch.check(N::TENSORS)?;
        check_targets::<L, N::Output, T>(&self.epoch.loss, F::Target::values(feed.targets()))?;
        self.validation.check(&self.epoch.loss)?;
        // A saturating activation can hide an infinite weight from the loss.
        if let Some(tensor) = network.non_finite_tensor() {
            return Err(Error::NonFiniteParameter { tensor });
        }
        // Before callbacks see anything, and before an interrupted run is taken up.
        let pool = self.threads.start()?;
        let plan = self.plan(feed.samples().unwrap_or(0), V::EXISTS, V::EXISTS && has_accuracy::<N, L>());
        let begins = self.callbacks.begin(network, &plan)?.is_continue();
        let begun = match self.take_up::<N>() {
            Ok(begun) => begun.filter(|_| begins),
            Err(error) => {
                // The run still waits for its own callbacks: these may not put anything into its network.
                let before = network.parameters().to_vec();
                self.callbacks.end(network, &self.history);
                network.parameters_mut().copy_from_slice(&before);
                return Err(error);
            }
        };
        let ended = begun.map_or(Ok(()), |begun| self.run_epochs(network, &mut feed, &pool, begun));
        self.callbacks.end(network, &self.history);
        ended.map(|()| self.history.clone())
    }

    /// What the next `fit` is about to do.
    fn plan(&self, samples: usize, validation: bool, accuracy: bool) -> TrainingPlan {
        let before = self.interrupted.as_ref().map(|run| (run.records.len(), run.made.steps));
        let (epochs_before, steps_before) = before.unwrap_or_default();
        let (epochs, steps) = (self.epochs, self.epoch.steps(samples));
        TrainingPlan { epochs, samples, steps, validation, accuracy, epochs_before, steps_before }
    }

    /// Goes on with a run that was interrupted, where there is one: what there is of its next epoch, and nothing for a run that
    /// a callback had ended.
    fn take_up<N: Network<Scalar = T>>(&mut self) -> Result<Option<Made>>
    where
        C: Callback<N>,
    {
        let Some(interrupted) = &self.interrupted else {
            return Ok(Some(Made::default()));
        };
        let mut state = interrupted.callbacks.clone();
        self.callbacks.resume(&mut state)?;
        state.finish()?;
        interrupted.records.iter().for_each(|&record| self.history.push(record));
        let begun = (!interrupted.stopped).then_some(interrupted.made);
        self.interrupted = None;
        Ok(begun)
    }

    /// The first of its epochs is `begun`.
    fn run_epochs<N, F>(&mut self, network: &mut N, feed: &mut F, pool: &Pool, mut begun: Made) -> Result<()>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        F: Feed<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        C: Callback<N>,
    {
        let Self { epoch: next, epochs, validation, callbacks, history, .. } = self;
        let mut run = Run::new(next.batch_size.min(feed.samples().unwrap_or(RESERVED)), next.accumulate > 1);
        let mut memory = validation.memory(next.batch_size);
        for epoch in history.epochs().len() + 1..=*epochs {
            let start = Instant::now();
            let (mut made, mut cut) = (core::mem::take(&mut begun), Stop::No);
            next.begin(feed, epoch, made.samples, &mut run)?;
            while !made.ended && cut == Stop::No {
                let before = made.steps;
                // Callbacks stay on this thread, so each step that they see is a way of its own to the others.
                let steps = callbacks.steps_to_look(next.optimizer.steps());
                pool.run(run.is_shared(), || next.advance(steps, &mut made, network, feed, &mut run))?;
                if C::WATCHES_STEPS && made.steps > before {
                    let (step, total_steps, (samples, loss)) = (made.steps, next.optimizer.steps(), made.last);
                    cut = callbacks.stop_step(network, &StepRecord { epoch, step, total_steps, samples, loss });
                }
                #[cfg(feature = "safetensors")]
                if !made.ended && cut != Stop::End {
                    let made = Made { seconds: made.seconds + start.elapsed().as_secs_f64(), ..made };
                    write_down(callbacks, network, next, history, cut, Some(&made))?;
                }
            }
            let (loss, samples) = (made.loss()?, made.samples);
            let validation = pool.run(run.is_shared(), || {
                measure(&mut *validation, next, network, epoch, &mut run.workspace, &mut memory)
            })?;
            let seconds = made.seconds + start.elapsed().as_secs_f64();
            let record = EpochRecord { epoch, epochs: *epochs, loss, samples, validation, seconds };
            history.push(record);
            next.rate.observe(&record);
            let stop = cut.max(callbacks.stop_epoch(network, &record));
            // An epoch that a pause cut short is written down already, to be gone on with.
            #[cfg(feature = "safetensors")]
            if made.ended || cut != Stop::Pause {
                write_down(callbacks, network, next, history, stop, None)?;
            }
            if stop != Stop::No {
                break;
            }
        }
        Ok(())
    }
}

/// Measures the network after an epoch on the validation set.
fn measure<N, L, O, V>(
    validation: &mut V,
    Epoch { loss, batch_size, .. }: &Epoch<L, O, N::Scalar>,
    network: &N,
    epoch: usize,
    workspace: &mut Workspace<'static, N>,
    memory: &mut V::Memory,
) -> Result<Option<ValidationRecord>>
where
    N: Network,
    L: Loss<N::Output, Target: Measured>,
    V: Validation<N, L>,
{
    let trained = Trained { network, loss, workspace, batch_size: *batch_size, epoch };
    let evaluation = validation.measure(trained, memory, ())?;
    let record = evaluation.map(|evaluation| ValidationRecord::of(&evaluation));
    match record.map(|record| record.loss).filter(|loss| !loss.is_finite()) {
        Some(value) => Err(Error::NonFiniteValidation { value, epoch }),
        None => Ok(record),
    }
}

/// Has callbacks write the run down where one of them wants it; `within` is what was made of an epoch that is not over.
#[cfg(feature = "safetensors")]
fn write_down<N: Network, L, O: Optimizer>(
    callbacks: &mut impl Callback<N>,
    network: &N,
    epoch: &Epoch<L, O, N::Scalar>,
    history: &History,
    stop: Stop,
    within: Option<&Made>,
) -> Result<()> {
    let (total_steps, within_epoch) = (epoch.optimizer.steps(), within.is_some());
    let moment = Moment { history, total_steps, stop, within_epoch };
    if !callbacks.is_due(&moment) {
        return Ok(());
    }
    let mut state = CallbackState::default();
    callbacks.save(&mut state);
    callbacks.write(network, &RunState::within_run(epoch, moment, within.unwrap_or(&Made::default()), state))
}
