//! The columns of a table that are read, from fields to samples.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Missing;
use super::column::Column;
use super::records::{Record, Records};
use super::settings::{Encoding, Settings};
use super::target::TargetColumns;
use crate::error::{Result, shown};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// The columns of the inputs and of the targets.
///
/// [`read`](Self::read) reads the fields of each sample. After the last, [`determine`](Self::determine) finds how they are encoded, and then
/// [`input`](Self::input) and [`target`](Self::target) make a sample of its values.
#[derive(Clone, Debug)]
pub struct Columns {
    pub(super) inputs: Vec<Column>,
    pub(super) targets: Vec<Column>,
    /// The names of the elements of an input.
    pub(super) elements: Vec<String>,
}

impl Columns {
    /// Returns those of a table for targets `Y`.
    pub(super) fn find<Y: TargetColumns>(settings: &Settings, records: &Records<'_>) -> Result<Self> {
        let [inputs, targets] = chosen::<Y>(settings, records);
        for name in settings.named(Y::COLUMNS > 0) {
            records.position(name)?;
        }
        let column = |name: &String, encoding| -> Result<Column> {
            let words =
                settings.categories.iter().rev().find(|(column, _)| column == name).map(|(_, words)| words.clone());
            let mean = settings.means.iter().find(|(column, _)| column == name).map(|&(_, mean)| mean);
            Ok(Column::new(name.clone(), records.position(name)?, encoding, words, mean))
        };
        let input = |name: &String| {
            let written = settings.encodings.iter().rev().find(|(column, _)| column == name);
            column(name, written.map_or(Encoding::Number, |&(_, encoding)| encoding))
        };
        if targets.len() != Y::COLUMNS {
            let (found, wanted) = (targets.len(), Y::COLUMNS);
            return Err(records.unreadable(format!(
                "{found} of its columns are targets, but a target has {wanted}: name them with `targets(..)`"
            )));
        }
        let inputs = inputs.iter().filter(|name| !settings.without.contains(name)).map(input).collect::<Result<_>>()?;
        let targets = targets.iter().map(|name| column(name, Y::ENCODING)).collect::<Result<_>>()?;
        Ok(Self { inputs, targets, elements: Vec::new() })
    }

    /// Changes settings so that they read the same columns, and encode them as these.
    pub(super) fn apply_to(&self, settings: &mut Settings) {
        let named = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect();
        (settings.inputs, settings.targets) = (Some(named(&self.inputs)), Some(named(&self.targets)));
        for column in self.iter() {
            match column.encoding {
                Encoding::Number => settings.means.extend(column.mean.map(|mean| (column.name.clone(), mean))),
                encoding => {
                    settings.encodings.push((column.name.clone(), encoding));
                    settings.categories.push((column.name.clone(), column.words.clone()));
                }
            }
        }
    }

    /// Returns all of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.inputs.iter().chain(&self.targets)
    }

    /// Returns the number of values of a sample.
    pub(super) fn len(&self) -> usize {
        self.inputs.len() + self.targets.len()
    }

    /// Appends the values of a sample, unless it is left out. Returns whether it is not.
    pub(super) fn read<T: Scalar>(
        &mut self,
        settings: &Settings,
        record: &Record<'_, '_>,
        values: &mut Vec<f64>,
    ) -> Result<bool> {
        let is_missing = |column: &Column| settings.is_missing(record.field(column.position));
        if settings.missing == Missing::LeaveOut && self.iter().any(is_missing) {
            return Ok(false);
        }
        for column in &mut self.inputs {
            values.push(column.value::<T>(settings, record, settings.missing)?);
        }
        for column in &mut self.targets {
            values.push(column.value::<T>(settings, record, Missing::Error)?);
        }
        Ok(true)
    }

    /// Determines how so many samples, which have been read, are encoded, and requires inputs of shape `X` and targets `Y` of them.
    pub(super) fn determine<X: Shape, Y: TargetColumns, T: Scalar>(
        &mut self,
        samples: usize,
        records: &Records<'_>,
    ) -> Result<()> {
        self.inputs.iter_mut().chain(&mut self.targets).for_each(Column::sort);
        self.elements = self.inputs.iter().flat_map(Column::elements).collect();
        self.require_elements::<X>(records)?;
        for column in &self.inputs {
            column.require_mean::<T>(records)?;
        }
        if samples > 0 {
            Y::determine(&mut self.targets, records)?;
        }
        self.inputs.iter_mut().chain(&mut self.targets).for_each(Column::fix);
        Ok(())
    }

    /// Requires as many elements as the shape has.
    fn require_elements<X: Shape>(&self, records: &Records<'_>) -> Result<()> {
        const LISTED: usize = 12;
        if self.elements.len() == X::LEN {
            return Ok(());
        }
        let mut list = self.elements.iter().take(LISTED).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        if self.elements.len() > LISTED {
            list += ", …";
        }
        let (found, wanted, hint) = (self.elements.len(), X::LEN, records.hint());
        Err(records.unreadable(format!(
            "its inputs have {found} elements ({list}), but the shape has {wanted}: choose columns with `inputs(..)` or \
             `without(..)`{hint}"
        )))
    }

    /// Writes the input of a sample with these values.
    pub(super) fn input<T: Scalar>(&self, values: &[f64], elements: &mut [T]) {
        elements.fill(T::ZERO);
        let mut elements = elements;
        for (column, &value) in self.inputs.iter().zip(values) {
            let (of_column, rest) = elements.split_at_mut(column.width());
            column.write(value, of_column);
            elements = rest;
        }
    }

    /// Returns the target of a sample with these values.
    pub(super) fn target<Y: TargetColumns, T: Scalar>(&self, values: &[f64]) -> Result<Y::Value<T>> {
        Y::value(&self.targets, &values[self.inputs.len()..])
    }

    /// Returns the names of the classes, for a target that is one.
    pub(super) fn classes<Y: TargetColumns>(&self) -> Result<Y::Names> {
        Y::names(&self.targets)
    }

    /// Returns the categories of a column that has some.
    pub(super) fn categories(&self, column: &str) -> Option<&[String]> {
        let encoded = |found: &&Column| found.name == column && found.encoding != Encoding::Number;
        self.iter().find(encoded).map(|found| &found.words[..])
    }
}

/// Returns the names of the columns of the inputs and of the targets. Without targets, the columns of others' targets may be missing.
fn chosen<Y: TargetColumns>(settings: &Settings, records: &Records<'_>) -> [Vec<String>; 2] {
    let targets = match &settings.targets {
        Some(targets) => targets.clone(),
        None if Y::COLUMNS == 0 => Vec::new(),
        None => records.names().last().cloned().into_iter().collect(),
    };
    let inputs = match &settings.inputs {
        Some(inputs) => inputs.clone(),
        None => records.names().iter().filter(|name| !targets.contains(name)).cloned().collect(),
    };
    [inputs, if Y::COLUMNS == 0 { Vec::new() } else { targets }]
}
