//! How does a network learn from a sequence that is much longer than a sample? Window by window, from the state in which the one
//! before ended.

use alloc::vec::Vec;
use core::mem;

use crate::dataset::Streams;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::history::History;
use crate::kernel::Kernels;
use crate::loss::{Admits, Loss, check_targets};
use crate::network::{
    Buffers, CarriedState, EvaluationOf, FitsInput, FitsTarget, Network, Observer, Predictions, StreamBuffers,
    Workspace,
};
use crate::optimizer::Optimizer;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;
use crate::train::sample_source::SampleSource;
use crate::train::validation::Trained;
use crate::train::{Hooks, Metrics, Trainer, Validation};

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Trains a network on a sequence that is much longer than a sample, by truncated backpropagation through time: recurrent layers
    /// carry their state from window to window.
    ///
    /// A batch has the next window of each stream, so `batch_size` has no effect. In each window, recurrent layers begin at
    /// the state in which the window before ended, which is a constant: no gradient flows through it. An epoch begins with a state of zero
    /// and visits the windows in their order. With [`accumulate`](Self::accumulate), a step follows the mean gradient of several
    /// windows, one after the other. Everything else works as in [`fit`](Self::fit), resuming from checkpoints too.
    ///
    /// A network learns to remember for longer than a window, if the state has what it needs, although no gradient spans two
    /// windows. The gradients of recurrent layers may explode, so clip them.
    ///
    /// # Errors
    /// A network with a layer that cannot go on where the window before ended does not compile: see
    /// [`Workspace::carrying`](crate::Workspace::carrying). [`Error::OtherCarriedState`] if interrupted training had another
    /// number of streams, or none; and the errors of [`fit`](Self::fit).
    ///
    /// # Example
    /// ```
    /// use typenet::metric::Perplexity;
    /// use typenet::prelude::*;
    ///
    /// network! {
    ///     struct Writer (Tokens<6, 16>) -> ProbabilitySequence<6, 16> {
    ///         Embedding<_, 8>,
    ///         Lstm<_, 12>,
    ///         Dense<_, 16>,
    ///         Softmax,
    ///     }
    /// }
    ///
    /// let text = "she sells sea shells by the sea shore ".repeat(8);
    /// let characters = Characters::of(&text);
    /// let data: Dataset<Tokens<6, 16>, [Class<16>; 6]> = Dataset::next_tokens(&characters.tokens(&text)?, 6)?;
    /// let (text, streams) = (data.streams(1)?, data.streams(4)?);
    ///
    /// let mut writer = Writer::init(&mut typenet::rng(37));
    /// let before = writer.measure_streams(&text, Perplexity);
    /// Trainer::new(Nll, Adam::new(0.02)).clip_norm(1.0).epochs(5).fit_streams(&mut writer, &streams)?;
    /// assert!(writer.measure_streams(&text, Perplexity) < before / 2.0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn fit_streams<N, X, Y>(
        &mut self,
        network: &mut impl AsMut<N>,
        streams: &Streams<'_, X, Y, T>,
    ) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Takes: Admits<N::Head>>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        let batch_size = mem::replace(&mut self.steps.batch_size, streams.count());
        let history = self.train(network.as_mut(), &mut InStreams::new(streams));
        self.steps.batch_size = batch_size;
        history
    }

    /// Sets streams of windows on which the network is measured after each epoch: see
    /// [`Evaluate::evaluate_streams`](crate::Evaluate::evaluate_streams). Their number may differ from that of training; a single one is
    /// one continuous sequence.
    pub fn validation_streams<'d, X: Shape, Y: Target>(
        self,
        streams: &Streams<'d, X, Y, T>,
    ) -> Trainer<L, O, T, Streams<'d, X, Y, T>, H, M> {
        let Self { steps, epochs, threads, hooks, metrics, history, interrupted, .. } = self;
        Trainer { steps, epochs, threads, validation: streams.clone(), hooks, metrics, history, interrupted }
    }
}

/// Streams, window by window: a batch is the next window of each stream.
struct InStreams<'a, X: Shape, Y: Target, T: Scalar> {
    streams: &'a Streams<'a, X, Y, T>,
    /// The number of windows that were taken.
    taken: usize,
}

impl<'a, X: Shape, Y: Target, T: Scalar> InStreams<'a, X, Y, T> {
    fn new(streams: &'a Streams<'a, X, Y, T>) -> Self {
        Self { streams, taken: 0 }
    }
}

impl<X: Shape, Y: Target, T: Scalar> SampleSource<T> for InStreams<'_, X, Y, T> {
    type Input = X;
    type Target = Y;

    fn samples(&self) -> Option<usize> {
        Some(self.streams.windows() * self.streams.count())
    }

    fn workspace<N: Network<Scalar = T>>(&self) -> Workspace<'static, N>
    where
        T: Kernels,
    {
        Workspace::new().carrying(self.streams.count())
    }

    fn inputs(&self) -> &[X::Array<T>] {
        &[]
    }

    fn targets(&self) -> &[Y::Value<T>] {
        self.streams.targets()
    }

    fn begin(&mut self, _: usize, _: u64, _: u64) -> Result<()> {
        self.taken = 0;
        Ok(())
    }

    fn left(&self) -> Option<usize> {
        Some((self.streams.windows() - self.taken) * self.streams.count())
    }

    /// The size of a batch is that of the streams.
    fn fill(&mut self, _: usize, inputs: &mut Vec<X::Array<T>>, targets: &mut Vec<Y::Value<T>>) -> Result<()> {
        inputs.clear();
        targets.clear();
        if self.taken < self.streams.windows() {
            self.streams.gather(self.taken, inputs, targets);
            self.taken += 1;
        }
        Ok(())
    }
}

/// The memory to measure a network on streams of `X` and `Y`: for a batch, its predictions and the carried state.
type StreamMemory<X, Y, T> = (StreamBuffers<X, Y, T>, Predictions<T>, CarriedState<T>);

impl<N, L, X, Y> Validation<N, L> for Streams<'_, X, Y, N::Scalar>
where
    N: Network,
    L: Loss<N::Output, Takes: Admits<N::Head>>,
    X: FitsInput<N::Input>,
    Y: FitsTarget<L::Target>,
{
    const EXISTS: bool = true;

    type Memory = StreamMemory<X, Y, N::Scalar>;

    fn memory(&self, _: usize) -> Self::Memory {
        (Buffers::new(self.count(), None), Predictions::new(), CarriedState::of::<N>(self.count()))
    }

    fn check(&self, loss: &L) -> Result<()> {
        check_targets::<L, N::Output, N::Scalar>(loss, Y::values(self.targets()))
    }

    fn measure<O: Observer<N, L::Target>>(
        &mut self,
        trained: Trained<'_, N, L>,
        (buffers, predictions, state): &mut Self::Memory,
        observer: O,
    ) -> Result<Option<EvaluationOf<L, N::Output>>> {
        Ok(trained
            .evaluator(predictions, observer)
            .totals_of_streams(self, state, buffers)
            .means::<L::Evaluation, L::Target>())
    }
}
