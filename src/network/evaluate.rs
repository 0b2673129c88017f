//! How good are a network's predictions?

use crate::dataset::{Batches, Dataset, Streams};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::loss::{Admits, Loss};
use crate::metric::{Measured, Metric};
use crate::network::{
    EvaluationOf, Evaluator, FitsInput, FitsLoss, FitsTarget, Network, Predictions, Workspace, evaluate_on_batches,
    evaluate_on_streams, measure_on, measure_on_batches, measure_on_streams,
};
use crate::target::Holds;

/// The loss and metrics of a network on data. Every [`Network`] implements the trait.
pub trait Evaluate: Network {
    /// Returns the mean loss on a data set, and the measures that belong to its kind of target, such as the accuracy for
    /// classes.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
    /// let result = Line::zeroed().evaluate(&data, &MeanSquaredError);
    /// assert_eq!((result.loss, result.mean_absolute_error), (5.0, 2.0)); // (1 + 9) / 2 and (1 + 3) / 2
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn evaluate<X, Y, L>(&self, data: &Dataset<X, Y, Self::Scalar>, loss: &L) -> EvaluationOf<L, Self::Output>
    where
        L: Loss<Self::Output, Target: Measured, Takes: Admits<Self::Head>>,
        X: FitsInput<Self::Input>,
        Y: FitsTarget<L::Target>,
    {
        self.evaluate_with(data, loss, &mut Workspace::new())
    }

    /// Evaluates as [`evaluate`](Self::evaluate) does, in an existing workspace. Allocates only the first time that threads
    /// share a large data set.
    #[must_use]
    fn evaluate_with<X, Y, L>(
        &self,
        data: &Dataset<X, Y, Self::Scalar>,
        loss: &L,
        workspace: &mut Workspace<'_, Self>,
    ) -> EvaluationOf<L, Self::Output>
    where
        L: Loss<Self::Output, Target: Measured, Takes: Admits<Self::Head>>,
        X: FitsInput<Self::Input>,
        Y: FitsTarget<L::Target>,
    {
        let () = FitsLoss::<Self, L>::RIGHT;
        let (inputs, targets) = (X::arrays(data.inputs()), Y::values(data.targets()));
        let predictions = &mut Predictions::new();
        let mut evaluator = Evaluator { network: self, loss, workspace, predictions, observer: () };
        match evaluator.totals(inputs, targets).means::<L::Target>() {
            Some(evaluation) => evaluation,
            None => unreachable!("a data set is never empty"),
        }
    }

    /// Evaluates as [`evaluate`](Self::evaluate) does, on all samples of a source of batches. Only one batch of `batch_size`
    /// samples is in memory at a time.
    ///
    /// Each call begins epoch 0 of the source with seed 0, so a source that draws samples at random draws the same ones each
    /// time. On the samples of a data set, the accuracy is equal to that of `evaluate`, and the loss differs by rounding
    /// because the order of additions differs.
    ///
    /// # Errors
    /// [`Error::Source`] if the source fails; [`Error::NonFiniteBatch`], [`Error::CountMismatch`] or
    /// [`Error::TargetOutOfRange`] if its samples are invalid; [`Error::Empty`] if it has none; [`Error::Setting`] if
    /// `batch_size` is 0.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
    /// let mut moved = data.augmented(|x: &mut [f32; 1], _| x[0] += 0.5);
    /// let result = Line::zeroed().evaluate_batches(&mut moved, &MeanSquaredError, 32)?;
    /// assert_eq!((result.loss, result.mean_absolute_error), (5.0, 2.0)); // (1 + 9) / 2 and (1 + 3) / 2
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn evaluate_batches<B, L>(
        &self,
        source: &mut B,
        loss: &L,
        batch_size: usize,
    ) -> Result<EvaluationOf<L, Self::Output>>
    where
        L: Loss<Self::Output, Target: Measured, Takes: Admits<Self::Head>>,
        B: Batches<Self::Scalar, Input: FitsInput<Self::Input>, Target: FitsTarget<L::Target>>,
    {
        let () = FitsLoss::<Self, L>::RIGHT;
        evaluate_on_batches(self, source, loss, batch_size)
    }

    /// Evaluates as [`evaluate`](Self::evaluate) does, on streams of windows, each of which begins at the state in which the one before
    /// ended. With a single stream, the loss is that of one continuous sequence.
    ///
    /// A network with a layer that cannot go on where the window before ended does not compile: see
    /// [`Workspace::carrying`](crate::Workspace::carrying).
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Memory (Sequence<2, 1>) = rnn: Rnn<1, 1>);
    /// let mut memory = Memory::zeroed();
    /// memory.rnn.weight_hh[0][0][0] = 1.0;
    /// memory.rnn.weight_ih[0][0][0] = 1.0;
    /// let data = Dataset::<Sequence<2, 1>, Sequence<2, 1>>::new(vec![[[1.0], [0.0]], [[0.0], [0.0]]], vec![[[0.0]; 2]; 2])?;
    /// let state = |step: usize| (0..=step).fold(1.0_f32, |state, _| state.tanh()); // the states fade
    /// let expected = (0..4).map(|step| state(step).powi(2)).sum::<f32>() / 4.0;
    /// let evaluation = memory.evaluate_streams(&data.streams(1)?, &MeanSquaredError);
    /// assert!((evaluation.loss - f64::from(expected)).abs() < 1e-6);
    /// assert!(memory.evaluate(&data, &MeanSquaredError).loss < evaluation.loss); // the second window begins at zero
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn evaluate_streams<X, Y, L>(
        &self,
        streams: &Streams<'_, X, Y, Self::Scalar>,
        loss: &L,
    ) -> EvaluationOf<L, Self::Output>
    where
        L: Loss<Self::Output, Target: Measured, Takes: Admits<Self::Head>>,
        X: FitsInput<Self::Input>,
        Y: FitsTarget<L::Target>,
    {
        let () = FitsLoss::<Self, L>::RIGHT;
        evaluate_on_streams(self, streams, loss)
    }

    /// Returns the value of a [`Metric`], or of a tuple of metrics, for the predictions on a data set. Allocates memory for
    /// several hundred predictions.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 3>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.5]; 4], [0, 1, 0, 2])?;
    /// // Zero weights make all classes equally likely, and the lower classes come first.
    /// let (accuracy, among_two) = Guess::zeroed().measure(&data, (Accuracy, TopK::<2>));
    /// assert_eq!((accuracy, among_two), (0.5, 0.75));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn measure<X, Y, M>(&self, data: &Dataset<X, Y, Self::Scalar>, metric: M) -> M::Value
    where
        M: Metric<Self::Output>,
        X: FitsInput<Self::Input>,
        Y: Holds<M::Target>,
    {
        measure_on::<Self, M, Y>(self, X::arrays(data.inputs()), data.targets(), &metric)
    }

    /// Measures as [`measure`](Self::measure) does, on all samples of a source of batches. See
    /// [`evaluate_batches`](Self::evaluate_batches).
    ///
    /// # Errors
    /// [`Error::Source`] if the source fails; [`Error::NonFiniteBatch`] or [`Error::CountMismatch`] if its samples are invalid;
    /// [`Error::Setting`] if `batch_size` is 0.
    fn measure_batches<B, M>(&self, source: &mut B, metric: M, batch_size: usize) -> Result<M::Value>
    where
        M: Metric<Self::Output>,
        B: Batches<Self::Scalar, Input: FitsInput<Self::Input>, Target: Holds<M::Target>>,
    {
        measure_on_batches(self, source, &metric, batch_size)
    }

    /// Measures as [`measure`](Self::measure) does, on streams of windows, each of which begins at the state in which the one before
    /// ended: see [`evaluate_streams`](Self::evaluate_streams).
    #[must_use]
    fn measure_streams<X, Y, M>(&self, streams: &Streams<'_, X, Y, Self::Scalar>, metric: M) -> M::Value
    where
        M: Metric<Self::Output>,
        X: FitsInput<Self::Input>,
        Y: Holds<M::Target>,
    {
        measure_on_streams(self, streams, &metric)
    }
}

impl<N: Network> Evaluate for N {}
