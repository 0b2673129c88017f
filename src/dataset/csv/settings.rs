//! How a table is read.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Missing;
use super::column::{Column, Encoding};
use super::columns::Columns;
use super::records::Records;
use super::target::TargetColumns;
use crate::error::Result;

/// The settings of a [`Csv`](super::Csv).
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) header: bool,
    pub(super) delimiter: u8,
    pub(super) comment: Option<u8>,
    pub(super) decimal_comma: bool,
    pub(super) inputs: Option<Vec<String>>,
    pub(super) without: Vec<String>,
    pub(super) targets: Option<Vec<String>>,
    pub(super) encodings: Vec<(String, Encoding)>,
    pub(super) categories: Vec<(String, Vec<String>)>,
    pub(super) means: Vec<(String, f64)>,
    pub(super) missing: Missing,
    pub(super) missing_words: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header: true,
            delimiter: b',',
            comment: None,
            decimal_comma: false,
            inputs: None,
            without: Vec::new(),
            targets: None,
            encodings: Vec::new(),
            categories: Vec::new(),
            means: Vec::new(),
            missing: Missing::Error,
            missing_words: ["", "NA", "N/A", "NaN", "nan", "null"].map(ToOwned::to_owned).into(),
        }
    }
}

impl Settings {
    /// Reads the columns of others, and encodes them as they do.
    pub(super) fn encode_as(&mut self, columns: &Columns) {
        let named = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect();
        (self.inputs, self.targets) = (Some(named(&columns.inputs)), Some(named(&columns.targets)));
        for column in columns.iter() {
            match column.encoding {
                Encoding::Number => self.means.extend(column.mean.map(|mean| (column.name.clone(), mean))),
                encoding => {
                    self.encodings.push((column.name.clone(), encoding));
                    self.categories.push((column.name.clone(), column.words.clone()));
                }
            }
        }
    }

    /// Returns the columns of a table for targets `Y`.
    pub(super) fn columns<Y: TargetColumns>(&self, records: &Records<'_>) -> Result<Columns> {
        let targets = match &self.targets {
            Some(targets) => targets.clone(),
            None => records.names().last().cloned().into_iter().collect(),
        };
        let inputs = match &self.inputs {
            Some(inputs) => inputs.clone(),
            None => records.names().iter().filter(|name| !targets.contains(name)).cloned().collect(),
        };
        for name in self.named() {
            records.position(name)?;
        }
        let column = |name: &String, encoding| -> Result<Column> {
            let words = self.categories.iter().rev().find(|(column, _)| column == name).map(|(_, words)| words.clone());
            let mean = self.means.iter().find(|(column, _)| column == name).map(|&(_, mean)| mean);
            Ok(Column::new(name.clone(), records.position(name)?, encoding, words, mean))
        };
        let input = |name: &String| {
            let written = self.encodings.iter().rev().find(|(column, _)| column == name);
            column(name, written.map_or(Encoding::Number, |&(_, encoding)| encoding))
        };
        if targets.len() != Y::COLUMNS {
            let (found, wanted) = (targets.len(), Y::COLUMNS);
            return Err(records.unreadable(format!(
                "{found} of its columns are targets, but a target has {wanted}: name them with `targets(..)`"
            )));
        }
        let inputs = inputs.iter().filter(|name| !self.without.contains(name)).map(input).collect::<Result<_>>()?;
        Ok(Columns::new(inputs, targets.iter().map(|name| column(name, Y::ENCODING)).collect::<Result<_>>()?))
    }

    /// Returns the names that settings mention.
    fn named(&self) -> impl Iterator<Item = &String> {
        let encoded = self.encodings.iter().map(|(name, _)| name).chain(self.categories.iter().map(|(name, _)| name));
        self.without.iter().chain(encoded)
    }

    pub(super) fn is_missing(&self, field: &str) -> bool {
        self.missing_words.iter().any(|word| word == field)
    }
}
