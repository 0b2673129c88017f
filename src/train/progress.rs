//! What does training show while it runs?

#[cfg(feature = "progress")]
mod bar;

#[cfg(feature = "progress")]
pub use bar::ProgressBar;

use core::ops::ControlFlow;
use std::io::{Write, stdout};

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History};
use crate::network::Network;
use crate::train::{Callback, TrainingPlan};

/// Prints a line per epoch to standard output; with the feature `progress`, `Progress::bar` shows a bar instead.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(2)
///     .callback(Progress::lines())
///     .fit(&mut Line::zeroed(), &data)?;
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    every: usize,
    /// Whether the last epoch has no line yet.
    is_behind: bool,
}

impl Progress {
    /// Prints a line for every epoch.
    #[must_use]
    pub const fn lines() -> Self {
        Self { every: 1, is_behind: false }
    }

    /// Prints a line only for every `epochs`-th epoch, and for the last one, whatever ended the training.
    ///
    /// # Errors
    /// `fit` returns [`Error::Setting`] if `epochs` is 0.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// // Lines of the epochs 100, 200 and 250.
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .epochs(250)
    ///     .callback(Progress::lines().every(100))
    ///     .fit(&mut Line::zeroed(), &data)?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub const fn every(self, epochs: usize) -> Self {
        Self { every: epochs, ..self }
    }

    fn show(&mut self, out: &mut impl Write, record: &EpochRecord) {
        self.is_behind = !record.epoch.is_multiple_of(self.every);
        if !self.is_behind {
            print(out, record);
        }
    }

    /// Prints the last epoch, unless it has a line.
    fn finish(&mut self, out: &mut impl Write, last: Option<&EpochRecord>) {
        if let Some(record) = last.filter(|_| core::mem::take(&mut self.is_behind)) {
            print(out, record);
        }
    }
}

fn print(out: &mut impl Write, record: &EpochRecord) {
    // Training continues when the output has no reader any more, for example a closed pipe.
    let _ = writeln!(out, "{record}");
}

impl<N: Network> Callback<N> for Progress {
    const WATCHES_STEPS: bool = false;

    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        if self.every == 0 {
            return Err(Error::Setting { name: "interval of lines", value: 0.0, allowed: "at least 1 epoch" });
        }
        self.is_behind = false;
        Ok(ControlFlow::Continue(()))
    }

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self.show(&mut stdout().lock(), record);
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &mut N, history: &History) {
        self.finish(&mut stdout().lock(), history.last().as_ref());
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::Progress;
    use crate::history::{History, Measure, RecordedEpoch};
    use crate::metric::Better;

    /// Returns the numbers of the epochs that have a line, in training that was resumed after `before` epochs.
    fn epochs_with_lines(mut progress: Progress, before: usize, epochs: usize) -> Vec<String> {
        let mut history = History::new(epochs, 0, vec![Measure::new("loss", Some(Better::Smaller))]);
        let mut written = Vec::new();
        for epoch in 0..epochs {
            history.push(RecordedEpoch { samples: 1, learning_rate: None, seconds: 0.0 }, |value| value(0.5));
            if epoch >= before {
                progress.show(&mut written, &history.last().unwrap());
            }
        }
        progress.finish(&mut written, history.last().as_ref());
        let lines = String::from_utf8(written).unwrap();
        lines
            .lines()
            .map(|line| line.split([' ', ':', '/']).filter(|word| !word.is_empty()).nth(1).unwrap().into())
            .collect()
    }

    #[test]
    fn lines_are_those_of_every_nth_epoch_and_the_last() {
        let lines = Progress::lines();
        assert_eq!(epochs_with_lines(lines, 0, 3), ["1", "2", "3"]);
        assert_eq!(epochs_with_lines(lines.every(2), 0, 5), ["2", "4", "5"]);
        assert_eq!(epochs_with_lines(lines.every(2), 0, 4), ["2", "4"]);
        assert_eq!(epochs_with_lines(lines.every(9), 10, 12), ["12"]);
        // Nothing was left to train.
        assert_eq!(epochs_with_lines(lines.every(9), 12, 12), [""; 0]);
    }
}
