//! How does a training run that was interrupted become words of a checkpoint, and words the run?

use alloc::string::String;
use alloc::vec::Vec;

use crate::history::{EpochRecord, ValidationRecord};
use crate::train::callback_state::{CallbackState, Entry};
use crate::train::epoch_progress::EpochProgress;
use crate::train::interrupted_run::InterruptedRun;

/// Words of a record.
const RECORD: usize = 8;

/// The records, whether a callback ended the run, what was made of the next epoch, and what callbacks remember, except copies
/// of parameters.
pub(super) fn to_words<T: Copy>(
    records: &[EpochRecord],
    stopped: bool,
    progress: &EpochProgress,
    callbacks: &CallbackState<T>,
) -> Vec<u64> {
    let mut words = alloc::vec![u64::from(stopped), progress.steps as u64, progress.samples as u64];
    words.extend([progress.total_loss, progress.seconds].map(f64::to_bits));
    words.push(records.len() as u64);
    for record in records {
        let validation = record.validation;
        let accuracy = validation.and_then(|validation| validation.accuracy);
        let measured = u64::from(validation.is_some()) + 2 * u64::from(accuracy.is_some());
        words.extend([record.epoch as u64, record.epochs as u64, record.samples as u64, measured]);
        let loss = validation.map_or(0.0, |validation| validation.loss);
        words.extend([record.loss, loss, accuracy.unwrap_or(0.0), record.seconds].map(f64::to_bits));
    }
    words.push(callbacks.entries().len() as u64);
    for Entry { name, words: own, parameters } in callbacks.entries() {
        words.extend([name.len() as u64, own.len() as u64, u64::from(parameters.is_some())]);
        words.extend(name.bytes().map(u64::from));
        words.extend(own);
    }
    words
}

impl<T: Copy> InterruptedRun<T> {
    /// What [`to_words`] wrote, with the copies of parameters that belong to it; nothing for words that it does not write.
    pub(super) fn from_words(words: &[u64], mut copies: impl Iterator<Item = Vec<T>>) -> Option<Self> {
        let mut words = Words(words);
        let stopped = words.flag()?;
        let progress = EpochProgress { steps: words.count()?, samples: words.count()?, ..EpochProgress::default() };
        let progress = EpochProgress { total_loss: words.finite()?, seconds: words.finite()?, ..progress };
        let count = words.count()?;
        let records =
            words.take(count.checked_mul(RECORD)?)?.chunks_exact(RECORD).map(record).collect::<Option<_>>()?;
        let mut callbacks = CallbackState::default();
        for _ in 0..words.count()? {
            let (name, own, copied) = (words.count()?, words.count()?, words.flag()?);
            let bytes = words.take(name)?.iter().map(|&word| u8::try_from(word).ok()).collect::<Option<_>>()?;
            let (name, own) = (String::from_utf8(bytes).ok()?, words.take(own)?);
            let parameters = if copied { Some(copies.next()?) } else { None };
            callbacks.push(&name, own, parameters.as_deref());
        }
        let whole = words.0.is_empty() && copies.next().is_none();
        whole.then_some(Self { records, progress, stopped, callbacks })
    }
}

fn record(words: &[u64]) -> Option<EpochRecord> {
    let &[epoch, epochs, samples, measured, loss, validation, accuracy, seconds] = words else { return None };
    let [loss, validation, accuracy, seconds] = [loss, validation, accuracy, seconds].map(f64::from_bits);
    let accuracy = (measured & 2 != 0).then_some(accuracy);
    let validation = (measured & 1 != 0).then_some(ValidationRecord { loss: validation, accuracy });
    let [epoch, epochs, samples] = [epoch, epochs, samples].map(usize::try_from);
    Some(EpochRecord { epoch: epoch.ok()?, epochs: epochs.ok()?, loss, samples: samples.ok()?, validation, seconds })
}

/// Words that are left.
struct Words<'a>(&'a [u64]);

impl<'a> Words<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u64]> {
        let (taken, left) = self.0.split_at_checked(count)?;
        self.0 = left;
        Some(taken)
    }

    fn count(&mut self) -> Option<usize> {
        self.take(1).and_then(|word| usize::try_from(word[0]).ok())
    }

    fn finite(&mut self) -> Option<f64> {
        self.take(1).map(|word| f64::from_bits(word[0])).filter(|number| number.is_finite())
    }

    fn flag(&mut self) -> Option<bool> {
        self.count().and_then(|word| (word < 2).then_some(word == 1))
    }
}
