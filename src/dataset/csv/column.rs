//! A column of a table: what its fields mean.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::collections::HashMap;

use super::Missing;
use super::records::{Record, Records};
use super::settings::{Encoding, Settings};
use crate::error::{Result, shown};
use crate::scalar::Scalar;

/// A column that is read. [`value`](Self::value) reads a field, at first to find the categories and the mean. After [`sort`](Self::sort) these are known, and
/// [`write`](Self::write) makes elements of values.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) name: String,
    pub(super) position: usize,
    pub(super) encoding: Encoding,
    /// The categories: in the order in which they were found, and then in their own.
    pub(super) words: Vec<String>,
    /// Whether other words are errors.
    has_fixed_words: bool,
    /// The value that stands for each category.
    values: HashMap<String, usize>,
    /// The index of the category with each value.
    indices: Vec<usize>,
    /// The mean of the values that are not missing, where they have one.
    pub(super) mean: Option<f64>,
    has_fixed_mean: bool,
    /// The number of values in the mean.
    count: u64,
    /// Whether a missing value becomes the mean.
    needs_mean: bool,
}

impl Column {
    pub(super) fn new(
        name: String,
        position: usize,
        encoding: Encoding,
        words: Option<Vec<String>>,
        mean: Option<f64>,
    ) -> Self {
        let has_fixed_words = words.is_some();
        let words = words.unwrap_or_default();
        let values = words.iter().cloned().enumerate().map(|(index, word)| (word, index)).collect();
        let (indices, has_fixed_mean) = ((0..words.len()).collect(), mean.is_some());
        let (count, needs_mean) = (0, false);
        Self {
            name,
            position,
            encoding,
            words,
            has_fixed_words,
            values,
            indices,
            mean,
            has_fixed_mean,
            count,
            needs_mean,
        }
    }

    /// Returns the number of elements.
    pub(super) fn width(&self) -> usize {
        if self.encoding == Encoding::OneHot { self.words.len() } else { 1 }
    }

    /// Returns the names of the elements.
    pub(super) fn elements(&self) -> Vec<String> {
        match self.encoding {
            Encoding::OneHot => self.words.iter().map(|word| format!("{}={word}", self.name)).collect(),
            Encoding::Number | Encoding::Index => [self.name.clone()].into(),
        }
    }

    /// Reads the field of a sample: a number, NaN for a missing one that becomes the mean, or what stands for a category.
    pub(super) fn value<T: Scalar>(
        &mut self,
        settings: &Settings,
        record: &Record<'_, '_>,
        rule: Missing,
    ) -> Result<f64> {
        let field = record.field(self.position);
        match (settings.is_missing(field), self.encoding, rule) {
            (true, Encoding::Number, Missing::Value(value)) if T::from_f64(value).is_finite() => Ok(value),
            (true, Encoding::Number, Missing::Value(value)) => {
                Err(record
                    .wrong(self.position, &format!("the value is missing, and {value} in its place is not finite")))
            }
            (true, Encoding::Number, Missing::Mean) => {
                self.needs_mean = true;
                Ok(f64::NAN)
            }
            (true, ..) => {
                let found = if field.is_empty() { String::new() } else { format!(" (`{}`)", shown(field)) };
                Err(record.wrong(self.position, &format!("the value is missing{found}")))
            }
            (false, Encoding::Number, _) => {
                let value = number::<T>(settings, field)
                    .map_err(|mistake| record.wrong(self.position, &format!("`{}` {mistake}", shown(field))))?;
                self.count_in_mean(value);
                Ok(value)
            }
            (false, ..) => self.category(record, field),
        }
    }

    fn count_in_mean(&mut self, value: f64) {
        if self.has_fixed_mean {
            return;
        }
        self.count += 1;
        let (mean, count) = (self.mean.unwrap_or(0.0), self.count as f64);
        // The difference of quotients, since that of two large numbers could be infinite.
        self.mean = Some(mean + (value / count - mean / count));
    }

    /// Returns what stands for a category, for a new one if they are not fixed.
    fn category(&mut self, record: &Record<'_, '_>, word: &str) -> Result<f64> {
        let value = match self.values.get(word) {
            Some(&value) => value,
            None if self.has_fixed_words => {
                let known = self.words.iter().map(|word| shown(word)).collect::<Vec<_>>().join(", ");
                let reason = format!("`{}` is none of the categories {known}", shown(word));
                return Err(record.wrong(self.position, &reason));
            }
            None => {
                self.words.push(word.to_owned());
                self.values.insert(word.to_owned(), self.words.len() - 1);
                self.words.len() - 1
            }
        };
        Ok(value as f64)
    }

    /// Sorts the categories that the table has determined.
    pub(super) fn sort(&mut self) {
        if self.encoding == Encoding::Number || self.has_fixed_words {
            return;
        }
        let numbers: Option<Vec<f64>> = self.words.iter().map(|word| word.parse().ok()).collect();
        let mut order: Vec<usize> = (0..self.words.len()).collect();
        match numbers {
            Some(numbers) => order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b])),
            None => order.sort_by(|&a, &b| self.words[a].cmp(&self.words[b])),
        }
        self.indices = alloc::vec![0; order.len()];
        for (index, &value) in order.iter().enumerate() {
            self.indices[value] = index;
        }
        self.words = order.into_iter().map(|value| core::mem::take(&mut self.words[value])).collect();
    }

    /// Reads the categories as indices, if that is what they are and the table has determined them.
    pub(super) fn read_indices_below(&mut self, limit: usize) {
        let index_in = |word: &String| word.parse().ok().filter(|&index: &usize| index < limit);
        let Some(read) = self.words.iter().map(index_in).collect::<Option<Vec<_>>>() else { return };
        if self.has_fixed_words {
            return;
        }
        for index in &mut self.indices {
            *index = read[*index];
        }
        self.words = (0..limit).map(|index| index.to_string()).collect();
    }

    /// Requires a mean if a value is missing that becomes it.
    pub(super) fn require_mean<T: Scalar>(&self, records: &Records<'_>) -> Result<()> {
        let reason = match self.mean {
            None if self.needs_mean => "has no value, so it has no mean".to_owned(),
            Some(mean) if self.needs_mean && !T::from_f64(mean).is_finite() => {
                format!("has the mean {mean}, which is too large for `{}`", T::NAME)
            }
            _ => return Ok(()),
        };
        Err(records.unreadable(format!("column `{}` {reason}", shown(&self.name))))
    }

    /// Fixes the categories and the mean: other words are errors from now on.
    pub(super) fn fix(&mut self) {
        (self.has_fixed_words, self.has_fixed_mean) = (true, true);
    }

    /// Returns the index of the category for which a value stands.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was an index")]
    pub(super) fn index(&self, value: f64) -> usize {
        self.indices[value as usize]
    }

    /// Writes the elements of a value, which are zeros before.
    pub(super) fn write<T: Scalar>(&self, value: f64, elements: &mut [T]) {
        match self.encoding {
            Encoding::OneHot => elements[self.index(value)] = T::ONE,
            Encoding::Index => elements[0] = T::from_f64(self.index(value) as f64),
            Encoding::Number => {
                let mean = self.mean.filter(|_| value.is_nan());
                elements[0] = T::from_f64(mean.unwrap_or(value));
            }
        }
    }
}

/// Returns the number in a field, or what is wrong with it.
fn number<T: Scalar>(settings: &Settings, field: &str) -> core::result::Result<f64, String> {
    let parsed = if settings.decimal_comma { field.replace(',', ".").parse() } else { field.parse() };
    match parsed {
        Ok(value) if T::from_f64(value).is_finite() => Ok(value),
        Ok(value) if f64::is_finite(value) => Err(format!("is too large for `{}`", T::NAME)),
        Ok(_) => Err("is not finite".to_owned()),
        Err(_) => Err("is no number: encode categories with `one_hot(..)` or `index(..)`".to_owned()),
    }
}
