//! Tumours, benign or malignant.

use crate::dataset::Dataset;
use crate::shape::Vector;
use crate::target::{Class, Names};

/// The names of the classes, in the order of their indices.
pub const CLASSES: Names<2> = Names::new(&["malignant", "benign"]);

/// The names of the features, in the order of the elements: the mean, the standard error and the mean of the three largest values
/// of ten measurements of the cell nuclei in an image.
pub const FEATURES: [&str; 30] = [
    "mean radius",
    "mean texture",
    "mean perimeter",
    "mean area",
    "mean smoothness",
    "mean compactness",
    "mean concavity",
    "mean concave points",
    "mean symmetry",
    "mean fractal dimension",
    "radius error",
    "texture error",
    "perimeter error",
    "area error",
    "smoothness error",
    "compactness error",
    "concavity error",
    "concave points error",
    "symmetry error",
    "fractal dimension error",
    "worst radius",
    "worst texture",
    "worst perimeter",
    "worst area",
    "worst smoothness",
    "worst compactness",
    "worst concavity",
    "worst concave points",
    "worst symmetry",
    "worst fractal dimension",
];

/// Returns measurements of the cell nuclei in 569 images of breast tumours: 212 malignant and 357 benign ones.
///
/// Features are [`breast_cancer::FEATURES`](FEATURES), and classes are [`breast_cancer::CLASSES`](CLASSES). Features have very different
/// scales, so use a [`Standardizer`](crate::Standardizer).
///
/// # Source
/// W. Wolberg, O. Mangasarian, N. Street and W. Street, "Breast Cancer Wisconsin (Diagnostic)", UCI Machine Learning Repository, 1993,
/// <https://doi.org/10.24432/C5DW2B>, CC BY 4.0, as scikit-learn's `load_breast_cancer` returns it.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// let tumours = datasets::breast_cancer();
/// assert_eq!((tumours.len(), datasets::breast_cancer::FEATURES[20]), (569, "worst radius"));
/// assert_eq!(&datasets::breast_cancer::CLASSES[tumours.targets()[0]], "malignant");
/// ```
#[must_use]
#[allow(clippy::missing_panics_doc, reason = "the table is part of the library, and a test reads all of it")]
pub fn breast_cancer() -> Dataset<Vector<30>, Class<2>> {
    super::labelled(include_bytes!("breast_cancer.bin"))
}
