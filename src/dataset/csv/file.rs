//! A table whose samples are read from its file one at a time.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::marker::PhantomData;
use std::time::SystemTime;

use super::Csv;
use super::columns::Columns;
use super::records::Records;
use super::settings::Settings;
use super::table::CsvEncoding;
use super::target::TargetColumns;
use crate::dataset::SampleReader;
use crate::dataset::place::Place;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};
use crate::target::{Class, Names};

/// Samples in a table, also one that is larger than memory, which are read when they are needed. Created by [`Csv::open`].
pub struct CsvFile<X: Shape, Y: TargetColumns, T: Scalar = f32> {
    settings: Settings,
    records: Records<'static>,
    /// The length of the file and when it was changed, as it was opened.
    version: (u64, Option<SystemTime>),
    columns: Columns,
    classes: Y::Names,
    /// The byte at which each sample starts.
    starts: Vec<u64>,
    /// The values and the elements of a sample.
    values: Vec<f64>,
    elements: Vec<T>,
    shapes: PhantomData<fn() -> (X, Y)>,
}

impl Csv<'_> {
    /// Reads the table once, to find its categories, its means, its mistakes and where each sample starts, and keeps none of the samples: for a file
    /// that is larger than memory. The samples are those of [`read`](Self::read), in the same order. They take eight bytes each.
    ///
    /// The file must not change while it is open: a sample that is read from a changed file is an error.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and [`Error::Unreadable`] for a table in memory.
    ///
    /// # Example
    /// ```
    /// # use std::fmt::Write;
    /// use typenet::dataset::{Batches, Csv, CsvFile, SampleReader};
    /// use typenet::prelude::*;
    ///
    /// # let folder = std::env::temp_dir().join(format!("typenet-csv-file-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # let path = folder.join("iris.csv");
    /// # let mut table = String::from("a,b,c,d,species\n");
    /// # for (flower, class) in datasets::iris().inputs().iter().zip(datasets::iris().targets()) {
    /// #     let [a, b, c, d] = flower;
    /// #     writeln!(table, "{a},{b},{c},{d},{}", &datasets::iris::CLASSES[*class]).unwrap();
    /// # }
    /// # std::fs::write(&path, table).unwrap();
    /// # let path = &path; // "iris.csv"
    /// network!(struct Iris = Dense<4, 8>, Tanh, Dense<8, 3>, Softmax);
    ///
    /// let file: CsvFile<Vector<4>, Class<3>> = Csv::at(path).open()?;
    /// assert_eq!(file.classes(), ["setosa", "versicolor", "virginica"]);
    /// let mut source = file.in_random_order().read_ahead(2);
    /// let mut network = Iris::init(&mut typenet::rng(37));
    /// Trainer::new(Nll, Adam::new(0.01)).epochs(10).fit_batches(&mut network, &mut source)?;
    ///
    /// // The same bits as with all samples in memory.
    /// let flowers: Dataset<Vector<4>, Class<3>> = Dataset::from_csv(path)?;
    /// let mut other = Iris::init(&mut typenet::rng(37));
    /// Trainer::new(Nll, Adam::new(0.01)).epochs(10).fit(&mut other, &flowers)?;
    /// assert_eq!(network.parameters(), other.parameters());
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn open<X: Shape + Values, Y: TargetColumns, T: Scalar>(&self) -> Result<CsvFile<X, Y, T>> {
        let settings = self.settings.clone();
        let Place::Path(path) = &self.place else {
            let reason = "only a file is read one sample at a time: use `read`".to_owned();
            return Err(Error::Unreadable { source: self.place.name("table"), reason });
        };
        let mut records = Records::open(Place::Path(path.clone()), settings.clone())?;
        let version = records.source().version().map_err(|error| records.unreadable(error.to_string()))?;
        let mut columns = Columns::find::<Y>(&settings, &records)?;
        let (mut starts, mut values) = (Vec::new(), Vec::new());
        while let Some(record) = records.next()? {
            if columns.read::<T>(&settings, &record, &mut values)? {
                starts.push(record.start());
            }
            values.clear();
        }
        columns.determine::<X, Y, T>(starts.len(), &records)?;
        if starts.is_empty() {
            return Err(Error::Empty { what: "data set" });
        }
        let elements = vec![T::ZERO; X::LEN];
        let classes = columns.classes::<Y>()?;
        Ok(CsvFile { settings, records, version, columns, classes, starts, values, elements, shapes: PhantomData })
    }
}

impl<X: Shape, Y: TargetColumns, T: Scalar> CsvFile<X, Y, T> {
    /// Returns the names of the elements of an input: that of the column, or, for a category, `column=category`.
    #[must_use]
    pub fn elements(&self) -> &[String] {
        &self.columns.elements
    }

    /// Returns the categories of a column, in order of their indices, if it has some.
    #[must_use]
    pub fn categories(&self, column: &str) -> Option<&[String]> {
        self.columns.categories(column)
    }

    /// Reads the values of a sample.
    fn read_values(&mut self, at: usize) -> Result<()> {
        let start = self.starts[at];
        let version = self.records.source().version().map_err(|error| self.records.unreadable(error.to_string()))?;
        let is_unchanged = version == self.version;
        self.values.clear();
        if is_unchanged
            && let Some(record) = self.records.next_at(start)?
            && self.columns.read::<T>(&self.settings, &record, &mut self.values)?
        {
            return Ok(());
        }
        Err(self.records.unreadable("it has changed since it was opened".to_owned()))
    }
}

impl<X: Shape, const K: usize, T: Scalar> CsvFile<X, Class<K>, T> {
    /// Returns the names of the classes.
    #[must_use]
    pub fn classes(&self) -> &Names<K> {
        &self.classes
    }
}

impl<X: Shape, Y: TargetColumns, T: Scalar> SampleReader<T> for CsvFile<X, Y, T> {
    type Input = X;
    type Target = Y;
    type Error = Error;

    fn len(&self) -> usize {
        self.starts.len()
    }

    fn read(&mut self, at: usize, inputs: &mut Vec<X::Array<T>>, targets: &mut Vec<Y::Value<T>>) -> Result<()> {
        self.read_values(at)?;
        self.columns.input(&self.values, &mut self.elements);
        let target = self.columns.target::<Y, T>(&self.values)?;
        inputs.extend_from_slice(X::batch(&self.elements));
        targets.push(target);
        Ok(())
    }
}

impl<X: Shape, Y: TargetColumns, T: Scalar> CsvEncoding for CsvFile<X, Y, T> {
    fn columns(&self) -> &Columns {
        &self.columns
    }
}

impl<X: Shape, Y: TargetColumns, T: Scalar> Debug for CsvFile<X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvFile")
            .field("elements", &self.elements())
            .field("classes", &self.classes)
            .field("len", &self.starts.len())
            .finish_non_exhaustive()
    }
}
