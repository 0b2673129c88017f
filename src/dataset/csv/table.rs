//! What was read from a table.

use alloc::string::String;
use core::fmt::{self, Debug};

use super::columns::Columns;
use super::target::TargetColumns;
use crate::dataset::Dataset;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Class, Names};

/// A data set that was read from a table, and how its columns were encoded.
#[derive(Clone)]
pub struct CsvTable<X: Shape, Y: TargetColumns, T: Scalar = f32> {
    /// The samples, in the order of the table.
    pub data: Dataset<X, Y, T>,
    pub(super) columns: Columns,
    pub(super) classes: Y::Names,
}

impl<X: Shape, Y: TargetColumns, T: Scalar> CsvTable<X, Y, T> {
    /// Returns the names of the elements of an input: that of the column, or, for a category, `column=category`.
    #[must_use]
    pub fn elements(&self) -> &[String] {
        &self.columns.elements
    }

    /// Returns the categories of a column, in order of their indices, if it has some.
    #[must_use]
    pub fn categories(&self, column: &str) -> Option<&[String]> {
        self.columns.categories(column)
    }
}

impl<X: Shape, const K: usize, T: Scalar> CsvTable<X, Class<K>, T> {
    /// Returns the names of the classes.
    #[must_use]
    pub fn classes(&self) -> &Names<K> {
        &self.classes
    }
}

impl<X: Shape, Y: TargetColumns, T: Scalar> Debug for CsvTable<X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvTable")
            .field("data", &self.data)
            .field("elements", &self.elements())
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

/// A table that was read, whose encoding [`Csv::encoded_as`](super::Csv::encoded_as) gives another: a [`CsvTable`] or a [`CsvFile`](super::CsvFile).
pub trait CsvEncoding {
    /// Returns its columns.
    #[doc(hidden)]
    fn columns(&self) -> &Columns;
}

impl<X: Shape, Y: TargetColumns, T: Scalar> CsvEncoding for CsvTable<X, Y, T> {
    fn columns(&self) -> &Columns {
        &self.columns
    }
}
