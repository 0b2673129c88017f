//! Where do samples come from that are not all in memory?

use alloc::vec::Vec;
use core::fmt::Display;

use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A source of samples that [`Trainer::fit_batches`](crate::train::Trainer::fit_batches) learns from: a file that is larger
/// than memory, samples that are made as they are needed, or a data set changed at random, which
/// [`Dataset::augmented`](crate::Dataset::augmented) makes.
///
/// Each epoch starts with [`begin`](Self::begin); then [`fill`](Self::fill) is called until it adds nothing. The trainer
/// checks that numbers are finite. It runs where the steps are made, which with the feature `rayon` may be another thread,
/// and so is `Send`.
///
/// # Example
/// A file of numbers, two a line, input and target, of which a line at a time is in memory.
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
///             let mut numbers = self.line.split_whitespace().map(|word| word.parse().map_err(io::Error::other));
///             let mut number = || numbers.next().unwrap_or_else(|| Err(io::Error::other("a line is too short")));
///             let (x, y) = (number()?, number()?);
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
/// // What the source finds wrong is what `fit_batches` returns.
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
    /// The shape of its inputs.
    type Input: Shape;
    /// The kind of its targets.
    type Target: Target;
    /// Why it fails.
    type Error: Display;

    /// The number of samples in an epoch, where it is known: for what callbacks are told of the plan.
    fn samples(&self) -> Option<usize> {
        None
    }

    /// Starts an epoch, also one after an epoch that was left in the middle.
    ///
    /// `epoch` counts from 0 and goes on over all calls of `fit` until `reset`, as checkpoints keep it. `seed` is a function
    /// of the trainer's seed and of the epoch: a source whose random numbers come from `rng(seed)` makes runs that can be
    /// repeated and resumed.
    ///
    /// # Errors
    /// Those of the source; training ends with [`Error::Source`](crate::Error::Source).
    fn begin(&mut self, epoch: u64, seed: u64) -> Result<(), Self::Error>;

    /// Adds the next samples of the epoch, at most `count`, behind those that are there: an input and a target for each. None
    /// says that the epoch is over; fewer than `count` do not.
    ///
    /// The buffers are kept from batch to batch, so nothing is allocated but by the source.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin).
    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<Self::Input as Shape>::Array<T>>,
        targets: &mut Vec<<Self::Target as Target>::Value<T>>,
    ) -> Result<(), Self::Error>;
}
