//! Patients with diabetes, and the progression of their disease.

use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::shape::Vector;

/// The names of the features, in the order of the elements: the age in years, the sex as 1 or 2, the body mass index, the average
/// blood pressure, and six measurements of blood serum.
pub const FEATURES: [&str; 10] = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"];

/// Returns measurements of 442 patients with diabetes, and the progression of their disease after a year.
///
/// Features are [`diabetes::FEATURES`](FEATURES), as they were measured; those of scikit-learn are scaled by default. The measurements of
/// serum are total cholesterol (`s1`), low-density (`s2`) and high-density lipoproteins (`s3`), the ratio of the first to the third
/// (`s4`), possibly the logarithm of triglycerides (`s5`), and blood sugar (`s6`). Targets are between 25 and 346.
///
/// # Source
/// B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, "Least angle regression", Annals of Statistics 32, 2004,
/// <https://doi.org/10.1214/009053604000000067>, as scikit-learn's `load_diabetes(scaled=False)` returns it.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// let patients = datasets::diabetes();
/// assert_eq!((patients.len(), patients.targets()[0]), (442, [151.0]));
/// assert_eq!((datasets::diabetes::FEATURES[2], patients.inputs()[0][2]), ("bmi", 32.1));
/// ```
#[must_use]
#[allow(clippy::missing_panics_doc, reason = "the table is part of the library, and a test reads all of it")]
pub fn diabetes() -> Dataset<Vector<10>, Vector<1>> {
    let samples = super::samples(include_bytes!("diabetes.bin"));
    let (inputs, targets): (Vec<_>, Vec<_>) = samples.map(|(features, target)| (features, [target as f32])).unzip();
    Dataset::new(inputs, targets).expect("the table holds finite features and targets")
}
