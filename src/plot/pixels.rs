//! Samples that can be shown as an image of one channel.

use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::plot::canvas::{Canvas, Point, Stroke};
use crate::plot::color::{Color, GREY};
use crate::scalar::Scalar;

/// An image of one channel. The arrays of [`Image<1, H, W>`](crate::Image) are images, and those of
/// [`Vector<N>`](crate::Vector) are square images, row after row from the top left. A vector whose length is not a square does
/// not compile.
///
/// # Example
/// ```
/// use typenet::plot::Pixels;
///
/// assert_eq!(<[f32; 64] as Pixels>::SIZE, (8, 8));
/// assert_eq!(<[[[f64; 3]; 2]; 1] as Pixels>::SIZE, (2, 3));
/// ```
pub trait Pixels {
    /// The numbers of rows and columns.
    const SIZE: (usize, usize);

    /// Returns the values, row after row.
    fn pixels(&self) -> Vec<f64>;
}

impl<T: Scalar, const N: usize> Pixels for [T; N] {
    const SIZE: (usize, usize) = {
        let side = N.isqrt();
        assert!(side * side == N, "only a vector whose length is a square is shown as an image");
        (side, side)
    };

    fn pixels(&self) -> Vec<f64> {
        self.iter().map(|pixel| pixel.to_f64()).collect()
    }
}

impl<T: Scalar, const H: usize, const W: usize> Pixels for [[[T; W]; H]; 1] {
    const SIZE: (usize, usize) = (H, W);

    fn pixels(&self) -> Vec<f64> {
        self.as_flattened().as_flattened().iter().map(|pixel| pixel.to_f64()).collect()
    }
}

/// Checks that all values of a sample are finite.
pub(super) fn require_finite(what: &'static str, sample: usize, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(Error::NonFiniteData { what, sample, position, value: values[position] }),
        None => Ok(()),
    }
}

/// Draws an image with a thin frame, as large as fits in a square, at the top of the square.
pub(super) fn image(
    canvas: &Canvas<'_>,
    corner: Point,
    side: f64,
    (rows, columns): (usize, usize),
    color: impl Fn(usize) -> Color,
) {
    // Adjacent pixels overlap a little, so that the background does not show between them.
    const OVERLAP: f64 = 0.25;
    let pixel = side / rows.max(columns).max(1) as f64;
    let (width, height) = (pixel * columns as f64, pixel * rows as f64);
    let (left, top) = (corner.0 + (side - width) / 2.0, corner.1);
    for index in 0..rows * columns {
        let (row, column) = (index / columns, index % columns);
        let at = (left + pixel * column as f64, top + pixel * row as f64);
        canvas.rect(at, (pixel + OVERLAP, pixel + OVERLAP), color(index));
    }
    canvas.frame((left, top), (width, height), Stroke::new(GREY, 0.75));
}
