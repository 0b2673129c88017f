//! How are samples read one at a time, in random order?

use alloc::vec::Vec;
use core::fmt::{self, Debug, Display};

use crate::dataset::Batches;
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// Samples that are read by their position, such as those of a file that is larger than memory.
///
/// `CsvFile`, of the feature `csv`, `NpyFile`, of `npy`, and `ImageFiles`, of `images`, are such readers. [`in_random_order`](Self::in_random_order) makes a
/// source of [`Batches`] of one.
///
/// # Example
/// The squares of numbers, computed when they are needed.
/// ```
/// use core::convert::Infallible;
/// use typenet::dataset::SampleReader;
/// use typenet::prelude::*;
///
/// struct Squares;
///
/// impl SampleReader<f32> for Squares {
///     type Input = Vector<1>;
///     type Target = Vector<1>;
///     type Error = Infallible;
///
///     fn len(&self) -> usize {
///         100
///     }
///
///     fn read(&mut self, at: usize, inputs: &mut Vec<[f32; 1]>, targets: &mut Vec<[f32; 1]>) -> Result<(), Infallible> {
///         let x = at as f32 / 100.0;
///         inputs.push([x]);
///         targets.push([x * x]);
///         Ok(())
///     }
/// }
///
/// network!(struct Square = Dense<1, 8>, Tanh, Dense<8, 1>);
///
/// let mut network = Square::init(&mut typenet::rng(37));
/// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(50);
/// let history = trainer.fit_batches(&mut network, &mut Squares.in_random_order())?;
/// assert!(history.last().unwrap().loss < 0.01);
/// # Ok::<(), typenet::Error>(())
/// ```
pub trait SampleReader<T: Scalar>: Send {
    /// The shape of the inputs.
    type Input: Shape;
    /// The kind of the targets.
    type Target: Target;
    /// The error of a sample that cannot be read.
    type Error: Display;

    /// Returns the number of samples.
    fn len(&self) -> usize;

    /// Returns whether there are no samples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the sample at position `at` to the buffers: one input and one target.
    ///
    /// # Errors
    /// Those of the reader; they end the training with [`Error::Source`](crate::Error::Source).
    fn read(
        &mut self,
        at: usize,
        inputs: &mut Vec<<Self::Input as Shape>::Array<T>>,
        targets: &mut Vec<<Self::Target as Target>::Value<T>>,
    ) -> Result<(), Self::Error>;

    /// Returns a source of batches that reads each sample once in an epoch, in the order in which
    /// [`fit`](crate::train::Trainer::fit) takes the samples of a data set: training has the same bits.
    #[must_use]
    fn in_random_order(self) -> RandomOrder<Self>
    where
        Self: Sized,
    {
        RandomOrder { reader: self, order: Vec::new(), taken: 0 }
    }
}

/// A source of batches that reads samples in random order. Created by [`SampleReader::in_random_order`].
pub struct RandomOrder<R> {
    reader: R,
    order: Vec<usize>,
    taken: usize,
}

impl<R> RandomOrder<R> {
    /// Returns the reader.
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<T: Scalar, R: SampleReader<T>> Batches<T> for RandomOrder<R> {
    type Input = R::Input;
    type Target = R::Target;
    type Error = R::Error;

    fn samples(&self) -> Option<usize> {
        Some(self.reader.len())
    }

    fn begin(&mut self, _: u64, seed: u64) -> Result<(), R::Error> {
        self.order.clear();
        self.order.extend(0..self.reader.len());
        random::shuffle(&mut self.order, &mut random::rng(seed));
        self.taken = 0;
        Ok(())
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<R::Input as Shape>::Array<T>>,
        targets: &mut Vec<<R::Target as Target>::Value<T>>,
    ) -> Result<(), R::Error> {
        let left = &self.order[self.taken..];
        for &at in &left[..left.len().min(count)] {
            self.reader.read(at, inputs, targets)?;
            self.taken += 1;
        }
        Ok(())
    }
}

impl<R: Debug> Debug for RandomOrder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RandomOrder").field("reader", &self.reader).finish_non_exhaustive()
    }
}
