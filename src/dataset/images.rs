//! How is a data set read from a folder of images?

mod picture;

mod resize;

mod jpeg;
mod png;

mod folder;

mod files;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use std::fs;
use std::path::{Path, PathBuf};

pub use self::files::ImageFiles;
use self::picture::Picture;
use crate::dataset::Dataset;
use crate::dataset::place::failed;
use crate::error::Result;
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};
use crate::target::{Class, Names};

/// The first bytes of a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The first bytes of a JPEG file.
const JPEG: &[u8] = b"\xff\xd8\xff";

/// A folder of images to read a data set from: one folder for each class, with its images.
///
/// Every function that reads one also accepts a path: `Dataset::from_image_folder("pets")` is
/// `Dataset::from_image_folder(ImageFolder::at("pets"))`.
///
/// # Format
/// The classes are the folders in alphabetical order of their names, or those of [`classes`](Self::classes). Their samples
/// follow one another, those of a class in alphabetical order of the names of their files. Files beside the folders are
/// ignored, and so is everything whose name begins with a dot.
///
/// Images are PNG or JPEG files, whatever their names. Their values are from 0 to 1: x / 255 of a byte x. The channels are
/// those of the shape: a grey image has three equal channels in `Image<3, H, W>`, and an image in colours is read as
/// `Image<1, H, W>` if it is made [`grey`](Self::grey). `Image<4, H, W>` has a channel for opacity, which is 1 in images without
/// one; other shapes require opaque pixels. The orientation that a camera may note in a file, and profiles of colours, are
/// ignored.
///
/// # Memory
/// That of the data set, and of one file and its pixels. An image of more than 2²⁶ pixels is refused, and so is one that
/// declares more than its file can hold, before its pixels are read.
///
/// # Example
/// ```no_run
/// use typenet::dataset::{ImageFolder, LabelledImages};
/// use typenet::prelude::*;
///
/// // The folder has the folders `cat` and `dog`.
/// let pets: LabelledImages<3, 64, 64, 2> = ImageFolder::at("pets").resized().read()?;
/// assert_eq!(pets.classes(), ["cat", "dog"]);
/// println!("{} shows a {}", pets.files()[0].display(), &pets.classes()[pets.data.targets()[0]]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageFolder {
    path: PathBuf,
    classes: Option<Vec<String>>,
    is_resized: bool,
    is_grey: bool,
}

impl ImageFolder {
    /// Refers to the folder at this path.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_path_buf(), classes: None, is_resized: false, is_grey: false }
    }

    /// Sets the names of the classes and their order, such as those of the training set. A class without a folder has no
    /// samples; any other folder is an error.
    #[must_use]
    pub fn classes(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.classes = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Enlarges or reduces each image to the size of the shape, without keeping its proportions. A pixel is the mean of those
    /// around its centre, with weights that fall linearly with the distance: the filter of Pillow's `resize(size, BILINEAR)`.
    /// By default, an image of another size is an error.
    #[must_use]
    pub fn resized(mut self) -> Self {
        self.is_resized = true;
        self
    }

    /// Makes images in colours grey, by 0.299 R + 0.587 G + 0.114 B.
    #[must_use]
    pub fn grey(mut self) -> Self {
        self.is_grey = true;
        self
    }

    /// Reads all images.
    ///
    /// # Errors
    /// - [`Error::File`](crate::Error::File) if the folder, or a file in it, cannot be opened.
    /// - [`Error::Unreadable`](crate::Error::Unreadable) with the path, if the folder has another number of folders than `K`,
    ///   or one that is no class; if one of these has no images, or a folder; if a file is no PNG or JPEG file, or is damaged,
    ///   or has another size or other channels than the shape.
    pub fn read<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar>(
        &self,
    ) -> Result<LabelledImages<C, H, W, K, T>> {
        const { require_image::<C, H, W>() };
        let (classes, folders) = self.folders::<K>()?;
        let (mut inputs, mut targets, mut files) = (Vec::new(), Vec::new(), Vec::new());
        // Copied from slice to vector: a sample passed by value would be on the stack, which has no room for a large image.
        let mut elements = vec![T::ZERO; C * H * W];
        for (class, folder) in folders {
            for file in folder::images(&folder)? {
                let bytes = fs::read(&file).map_err(|error| failed(&file, &error))?;
                self.fill(&mut elements, &bytes, [C, H, W]).map_err(|reason| folder::unreadable(&file, reason))?;
                inputs.extend_from_slice(<Image<C, H, W>>::batch(&elements));
                targets.push(Class::new(class)?);
                files.push(file);
            }
        }
        Ok(LabelledImages { data: Dataset::new(inputs, targets)?, classes, files })
    }

    /// Writes the image of a file into `elements`, as channels, rows and columns of a shape. The error is what is wrong with the file.
    fn fill<T: Scalar>(
        &self,
        elements: &mut [T],
        file: &[u8],
        [channels, height, width]: [usize; 3],
    ) -> core::result::Result<(), String> {
        let picture = decode(file, (!self.is_resized).then_some([height, width]))?;
        let planes = picture.channels_as(channels, self.is_grey)?;
        let pixels = resize::resized(&picture, [height, width]);
        for (plane, elements) in planes.into_iter().zip(elements.chunks_exact_mut(height * width)) {
            for (element, pixel) in elements.iter_mut().zip(pixels.chunks_exact(picture.channels)) {
                *element = T::from_f64(plane.value(pixel));
            }
        }
        Ok(())
    }
}

/// Requires a number of channels and of pixels that an image can have.
const fn require_image<const C: usize, const H: usize, const W: usize>() {
    assert!(C == 1 || C == 3 || C == 4, "an image has 1 channel, 3 channels, or 4 with opacity");
    assert!(H > 0 && W > 0, "an image has pixels");
}

/// Reads a file of one of the known formats, whose height and width are checked before its pixels are read.
fn decode(bytes: &[u8], size: Option<[usize; 2]>) -> core::result::Result<Picture, String> {
    if bytes.starts_with(PNG) {
        png::decode(bytes, size)
    } else if bytes.starts_with(JPEG) {
        jpeg::decode(bytes, size)
    } else if bytes.is_empty() {
        Err("it is empty".to_owned())
    } else {
        let start = &bytes[..bytes.len().min(8)];
        Err(format!("it is no PNG or JPEG file, but begins with \"{}\"", start.escape_ascii()))
    }
}

/// A data set that was read from a folder of images, with the names of its classes and files.
#[derive(Clone)]
pub struct LabelledImages<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar = f32> {
    /// The samples, class by class.
    pub data: Dataset<Image<C, H, W>, Class<K>, T>,
    classes: Names<K>,
    files: Vec<PathBuf>,
}

impl<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar> LabelledImages<C, H, W, K, T> {
    /// Returns the names of the classes.
    #[must_use]
    pub fn classes(&self) -> &Names<K> {
        &self.classes
    }

    /// Returns the path of the file of each sample.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

impl<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar> Debug
    for LabelledImages<C, H, W, K, T>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelledImages")
            .field("data", &self.data)
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

impl<P: AsRef<Path>> From<P> for ImageFolder {
    fn from(path: P) -> Self {
        Self::at(path)
    }
}

impl<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar> Dataset<Image<C, H, W>, Class<K>, T> {
    /// Reads a data set from a folder with a folder of images for each class: its path, or an [`ImageFolder`] with settings.
    /// [`ImageFolder::read`] also returns the names of the classes.
    ///
    /// # Errors
    /// As [`ImageFolder::read`].
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::{Dataset, ImageFolder};
    /// use typenet::{Class, Image};
    ///
    /// let digits: Dataset<Image<1, 28, 28>, Class<10>> = Dataset::from_image_folder("digits")?;
    /// let pets: Dataset<Image<3, 64, 64>, Class<2>> = Dataset::from_image_folder(ImageFolder::at("pets").resized())?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_image_folder(folder: impl Into<ImageFolder>) -> Result<Self> {
        Ok(folder.into().read::<C, H, W, K, T>()?.data)
    }
}
