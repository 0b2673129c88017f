//! How is a data set read from a table, such as a CSV file?

mod settings;

mod source;

mod records;

mod column;

mod target;

mod columns;

mod table;

mod file;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use std::path::Path;

use self::columns::Columns;
pub use self::file::CsvFile;
use self::records::Records;
use self::settings::{Encoding, Settings};
pub use self::table::{CsvEncoding, CsvTable};
pub use self::target::TargetColumns;
use crate::dataset::Dataset;
use crate::dataset::place::Place;
use crate::error::Result;
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};

/// A table of text to read a data set from: a CSV file, or another in which a character separates the fields.
///
/// Every function that reads one also accepts a path: `Dataset::from_csv("iris.csv")` is `Dataset::from_csv(Csv::at("iris.csv"))`.
///
/// # Format
/// Each line is a sample, and its fields are separated by commas, or by another [`delimiter`](Self::delimiter). The first line has the names of the columns,
/// unless the table is [`without_header`](Self::without_header). Fields may be quoted, and contain separators and line breaks then. Spaces
/// around fields, empty lines, and the byte order mark that some programs write at the start, are ignored.
///
/// # Columns
/// The target is the last column, or those of [`targets`](Self::targets). The inputs are all other columns in the order of the file, or
/// those of [`inputs`](Self::inputs) in this order. A table for [`NoTarget`](crate::NoTarget) has no target: all its columns are inputs.
/// Each input is a number, unless it is named in [`one_hot`](Self::one_hot) or [`index`](Self::index), which encode categories.
///
/// A target `Class<K>` is one column. If all its words are indices below K, they are the classes. Otherwise the
/// words are categories, of which there must be K. A target of a shape, such as `Vector<2>`, has a column for each element.
///
/// Categories are in alphabetical order, or, if all are numbers, in ascending order. [`categories`](Self::categories) determines another order.
///
/// # Missing values
/// A field is missing if it is empty, or `NA`, `N/A`, `NaN`, `nan`, `null`, or one of [`missing_words`](Self::missing_words). [`missing`](Self::missing)
/// determines what happens then; by default it is an error.
///
/// # Memory
/// That of the data set, and eight bytes for each field of its columns while the file is read. [`open`](Self::open) reads files that are larger.
///
/// # Example
/// ```
/// use typenet::dataset::{Csv, CsvTable};
/// use typenet::{Class, Vector};
///
/// let text = "\
/// id,length,colour,species
/// 1,5.1,red,setosa
/// 2,4.9,blue,virginica
/// 3,6.2,red,setosa
/// ";
/// let csv = Csv::in_memory(text.as_bytes()).without(["id"]).one_hot(["colour"]);
/// let table: CsvTable<Vector<3>, Class<2>> = csv.read()?;
/// assert_eq!(table.elements(), ["length", "colour=blue", "colour=red"]);
/// assert_eq!(table.data.inputs()[0], [5.1, 0.0, 1.0]);
/// assert_eq!(table.classes(), ["setosa", "virginica"]);
/// assert_eq!(table.data.targets()[1].index(), 1);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone)]
pub struct Csv<'a> {
    place: Place<'a>,
    settings: Settings,
}

/// What happens when a field of a table has no value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Missing {
    /// An error that names the line and the column.
    #[default]
    Error,
    /// The sample is left out.
    LeaveOut,
    /// The field has this value. An error in a column of categories, and in a target.
    Value(f64),
    /// The field has the mean of the others in its column. An error in a column of categories, and in a target.
    Mean,
}

impl<'a> Csv<'a> {
    fn new(place: Place<'a>) -> Self {
        Self { place, settings: Settings::default() }
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

    /// Reads the first line as a sample. The names of the columns are then `1`, `2` and so on.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.settings.header = false;
        self
    }

    /// Sets the character between fields, an ASCII character such as `b';'` or `b'\t'`. The default is a comma.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.settings.delimiter = delimiter;
        self
    }

    /// Ignores lines that start with this ASCII character, such as `b'#'`.
    #[must_use]
    pub fn comment(mut self, start: u8) -> Self {
        self.settings.comment = Some(start);
        self
    }

    /// Reads numbers with a comma before their decimals: `2,5`.
    #[must_use]
    pub fn decimal_comma(mut self) -> Self {
        self.settings.decimal_comma = true;
        self
    }

    /// Sets the columns of the inputs, in this order.
    #[must_use]
    pub fn inputs(mut self, columns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.inputs = Some(names(columns));
        self
    }

    /// Ignores columns.
    #[must_use]
    pub fn without(mut self, columns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.without.extend(names(columns));
        self
    }

    /// Sets the column of the target.
    #[must_use]
    pub fn target(self, column: impl Into<String>) -> Self {
        self.targets([column])
    }

    /// Sets the columns of a target with several elements, in this order.
    #[must_use]
    pub fn targets(mut self, columns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.targets = Some(names(columns));
        self
    }

    /// Encodes categories as an element for each, which is 1 for the category of the sample and 0 for the others.
    #[must_use]
    pub fn one_hot(mut self, columns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.encodings.extend(names(columns).into_iter().map(|name| (name, Encoding::OneHot)));
        self
    }

    /// Encodes categories as one element, the index of the category. This is for categories that have an order.
    #[must_use]
    pub fn index(mut self, columns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.encodings.extend(names(columns).into_iter().map(|name| (name, Encoding::Index)));
        self
    }

    /// Sets the categories of a column and their order. Any other word in this column is an error.
    #[must_use]
    pub fn categories(mut self, column: impl Into<String>, categories: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.categories.push((column.into(), names(categories)));
        self
    }

    /// Determines what happens when a value is missing. By default it is an error.
    #[must_use]
    pub fn missing(mut self, rule: Missing) -> Self {
        self.settings.missing = rule;
        self
    }

    /// Adds words that stand for a missing value, such as `?` or `-999`.
    #[must_use]
    pub fn missing_words(mut self, words: impl IntoIterator<Item: Into<String>>) -> Self {
        self.settings.missing_words.extend(names(words));
        self
    }

    /// Reads the columns of another table, and encodes them as it does: with its categories and its means. Read a test set with
    /// the encoding of the training set.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::{Csv, CsvTable};
    /// use typenet::{Class, NoTarget, Vector};
    ///
    /// let train: CsvTable<Vector<1>, Class<2>> = Csv::in_memory(b"x,y\n1,no\n2,yes").read()?;
    /// let test: CsvTable<Vector<1>, Class<2>> = Csv::in_memory(b"y,z,x\nyes,8,3").encoded_as(&train).read()?;
    /// assert_eq!((test.data.inputs()[0], test.data.targets()[0].index()), ([3.0], 1));
    ///
    /// // Samples to predict for. The column of the target may be missing.
    /// let new: CsvTable<Vector<1>, NoTarget> = Csv::in_memory(b"x\n5").encoded_as(&train).read()?;
    /// assert_eq!(new.data.inputs(), [[5.0]]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn encoded_as(mut self, table: &impl CsvEncoding) -> Self {
        table.columns().apply_to(&mut self.settings);
        self
    }

    /// Reads the table, with inputs of shape `X` and targets `Y`. The elements of an input are those of its columns, in order.
    ///
    /// # Errors
    /// - [`Error::File`](crate::Error::File) if the file cannot be opened.
    /// - [`Error::Unreadable`](crate::Error::Unreadable), with the line and the column where there is one, if the table has no column of a name, or two, if lines differ
    ///   in their number of fields, if a field is missing, no number, no category or not finite, or if the columns have
    ///   another number of elements or categories than `X` or `Y`.
    /// - [`Error::Empty`](crate::Error::Empty) if there are no samples.
    pub fn read<X: Shape + Values, Y: TargetColumns, T: Scalar>(&self) -> Result<CsvTable<X, Y, T>> {
        let settings = &self.settings;
        let mut records = Records::open(self.place.clone(), settings.clone())?;
        let mut columns = Columns::find::<Y>(settings, &records)?;
        let mut values = Vec::new();
        while let Some(record) = records.next()? {
            columns.read::<T>(settings, &record, &mut values)?;
        }
        let samples = values.chunks_exact(columns.len().max(1));
        columns.determine::<X, Y, T>(samples.len(), &records)?;
        let (mut inputs, mut targets) = (Vec::with_capacity(samples.len()), Vec::with_capacity(samples.len()));
        // Copied from slice to vector: an input passed by value would be on the stack, which has no room for a large image.
        let mut elements = vec![T::ZERO; X::LEN];
        for values in samples {
            columns.input(values, &mut elements);
            inputs.extend_from_slice(X::batch(&elements));
            targets.push(columns.target::<Y, T>(values)?);
        }
        Ok(CsvTable { data: Dataset::new(inputs, targets)?, classes: columns.classes::<Y>()?, columns })
    }
}

impl Debug for Csv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csv")
            .field("place", &self.place)
            .field("inputs", &self.settings.inputs)
            .field("targets", &self.settings.targets)
            .finish_non_exhaustive()
    }
}

impl<P: AsRef<Path>> From<P> for Csv<'_> {
    fn from(path: P) -> Self {
        Self::at(path)
    }
}

impl<X: Shape + Values, Y: TargetColumns, T: Scalar> Dataset<X, Y, T> {
    /// Reads a data set from a table: the path of a CSV file, or a [`Csv`] with settings. [`Csv::read`] also returns the names of the
    /// classes.
    ///
    /// # Errors
    /// As [`Csv::read`].
    ///
    /// # Example
    /// ```no_run
    /// use typenet::dataset::{Csv, Dataset};
    /// use typenet::{Class, Vector};
    ///
    /// let iris: Dataset<Vector<4>, Class<3>> = Dataset::from_csv("iris.csv")?;
    /// let wine: Dataset<Vector<11>, Vector<1>> = Dataset::from_csv(Csv::at("winequality-red.csv").delimiter(b';'))?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_csv<'a>(table: impl Into<Csv<'a>>) -> Result<Self> {
        Ok(table.into().read::<X, Y, T>()?.data)
    }
}

fn names(names: impl IntoIterator<Item: Into<String>>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}
