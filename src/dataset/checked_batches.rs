//! Does a source of batches do what it promises?

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::dataset::Batches;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A source of batches whose every batch is checked. Its errors say whether it is the source of validation samples, and the
/// epoch of training.
pub(crate) struct CheckedBatches<'a, B> {
    source: &'a mut B,
    validation: bool,
    epoch: Option<usize>,
    /// Batches since the begin.
    batches: usize,
}

impl<'a, B> CheckedBatches<'a, B> {
    pub(crate) fn new(source: &'a mut B) -> Self {
        Self { source, validation: false, epoch: None, batches: 0 }
    }

    /// For errors, in an epoch of training.
    #[cfg(feature = "std")]
    pub(crate) fn of_validation(source: &'a mut B, epoch: usize) -> Self {
        Self { validation: true, epoch: Some(epoch), ..Self::new(source) }
    }

    /// The samples of an epoch, where the source knows them.
    pub(crate) fn samples<T: Scalar>(&self) -> Option<usize>
    where
        B: Batches<T>,
    {
        self.source.samples()
    }

    /// Begins an epoch that has this number in the records of training, where it has one.
    pub(crate) fn begin<T: Scalar>(&mut self, epoch: Option<usize>, before: u64, seed: u64) -> Result<()>
    where
        B: Batches<T>,
    {
        (self.epoch, self.batches) = (epoch.or(self.epoch), 0);
        self.source.begin(before, seed).map_err(|error| self.failed(&error))
    }

    /// Replaces what the buffers hold by the next samples. There are `count`, unless the epoch is over.
    pub(crate) fn fill<T: Scalar>(
        &mut self,
        count: usize,
        inputs: &mut Vec<<B::Input as Shape>::Array<T>>,
        targets: &mut Vec<<B::Target as Target>::Value<T>>,
    ) -> Result<()>
    where
        B: Batches<T>,
    {
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
        self.require_finite("input", inputs.iter().map(<B::Input as Target>::elements::<T>))?;
        self.require_finite("target", targets.iter().map(<B::Target as Target>::elements::<T>))?;
        self.batches += 1;
        Ok(())
    }

    fn failed(&self, reason: &impl ToString) -> Error {
        let Self { validation, epoch, .. } = *self;
        Error::Source { validation, epoch, reason: reason.to_string() }
    }

    fn require_finite<T: Scalar>(
        &self,
        what: &'static str,
        samples: impl Iterator<Item: Iterator<Item = (usize, T)>>,
    ) -> Result<()> {
        for (sample, mut elements) in samples.enumerate() {
            if let Some((position, value)) = elements.find(|(_, value)| !value.is_finite()) {
                let Self { validation, epoch, batches: batch, .. } = *self;
                let value = value.to_f64();
                return Err(Error::NonFiniteBatch { what, validation, epoch, batch, sample, position, value });
            }
        }
        Ok(())
    }
}
