//! A function and its derivative.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::plot::axes::Field;
use crate::plot::canvas::{Key, Stroke, TITLE, draw};
use crate::plot::color::{BLUE, GREEN, GREY};
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale, ends, interpolate};

/// The number of points of each curve: one for every pixel.
const POINTS: u32 = 641;

/// Draws a function and its derivative over a range, in blue and green like the activations in the lecture.
///
/// A curve has a gap where its value is infinite or NaN. Values that exceed both 10¹⁵ and 10¹⁵ times the median magnitude are
/// outside the picture: they are poles that rounding makes finite.
///
/// # Errors
/// [`Error::Setting`] if the range is empty or not finite; [`Error::NothingToDraw`] if the function is not finite anywhere in
/// it.
///
/// # Example
/// ```
/// use typenet::plot;
///
/// let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
/// let picture = plot::function("sigmoid", -6.0..=6.0, sigmoid, |x| sigmoid(x) * (1.0 - sigmoid(x)))?;
/// let svg = picture.to_svg();
/// assert!(svg.contains("sigmoid") && svg.contains("derivative"));
///
/// let path = std::env::temp_dir().join("typenet-function.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn function(
    title: &str,
    range: RangeInclusive<f64>,
    function: impl Fn(f64) -> f64,
    derivative: impl Fn(f64) -> f64,
) -> Result<Picture> {
    let (low, high) = ends(&range)?;
    let points: Vec<f64> =
        (0..POINTS).map(|index| interpolate(low, high, f64::from(index) / f64::from(POINTS - 1))).collect();
    let values: Vec<f64> = points.iter().map(|&x| function(x)).collect();
    let slopes: Vec<f64> = points.iter().map(|&x| derivative(x)).collect();
    let limit = limit(values.iter().chain(&slopes).copied());
    let seen = |y: &f64| y.is_finite() && y.abs() <= limit;
    let shown = values.iter().chain(&slopes).copied().filter(seen);
    let Some(vertical) = Axis::around(Scale::Linear, shown).filter(|_| values.iter().any(seen)) else {
        return Err(Error::NothingToDraw { reason: "the function is not finite anywhere in the range" });
    };
    Ok(draw(title, (720, 480), |canvas| {
        let keys = [("function", BLUE), ("derivative", GREEN)].map(|(name, color)| (name, Stroke::new(color, 2.5)));
        let top = canvas.legend(&keys.map(|(name, stroke)| (name, Key::Line(stroke))), TITLE);
        let field = Field::draw(canvas, (top, canvas.height), ("x", Axis::exact(low, high)), ("", vertical));
        // The coordinate axes, if they are in the field.
        field.curve(canvas, [(low, 0.0), (high, 0.0)], Stroke::new(GREY, 1.0));
        let (bottom, ceiling) = vertical.bounds();
        field.curve(canvas, [(0.0, bottom), (0.0, ceiling)], Stroke::new(GREY, 1.0));
        for (ys, (_, stroke)) in [&slopes, &values].into_iter().zip(keys.into_iter().rev()) {
            field.curve(canvas, points.iter().copied().zip(ys.iter().copied()), stroke);
        }
    }))
}

/// Returns the largest magnitude that is drawn.
fn limit(values: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = values.map(f64::abs).filter(|size| size.is_finite()).collect();
    sizes.sort_by(f64::total_cmp);
    1e15 * sizes.get(sizes.len() / 2).map_or(1.0, |median| median.max(1.0))
}
