//! The columns of a table: what their fields mean, and their values.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::collections::HashMap;

use super::records::{Record, Records};
use super::{Csv, Missing};
use crate::error::{Result, shown};
use crate::scalar::Scalar;

/// How fields become elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A field is a number.
    Number,
    /// A field is one of some categories, each of which has an element.
    OneHot,
    /// A field is one of some categories, whose index is the element.
    Index,
}

/// A column that is read.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) name: String,
    pub(super) position: usize,
    pub(super) encoding: Encoding,
    /// The categories.
    pub(super) words: Vec<String>,
    /// Whether other words are errors.
    has_fixed_words: bool,
    indices: HashMap<String, usize>,
    /// The mean of the values that are not missing, where they have one.
    pub(super) mean: Option<f64>,
    /// The numbers, or the indices of categories. A missing number that becomes the mean is NaN.
    values: Vec<f64>,
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
        let indices = words.iter().cloned().enumerate().map(|(index, word)| (word, index)).collect();
        Self { name, position, encoding, words, has_fixed_words, indices, mean, values: Vec::new() }
    }

    /// Returns the number of samples.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns the index of the category of a sample.
    pub(super) fn index_of(&self, sample: usize) -> usize {
        index(self.values[sample])
    }

    /// Reads the categories as indices, if that is what they are and the table has determined them.
    pub(super) fn read_indices_below(&mut self, limit: usize) {
        let index_in = |word: &String| word.parse().ok().filter(|&index: &usize| index < limit);
        let Some(indices) = self.words.iter().map(index_in).collect::<Option<Vec<_>>>() else { return };
        if self.has_fixed_words {
            return;
        }
        for value in &mut self.values {
            *value = indices[index(*value)] as f64;
        }
        self.words = (0..limit).map(|index| index.to_string()).collect();
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

    /// Reads the field of a sample.
    pub(super) fn push<T: Scalar>(&mut self, table: &Csv<'_>, record: &Record<'_>, rule: Missing) -> Result<()> {
        let field = record.field(self.position);
        let value = match (table.is_missing(field), self.encoding, rule) {
            (true, Encoding::Number, Missing::Value(value)) => value,
            (true, Encoding::Number, Missing::Mean) => f64::NAN,
            (true, ..) => {
                let found = if field.is_empty() { String::new() } else { format!(" (`{}`)", shown(field)) };
                return Err(record.wrong(self.position, &format!("the value is missing{found}")));
            }
            (false, Encoding::Number, _) => number::<T>(table, field)
                .map_err(|mistake| record.wrong(self.position, &format!("`{}` {mistake}", shown(field))))?,
            (false, ..) => self.category(record, field)?,
        };
        self.values.push(value);
        Ok(())
    }

    /// Returns the index of a category, of a new one if categories are not fixed.
    fn category(&mut self, record: &Record<'_>, word: &str) -> Result<f64> {
        let index = match self.indices.get(word) {
            Some(&index) => index,
            None if self.has_fixed_words => {
                let known = self.words.iter().map(|word| shown(word)).collect::<Vec<_>>().join(", ");
                let reason = format!("`{}` is none of the categories {known}", shown(word));
                return Err(record.wrong(self.position, &reason));
            }
            None => {
                self.words.push(word.to_owned());
                self.indices.insert(word.to_owned(), self.words.len() - 1);
                self.words.len() - 1
            }
        };
        Ok(index as f64)
    }

    /// Sorts the categories that the table has determined, and gives the samples their new indices.
    pub(super) fn sort_categories(&mut self) {
        if self.encoding == Encoding::Number || self.has_fixed_words {
            return;
        }
        let numbers: Option<Vec<f64>> = self.words.iter().map(|word| word.parse().ok()).collect();
        let mut order: Vec<usize> = (0..self.words.len()).collect();
        match numbers {
            Some(numbers) => order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b])),
            None => order.sort_by(|&a, &b| self.words[a].cmp(&self.words[b])),
        }
        let mut indices = alloc::vec![0; order.len()];
        for (index, &before) in order.iter().enumerate() {
            indices[before] = index;
        }
        for value in &mut self.values {
            *value = indices[index(*value)] as f64;
        }
        self.words = order.into_iter().map(|before| core::mem::take(&mut self.words[before])).collect();
        self.indices.clear();
    }

    /// Replaces missing values by the mean of the others.
    pub(super) fn fill_means(&mut self, records: &Records<'_>) -> Result<()> {
        if self.encoding != Encoding::Number {
            return Ok(());
        }
        let present = || self.values.iter().filter(|value| !value.is_nan());
        let count = present().count();
        if self.mean.is_none() && count > 0 {
            // Of quotients, since the sum of large numbers could be infinite.
            self.mean = Some(present().map(|value| value / count as f64).sum());
        }
        if count == self.values.len() {
            return Ok(());
        }
        let Some(mean) = self.mean else {
            return Err(records.unreadable(format!("column `{}` has no value, so it has no mean", shown(&self.name))));
        };
        self.values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = mean);
        Ok(())
    }

    /// Writes the elements of a sample, which are zeros before.
    pub(super) fn write<T: Scalar>(&self, sample: usize, elements: &mut [T]) {
        let value = self.values[sample];
        match self.encoding {
            Encoding::OneHot => elements[index(value)] = T::ONE,
            Encoding::Number | Encoding::Index => elements[0] = T::from_f64(value),
        }
    }
}

/// Returns an index that is kept as a number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was an index")]
fn index(value: f64) -> usize {
    value as usize
}

/// Returns the number in a field, or what is wrong with it.
fn number<T: Scalar>(table: &Csv<'_>, field: &str) -> core::result::Result<f64, String> {
    let parsed = if table.decimal_comma { field.replace(',', ".").parse() } else { field.parse() };
    match parsed {
        Ok(value) if T::from_f64(value).is_finite() => Ok(value),
        Ok(value) if f64::is_finite(value) => Err(format!("is too large for `{}`", T::NAME)),
        Ok(_) => Err("is not finite".to_owned()),
        Err(_) => Err("is no number: encode categories with `one_hot(..)` or `index(..)`".to_owned()),
    }
}
