//! How is a data set read from arrays of NumPy, and how are predictions written as such?

mod header;
mod kind;

mod source;

mod samples;
mod write;

#[cfg(feature = "npz")]
mod archive;
mod file;
mod target;

#[cfg(feature = "npz")]
use alloc::borrow::ToOwned;
#[cfg(feature = "npz")]
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use std::path::Path;

#[cfg(feature = "npz")]
pub use self::archive::Npz;
pub use self::file::NpyFile;
pub use self::target::NpyTarget;
pub use self::write::{NpyValue, save_npy};
use crate::dataset::Dataset;
use crate::dataset::place::Place;
use crate::error::Result;
use crate::scalar::Scalar;
use crate::shape::Shape;

/// An array of NumPy to read samples from: a file `.npy`, or, with the feature `npz`, an array in an archive `.npz`.
///
/// Every function that reads one also accepts a path: `Dataset::from_npy("x.npy", "y.npy")` is
/// `Dataset::from_npy(Npy::at("x.npy"), Npy::at("y.npy"))`. [`save_npy`] writes such files.
///
/// # Format
/// The first axis of an array is the samples. The sizes of the other axes must be those of the shape, except for axes of
/// size 1: an array of sizes (100, 28, 28) is read as 100 samples of `Image<1, 28, 28>`. Samples of any sizes with the right number
/// of elements are read as `Vector<N>`.
///
/// Elements are floats of 2, 4 or 8 bytes, integers of 1 to 8 bytes with or without sign, or Booleans, which become 0 and 1; in both
/// orders of bytes. They keep their values, so bytes of pixels are 0 to 255. The array may be in the order of C or of Fortran, and the
/// file of version 1, 2 or 3.
///
/// # Memory
/// That of the samples, which grow as elements are read, whatever the file declares. An array in the order of Fortran is read into memory as
/// a whole before that.
///
/// # Example
/// ```
/// use typenet::Vector;
/// use typenet::dataset::{Npy, save_npy};
///
/// # let path = std::env::temp_dir().join(format!("typenet-npy-{}.npy", std::process::id()));
/// # let path = &path;
/// save_npy(path, &[[0.5_f32, 0.25], [1.0, -1.0]])?;
/// let samples = Npy::at(path).read::<Vector<2>, f32>()?;
/// assert_eq!(samples, [[0.5, 0.25], [1.0, -1.0]]);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// # Source
/// NumPy Developers, "A simple file format for NumPy arrays", `numpy.lib.format`.
#[derive(Clone)]
pub struct Npy<'a> {
    place: Place<'a>,
    /// The name of the array, if the file is an archive.
    #[cfg(feature = "npz")]
    array: Option<String>,
}

impl<'a> Npy<'a> {
    fn new(place: Place<'a>) -> Self {
        Self {
            place,
            #[cfg(feature = "npz")]
            array: None,
        }
    }

    /// Refers to the file at this path.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self::new(Place::Path(path.as_ref().to_path_buf()))
    }

    /// Refers to a file with these bytes.
    #[must_use]
    pub fn in_memory(bytes: &'a [u8]) -> Self {
        Self::new(Place::Memory(bytes))
    }

    /// Refers to the array of this name in an archive `.npz`, as `numpy.savez` and `numpy.savez_compressed` write it.
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::{Dataset, Npy};
    /// use typenet::{Class, Image};
    ///
    /// // The file of Keras, with pixels from 0 to 255.
    /// let [inputs, targets] = ["x_train", "y_train"].map(|name| Npy::at("mnist.npz").array(name));
    /// let data: Dataset<Image<1, 28, 28>, Class<10>> = Dataset::from_npy(inputs, targets)?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[cfg(feature = "npz")]
    #[must_use]
    pub fn array(mut self, name: &str) -> Self {
        self.array = Some(name.to_owned());
        self
    }

    /// Reads the samples, of shape `X`.
    ///
    /// # Errors
    /// - [`Error::File`](crate::Error::File) if the file cannot be opened.
    /// - [`Error::Unreadable`](crate::Error::Unreadable) if the file is no array of NumPy, or no archive with an array of the
    ///   name, if it is damaged, incomplete or longer than its header declares, if its samples have other sizes than `X`, or
    ///   elements of other kinds, or if an element is infinite, NaN, too large for `T`, or no token of `X`; with the sample and
    ///   the position.
    pub fn read<X: Shape, T: Scalar>(&self) -> Result<Vec<X::Array<T>>> {
        self.open("array", |array| samples::values::<X, T>(array))
    }
}

impl Debug for Npy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Npy");
        debug.field("place", &self.place);
        #[cfg(feature = "npz")]
        debug.field("array", &self.array);
        debug.finish()
    }
}

impl<P: AsRef<Path>> From<P> for Npy<'_> {
    fn from(path: P) -> Self {
        Self::at(path)
    }
}

impl<X: Shape, Y: NpyTarget, T: Scalar> Dataset<X, Y, T> {
    /// Reads a data set from two arrays of NumPy, one with the inputs and one with the targets: paths of files `.npy`, or [`Npy`].
    ///
    /// Targets of a shape are read as the inputs are. A `Class<K>` is an integer below `K`, or a Boolean, for each sample;
    /// `[Class<K>; L]` are `L` of them.
    ///
    /// # Errors
    /// - Those of [`Npy::read`], and [`Error::Unreadable`](crate::Error::Unreadable) for the first label that is not below `K`.
    /// - [`Error::CountMismatch`](crate::Error::CountMismatch) if there are more or fewer targets than inputs, and
    ///   [`Error::Empty`](crate::Error::Empty) if there are none.
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Vector};
    ///
    /// let iris: Dataset<Vector<4>, Class<3>> = Dataset::from_npy("measurements.npy", "species.npy")?;
    /// let prices: Dataset<Vector<13>, Vector<1>> = Dataset::from_npy("houses.npy", "prices.npy")?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_npy<'a, 'b>(inputs: impl Into<Npy<'a>>, targets: impl Into<Npy<'b>>) -> Result<Self> {
        let targets = targets.into().open("targets", |array| Y::values::<T>(array))?;
        let inputs = inputs.into().open("inputs", |array| {
            array.require_samples(targets.len())?;
            samples::values::<X, T>(array)
        })?;
        Self::new(inputs, targets)
    }

    /// Reads a data set from two arrays of an archive `.npz`, by their names.
    ///
    /// # Errors
    /// As [`from_npy`](Self::from_npy).
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Image};
    ///
    /// let train: Dataset<Image<1, 28, 28>, Class<10>> = Dataset::from_npz("mnist.npz", "x_train", "y_train")?;
    /// let test: Dataset<Image<1, 28, 28>, Class<10>> = Dataset::from_npz("mnist.npz", "x_test", "y_test")?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[cfg(feature = "npz")]
    pub fn from_npz<'a>(archive: impl Into<Npy<'a>>, inputs: &str, targets: &str) -> Result<Self> {
        let archive = archive.into();
        Self::from_npy(archive.clone().array(inputs), archive.array(targets))
    }
}
