//! Images that are read from their files one at a time.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use std::fs;
use std::path::PathBuf;

use super::{ImageFolder, folder};
use crate::dataset::SampleReader;
use crate::dataset::place::failed;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};
use crate::target::{Class, Names};

/// Samples whose inputs are images in files, which are read when they are needed. Created by [`ImageFolder::open`].
pub struct ImageFiles<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar = f32> {
    folder: ImageFolder,
    classes: Names<K>,
    targets: Vec<Class<K>>,
    files: Vec<PathBuf>,
    /// The elements of a sample.
    elements: Vec<T>,
}

impl ImageFolder {
    /// Finds the images and their classes, and reads none: for a folder that is larger than memory.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), except for those of the contents of a file, which [`SampleReader::read`] returns; and
    /// [`Error::Empty`] if there are no images.
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::{Batches, ImageFiles, ImageFolder, SampleReader};
    /// use typenet::prelude::*;
    ///
    /// network! {
    ///     struct Pets (Image<3, 64, 64>) -> Probabilities<2> {
    ///         Conv2d<_, 8, 3>, Relu, MaxPool2d<2>, Flatten, Dense<_, 2>, Softmax,
    ///     }
    /// }
    ///
    /// let files: ImageFiles<3, 64, 64, 2> = ImageFolder::at("pets").resized().open()?;
    /// let mut pets = Pets::init(&mut typenet::rng(37));
    /// let mut source = files.in_random_order().read_ahead(4);
    /// Trainer::new(Nll, Adam::new(0.001)).epochs(10).fit_batches(&mut pets, &mut source)?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn open<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar>(
        &self,
    ) -> Result<ImageFiles<C, H, W, K, T>> {
        const { super::require_image::<C, H, W>() };
        let (classes, folders) = self.folders::<K>()?;
        let (mut targets, mut files) = (Vec::new(), Vec::new());
        for (class, folder) in folders {
            for file in folder::images(&folder)? {
                targets.push(Class::new(class)?);
                files.push(file);
            }
        }
        if files.is_empty() {
            return Err(Error::Empty { what: "data set" });
        }
        Ok(ImageFiles { folder: self.clone(), classes, targets, files, elements: vec![T::ZERO; C * H * W] })
    }
}

impl<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar> ImageFiles<C, H, W, K, T> {
    /// Returns the names of the classes.
    #[must_use]
    pub fn classes(&self) -> &Names<K> {
        &self.classes
    }

    /// Returns the class of each file.
    #[must_use]
    pub fn targets(&self) -> &[Class<K>] {
        &self.targets
    }

    /// Returns the path of each file, class by class.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

impl<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar> SampleReader<T>
    for ImageFiles<C, H, W, K, T>
{
    type Input = Image<C, H, W>;
    type Target = Class<K>;
    type Error = Error;

    fn len(&self) -> usize {
        self.files.len()
    }

    fn read(&mut self, at: usize, inputs: &mut Vec<[[[T; W]; H]; C]>, targets: &mut Vec<Class<K>>) -> Result<()> {
        let (file, target) = (&self.files[at], self.targets[at]);
        let bytes = fs::read(file).map_err(|error| failed(file, &error))?;
        let filled = self.folder.fill(&mut self.elements, &bytes, [C, H, W]);
        filled.map_err(|reason| folder::unreadable(file, reason))?;
        inputs.extend_from_slice(<Image<C, H, W>>::batch(&self.elements));
        targets.push(target);
        Ok(())
    }
}

impl<const C: usize, const H: usize, const W: usize, const K: usize, T: Scalar> Debug for ImageFiles<C, H, W, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageFiles")
            .field("folder", &self.folder)
            .field("classes", &self.classes)
            .field("len", &self.files.len())
            .finish_non_exhaustive()
    }
}
