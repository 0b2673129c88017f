//! How does a network learn from a sequence that is much longer than a sample?

use alloc::vec::Vec;
use core::fmt;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A long sequence, cut into parallel streams of windows. Created by [`Dataset::streams`].
///
/// Window t of each stream continues window t - 1 of the same stream. A batch has one window of every stream, in the same order each
/// time, so a network can carry its state from batch to batch.
pub struct Streams<'a, X: Shape, Y: Target, T: Scalar = f32> {
    data: &'a Dataset<X, Y, T>,
    count: usize,
}

/// Inputs and their targets.
type Samples<X, Y, T> = (Vec<<X as Shape>::Array<T>>, Vec<<Y as Target>::Value<T>>);

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Y, T> {
    /// Cuts a data set whose samples are consecutive windows of one long sequence into `count` parallel streams, for
    /// [`Trainer::fit_streams`](crate::train::Trainer::fit_streams). Stream s of n has the samples from s ⌊len/n⌋ to (s + 1) ⌊len/n⌋; the
    /// last len mod n samples are left out. For a text, [`next_tokens`](Self::next_tokens) makes such windows if its stride is their
    /// length.
    ///
    /// # Errors
    /// [`Error::Setting`] if `count` is 0; [`Error::TooFewWindows`] if there are fewer samples than streams.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let text: Vec<Token<256>> = "abcdefghijklmnopq".bytes().map(Token::from).collect();
    /// let data: Dataset<Tokens<2, 256>, [Class<256>; 2]> = Dataset::next_tokens(&text, 2)?;
    /// let streams = data.streams(2)?;
    /// let letters = |window| streams.batch(window).0.concat().iter().map(|token| token.index() as u8 as char).collect::<String>();
    /// assert_eq!((streams.windows(), letters(0), letters(1)), (4, "abij".into(), "cdkl".into()));
    ///
    /// let error = data.streams(9).unwrap_err();
    /// assert_eq!(error.to_string(), "8 samples are too few for 9 streams: each stream needs at least one window");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn streams(&self, count: usize) -> Result<Streams<'_, X, Y, T>> {
        if count == 0 {
            return Err(Error::Setting { name: "number of streams", value: 0.0, allowed: "at least 1" });
        }
        if count > self.len() {
            return Err(Error::TooFewWindows { windows: self.len(), streams: count });
        }
        Ok(Streams { data: self, count })
    }
}

impl<X: Shape, Y: Target, T: Scalar> Streams<'_, X, Y, T> {
    /// Returns the number of streams, which is the number of windows in a batch.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the number of windows in each stream, which is the number of batches.
    #[must_use]
    pub fn windows(&self) -> usize {
        self.data.len() / self.count
    }

    /// Returns the inputs and the targets of window `window` of every stream. Allocates memory for them.
    ///
    /// # Panics
    /// Panics unless the streams have such a window.
    #[must_use]
    pub fn batch(&self, window: usize) -> Samples<X, Y, T> {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        self.gather(window, &mut inputs, &mut targets);
        (inputs, targets)
    }

    /// As [`batch`](Self::batch), in existing memory.
    pub(crate) fn gather(&self, window: usize, inputs: &mut Vec<X::Array<T>>, targets: &mut Vec<Y::Value<T>>) {
        let windows = self.windows();
        assert!(window < windows, "window {window} of streams of {windows} windows");
        inputs.clear();
        targets.clear();
        for sample in (0..self.count).map(|stream| stream * windows + window) {
            // As slices of one element, for the reason given in `rows`.
            inputs.extend_from_slice(core::slice::from_ref(&self.data.inputs[sample]));
            targets.extend_from_slice(core::slice::from_ref(&self.data.targets[sample]));
        }
    }

    /// Returns all targets, including those that are left out.
    #[cfg(feature = "std")]
    pub(crate) fn targets(&self) -> &[Y::Value<T>] {
        self.data.targets()
    }
}

impl<X: Shape, Y: Target, T: Scalar> Clone for Streams<'_, X, Y, T> {
    fn clone(&self) -> Self {
        Self { data: self.data, count: self.count }
    }
}

impl<X: Shape, Y: Target, T: Scalar> fmt::Debug for Streams<'_, X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams")
            .field("data", &self.data)
            .field("count", &self.count)
            .field("windows", &self.windows())
            .finish()
    }
}
