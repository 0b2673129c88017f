//! How is a data set read from IDX files, such as those of MNIST and Fashion-MNIST?

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::dataset::Dataset;
use crate::dataset::place::failed;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Class;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What a file that is too short lacks.
const PROMISED: &str = "it ends before the elements that its header declares";

impl<X: Shape, const K: usize, T: Scalar> Dataset<X, Class<K>, T> {
    /// Reads a data set of images, or other inputs, from a pair of IDX files: one with the inputs, one with the labels. Either
    /// may be compressed with gzip, whatever its name.
    ///
    /// IDX is the format of MNIST and Fashion-MNIST: the kind of the elements, the sizes of all axes, then the elements, with
    /// the sample as the first axis. Inputs may have elements of any kind. Unsigned bytes become x / 255, from 0 to 1; elements
    /// of the other kinds, signed integers and floats, keep their values. Labels are unsigned bytes below K.
    ///
    /// The sizes of a sample in the file must be those of `X`, except for axes of size 1: images of 28 by 28 pixels are read as
    /// `Image<1, 28, 28>`. Samples of any sizes with the right number of elements are read as `Vector<N>`.
    ///
    /// The samples are read one by one, so the memory is that of the data set.
    ///
    /// # Errors
    /// - [`Error::File`] if a file cannot be opened or read.
    /// - [`Error::Unreadable`] if a file is no IDX file, is damaged or incomplete, has bytes after its elements, or has samples
    ///   of other sizes.
    /// - [`Error::CountMismatch`] if there are more or fewer labels than inputs, and [`Error::Empty`] if there are none.
    /// - [`Error::LabelOutOfRange`] for the first label that is not below K.
    /// - [`Error::NonFiniteData`] for the first element that is infinite or NaN.
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Image};
    ///
    /// let folder = std::path::Path::new("target/datasets/fashion-mnist");
    /// let data: Dataset<Image<1, 28, 28>, Class<10>> = Dataset::from_idx(
    ///     folder.join("train-images-idx3-ubyte.gz"),
    ///     folder.join("train-labels-idx1-ubyte.gz"),
    /// )?;
    /// assert_eq!(data.len(), 60_000);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    ///
    /// # Source
    /// Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits", 1998, section "File formats".
    pub fn from_idx(inputs: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Self> {
        Self::read(Source::at(inputs.as_ref())?, Source::at(labels.as_ref())?)
    }

    /// Reads a data set from a pair of IDX files in memory, as [`from_idx`](Self::from_idx) does from a folder.
    ///
    /// # Errors
    /// As [`from_idx`](Self::from_idx), without [`Error::File`].
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Image};
    ///
    /// // Unsigned bytes in three axes: two images of one row and two columns; and two labels.
    /// let images = [0, 0, 0x08, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 255, 0];
    /// let labels = [0, 0, 0x08, 1, 0, 0, 0, 2, 1, 0];
    /// let data: Dataset<Image<1, 1, 2>, Class<2>> = Dataset::from_idx_bytes(&images, &labels)?;
    /// assert_eq!(data.inputs(), [[[[0.0, 1.0]]], [[[1.0, 0.0]]]]);
    /// assert_eq!(data.targets()[0].index(), 1);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_idx_bytes(inputs: &[u8], labels: &[u8]) -> Result<Self> {
        Self::read(
            Source::new("the inputs in memory".to_owned(), Box::new(inputs))?,
            Source::new("the labels in memory".to_owned(), Box::new(labels))?,
        )
    }

    fn read(inputs: Source<'_>, labels: Source<'_>) -> Result<Self> {
        let targets = read_labels::<K>(labels)?;
        let inputs = read_samples::<X, T>(inputs, targets.len())?;
        Self::new(inputs, targets)
    }
}

/// Reads labels below K.
fn read_labels<const K: usize>(mut source: Source<'_>) -> Result<Vec<Class<K>>> {
    let header = source.header()?;
    if !matches!(header.kind, Kind::Unsigned8) {
        return Err(source.unreadable("labels are unsigned bytes, but its elements are of another kind".to_owned()));
    }
    let &[count] = &header.sizes[..] else {
        let axes = header.sizes.len();
        return Err(
            source.unreadable(format!("labels have one axis, but it has {axes}: it may be the file of the inputs"))
        );
    };
    let mut targets = Vec::new();
    let mut bytes = [0; 4096];
    let mut rest = count;
    while rest > 0 {
        let bytes = &mut bytes[..rest.min(4096)];
        source.fill(bytes)?;
        for &mut label in bytes {
            let sample = targets.len();
            targets.push(Class::try_from(label).map_err(|_| Error::LabelOutOfRange {
                sample: Some(sample),
                label: label.into(),
                classes: K,
            })?);
        }
        rest = count - targets.len();
    }
    source.end()?;
    Ok(targets)
}

/// Reads `count` samples of shape `X`.
fn read_samples<X: Shape, T: Scalar>(mut source: Source<'_>, count: usize) -> Result<Vec<X::Array<T>>> {
    let header = source.header()?;
    let Some((&samples, sizes)) = header.sizes.split_first() else {
        return Err(source.unreadable("it has no axes".to_owned()));
    };
    let longer_axes = |sizes: &[usize]| sizes.iter().copied().filter(|&size| size != 1).collect::<Vec<_>>();
    let as_vector =
        X::DIMENSIONS.len() == 1 && sizes.iter().try_fold(1, |a: usize, &b| a.checked_mul(b)) == Some(X::LEN);
    if !as_vector && longer_axes(sizes) != longer_axes(X::DIMENSIONS) {
        let reason = format!("its samples have the sizes {sizes:?}, but the shape has {:?}", X::DIMENSIONS);
        return Err(source.unreadable(reason));
    }
    if samples != count {
        return Err(Error::CountMismatch {
            first: "inputs",
            first_count: samples,
            second: "labels",
            second_count: count,
        });
    }
    let mut inputs = Vec::new();
    let mut bytes = vec![0; X::LEN * header.kind.width()];
    for index in 0..count {
        source.fill(&mut bytes)?;
        let mut sample = X::zero::<T>();
        for (element, bytes) in X::flat_mut(&mut sample).iter_mut().zip(bytes.chunks_exact(header.kind.width())) {
            *element = T::from_f64(header.kind.value(bytes));
        }
        X::check_elements(index, X::flat(&sample))?;
        inputs.push(sample);
    }
    source.end()?;
    Ok(inputs)
}

/// The kind of the elements of a file, with the code in its header.
#[derive(Clone, Copy)]
enum Kind {
    Unsigned8 = 0x08,
    Signed8 = 0x09,
    Signed16 = 0x0B,
    Signed32 = 0x0C,
    Float32 = 0x0D,
    Float64 = 0x0E,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        [Self::Unsigned8, Self::Signed8, Self::Signed16, Self::Signed32, Self::Float32, Self::Float64]
            .into_iter()
            .find(|&kind| kind as u8 == code)
    }

    /// Returns the number of bytes of an element.
    fn width(self) -> usize {
        match self {
            Self::Unsigned8 | Self::Signed8 => 1,
            Self::Signed16 => 2,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// Returns the value of an element of [`width`](Self::width) bytes, the most significant first.
    fn value(self, bytes: &[u8]) -> f64 {
        match (self, bytes) {
            (Self::Unsigned8, &[a]) => f64::from(a) / 255.0,
            (Self::Signed8, &[a]) => f64::from(i8::from_be_bytes([a])),
            (Self::Signed16, &[a, b]) => f64::from(i16::from_be_bytes([a, b])),
            (Self::Signed32, &[a, b, c, d]) => f64::from(i32::from_be_bytes([a, b, c, d])),
            (Self::Float32, &[a, b, c, d]) => f64::from(f32::from_be_bytes([a, b, c, d])),
            (Self::Float64, &[a, b, c, d, e, f, g, h]) => f64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => unreachable!("an element has the width of its kind"),
        }
    }
}

/// What precedes the elements.
struct Header {
    kind: Kind,
    sizes: Vec<usize>,
}

/// A file that is read from start to end, after decompression.
struct Source<'f> {
    /// The name of the file for messages.
    name: String,
    input: Box<dyn Read + 'f>,
}

impl<'f> Source<'f> {
    fn at(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|error| failed(path, &error))?;
        Self::new(format!("`{}`", path.display()), Box::new(file))
    }

    fn new(name: String, mut input: Box<dyn Read + 'f>) -> Result<Self> {
        let mut start = Vec::new();
        if let Err(error) = input.by_ref().take(GZIP.len() as u64).read_to_end(&mut start) {
            return Err(Error::Unreadable { source: name, reason: error.to_string() });
        }
        let is_compressed = start == GZIP;
        let whole = BufReader::new(Cursor::new(start).chain(input));
        let input: Box<dyn Read + 'f> =
            if is_compressed { Box::new(BufReader::new(MultiGzDecoder::new(whole))) } else { Box::new(whole) };
        Ok(Self { name, input })
    }

    fn unreadable(&self, reason: String) -> Error {
        Error::Unreadable { source: self.name.clone(), reason }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.input.read_exact(bytes).map_err(|error| {
            self.unreadable(match error.kind() {
                ErrorKind::UnexpectedEof => PROMISED.to_owned(),
                _ => error.to_string(),
            })
        })
    }

    fn header(&mut self) -> Result<Header> {
        let mut start = [0; 4];
        self.fill(&mut start)?;
        let [first, second, code, axes] = start;
        if [first, second] != [0, 0] {
            return Err(self.unreadable("it is no IDX file, which starts with two zero bytes".to_owned()));
        }
        let Some(kind) = Kind::of(code) else {
            return Err(self.unreadable(format!("the kind of its elements, {code:#04x}, is unknown")));
        };
        let mut sizes = Vec::new();
        for _ in 0..axes {
            let mut size = [0; 4];
            self.fill(&mut size)?;
            let size = u32::from_be_bytes(size);
            sizes.push(usize::try_from(size).map_err(|_| self.unreadable(format!("an axis has the size {size}")))?);
        }
        Ok(Header { kind, sizes })
    }

    /// Checks that nothing follows. The checksum of a compressed file is read here.
    fn end(mut self) -> Result<()> {
        let mut rest = Vec::new();
        match self.input.by_ref().take(1).read_to_end(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.unreadable("it has more bytes than its header declares".to_owned())),
            Err(error) => Err(self.unreadable(error.to_string())),
        }
    }
}
