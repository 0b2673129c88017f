//! What was read from a table.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};

use super::columns::{Column, Encoding};
use super::records::Records;
use super::target::TargetColumns;
use crate::dataset::Dataset;
use crate::error::{Result, shown};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// A data set that was read from a table, and how its columns were encoded.
#[derive(Clone)]
pub struct CsvTable<X: Shape, Y: TargetColumns, T: Scalar = f32> {
    /// The samples, in the order of the table.
    pub data: Dataset<X, Y, T>,
    pub(super) inputs: Vec<Column>,
    pub(super) targets: Vec<Column>,
    elements: Vec<String>,
}

impl<X: Shape, Y: TargetColumns, T: Scalar> CsvTable<X, Y, T> {
    /// Makes samples of columns that have been read.
    pub(super) fn new(mut inputs: Vec<Column>, mut targets: Vec<Column>, records: &Records<'_>) -> Result<Self> {
        let elements = inputs.iter().flat_map(Column::elements).collect::<Vec<_>>();
        require::<X>(records, &elements)?;
        let data = Dataset::new(samples::<X, T>(&mut inputs, records)?, Y::values(&mut targets, records)?)?;
        Ok(Self { data, inputs, targets, elements })
    }

    /// Returns the names of the elements of an input: that of the column, or, for a category, `column=category`.
    #[must_use]
    pub fn elements(&self) -> &[String] {
        &self.elements
    }

    /// Returns the names of the classes, in order of their indices; none for targets of a shape.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        match &self.targets[..] {
            [column] => &column.words,
            _ => &[],
        }
    }

    /// Returns the categories of a column, in order of their indices, if it has some.
    #[must_use]
    pub fn categories(&self, column: &str) -> Option<&[String]> {
        let encoded = |found: &&Column| found.name == column && found.encoding != Encoding::Number;
        self.inputs.iter().chain(&self.targets).find(encoded).map(|found| &found.words[..])
    }
}

impl<X: Shape, Y: TargetColumns, T: Scalar> Debug for CsvTable<X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvTable")
            .field("data", &self.data)
            .field("elements", &self.elements)
            .field("classes", &self.classes())
            .finish_non_exhaustive()
    }
}

/// Requires as many elements as the shape has.
fn require<X: Shape>(records: &Records<'_>, elements: &[String]) -> Result<()> {
    const LISTED: usize = 12;
    if elements.len() == X::LEN {
        return Ok(());
    }
    let mut list = elements.iter().take(LISTED).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    if elements.len() > LISTED {
        list += ", …";
    }
    let (found, wanted, hint) = (elements.len(), X::LEN, records.hint());
    Err(records.unreadable(format!(
        "its inputs have {found} elements ({list}), but the shape has {wanted}: choose columns with `inputs(..)` or \
         `without(..)`{hint}"
    )))
}

/// Takes the values of the columns, sample by sample.
fn samples<X: Shape, T: Scalar>(columns: &mut [Column], records: &Records<'_>) -> Result<Vec<X::Array<T>>> {
    let count = columns.first().map_or(0, Column::len);
    for column in &mut *columns {
        column.fill_means(records)?;
    }
    let mut samples = Vec::with_capacity(count);
    for sample in 0..count {
        let mut input = X::zero::<T>();
        let mut elements = &mut X::flat_mut(&mut input)[..];
        for column in &*columns {
            let (of_column, rest) = elements.split_at_mut(column.width());
            column.write(sample, of_column);
            elements = rest;
        }
        samples.push(input);
    }
    Ok(samples)
}
