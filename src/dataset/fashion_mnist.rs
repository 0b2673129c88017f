//! Images of clothing, in files that are not part of the library.

use alloc::borrow::ToOwned;
use alloc::format;
use std::path::Path;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::shape::Image;
use crate::target::{Class, Names};

/// The names of the classes, in the order of their indices.
pub const CLASSES: Names<10> = Names::new(&[
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]);

/// The folders in which [`fashion_mnist`] looks: that of `scripts/fashion_mnist`, and that of Debian's package.
pub const FOLDERS: [&str; 2] = ["target/datasets/fashion-mnist", "/usr/share/datasets/fashion-mnist"];

/// Grey images of clothing, with values from 0 to 1.
pub type Clothes = Dataset<Image<1, 28, 28>, Class<10>>;

/// Reads Fashion-MNIST from the first of [`fashion_mnist::FOLDERS`](FOLDERS) that has it: 60,000 images to train with, and
/// 10,000 to test with. Classes are [`fashion_mnist::CLASSES`](CLASSES), each with the same number of images.
///
/// The Debian package `dataset-fashion-mnist` contains the four files. `scripts/fashion_mnist` of this library's repository extracts them
/// without installing it.
///
/// # Errors
/// [`Error::File`], which says how to get the files, if none of the folders has them. Otherwise those of [`Dataset::from_idx`].
///
/// # Source
/// H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017,
/// <https://arxiv.org/abs/1708.07747>, MIT licence.
///
/// # Example
/// ```no_run
/// use typenet::prelude::*;
///
/// let (train, test) = datasets::fashion_mnist()?;
/// assert_eq!((train.len(), test.len()), (60_000, 10_000));
/// assert_eq!(&datasets::fashion_mnist::CLASSES[train.targets()[0]], "Ankle boot");
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn fashion_mnist() -> Result<(Clothes, Clothes)> {
    let found = FOLDERS.into_iter().find(|folder| Path::new(folder).is_dir());
    found.map_or_else(|| Err(missing()), at)
}

/// Reads Fashion-MNIST from a folder with its four files, as [`fashion_mnist`] does.
///
/// # Errors
/// Those of [`Dataset::from_idx`].
pub fn at(folder: impl AsRef<Path>) -> Result<(Clothes, Clothes)> {
    let read = |name: &str| {
        let file = |kind: &str| folder.as_ref().join(format!("{name}-{kind}-ubyte.gz"));
        Dataset::from_idx(file("images-idx3"), file("labels-idx1"))
    };
    Ok((read("train")?, read("t10k")?))
}

fn missing() -> Error {
    let [first, second] = FOLDERS;
    let reason = format!(
        "there is no such folder, nor `{second}`: run `scripts/fashion_mnist`, or install the Debian package `dataset-fashion-mnist`"
    );
    Error::File { verb: "read", path: first.to_owned(), reason }
}
