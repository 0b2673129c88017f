//! Where do the samples of an epoch come from?

use alloc::vec::Vec;

use crate::dataset::{Batches, CheckedBatches, Dataset};
use crate::error::{Error, Result};
use crate::kernel::Kernels;
use crate::network::{Network, Workspace};
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A source of the samples of an epoch, one batch at a time.
pub(super) trait SampleSource<T: Scalar>: Send {
    type Input: Shape;
    type Target: Target;

    /// Returns the number of samples in an epoch, if it is known.
    fn samples(&self) -> Option<usize>;

    /// Returns the memory for steps of a network. It carries a state if batches are windows of longer sequences.
    fn workspace<N: Network<Scalar = T>>(&self) -> Workspace<'static, N>
    where
        T: Kernels,
    {
        Workspace::new()
    }

    /// Returns the inputs of these targets; none if no network with such inputs takes padded sequences.
    fn inputs(&self) -> &[<Self::Input as Shape>::Array<T>];

    /// Returns the targets that are known before the first epoch.
    fn targets(&self) -> &[<Self::Target as Target>::Value<T>];

    /// Starts an epoch, given its number in the records, the number of epochs before it in all calls of `fit`, and its seed.
    fn begin(&mut self, epoch: usize, before: u64, seed: u64) -> Result<()>;

    /// Returns the number of remaining samples in the epoch, if it is certain.
    fn left(&self) -> Option<usize>;

    /// Replaces the contents of the buffers by the next `count` samples, or fewer at the end of the epoch.
    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<Self::Input as Shape>::Array<T>>,
        targets: &mut Vec<<Self::Target as Target>::Value<T>>,
    ) -> Result<()>;

    /// Skips the first `needed` samples of an epoch, in batches of `batch_size`.
    fn skip(
        &mut self,
        needed: usize,
        batch_size: usize,
        inputs: &mut Vec<<Self::Input as Shape>::Array<T>>,
        targets: &mut Vec<<Self::Target as Target>::Value<T>>,
    ) -> Result<()> {
        let mut samples = 0;
        while samples < needed {
            self.fill(batch_size.min(needed - samples), inputs, targets)?;
            if inputs.is_empty() {
                return Err(Error::FewerSamples { samples, needed });
            }
            samples += inputs.len();
        }
        Ok(())
    }
}

/// A data set in random order.
pub(super) struct Shuffled<'a, X: Shape, Y: Target, T: Scalar> {
    data: &'a Dataset<X, Y, T>,
    order: Vec<usize>,
    taken: usize,
}

impl<'a, X: Shape, Y: Target, T: Scalar> Shuffled<'a, X, Y, T> {
    pub(super) fn new(data: &'a Dataset<X, Y, T>) -> Self {
        Self { data, order: Vec::with_capacity(data.len()), taken: 0 }
    }
}

impl<X: Shape, Y: Target, T: Scalar> SampleSource<T> for Shuffled<'_, X, Y, T> {
    type Input = X;
    type Target = Y;

    fn samples(&self) -> Option<usize> {
        Some(self.data.len())
    }

    fn inputs(&self) -> &[X::Array<T>] {
        self.data.inputs()
    }

    fn targets(&self) -> &[Y::Value<T>] {
        self.data.targets()
    }

    fn begin(&mut self, _: usize, _: u64, seed: u64) -> Result<()> {
        self.order.clear();
        self.order.extend(0..self.data.len());
        random::shuffle(&mut self.order, &mut random::rng(seed));
        self.taken = 0;
        Ok(())
    }

    fn left(&self) -> Option<usize> {
        Some(self.order.len() - self.taken)
    }

    fn fill(&mut self, count: usize, inputs: &mut Vec<X::Array<T>>, targets: &mut Vec<Y::Value<T>>) -> Result<()> {
        let left = &self.order[self.taken..];
        let batch = &left[..left.len().min(count)];
        self.data.gather(batch, inputs, targets);
        self.taken += batch.len();
        Ok(())
    }
}

/// A custom source, which may return anything, so its batches are checked.
impl<T: Scalar, B: Batches<T>> SampleSource<T> for CheckedBatches<'_, B> {
    type Input = B::Input;
    type Target = B::Target;

    fn samples(&self) -> Option<usize> {
        CheckedBatches::samples(self)
    }

    fn inputs(&self) -> &[<B::Input as Shape>::Array<T>] {
        &[]
    }

    fn targets(&self) -> &[<B::Target as Target>::Value<T>] {
        &[]
    }

    fn begin(&mut self, epoch: usize, before: u64, seed: u64) -> Result<()> {
        CheckedBatches::begin(self, Some(epoch), before, seed)
    }

    fn left(&self) -> Option<usize> {
        None
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<B::Input as Shape>::Array<T>>,
        targets: &mut Vec<<B::Target as Target>::Value<T>>,
    ) -> Result<()> {
        CheckedBatches::fill(self, count, inputs, targets)
    }
}
