//! Wines of three cultivars.

use crate::dataset::Dataset;
use crate::shape::Vector;
use crate::target::{Class, Names};

/// The names of the classes, in the order of their indices: the source does not name the cultivars.
pub const CLASSES: Names<3> = Names::new(&["class_0", "class_1", "class_2"]);

/// The names of the features, in the order of the elements.
pub const FEATURES: [&str; 13] = [
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
];

/// Returns chemical analyses of 178 wines from one region of Italy: 59, 71 and 48 of three cultivars.
///
/// Features are [`wine::FEATURES`](FEATURES), and classes are cultivars, [`wine::CLASSES`](CLASSES). The wines are ordered by cultivar, so
/// shuffle before you split. Features have very different scales, so use a [`Standardizer`](crate::Standardizer).
///
/// # Source
/// S. Aeberhard and M. Forina, "Wine", UCI Machine Learning Repository, 1992, <https://doi.org/10.24432/C5PC7J>, CC BY 4.0, as
/// scikit-learn's `load_wine` returns it.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// let wines = datasets::wine();
/// let scaler = Standardizer::fit(wines.inputs());
/// assert_eq!((wines.len(), datasets::wine::FEATURES[0]), (178, "alcohol"));
/// assert!((scaler.means()[0] - 13.0006).abs() < 1e-4);
/// ```
#[must_use]
#[allow(clippy::missing_panics_doc, reason = "the table is part of the library, and a test reads all of it")]
pub fn wine() -> Dataset<Vector<13>, Class<3>> {
    super::labelled(include_bytes!("wine.bin"))
}
