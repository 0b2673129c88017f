//! Where do the batches of an epoch come from?

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::dataset::{Batches, Dataset};
use crate::error::{Error, Result};
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// What gives the batches of an epoch.
pub(super) trait Feed<T: Scalar>: Send {
    type Input: Shape;
    type Target: Target;

    /// The samples of an epoch, where they are known.
    fn samples(&self) -> Option<usize>;

    /// Starts an epoch: its number in the records, how many there were before it over all runs, and its seed.
    fn begin(&mut self, epoch: usize, before: u64, seed: u64) -> Result<()>;

    /// The targets that are known before the first epoch.
    fn targets(&self) -> &[<Self::Target as Target>::Value<T>];

    /// How many samples of the epoch are left, where that is certain.
    fn left(&self) -> Option<usize>;

    /// Replaces what the buffers hold by the next samples. There are `count`, unless the epoch is over.
    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<Self::Input as Shape>::Array<T>>,
        targets: &mut Vec<<Self::Target as Target>::Value<T>>,
    ) -> Result<()>;
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

impl<X: Shape, Y: Target, T: Scalar> Feed<T> for Shuffled<'_, X, Y, T> {
    type Input = X;
    type Target = Y;

    fn samples(&self) -> Option<usize> {
        Some(self.data.len())
    }

    fn begin(&mut self, _: usize, _: u64, seed: u64) -> Result<()> {
        self.order.clear();
        self.order.extend(0..self.data.len());
        random::shuffle(&mut self.order, &mut random::rng(seed));
        self.taken = 0;
        Ok(())
    }

    fn targets(&self) -> &[Y::Value<T>] {
        self.data.targets()
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

/// A source of one's own, which may give anything.
pub(super) struct Checked<'a, B> {
    source: &'a mut B,
    /// The number in the records.
    epoch: usize,
    /// Batches of this epoch so far.
    batches: usize,
}

impl<'a, B> Checked<'a, B> {
    pub(super) fn new(source: &'a mut B) -> Self {
        Self { source, epoch: 0, batches: 0 }
    }

    fn failed(&self, reason: &impl ToString) -> Error {
        Error::Source { epoch: self.epoch, reason: reason.to_string() }
    }
}

impl<T: Scalar, B: Batches<T>> Feed<T> for Checked<'_, B> {
    type Input = B::Input;
    type Target = B::Target;

    fn samples(&self) -> Option<usize> {
        self.source.samples()
    }

    fn begin(&mut self, epoch: usize, before: u64, seed: u64) -> Result<()> {
        (self.epoch, self.batches) = (epoch, 0);
        self.source.begin(before, seed).map_err(|error| self.failed(&error))
    }

    fn targets(&self) -> &[<B::Target as Target>::Value<T>] {
        &[]
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
        inputs.clear();
        targets.clear();
        while inputs.len() < count {
            let (before, asked) = (inputs.len(), count - inputs.len());
            self.source.fill(asked, inputs, targets).map_err(|error| self.failed(&error))?;
            if inputs.len() != targets.len() {
                let (first_count, second_count) = (inputs.len(), targets.len());
                return Err(Error::CountMismatch { first: "inputs", first_count, second: "targets", second_count });
            }
            if inputs.len() == before {
                break;
            }
            if inputs.len() < before || inputs.len() > count {
                let given = inputs.len().saturating_sub(before);
                return Err(self.failed(&format!("it gave {given} samples where up to {asked} were asked for")));
            }
        }
        self.require_finite::<T>("input", inputs.iter().map(<B::Input as Shape>::flat))?;
        self.require_finite::<T>("target", targets.iter().map(<B::Target as Target>::numbers))?;
        self.batches += 1;
        Ok(())
    }
}

impl<B> Checked<'_, B> {
    fn require_finite<'a, T: Scalar>(&self, what: &'static str, samples: impl Iterator<Item = &'a [T]>) -> Result<()> {
        for (sample, numbers) in samples.enumerate() {
            if let Some(position) = numbers.iter().position(|number| !number.is_finite()) {
                let (epoch, batch, value) = (self.epoch, self.batches, numbers[position].to_f64());
                return Err(Error::NonFiniteBatch { what, epoch, batch, sample, position, value });
            }
        }
        Ok(())
    }
}
