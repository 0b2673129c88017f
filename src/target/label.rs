//! Which class has a label?

use crate::scalar::Scalar;
use crate::target::{Class, ClassTarget};

/// A kind of target that labels of type `I` name: [`Class<K>`](Class) by an integer of any type, and `[Class<K>; L]` by an array of them.
#[diagnostic::on_unimplemented(
    message = "a label of `{Self}` is an integer, or an array with one for each step, but this one is `{I}`",
    label = "these labels do not fit the targets"
)]
pub trait FromLabel<I>: ClassTarget {
    /// Returns the target with this label.
    ///
    /// # Errors
    /// The first index that is not below the number of classes, and this number.
    fn from_label<T: Scalar>(label: I) -> Result<Self::Value<T>, (i64, usize)>;
}

/// An integer, which may be the index of a class.
pub trait ClassIndex: Copy {
    /// Returns the index, or the nearest value if it is too large.
    #[doc(hidden)]
    fn to_i64(self) -> i64;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl ClassIndex for $integer {
            fn to_i64(self) -> i64 {
                i64::try_from(self).unwrap_or(if self < Self::default() { i64::MIN } else { i64::MAX })
            }
        }

        impl<const K: usize> TryFrom<$integer> for Class<K> {
            type Error = crate::error::Error;

            fn try_from(index: $integer) -> crate::error::Result<Self> {
                let out_of_range = |(label, classes)| Self::Error::LabelOutOfRange { sample: None, label, classes };
                class(index).map_err(out_of_range)
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// Returns an index as a label of a message.
#[allow(clippy::cast_possible_wrap, reason = "at most the largest value")]
pub(super) const fn of_index(index: usize) -> i64 {
    if index as u64 > i64::MAX.unsigned_abs() { i64::MAX } else { index as i64 }
}

/// Returns the class with this index.
fn class<const K: usize>(index: impl ClassIndex) -> Result<Class<K>, (i64, usize)> {
    let index = index.to_i64();
    usize::try_from(index).ok().and_then(|index| Class::new(index).ok()).ok_or((index, K))
}

#[diagnostic::do_not_recommend]
impl<const K: usize, I: ClassIndex> FromLabel<I> for Class<K> {
    fn from_label<T: Scalar>(label: I) -> Result<Self, (i64, usize)> {
        class(label)
    }
}

#[diagnostic::do_not_recommend]
impl<const K: usize, const L: usize, I: ClassIndex> FromLabel<[I; L]> for [Class<K>; L] {
    fn from_label<T: Scalar>(label: [I; L]) -> Result<Self, (i64, usize)> {
        let mut classes = [Class(0); L];
        for (of_step, index) in classes.iter_mut().zip(label) {
            *of_step = class(index)?;
        }
        Ok(classes)
    }
}
