//! Flowers of three species.

use crate::dataset::Dataset;
use crate::shape::Vector;
use crate::target::{Class, Names};

/// The names of the classes, in the order of their indices.
pub const CLASSES: Names<3> = Names::new(&["setosa", "versicolor", "virginica"]);

/// The names of the features, in the order of the elements.
pub const FEATURES: [&str; 4] = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"];

/// Returns the measurements of 150 irises, 50 of each of three species.
///
/// Features are lengths in centimetres, [`iris::FEATURES`](FEATURES), and classes are species, [`iris::CLASSES`](CLASSES). The flowers
/// are ordered by species, so shuffle before you split. A line separates the first species from the others, but none separates the
/// second from the third.
///
/// # Source
/// R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7, 1936, <https://doi.org/10.24432/C56C76>,
/// CC BY 4.0, as scikit-learn's `load_iris` returns it: two flowers that are wrong in the repository of UCI are as in the paper.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// let flowers = datasets::iris();
/// assert_eq!((flowers.len(), flowers.inputs()[50]), (150, [7.0, 3.2, 4.7, 1.4]));
/// assert_eq!(&datasets::iris::CLASSES[flowers.targets()[50]], "versicolor");
/// assert_eq!(datasets::iris::FEATURES[0], "sepal length (cm)");
/// ```
#[must_use]
#[allow(clippy::missing_panics_doc, reason = "the table is part of the library, and a test reads all of it")]
pub fn iris() -> Dataset<Vector<4>, Class<3>> {
    super::labelled(include_bytes!("iris.bin"))
}
