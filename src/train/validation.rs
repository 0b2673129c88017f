//! What is measured after each epoch?

use crate::dataset::{Batches, CheckedBatches, Dataset};
use crate::error::{Error, Result};
use crate::loss::Loss;
use crate::metric::Evaluation;
use crate::network::{Buffers, BuffersOf, EvaluationOf, Evaluator, FitsInput, FitsTarget, Network, Observer};
use crate::network::{Predictions, Workspace, check_samples};
use crate::train::metrics::{Metrics, Watching, adds_accuracy};

/// The samples on which a network is measured after each epoch: a data set, a source of batches, or nothing, `()`.
pub trait Validation<N: Network, L>: Send {
    /// Whether there are samples to measure the network on.
    const EXISTS: bool;

    /// Memory that is allocated once for all epochs.
    #[doc(hidden)]
    type Memory: Send;

    /// Allocates memory for batches of `batch_size` samples.
    #[doc(hidden)]
    fn memory(&self, batch_size: usize) -> Self::Memory;

    /// Checks that the loss accepts the targets, as far as they are known before training.
    ///
    /// # Errors
    /// [`Error::TargetOutOfRange`].
    #[doc(hidden)]
    fn check(&self, loss: &L) -> Result<()>;

    /// Measures the network after an epoch. Returns `None` without samples to measure it on.
    ///
    /// # Errors
    /// Those of a source of batches.
    #[doc(hidden)]
    fn measure<O>(
        &mut self,
        trained: Trained<'_, N, L>,
        memory: &mut Self::Memory,
        observer: O,
    ) -> Result<Option<EvaluationOf<L, N::Output>>>
    where
        L: Loss<N::Output>,
        O: Observer<N, L::Target>;
}

/// A network after an epoch, with what its measurement needs.
#[doc(hidden)]
#[derive(Debug)]
pub struct Trained<'a, N: Network, L> {
    pub network: &'a N,
    pub loss: &'a L,
    pub workspace: &'a mut Workspace<'static, N>,
    pub batch_size: usize,
    pub epoch: usize,
}

impl<'a, N: Network, L: Loss<N::Output>> Trained<'a, N, L> {
    pub(super) fn evaluator<O>(
        self,
        predictions: &'a mut Predictions<N::Scalar>,
        observer: O,
    ) -> Evaluator<'a, 'static, N, L, O> {
        let Self { network, loss, workspace, .. } = self;
        Evaluator { network, loss, workspace, predictions, observer }
    }
}

/// Measures a network after each epoch, with the loss and metrics of training, in memory that is allocated once.
pub(super) struct Validator<'a, N, L, V, M>
where
    N: Network,
    L: Loss<N::Output>,
    V: Validation<N, L>,
    M: Metrics<N::Output, L::Target>,
{
    validation: &'a mut V,
    memory: V::Memory,
    metrics: &'a M,
    states: M::States,
    /// The loss, and the accuracy if it is recorded although no metric computes it.
    measured: Option<(f64, Option<f64>)>,
    adds_accuracy: bool,
}

impl<'a, N, L, V, M> Validator<'a, N, L, V, M>
where
    N: Network,
    L: Loss<N::Output>,
    V: Validation<N, L>,
    M: Metrics<N::Output, L::Target>,
{
    pub(super) fn new(validation: &'a mut V, metrics: &'a M, batch_size: usize) -> Self {
        let (memory, states) = (validation.memory(batch_size), metrics.states());
        let adds_accuracy = adds_accuracy::<N, L, M>(metrics);
        Self { validation, memory, metrics, states, measured: None, adds_accuracy }
    }

    pub(super) fn measure(&mut self, trained: Trained<'_, N, L>) -> Result<()> {
        M::clear(&mut self.states);
        let (epoch, observer) = (trained.epoch, Watching { metrics: self.metrics, states: &mut self.states });
        let evaluation = self.validation.measure(trained, &mut self.memory, observer)?;
        if let Some(value) = evaluation.as_ref().map(Evaluation::loss).filter(|loss| !loss.is_finite()) {
            return Err(Error::NonFiniteValidation { value, epoch });
        }
        let measured = |evaluation: EvaluationOf<L, N::Output>| {
            (evaluation.loss(), evaluation.accuracy().filter(|_| self.adds_accuracy))
        };
        self.measured = evaluation.map(measured);
        Ok(())
    }

    /// Calls `value` with each measured value, if there were samples to measure the network on.
    pub(super) fn values(&self, value: &mut dyn FnMut(f64)) {
        if let Some((loss, accuracy)) = self.measured {
            value(loss);
            accuracy.into_iter().for_each(&mut *value);
            self.metrics.values(&self.states, value);
        }
    }
}

impl<N: Network, L> Validation<N, L> for () {
    const EXISTS: bool = false;

    type Memory = ();

    fn memory(&self, _: usize) {}

    fn check(&self, _: &L) -> Result<()> {
        Ok(())
    }

    fn measure<O>(&mut self, _: Trained<'_, N, L>, (): &mut (), _: O) -> Result<Option<EvaluationOf<L, N::Output>>>
    where
        L: Loss<N::Output>,
        O: Observer<N, L::Target>,
    {
        Ok(None)
    }
}

impl<N, L, X, Y> Validation<N, L> for &Dataset<X, Y, N::Scalar>
where
    N: Network,
    L: Loss<N::Output>,
    X: FitsInput<N::Input>,
    Y: FitsTarget<L::Target>,
{
    const EXISTS: bool = true;

    type Memory = Predictions<N::Scalar>;

    fn memory(&self, _: usize) -> Predictions<N::Scalar> {
        Predictions::new()
    }

    fn check(&self, loss: &L) -> Result<()> {
        check_samples::<N, L>(loss, X::arrays(self.inputs()), Y::values(self.targets()))
    }

    fn measure<O: Observer<N, L::Target>>(
        &mut self,
        trained: Trained<'_, N, L>,
        predictions: &mut Predictions<N::Scalar>,
        observer: O,
    ) -> Result<Option<EvaluationOf<L, N::Output>>> {
        let (inputs, targets) = (X::arrays(self.inputs()), Y::values(self.targets()));
        Ok(trained.evaluator(predictions, observer).totals(inputs, targets).means::<L::Evaluation, L::Target>())
    }
}

impl<N, L, B> Validation<N, L> for &mut B
where
    N: Network,
    L: Loss<N::Output>,
    B: Batches<N::Scalar, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
{
    const EXISTS: bool = true;

    type Memory = (BuffersOf<B, N::Scalar>, Predictions<N::Scalar>);

    fn memory(&self, batch_size: usize) -> Self::Memory {
        (Buffers::new(batch_size, self.samples()), Predictions::new())
    }

    fn check(&self, _: &L) -> Result<()> {
        Ok(())
    }

    fn measure<O: Observer<N, L::Target>>(
        &mut self,
        trained: Trained<'_, N, L>,
        (buffers, predictions): &mut Self::Memory,
        observer: O,
    ) -> Result<Option<EvaluationOf<L, N::Output>>> {
        let Trained { batch_size, epoch, .. } = trained;
        let mut source = CheckedBatches::of_validation(*self, epoch);
        let totals = trained.evaluator(predictions, observer).totals_of_batches(&mut source, batch_size, buffers)?;
        totals
            .means::<L::Evaluation, L::Target>()
            .map(Some)
            .ok_or(Error::Empty { what: "source of validation batches" })
    }
}
