//! How do many threads share one network?

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::ops::Deref;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::network::{Network, Predict as _, Sample};
use crate::shape::Shape;

/// A network that many threads ask for predictions, such as those of a server. When the load is high, it computes the predictions for several
/// samples as one batch, which takes less time than one after the other.
///
/// Up to [`threads`](Self::threads) calls compute at once, each alone and without waiting. Further calls wait in line. When a call has
/// its prediction, the first in line computes those of all that wait, up to [`batch_size`](Self::batch_size), and the others receive
/// theirs from it. So there are no threads but those that ask, nobody waits for a batch to be full, and each prediction has the same
/// bits as [`predict`](crate::network::Predict::predict) alone.
///
/// `P` is what holds the network: an `Arc`, a `Box`, or a reference to a `static`.
///
/// # Panics
/// A call panics if its prediction panics, as in a custom layer, or one that it computes for another call. The calls whose predictions it was
/// computing then compute them alone.
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use std::thread;
/// use typenet::Predictor;
/// use typenet::prelude::*;
///
/// network!(struct Digits = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax);
///
/// let network: Arc<Digits> = Digits::init(&mut typenet::rng(37)).into();
/// let predictor = Predictor::new(Arc::clone(&network)).batch_size(64)?;
/// let digits = datasets::digits();
/// thread::scope(|scope| {
///     for samples in digits.inputs()[..800].chunks(100) {
///         let (predictor, network) = (&predictor, &network);
///         scope.spawn(move || {
///             for sample in samples {
///                 assert_eq!(predictor.predict(sample), network.predict(sample));
///             }
///         });
///     }
/// });
/// assert_eq!(predictor.served().predictions, 800);
/// # Ok::<(), typenet::Error>(())
/// ```
pub struct Predictor<P: Deref<Target: Network>> {
    network: P,
    threads: usize,
    batch_size: usize,
    line: Mutex<Line<P::Target>>,
}

/// What a [`Predictor`] has computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Served {
    /// The number of predictions.
    pub predictions: u64,
    /// The number of batches, of one sample or of several.
    pub batches: u64,
    /// The number of samples in the largest batch.
    pub largest_batch: usize,
}

/// The calls that compute and those that wait. None waits unless as many compute as may.
struct Line<N: Network> {
    busy: usize,
    waiting: VecDeque<Waiting<N>>,
    served: Served,
}

/// A call that waits.
struct Waiting<N: Network> {
    /// The elements of its sample.
    input: Vec<N::Scalar>,
    answer: SyncSender<Answer<N>>,
}

enum Answer<N: Network> {
    Prediction(Sample<N, N::Output>),
    /// It is the turn of this call, which computes the predictions of others too.
    Turn(Vec<Waiting<N>>),
}

impl<P: Deref<Target: Network>> Predictor<P> {
    /// Shares a network. As many calls compute at once as the machine has threads, in batches of up to 32 samples.
    #[must_use]
    pub fn new(network: P) -> Self {
        let threads = thread::available_parallelism().map_or(1, Into::into);
        let line = Mutex::new(Line { busy: 0, waiting: VecDeque::new(), served: Served::default() });
        Self { network, threads, batch_size: 32, line }
    }

    /// Sets the number of calls that compute at once.
    ///
    /// # Errors
    /// [`Error::Setting`] if it is 0.
    pub fn threads(self, threads: usize) -> Result<Self> {
        positive("number of threads", threads).map(|threads| Self { threads, ..self })
    }

    /// Sets the largest number of samples in a batch.
    ///
    /// # Errors
    /// [`Error::Setting`] if it is 0.
    pub fn batch_size(self, batch_size: usize) -> Result<Self> {
        positive("batch size", batch_size).map(|batch_size| Self { batch_size, ..self })
    }

    /// Returns the network.
    pub fn network(&self) -> &P::Target {
        &self.network
    }

    /// Returns what has been computed so far.
    #[must_use]
    pub fn served(&self) -> Served {
        self.line().served
    }

    /// Returns how many calls compute, and how many wait.
    #[doc(hidden)]
    #[must_use]
    pub fn in_line(&self) -> [usize; 2] {
        let line = self.line();
        [line.busy, line.waiting.len()]
    }

    /// Returns the prediction for one sample, with the bits of [`predict`](crate::network::Predict::predict).
    #[must_use]
    pub fn predict(
        &self,
        input: &Sample<P::Target, <P::Target as Network>::Input>,
    ) -> Sample<P::Target, <P::Target as Network>::Output> {
        let mut line = self.line();
        if line.busy < self.threads {
            line.busy += 1;
            drop(line);
            return self.compute(input, Vec::new());
        }
        let (answer, receiver) = mpsc::sync_channel(1);
        line.waiting.push_back(Waiting { input: <P::Target as Network>::Input::flat(input).to_vec(), answer });
        drop(line);
        match receiver.recv() {
            Ok(Answer::Prediction(prediction)) => prediction,
            Ok(Answer::Turn(others)) => self.compute(input, others),
            // The call that computed it has panicked.
            Err(_) => self.network.predict(input),
        }
    }

    /// Computes a prediction and those of other calls.
    fn compute(
        &self,
        input: &Sample<P::Target, <P::Target as Network>::Input>,
        others: Vec<Waiting<P::Target>>,
    ) -> Sample<P::Target, <P::Target as Network>::Output> {
        let turn = Turn { predictor: self, samples: 1 + others.len() };
        if others.is_empty() {
            return self.network.predict(input);
        }
        let mut inputs = <P::Target as Network>::Input::flat(input).to_vec();
        for other in &others {
            inputs.extend_from_slice(&other.input);
        }
        let predictions = self.network.predict_batch(<P::Target as Network>::Input::batch(&inputs));
        drop(turn);
        for (other, &prediction) in others.into_iter().zip(&predictions[1..]) {
            // It waits for this.
            let _ = other.answer.send(Answer::Prediction(prediction));
        }
        predictions[0]
    }

    fn line(&self) -> MutexGuard<'_, Line<P::Target>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that computes. Its turn goes to the first in line when it is over, also by a panic.
struct Turn<'a, P: Deref<Target: Network>> {
    predictor: &'a Predictor<P>,
    samples: usize,
}

impl<P: Deref<Target: Network>> Drop for Turn<'_, P> {
    fn drop(&mut self) {
        let mut line = self.predictor.line();
        line.served.predictions += self.samples as u64;
        line.served.batches += 1;
        line.served.largest_batch = line.served.largest_batch.max(self.samples);
        let Some(next) = line.waiting.pop_front() else {
            line.busy -= 1;
            return;
        };
        let others = line.waiting.len().min(self.predictor.batch_size - 1);
        let others = line.waiting.drain(..others).collect();
        drop(line);
        // It waits for this.
        let _ = next.answer.send(Answer::Turn(others));
    }
}

fn positive(name: &'static str, value: usize) -> Result<usize> {
    if value > 0 { Ok(value) } else { Err(Error::Setting { name, value: 0.0, allowed: "at least 1" }) }
}

impl<P: Deref<Target: Network>> Debug for Predictor<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Predictor")
            .field("network", &P::Target::NAME)
            .field("threads", &self.threads)
            .field("batch_size", &self.batch_size)
            .field("served", &self.served())
            .finish_non_exhaustive()
    }
}
