//! How is interrupted training converted to words of a checkpoint, and back?

use alloc::string::String;
use alloc::vec::Vec;

use crate::history::RecordedEpoch;
use crate::scalar::Scalar;
use crate::train::callback_state::{CallbackState, Entry};
use crate::train::checkpoint::{ProgressWithin, TrainingPosition};
use crate::train::epoch_progress::EpochProgress;
use crate::train::interrupted_training::InterruptedTraining;
use crate::train::stop::Stop;

/// Encodes whether a callback ended the training, the number of samples in an epoch, the progress of the next epoch, the states of
/// the metrics in it, the history, the states of the callbacks without copies of parameters, and the carried state if there is one.
pub(super) fn to_words<T: Scalar>(
    position: &TrainingPosition<'_>,
    ProgressWithin { epoch: progress, metrics, carried }: &ProgressWithin<'_, T>,
    callbacks: &CallbackState<T>,
) -> Vec<u64> {
    let TrainingPosition { history, samples, stop, .. } = position;
    let mut words = alloc::vec![u64::from(*stop == Stop::End), u64::from(samples.is_some())];
    words.extend([samples.unwrap_or(0), progress.steps, progress.samples].map(|count| count as u64));
    words.extend([progress.total_loss, progress.seconds].map(f64::to_bits));
    words.push(metrics.len() as u64);
    words.extend(*metrics);
    words.push(history.measures().len() as u64);
    for measure in history.measures() {
        push_text(&mut words, &measure.name);
    }
    words.push(history.len() as u64);
    for record in history.epochs() {
        words.push(record.samples as u64);
        // NaN stands for none, since no learning rate is NaN.
        words.extend([record.learning_rate.unwrap_or(f64::NAN), record.seconds].map(f64::to_bits));
        words.extend(record.measures().map(|(_, value)| value.to_bits()));
    }
    words.push(callbacks.entries().len() as u64);
    for Entry { name, words: own, parameters } in callbacks.entries() {
        push_text(&mut words, name);
        words.extend([own.len() as u64, u64::from(parameters.is_some())]);
        words.extend(own);
    }
    if !carried.is_empty() {
        words.push(carried.len() as u64);
        words.extend(carried.iter().map(|value| value.to_f64().to_bits()));
    }
    words
}

fn push_text(words: &mut Vec<u64>, text: &str) {
    words.push(text.len() as u64);
    words.extend(text.bytes().map(u64::from));
}

impl<T: Scalar> InterruptedTraining<T> {
    /// Decodes the words of [`to_words`], together with the copies of parameters. Returns `None` for invalid words.
    pub(super) fn from_words(words: &[u64], mut copies: impl Iterator<Item = Vec<T>>) -> Option<Self> {
        let mut words = Words(words);
        let (stopped, is_known, samples) = (words.flag()?, words.flag()?, words.count()?);
        let progress = EpochProgress { steps: words.count()?, samples: words.count()?, ..EpochProgress::default() };
        let progress = EpochProgress { total_loss: words.finite()?, seconds: words.finite()?, ..progress };
        let metrics = words.count().and_then(|count| words.take(count))?.to_vec();
        let measures = (0..words.count()?).map(|_| words.text()).collect::<Option<Vec<_>>>()?;
        let epochs = (0..words.count()?).map(|_| words.epoch(measures.len())).collect::<Option<_>>()?;
        let mut callbacks = CallbackState::default();
        for _ in 0..words.count()? {
            let (name, own, copied) = (words.text()?, words.count()?, words.flag()?);
            let own = words.take(own)?;
            let parameters = if copied { Some(copies.next()?) } else { None };
            callbacks.push(&name, own, parameters.as_deref());
        }
        let carried = if words.0.is_empty() { &[] } else { words.count().and_then(|count| words.take(count))? };
        // Any values, since a cell may overflow in a network whose outputs are finite.
        let carried = carried.iter().map(|&word| T::from_f64(f64::from_bits(word))).collect();
        let whole = words.0.is_empty() && copies.next().is_none();
        let samples = is_known.then_some(samples);
        whole.then_some(Self { samples, measures, epochs, progress, metrics, carried, stopped, callbacks })
    }
}

/// The remaining words.
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
        self.take(1).map(|word| f64::from_bits(word[0])).filter(|value| value.is_finite())
    }

    fn flag(&mut self) -> Option<bool> {
        self.count().and_then(|word| (word < 2).then_some(word == 1))
    }

    fn text(&mut self) -> Option<String> {
        let count = self.count()?;
        let bytes = self.take(count)?.iter().map(|&word| u8::try_from(word).ok()).collect::<Option<_>>()?;
        String::from_utf8(bytes).ok()
    }

    /// Decodes an epoch with `measures` measures, which may be any value, because a metric can be.
    fn epoch(&mut self, measures: usize) -> Option<(RecordedEpoch, Vec<f64>)> {
        let (samples, rate, seconds) = (self.count()?, f64::from_bits(self.take(1)?[0]), self.finite()?);
        let epoch = RecordedEpoch { samples, learning_rate: (!rate.is_nan()).then_some(rate), seconds };
        let values = self.take(measures)?.iter().copied().map(f64::from_bits).collect();
        Some((epoch, values))
    }
}
