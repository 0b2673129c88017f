//! An array whose samples are read from its file one at a time.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::marker::PhantomData;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::kind::Kind;
use super::samples;
use super::source::{Array, unreadable};
use super::{Npy, NpyTarget};
use crate::dataset::SampleReader;
use crate::dataset::place::{Place, failed};
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Samples whose inputs are in a file `.npy`, also one that is larger than memory, and are read when they are needed. The targets are in memory.
///
/// # Example
/// ```
/// use typenet::dataset::{Batches, NpyFile, SampleReader, save_npy};
/// use typenet::prelude::*;
///
/// # let folder = std::env::temp_dir().join(format!("typenet-npy-file-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// let flowers = datasets::iris();
/// # let [x, y] = ["x.npy", "y.npy"].map(|name| folder.join(name));
/// # let (x, y) = (&x, &y);
/// save_npy(x, flowers.inputs())?;
/// save_npy(y, flowers.targets())?;
///
/// network!(struct Iris = Dense<4, 8>, Tanh, Dense<8, 3>, Softmax);
///
/// let file = NpyFile::<Vector<4>, Class<3>>::open(x, y)?;
/// let mut source = file.in_random_order().read_ahead(2);
/// let mut network = Iris::init(&mut typenet::rng(37));
/// Trainer::new(Nll, Adam::new(0.01)).epochs(10).fit_batches(&mut network, &mut source)?;
///
/// // The same bits as with all samples in memory.
/// let mut other = Iris::init(&mut typenet::rng(37));
/// Trainer::new(Nll, Adam::new(0.01)).epochs(10).fit(&mut other, &flowers)?;
/// assert_eq!(network.parameters(), other.parameters());
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub struct NpyFile<X: Shape, Y: NpyTarget, T: Scalar = f32> {
    file: File,
    /// The name of the file for messages.
    name: String,
    /// The number of bytes before the elements.
    start: u64,
    kind: Kind,
    targets: Vec<Y::Value<T>>,
    /// The bytes and the elements of a sample.
    bytes: Vec<u8>,
    elements: Vec<T>,
    shape: PhantomData<X>,
}

impl<X: Shape, Y: NpyTarget, T: Scalar> NpyFile<X, Y, T> {
    /// Opens the file of the inputs, and reads the targets from another array: a path, or an [`Npy`].
    ///
    /// # Errors
    /// Those of [`Dataset::from_npy`](crate::Dataset::from_npy), except for those of the elements of inputs, which
    /// [`read`](SampleReader::read) returns; and [`Error::Unreadable`] for an array in the order of Fortran, whose samples are not in one
    /// piece.
    pub fn open<'a>(inputs: impl AsRef<Path>, targets: impl Into<Npy<'a>>) -> Result<Self> {
        let targets = targets.into().open("targets", |array| Y::values::<T>(array))?;
        let path = inputs.as_ref();
        let (name, failed) = (Place::Path(path.to_path_buf()).name("inputs"), |error| failed(path, &error));
        let file = File::open(path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        let mut reader = BufReader::new(&file);
        let array = Array::open(name.clone(), &mut reader, Some(len))?;
        array.require_samples(targets.len())?;
        samples::require_sizes::<X>(&array)?;
        if array.header.is_fortran {
            let reason = "its elements are in the order of Fortran: save it after `numpy.ascontiguousarray`";
            return Err(array.unreadable(reason.to_owned()));
        }
        array.require_exact(X::LEN)?;
        let (start, kind) = (array.start as u64, array.kind);
        let (bytes, elements) = (vec![0; X::LEN * kind.width], vec![T::ZERO; X::LEN]);
        Ok(Self { file, name, start, kind, targets, bytes, elements, shape: PhantomData })
    }
}

impl<X: Shape, Y: NpyTarget, T: Scalar> SampleReader<T> for NpyFile<X, Y, T> {
    type Input = X;
    type Target = Y;
    type Error = Error;

    fn len(&self) -> usize {
        self.targets.len()
    }

    fn read(&mut self, at: usize, inputs: &mut Vec<X::Array<T>>, targets: &mut Vec<Y::Value<T>>) -> Result<()> {
        let target = core::slice::from_ref(&self.targets[at]);
        let place = self.start + at as u64 * self.bytes.len() as u64;
        let read = self.file.seek(SeekFrom::Start(place)).and_then(|_| self.file.read_exact(&mut self.bytes));
        read.map_err(|error| unreadable(&self.name, error.to_string()))?;
        samples::convert::<X, T>(self.kind, at, &self.bytes, &mut self.elements)
            .map_err(|reason| unreadable(&self.name, reason))?;
        inputs.extend_from_slice(X::batch(&self.elements));
        targets.extend_from_slice(target);
        Ok(())
    }
}

impl<X: Shape, Y: NpyTarget, T: Scalar> Debug for NpyFile<X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NpyFile").field("file", &self.file).field("len", &self.targets.len()).finish_non_exhaustive()
    }
}
