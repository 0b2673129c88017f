//! How are epochs made until the run is over?

use std::time::Instant;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History};
use crate::kernel::Kernels;
use crate::loss::Loss;
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network};
use crate::optimizer::Optimizer;
use crate::train::epoch::{Made, Run};
use crate::train::feed::Feed;
use crate::train::{Callback, StepRecord, Stop, Trainer, TrainingPlan, Validation};
#[cfg(feature = "safetensors")]
use crate::train::{CallbackState, RunState};

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
        // A saturating activation can hide an infinite weight from the loss.
        if let Some(tensor) = network.non_finite_tensor() {
            return Err(Error::NonFiniteParameter { tensor });
        }
        let samples = feed.samples().unwrap_or(0);
        let plan = TrainingPlan {
            epochs: self.epochs,
            samples,
            steps: self.epoch.steps(samples),
            validation: V::EXISTS,
            accuracy: self.validation.has_accuracy(),
        };
        let begins = self.callbacks.begin(network, &plan)?.is_continue();
        let goes_on = match self.take_up::<N>() {
            Ok(goes_on) => begins && goes_on,
            Err(error) => {
                // The run still waits for its own callbacks: these may not put anything into its network.
                let before = network.parameters().to_vec();
                self.callbacks.end(network, &self.history);
                network.parameters_mut().copy_from_slice(&before);
                return Err(error);
            }
        };
        let ended = if goes_on { self.run_epochs(network, &mut feed) } else { Ok(()) };
        self.callbacks.end(network, &self.history);
        ended.map(|()| self.history.clone())
    }

    /// Goes on with a run that was interrupted, where there is one; `false` for one that a callback had ended.
    fn take_up<N: Network<Scalar = T>>(&mut self) -> Result<bool>
    where
        C: Callback<N>,
    {
        let Some(interrupted) = &self.interrupted else {
            return Ok(true);
        };
        let mut state = interrupted.callbacks.clone();
        self.callbacks.resume(&mut state)?;
        state.finish()?;
        interrupted.records.iter().for_each(|&record| self.history.push(record));
        let goes_on = !interrupted.stopped;
        self.interrupted = None;
        Ok(goes_on)
    }

    fn run_epochs<N, F>(&mut self, network: &mut N, feed: &mut F) -> Result<()>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        F: Feed<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
        V: Validation<N, L>,
        C: Callback<N>,
    {
        let Self { epoch: next, epochs, threads, validation, callbacks, history, .. } = self;
        let pool = threads.start()?;
        let mut run = Run::new(next.batch_size.min(feed.samples().unwrap_or(RESERVED)), next.accumulate > 1);
        for epoch in history.epochs().len() + 1..=*epochs {
            let start = Instant::now();
            let (mut made, mut cut) = (Made::default(), Stop::No);
            next.begin(feed, epoch)?;
            while !made.ended && cut == Stop::No {
                let before = made.steps;
                // Callbacks stay on this thread, so each step that they see is a way of its own to the others.
                let steps = if C::WATCHES_STEPS { 1 } else { usize::MAX };
                pool.run(run.is_shared(), || next.advance(steps, &mut made, network, feed, &mut run))?;
                if C::WATCHES_STEPS && made.steps > before {
                    let (step, total_steps, (samples, loss)) = (made.steps, next.optimizer.steps(), made.last);
                    cut = callbacks.stop_step(network, &StepRecord { epoch, step, total_steps, samples, loss });
                }
            }
            if made.samples == 0 {
                return Err(Error::Empty { what: "epoch" });
            }
            let validation = pool.run(run.is_shared(), || validation.measure(network, &next.loss, &mut run.workspace));
            if let Some(value) = validation.map(|record| record.loss).filter(|loss| !loss.is_finite()) {
                return Err(Error::NonFiniteValidation { value, epoch });
            }
            let seconds = start.elapsed().as_secs_f64();
            let (loss, samples) = (made.loss(), made.samples);
            let record = EpochRecord { epoch, epochs: *epochs, loss, samples, validation, seconds };
            history.push(record);
            next.rate.observe(&record);
            let stop = cut.max(callbacks.stop_epoch(network, &record));
            // An epoch that a pause cut short is made again, as a whole, when the run goes on.
            #[cfg(feature = "safetensors")]
            if (made.ended || cut != Stop::Pause) && callbacks.is_due(history, stop) {
                let mut state = CallbackState::default();
                callbacks.save(&mut state);
                callbacks.write(network, &RunState::within_run(next, history, stop, state))?;
            }
            if stop != Stop::No {
                break;
            }
        }
        Ok(())
    }
}
