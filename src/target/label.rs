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
    fn from_label<T: Scalar>(label: I) -> Result<Self::Value<T>, (i128, usize)>;
}

/// An integer, which may be the index of a class.
pub trait ClassIndex: Copy {
    /// Returns the index, or the largest value if it is larger.
    #[doc(hidden)]
    fn to_i128(self) -> i128;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl ClassIndex for $integer {
            fn to_i128(self) -> i128 {
                i128::try_from(self).unwrap_or(i128::MAX)
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

/// Returns the class with this index.
fn class<const K: usize>(index: impl ClassIndex) -> Result<Class<K>, (i128, usize)> {
    let index = index.to_i128();
    usize::try_from(index).ok().and_then(|index| Class::new(index).ok()).ok_or((index, K))
}

#[diagnostic::do_not_recommend]
impl<const K: usize, I: ClassIndex> FromLabel<I> for Class<K> {
    fn from_label<T: Scalar>(label: I) -> Result<Self, (i128, usize)> {
        class(label)
    }
}

#[diagnostic::do_not_recommend]
impl<const K: usize, const L: usize, I: ClassIndex> FromLabel<[I; L]> for [Class<K>; L] {
    fn from_label<T: Scalar>(label: [I; L]) -> Result<Self, (i128, usize)> {
        let mut classes = [Class(0); L];
        for (of_step, index) in classes.iter_mut().zip(label) {
            *of_step = class(index)?;
        }
        Ok(classes)
    }
}
