//! A function of two parameters, for optimizers to minimize.

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::plot::scale::{Axis, SAME, ends, interpolate};

/// The number of values across and down.
pub(super) const COLUMNS: usize = 301;
pub(super) const ROWS: usize = 233;

/// The number of contours.
const CONTOURS: usize = 16;

/// A function of two parameters over a rectangle. [`paths`](super::paths) and [`animated_paths`](super::animated_paths) draw it
/// as contours, with the paths of optimizers over them.
///
/// On a contour, the function has the same value everywhere. The area between two adjacent contours is the same share of the
/// rectangle, so that flat valleys and steep walls are both visible. There are no contours where the function is infinite or
/// NaN.
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
    /// The values, row after row from the low end of y.
    pub(super) values: Vec<f64>,
    contours: Vec<f64>,
}

impl Surface {
    /// Evaluates a function over two ranges.
    ///
    /// # Errors
    /// [`Error::Setting`] if a range is empty or not finite; [`Error::NothingToDraw`] if the function is not finite anywhere.
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
            return Err(Error::NothingToDraw { reason: "the function is not finite anywhere in the rectangle" });
        }
        // Levels are between values, so that no contour covers a whole plateau.
        let mut contours: Vec<f64> =
            (0..CONTOURS).map(|index| sorted[(2 * index + 1) * (sorted.len() - 1) / (2 * CONTOURS)]).collect();
        // Values that differ only by rounding count as one.
        contours.dedup_by(|next, kept| *next - *kept <= SAME * next.abs().max(kept.abs()));
        Ok(Self { x, y, values, contours })
    }

    /// Returns the values of the contours in ascending order.
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
