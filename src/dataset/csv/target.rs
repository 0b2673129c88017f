//! Targets that are read from columns.

use alloc::format;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::column::Column;
use super::records::Records;
use super::settings::Encoding;
use crate::error::{Result, shown};
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};
use crate::target::{Class, Names, NoTarget, Target};

/// A target that can be read from the columns of a table: [`Class<K>`](Class), a shape such as `Vector<N>`, or [`NoTarget`].
#[diagnostic::on_unimplemented(
    message = "a target `{Self}` cannot be read from a table",
    note = "targets of tables are `Class<K>`, in one column, a shape such as `Vector<N>`, in one column for each element, or `NoTarget`"
)]
pub trait TargetColumns: Target {
    /// The names of the classes: [`Names<K>`](crate::Names) for a `Class<K>`, and `()` for other targets.
    type Names: Clone + Debug + Send + Sync;
    /// What the fields of the columns mean.
    #[doc(hidden)]
    const ENCODING: Encoding;
    /// The number of columns.
    #[doc(hidden)]
    const COLUMNS: usize;

    /// Determines what the categories of the columns mean, after all samples have been read.
    #[doc(hidden)]
    fn determine(columns: &mut [Column], records: &Records<'_>) -> Result<()>;

    /// Returns the names of the classes, after `determine`.
    #[doc(hidden)]
    fn names(columns: &[Column]) -> Result<Self::Names>;

    /// Returns the target of a sample, of the values of its columns.
    #[doc(hidden)]
    fn value<T: Scalar>(columns: &[Column], values: &[f64]) -> Result<Self::Value<T>>;
}

impl<const K: usize> TargetColumns for Class<K> {
    type Names = Names<K>;

    const ENCODING: Encoding = Encoding::Index;
    const COLUMNS: usize = 1;

    fn determine(columns: &mut [Column], records: &Records<'_>) -> Result<()> {
        let Some(column) = columns.first_mut() else { return Ok(()) };
        column.read_indices_below(K);
        let found = column.words.len();
        if found != K {
            const LISTED: usize = 12;
            let words = column.words.iter().take(LISTED).map(|word| shown(word)).collect::<Vec<_>>().join(", ");
            let (name, rest) = (shown(&column.name), if found > LISTED { ", …" } else { "" });
            return Err(records.unreadable(format!(
                "column `{name}` has {found} categories ({words}{rest}), but there are {K} classes: name all of them with \
                 `categories({name:?}, ..)`"
            )));
        }
        Ok(())
    }

    fn names(columns: &[Column]) -> Result<Names<K>> {
        Names::try_from(columns.first().map_or(&[][..], |column| &column.words))
    }

    fn value<T: Scalar>(columns: &[Column], values: &[f64]) -> Result<Self> {
        Self::new(columns[0].index(values[0]))
    }
}

/// All columns are inputs, except those that [`targets`](super::Csv::targets) or another table names.
impl TargetColumns for NoTarget {
    type Names = ();

    const ENCODING: Encoding = Encoding::Number;
    const COLUMNS: usize = 0;

    fn determine(_: &mut [Column], _: &Records<'_>) -> Result<()> {
        Ok(())
    }

    fn names(_: &[Column]) -> Result<()> {
        Ok(())
    }

    fn value<T: Scalar>(_: &[Column], _: &[f64]) -> Result<()> {
        Ok(())
    }
}

impl<S: Shape + Values> TargetColumns for S {
    type Names = ();

    // Of a blanket implementation, rustdoc shows hidden items too, unless they are hidden here.
    #[doc(hidden)]
    const ENCODING: Encoding = Encoding::Number;
    #[doc(hidden)]
    const COLUMNS: usize = S::LEN;

    #[doc(hidden)]
    fn determine(_: &mut [Column], _: &Records<'_>) -> Result<()> {
        Ok(())
    }

    #[doc(hidden)]
    fn names(_: &[Column]) -> Result<()> {
        Ok(())
    }

    #[doc(hidden)]
    fn value<T: Scalar>(columns: &[Column], values: &[f64]) -> Result<S::Array<T>> {
        let mut target = S::zero::<T>();
        for ((element, column), &value) in S::flat_mut(&mut target).iter_mut().zip(columns).zip(values) {
            column.write(value, core::slice::from_mut(element));
        }
        Ok(target)
    }
}
