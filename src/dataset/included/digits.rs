//! Is there a data set to start with, without a download?

use crate::dataset::Dataset;
use crate::shape::Vector;
use crate::target::Class;

/// The number of pixels of one image.
const PIXELS: usize = 64;

/// One record per image: one byte for each pixel, then the digit. `scripts/digits.py` writes the file.
const FILE: &[u8] = include_bytes!("digits.bin");

/// Returns the 1,797 handwritten digits of scikit-learn, in its order.
///
/// A digit is an image of 8 rows and 8 columns, row by row from the top left. A pixel is an integer from 0, blank, to 16, dark,
/// stored unscaled as `0.0` to `16.0`. The images are not in random order, so shuffle before you split.
///
/// # Source
/// E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
/// <https://doi.org/10.24432/C50P49>, CC BY 4.0: the test set, as scikit-learn's `load_digits` returns it.
///
/// # Example
/// ```
/// use typenet::dataset;
///
/// let digits = dataset::digits();
/// assert_eq!(digits.len(), 1797);
/// assert_eq!(digits.targets()[0].index(), 0);
///
/// let picture = typenet::view::rows::<8, 8, 64, f32>(&digits.inputs()[0]);
/// assert_eq!(picture[(0, 3)], 13.0);
/// ```
#[must_use]
#[allow(clippy::missing_panics_doc, reason = "the file is part of the library, and a test reads all of it")]
pub fn digits() -> Dataset<Vector<PIXELS>, Class<10>> {
    let (records, _) = FILE.as_chunks::<{ PIXELS + 1 }>();
    let pixels = records.iter().map(|record| core::array::from_fn::<f32, PIXELS, _>(|pixel| f32::from(record[pixel])));
    let labels = records.iter().map(|record| usize::from(record[PIXELS]));
    Dataset::labelled(pixels, labels).expect("the file holds finite pixels and digits below 10")
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these results are exact")]
mod tests {
    use super::{FILE, PIXELS, digits};

    // All expected values are printed by `scripts/digits.py`, from scikit-learn 1.9.1.

    #[test]
    fn every_class_is_as_frequent_as_in_scikit_learn() {
        let mut counts = [0; 10];
        for class in digits().targets() {
            counts[class.index()] += 1;
        }
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(FILE.len(), 1797 * (PIXELS + 1));
    }

    #[test]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels are integers from 0 to 16")]
    fn pixels_and_their_order_match_scikit_learn() {
        let digits = digits();
        let pixels = digits.inputs().as_flattened();
        assert!(pixels.iter().all(|&pixel| (0.0..=16.0).contains(&pixel) && pixel.fract() == 0.0));
        assert_eq!(pixels.iter().map(|&pixel| pixel as u64).sum::<u64>(), 561_718);
        let weighted: u64 = (1..).zip(pixels).map(|(position, &pixel)| position * pixel as u64).sum();
        assert_eq!(weighted, 32_232_145_379);
    }

    #[test]
    fn labels_are_in_the_order_of_scikit_learn() {
        let weighted: usize = digits().targets().iter().enumerate().map(|(sample, class)| sample * class.index()).sum();
        assert_eq!(weighted, 7_264_791);
    }

    #[test]
    fn the_first_image_is_a_zero() {
        let digits = digits();
        #[rustfmt::skip]
        assert_eq!(digits.inputs()[0], [
            0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0,
            0.0, 0.0, 13.0, 15.0, 10.0, 15.0, 5.0, 0.0,
            0.0, 3.0, 15.0, 2.0, 0.0, 11.0, 8.0, 0.0,
            0.0, 4.0, 12.0, 0.0, 0.0, 8.0, 8.0, 0.0,
            0.0, 5.0, 8.0, 0.0, 0.0, 9.0, 8.0, 0.0,
            0.0, 4.0, 11.0, 0.0, 1.0, 12.0, 7.0, 0.0,
            0.0, 2.0, 14.0, 5.0, 10.0, 12.0, 0.0, 0.0,
            0.0, 0.0, 6.0, 13.0, 10.0, 0.0, 0.0, 0.0,
        ]);
        assert_eq!(digits.targets()[0].index(), 0);
    }
}
