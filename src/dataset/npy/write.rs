//! Arrays that are written.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use std::path::Path;

use super::source::MAGIC;
use crate::error::Result;
use crate::file;
use crate::scalar::Scalar;
use crate::shape::Token;
use crate::target::Class;

/// The elements of a file start at a multiple of this many bytes, as NumPy's own do.
const ALIGNMENT: usize = 64;
/// The number of digits of the largest size, 2⁶⁴ with a sign.
const LONGEST_SIZE: usize = 21;
/// The kind of an index.
const INDEX: &str = "<i8";

/// Writes samples, predictions or classes to a file `.npy`, which `numpy.load` reads: `f32` as `<f4`, `f64` as `<f8`, classes and
/// tokens as indices, `<i8`. The first axis is the samples.
///
/// # Errors
/// [`Error::File`](crate::Error::File) if the file cannot be written; a file that was there is then unchanged.
///
/// # Example
/// ```
/// use typenet::dataset::{Npy, save_npy};
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<64, 10>, Softmax);
///
/// let (network, digits) = (Classifier::init(&mut typenet::rng(37)), datasets::digits());
/// # let folder = std::env::temp_dir().join(format!("typenet-save-npy-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let path = |name| folder.join(name);
/// # macro_rules! path { ($name:literal) => { path($name) } }
/// save_npy(path!("predictions.npy"), &network.predict_batch(digits.inputs()))?;
/// save_npy(path!("labels.npy"), digits.targets())?;
/// let labels = Npy::at(path!("labels.npy")).read::<Vector<1>, f32>()?;
/// assert_eq!((labels.len(), labels[7]), (1797, [7.0]));
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn save_npy<A: NpyValue>(path: impl AsRef<Path>, samples: &[A]) -> Result<()> {
    file::replace(path.as_ref(), &bytes(samples))
}

/// A sample that can be written to an array of NumPy: an array of `f32` or `f64`, such as that of every shape, a class or token, or an
/// array of those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to an array of NumPy",
    note = "arrays hold `f32`, `f64`, `Class<K>`, tokens, and arrays of these"
)]
pub trait NpyValue {
    /// The kind of the elements, as in a header.
    #[doc(hidden)]
    const DESCRIPTION: &'static str;

    /// Appends the sizes of the axes.
    #[doc(hidden)]
    fn push_sizes(sizes: &mut Vec<usize>);

    /// Appends the elements.
    #[doc(hidden)]
    fn push_bytes(&self, bytes: &mut Vec<u8>);
}

macro_rules! float {
    ($float:ident, $description:literal) => {
        impl NpyValue for $float {
            const DESCRIPTION: &'static str = $description;

            fn push_sizes(_: &mut Vec<usize>) {}

            fn push_bytes(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

float!(f32, "<f4");
float!(f64, "<f8");

impl<const K: usize> NpyValue for Class<K> {
    const DESCRIPTION: &'static str = INDEX;

    fn push_sizes(_: &mut Vec<usize>) {}

    fn push_bytes(&self, bytes: &mut Vec<u8>) {
        push_index(self.index(), bytes);
    }
}

impl<const V: usize, T: Scalar> NpyValue for Token<V, T> {
    const DESCRIPTION: &'static str = INDEX;

    fn push_sizes(_: &mut Vec<usize>) {}

    fn push_bytes(&self, bytes: &mut Vec<u8>) {
        push_index(self.index(), bytes);
    }
}

impl<A: NpyValue, const N: usize> NpyValue for [A; N] {
    const DESCRIPTION: &'static str = A::DESCRIPTION;

    fn push_sizes(sizes: &mut Vec<usize>) {
        sizes.push(N);
        A::push_sizes(sizes);
    }

    fn push_bytes(&self, bytes: &mut Vec<u8>) {
        for element in self {
            element.push_bytes(bytes);
        }
    }
}

/// Appends an index as a signed integer of 64 bits, the kind that NumPy and PyTorch use for labels.
fn push_index(index: usize, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(index as u64).to_le_bytes());
}

/// Returns the bytes of a file with these samples.
pub(super) fn bytes<A: NpyValue>(samples: &[A]) -> Vec<u8> {
    let mut sizes = Vec::from([samples.len()]);
    A::push_sizes(&mut sizes);
    // As NumPy does, with room for a first size of any length, so that a program may append samples.
    let first = sizes[0].to_string();
    let spare = " ".repeat(LONGEST_SIZE - first.len());
    let comma = if sizes.len() == 1 { "," } else { "" };
    let sizes = sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let kind = A::DESCRIPTION;
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}{comma}), }}{spare}");
    // The magic, the version, and the length of the header in two bytes precede it, and a line break ends it.
    let before = MAGIC.len() + 4;
    let end = (before + header.len() + 1).next_multiple_of(ALIGNMENT);
    header += &" ".repeat(end - before - header.len() - 1);
    header.push('\n');
    let length = u16::try_from(header.len()).expect("a type has few axes");
    let mut bytes = [&MAGIC[..], &[1, 0], &length.to_le_bytes(), header.as_bytes()].concat();
    for sample in samples {
        sample.push_bytes(&mut bytes);
    }
    bytes
}
