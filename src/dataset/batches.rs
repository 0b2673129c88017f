//! Where do samples come from if they are not all in memory?

use alloc::vec::Vec;
use core::fmt::Display;

#[cfg(feature = "std")]
use crate::dataset::ReadAhead;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A source of samples for [`Trainer::fit_batches`](crate::train::Trainer::fit_batches): a file larger than memory, samples
/// that are generated on demand, or a data set with random changes, which [`Dataset::augmented`](crate::Dataset::augmented)
/// creates.
///
/// Each epoch starts with [`begin`](Self::begin). Then [`fill`](Self::fill) is called until it adds nothing. The trainer checks
/// that the values are finite. A source runs in the thread that makes the steps. With the feature `rayon` that may be another
/// thread, so a source is `Send`.
///
/// # Example
/// A file with one sample per line, an input and a target. Only one line is in memory at a time.
/// ```
/// use std::fs::File;
/// use std::io::{self, BufRead, BufReader, Write};
/// use std::path::PathBuf;
/// use typenet::dataset::Batches;
/// use typenet::prelude::*;
///
/// struct Lines {
///     path: PathBuf,
///     reader: Option<BufReader<File>>,
///     line: String,
/// }
///
/// impl Batches<f32> for Lines {
///     type Input = Vector<1>;
///     type Target = Vector<1>;
///     type Error = io::Error;
///
///     fn begin(&mut self, _epoch: u64, _seed: u64) -> io::Result<()> {
///         self.reader = Some(BufReader::new(File::open(&self.path)?));
///         Ok(())
///     }
///
///     fn fill(&mut self, count: usize, inputs: &mut Vec<[f32; 1]>, targets: &mut Vec<[f32; 1]>) -> io::Result<()> {
///         let Some(reader) = &mut self.reader else { return Ok(()) };
///         for _ in 0..count {
///             self.line.clear();
///             if reader.read_line(&mut self.line)? == 0 {
///                 break;
///             }
///             let mut values = self.line.split_whitespace().map(|word| word.parse().map_err(io::Error::other));
///             let mut value = || values.next().unwrap_or_else(|| Err(io::Error::other("a line is too short")));
///             let (x, y) = (value()?, value()?);
///             inputs.push([x]);
///             targets.push([y]);
///         }
///         Ok(())
///     }
/// }
///
/// let path = std::env::temp_dir().join(format!("lines-{}.txt", std::process::id()));
/// let mut file = File::create(&path).unwrap();
/// for i in 0_u8..100 {
///     let x = f32::from(i) / 100.0;
///     writeln!(file, "{x} {}", 2.0 * x + 1.0).unwrap();
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let mut line = Line::zeroed();
/// let mut source = Lines { path: path.clone(), reader: None, line: String::new() };
/// Trainer::new(MeanSquaredError, Sgd::new(0.2)).epochs(200).fit_batches(&mut line, &mut source)?;
/// assert!((line.predict(&[2.0])[0] - 5.0).abs() < 1e-2);
///
/// // `fit_batches` returns the errors of the source.
/// writeln!(file, "0.5").unwrap();
/// let error = Trainer::new(MeanSquaredError, Sgd::new(0.2)).fit_batches(&mut line, &mut source).unwrap_err();
/// assert_eq!(error.to_string(), "the source of batches failed in epoch 1: a line is too short");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of batches of `{T}`",
    note = "implement `Batches<{T}>`, or use `data.augmented(..)`; a whole data set goes to `fit`"
)]
pub trait Batches<T: Scalar>: Send {
    /// The shape of the inputs.
    type Input: Shape;
    /// The kind of the targets.
    type Target: Target;
    /// The error of a source that fails.
    type Error: Display;

    /// Returns the number of samples in an epoch, if it is known. Callbacks receive it as part of the plan of the training.
    fn samples(&self) -> Option<usize> {
        None
    }

    /// Starts an epoch, possibly before the previous one was finished.
    ///
    /// `epoch` counts from 0 and keeps counting over all calls of `fit` until `reset`; checkpoints store it. `seed` is a
    /// function of the trainer's seed and of the epoch. A source that takes its random numbers from `rng(seed)` makes training
    /// repeatable and resumable.
    ///
    /// # Errors
    /// Those of the source; they end the training with [`Error::Source`](crate::Error::Source).
    fn begin(&mut self, epoch: u64, seed: u64) -> Result<(), Self::Error>;

    /// Appends the next samples of the epoch, at most `count`, to the buffers: one input and one target for each. To end the
    /// epoch, append none; fewer than `count` do not end it.
    ///
    /// The buffers are reused from batch to batch, so only the source may allocate.
    ///
    /// # Errors
    /// The same as for [`begin`](Self::begin).
    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<Self::Input as Shape>::Array<T>>,
        targets: &mut Vec<<Self::Target as Target>::Value<T>>,
    ) -> Result<(), Self::Error>;

    /// Returns a source with the same samples in the same order, of which a thread reads up to `batches` batches before they are asked for, from
    /// 1 to 1,024: while the network learns from one batch, the next ones are read. The memory is that of `batches + 2` batches.
    ///
    /// The thread begins with the first batch of an epoch and ends with its last. An error comes with the batch that cannot be read, and
    /// a panic of the source goes on in the thread that asks.
    ///
    /// # Panics
    /// The source that is returned panics when it is used after a panic of this one.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::{Batches, SampleReader};
    /// use typenet::prelude::*;
    ///
    /// # struct Lines;
    /// # impl SampleReader<f32> for Lines {
    /// #     type Input = Vector<1>;
    /// #     type Target = Vector<1>;
    /// #     type Error = core::convert::Infallible;
    /// #     fn len(&self) -> usize { 100 }
    /// #     fn read(&mut self, at: usize, x: &mut Vec<[f32; 1]>, y: &mut Vec<[f32; 1]>) -> Result<(), Self::Error> {
    /// #         x.push([at as f32 / 100.0]);
    /// #         y.push([2.0 * at as f32 / 100.0 + 1.0]);
    /// #         Ok(())
    /// #     }
    /// # }
    /// network!(struct Line = Dense<1, 1>);
    ///
    /// let mut line = Line::zeroed();
    /// let mut source = Lines.in_random_order().read_ahead(4);
    /// Trainer::new(MeanSquaredError, Sgd::new(0.2)).epochs(200).fit_batches(&mut line, &mut source)?;
    /// assert!((line.predict(&[2.0])[0] - 5.0).abs() < 1e-2);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[cfg(feature = "std")]
    fn read_ahead(self, batches: usize) -> ReadAhead<Self, T>
    where
        Self: Sized + 'static,
        Self::Error: Send,
    {
        ReadAhead::new(self, batches)
    }
}
