//! A function of two parameters, to be walked over.

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::plot::scale::{Axis, SAME, ends, interpolate};

/// So many values across and down.
pub(super) const COLUMNS: usize = 301;
pub(super) const ROWS: usize = 233;

/// So many contours.
const CONTOURS: usize = 16;

/// A function of two parameters over a rectangle: what [`paths`](super::paths) and
/// [`animated_paths`](super::animated_paths) draw optimizers on, as contours.
///
/// Contours are where the function has the same value; between two of them lies the same share of the rectangle, so that flat
/// valleys and steep walls both show. Where the function is infinite or NaN there are none.
///
/// # Example
/// ```
/// use typenet::plot::Surface;
///
/// let saddle = Surface::new(-2.0..=2.0, -1.0..=1.0, |[x, y]| x * x - y * y)?;
/// assert_eq!(saddle.contours().len(), 16);
/// assert!(Surface::new(0.0..=0.0, -1.0..=1.0, |[x, y]| x * y).is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Surface {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    /// Row after row from the low end of y.
    pub(super) values: Vec<f64>,
    contours: Vec<f64>,
}

impl Surface {
    /// The function over two ranges.
    ///
    /// # Errors
    /// [`Error::Setting`] for a range that is empty or not finite; [`Error::NothingToDraw`] when the function
    /// is finite nowhere.
    pub fn new(x: RangeInclusive<f64>, y: RangeInclusive<f64>, function: impl Fn([f64; 2]) -> f64) -> Result<Self> {
        let (x, y) = (ends(&x)?, ends(&y)?);
        let at = |(low, high): (f64, f64), index: usize, count: usize| {
            interpolate(low, high, index as f64 / (count - 1) as f64)
        };
        let places = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (column, row)));
        let values: Vec<f64> =
            places.map(|(column, row)| function([at(x, column, COLUMNS), at(y, row, ROWS)])).collect();
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        if sorted.is_empty() {
            return Err(Error::NothingToDraw { reason: "the function is finite nowhere in the rectangle" });
        }
        // Between values, so that no contour runs through a whole plain.
        let mut contours: Vec<f64> =
            (0..CONTOURS).map(|index| sorted[(2 * index + 1) * (sorted.len() - 1) / (2 * CONTOURS)]).collect();
        // Values that differ by rounding are one.
        contours.dedup_by(|next, kept| *next - *kept <= SAME * next.abs().max(kept.abs()));
        Ok(Self { x, y, values, contours })
    }

    /// The values of the contours, ascending.
    #[must_use]
    pub fn contours(&self) -> &[f64] {
        &self.contours
    }

    pub(super) fn axes(&self) -> (Axis, Axis) {
        (Axis::exact(self.x.0, self.x.1), Axis::exact(self.y.0, self.y.1))
    }
}

impl fmt::Debug for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y, contours, .. } = self;
        f.debug_struct("Surface").field("x", x).field("y", y).field("contours", contours).finish_non_exhaustive()
    }
}
