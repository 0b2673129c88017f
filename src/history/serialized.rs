//! How is a history converted to the formats of serde, and back?

use alloc::string::String;
use alloc::vec::Vec;
use core::result::Result;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::history::{History, Measure, RecordedEpoch};
use crate::kernel::Path;
use crate::metric::Better;

/// A history, epoch by epoch.
#[derive(Serialize, Deserialize)]
struct Serialized {
    seed: Option<u64>,
    path: Option<PathName>,
    planned: usize,
    measures: Vec<SerializedMeasure>,
    epochs: Vec<SerializedEpoch>,
}

/// The name of an instruction set.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Path")]
enum PathForm {
    Portable,
    Avx2,
    Avx512,
}

#[derive(Serialize, Deserialize)]
struct PathName(#[serde(with = "PathForm")] Path);

#[derive(Serialize, Deserialize)]
struct SerializedMeasure {
    name: String,
    /// Whether larger values are better, if that is known.
    larger_is_better: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct SerializedEpoch {
    samples: usize,
    /// The value of each measure, or none for NaN, which JSON cannot represent; so are infinite values.
    values: Vec<Option<f64>>,
    learning_rate: Option<f64>,
    seconds: f64,
}

impl From<&History> for Serialized {
    fn from(history: &History) -> Self {
        let measures = history.measures().iter().map(|measure| {
            let larger_is_better = measure.better.map(|better| better == Better::Larger);
            SerializedMeasure { name: measure.name.clone(), larger_is_better }
        });
        let epochs = history.epochs().map(|record| SerializedEpoch {
            samples: record.samples,
            values: record.measures().map(|(_, value)| value.is_finite().then_some(value)).collect(),
            learning_rate: record.learning_rate,
            seconds: record.seconds,
        });
        Self {
            seed: history.seed(),
            path: history.path().map(PathName),
            planned: history.planned,
            measures: measures.collect(),
            epochs: epochs.collect(),
        }
    }
}

impl Serialized {
    /// Returns the history, or a reason why there is none.
    fn history(self) -> Result<History, &'static str> {
        let begin = match (self.seed, self.path) {
            (Some(seed), Some(PathName(path))) => Some((seed, path)),
            (None, None) => None,
            _ => return Err("a history has both a seed and an instruction set, or neither"),
        };
        if self.measures.is_empty() && !self.epochs.is_empty() {
            return Err("the first measure of a history is the training loss");
        }
        let better = |larger| if larger { Better::Larger } else { Better::Smaller };
        let measures: Vec<_> =
            self.measures.into_iter().map(|m| Measure::new(m.name, m.larger_is_better.map(better))).collect();
        let columns = measures.iter().map(|_| Vec::new()).collect();
        let mut history = History { begin, planned: self.planned, measures, columns, ..History::default() };
        for SerializedEpoch { samples, values, learning_rate, seconds } in self.epochs {
            if values.len() != history.measures.len() {
                return Err("an epoch of a history has one value for each measure");
            }
            let epoch = RecordedEpoch { samples, learning_rate, seconds };
            history.push(epoch, |add| values.into_iter().for_each(|value| add(value.unwrap_or(f64::NAN))));
        }
        Ok(history)
    }
}

/// With the feature `serde`. A value that is not finite is none, since JSON has no number for it, and is read as NaN.
impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialized::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Serialized::deserialize(deserializer)?.history().map_err(D::Error::custom)
    }
}
