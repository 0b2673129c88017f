//! Targets that are read from columns.

use alloc::format;
use alloc::vec::Vec;

use super::columns::{Column, Encoding};
use super::records::Records;
use crate::error::{Result, shown};
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};
use crate::target::{Class, Target};

/// A target that can be read from the columns of a table: [`Class<K>`](Class), or a shape such as `Vector<N>`.
#[diagnostic::on_unimplemented(
    message = "a target `{Self}` cannot be read from a table",
    note = "targets of tables are `Class<K>`, in one column, or a shape such as `Vector<N>`, in one column for each element"
)]
pub trait TargetColumns: Target {
    /// What the fields of the columns mean.
    #[doc(hidden)]
    const ENCODING: Encoding;
    /// The number of columns.
    #[doc(hidden)]
    const COLUMNS: usize;

    /// Returns the targets of all samples.
    #[doc(hidden)]
    fn values<T: Scalar>(columns: &mut [Column], records: &Records<'_>) -> Result<Vec<Self::Value<T>>>;
}

impl<const K: usize> TargetColumns for Class<K> {
    const ENCODING: Encoding = Encoding::Index;
    const COLUMNS: usize = 1;

    fn values<T: Scalar>(columns: &mut [Column], records: &Records<'_>) -> Result<Vec<Self>> {
        let Some(column) = columns.first_mut() else { return Ok(Vec::new()) };
        column.read_indices_below(K);
        let found = column.words.len();
        if found != K && column.len() > 0 {
            const LISTED: usize = 12;
            let words = column.words.iter().take(LISTED).map(|word| shown(word)).collect::<Vec<_>>().join(", ");
            let (name, rest) = (shown(&column.name), if found > LISTED { ", …" } else { "" });
            return Err(records.unreadable(format!(
                "column `{name}` has {found} categories ({words}{rest}), but there are {K} classes: name all of them with \
                 `categories({name:?}, ..)`"
            )));
        }
        (0..column.len()).map(|sample| Self::new(column.index_of(sample))).collect()
    }
}

impl<S: Shape + Values> TargetColumns for S {
    const ENCODING: Encoding = Encoding::Number;
    const COLUMNS: usize = S::LEN;

    fn values<T: Scalar>(columns: &mut [Column], _: &Records<'_>) -> Result<Vec<S::Array<T>>> {
        let samples = columns.first().map_or(0, Column::len);
        let value = |sample| {
            let mut value = S::zero::<T>();
            for (element, column) in S::flat_mut(&mut value).iter_mut().zip(&*columns) {
                column.write(sample, core::slice::from_mut(element));
            }
            value
        };
        Ok((0..samples).map(value).collect())
    }
}
