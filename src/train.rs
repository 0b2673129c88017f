//! How does a network learn from a data set?
//!
//! In epochs: each goes once over all samples, in a new random order, in batches; each batch gives a gradient, each
//! gradient a step.

mod callback;
#[cfg(feature = "safetensors")]
mod checkpoint;
mod pool;

pub use callback::{Callback, Progress};
use pool::Threads;

use alloc::boxed::Box;
use alloc::vec::Vec;
use std::time::Instant;

use crate::block::Gradient;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::history::{EpochRecord, History, ValidationRecord};
use crate::kernel::Kernels;
use crate::layer::Pass;
use crate::loss::Loss;
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network, Workspace};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::random;
use crate::shape::Shape;
use crate::target::Target;
use crate::threads;

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
}

/// What makes the steps of the next epoch.
#[derive(Clone, Debug)]
struct Epoch<L, O, T> {
    loss: L,
    optimizer: OptimizerState<O, T>,
    batch_size: usize,
    seed: u64,
    /// How many epochs were begun since the last reset: the number of the next shuffle.
    begun: u64,
}

impl<L, O: Optimizer, T: Kernels> Trainer<L, O, T> {
    /// A trainer for one epoch in batches of 32, without validation set.
    pub fn new(loss: L, optimizer: O) -> Self {
        let optimizer = OptimizerState::new(optimizer);
        let epoch = Epoch { loss, optimizer, batch_size: 32, seed: 0, begun: 0 };
        Self { epoch, epochs: 1, threads: Threads::Current, validation: (), callbacks: () }
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

    /// The seed of the order of samples, and of layers that draw random numbers. The order of an epoch is a function of
    /// the seed and the number of the epoch.
    pub fn seed(self, seed: u64) -> Self {
        Self { epoch: Epoch { seed, ..self.epoch }, ..self }
    }

    /// How many threads share the steps, at least 1. Each `fit` then starts a pool of its own. Without this it uses the pool
    /// that it is called in, or else the global one of `rayon`, which has a thread per core.
    ///
    /// The number of threads changes no bit of the result. Batches of one tile, `Network::TILE` samples, and small networks
    /// are left to one thread. Callbacks run on the thread that calls `fit`.
    #[cfg(feature = "rayon")]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Threads::Own(threads), ..self }
    }

    /// A data set that is measured after each epoch and not learned from. It must fit the network as the training set
    /// must.
    pub fn validation<X: Shape, Y: Target>(self, data: &Dataset<X, Y, T>) -> Trainer<L, O, T, &Dataset<X, Y, T>, C> {
        let Self { epoch, epochs, threads, callbacks, .. } = self;
        Trainer { epoch, epochs, threads, validation: data, callbacks }
    }

    /// Adds a callback, which runs after those before it: [`Progress`], a type of one's own, or a closure that takes the
    /// record of the epoch.
    pub fn callback<A>(self, callback: A) -> Trainer<L, O, T, V, (C, A)> {
        let Self { epoch, epochs, threads, validation, callbacks } = self;
        Trainer { epoch, epochs, threads, validation, callbacks: (callbacks, callback) }
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

    /// Forgets the state of the optimizer and the number of epochs, as after `new`; settings stay.
    pub fn reset(&mut self) {
        self.epoch.optimizer.reset();
        self.epoch.begun = 0;
    }

    /// Trains a network, handed over as the `Box` that `init` returns, or as the network in it.
    ///
    /// # Errors
    /// [`Error::Setting`] for a batch size or a number of threads of 0 and whatever the optimizer refuses;
    /// [`Error::ThreadsNotStarted`]; [`Error::NonFiniteParameter`] for a network that is broken already;
    /// [`Error::NonFiniteLoss`], [`Error::NonFiniteGradient`] and [`Error::UpdateTooLarge`] when training diverges,
    /// [`Error::NonFiniteValidation`] when that shows on the validation set first;
    /// [`Error::ParameterCount`] when the state of the optimizer belongs to a network of another size.
    pub fn fit<N, X, Y>(&mut self, network: &mut impl AsMut<N>, data: &Dataset<X, Y, T>) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
        V: Validation<N, L>,
        C: Callback<N>,
    {
        let Self { epoch: next, threads, validation, .. } = self;
        next.check()?;
        let pool = threads.start()?;
        let network = network.as_mut();
        // A saturating activation can hide an infinite weight from the loss.
        if let Some(tensor) = network.non_finite_tensor() {
            return Err(Error::NonFiniteParameter { tensor });
        }
        let mut run = Run::new(next.batch_size.min(data.len()));
        let mut history = History::with_capacity(self.epochs);
        for epoch in 1..=self.epochs {
            let start = Instant::now();
            let (loss, validation) = pool.run(run.is_shared(), || {
                let loss = next.run(network, data, &mut run)?;
                Ok((loss, validation.measure(network, &next.loss, &mut run.workspace)))
            })?;
            if let Some(value) = validation.map(|record| record.loss).filter(|loss| !loss.is_finite()) {
                return Err(Error::NonFiniteValidation { value, epoch });
            }
            let seconds = start.elapsed().as_secs_f64();
            let record = EpochRecord { epoch, epochs: self.epochs, loss, validation, seconds };
            history.push(record);
            if self.callbacks.epoch_end(network, &record).is_break() {
                break;
            }
        }
        Ok(history)
    }
}

impl<L, O: Optimizer, T: Kernels> Epoch<L, O, T> {
    fn check(&self) -> Result<()> {
        if self.batch_size == 0 {
            return Err(Error::Setting { name: "batch size", value: 0.0, allowed: "at least 1" });
        }
        self.optimizer.optimizer().check::<T>()
    }

    /// Makes the steps; the mean loss.
    fn run<N, X, Y>(&mut self, network: &mut N, data: &Dataset<X, Y, T>, run: &mut Run<N, X, Y>) -> Result<f64>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
    {
        run.order.clear();
        run.order.extend(0..data.len());
        random::shuffle(&mut run.order, &mut random::rng(mix(self.seed, self.begun)));
        self.begun += 1;
        let mut total = 0.0;
        for batch in run.order.chunks(self.batch_size) {
            data.gather(batch, &mut run.inputs, &mut run.targets);
            let (inputs, targets) = (X::arrays(&run.inputs), Y::values(&run.targets));
            let pass = Pass::training(self.seed, self.optimizer.steps());
            let loss = network.gradient(inputs, targets, &self.loss, &pass, &mut run.workspace, &mut run.gradient)?;
            self.optimizer.step(network, &*run.gradient)?;
            total += loss.to_f64() * batch.len() as f64;
        }
        Ok(total / data.len() as f64)
    }
}

/// What one call of `fit` needs, allocated once.
struct Run<N: Network, X: Shape, Y: Target> {
    workspace: Workspace<'static, N>,
    gradient: Box<Gradient<N>>,
    order: Vec<usize>,
    inputs: Vec<X::Array<N::Scalar>>,
    targets: Vec<Y::Value<N::Scalar>>,
}

impl<N: Network, X: Shape, Y: Target> Run<N, X, Y> {
    fn new(batch_size: usize) -> Self {
        Self {
            workspace: Workspace::new(),
            gradient: Gradient::zeroed(),
            order: Vec::new(),
            inputs: Vec::with_capacity(batch_size),
            targets: Vec::with_capacity(batch_size),
        }
    }

    /// Threads will share the steps.
    fn is_shared(&self) -> bool {
        Workspace::<N>::threads(self.inputs.capacity()) > 1 || threads::middle(N::PARAMETERS).is_some()
    }
}

/// A seed for each epoch: neighbouring seeds and epochs must not share orders, and the generator's own seeding scrambles
/// what is left of regularity.
fn mix(seed: u64, epoch: u64) -> u64 {
    seed.rotate_left(32) ^ epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A validation set, or none: `()`.
pub trait Validation<N: Network, L>: Sync {
    /// The measures of the network.
    fn measure(&self, network: &N, loss: &L, workspace: &mut Workspace<'_, N>) -> Option<ValidationRecord>;
}

impl<N: Network, L> Validation<N, L> for () {
    fn measure(&self, _: &N, _: &L, _: &mut Workspace<'_, N>) -> Option<ValidationRecord> {
        None
    }
}

impl<N, L, X, Y> Validation<N, L> for &Dataset<X, Y, N::Scalar>
where
    N: Network,
    L: Loss<N::Output, Target: Measured>,
    X: FitsInput<N::Input>,
    Y: FitsTarget<L::Target>,
{
    fn measure(&self, network: &N, loss: &L, workspace: &mut Workspace<'_, N>) -> Option<ValidationRecord> {
        Some(ValidationRecord::of(&network.evaluate_with(self, loss, workspace)))
    }
}

#[cfg(test)]
mod tests {
    use super::mix;

    #[test]
    fn seeds_of_epochs_differ() {
        let mut seeds: alloc::vec::Vec<u64> =
            (0..50).flat_map(|seed| (0..50).map(move |epoch| mix(seed, epoch))).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 2500);
    }
}
