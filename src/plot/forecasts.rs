//! Forecasts of a series with bands.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::plot::axes::Field;
use crate::plot::canvas::{Canvas, Key, Point, Stroke, TITLE, draw};
use crate::plot::color::{BLACK, BLUE, Color, SKY, WHITE, between};
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale};
use crate::scalar::Scalar;

/// Draws a series and forecasts of it. Each forecast has the step that its first value belongs to, and the quantiles of each of
/// its values, one for each level. The quantiles of the first and the last level are the ends of a band, those of the second and
/// the last but one are the ends of a darker one, and so on. With an odd number of levels, the middle one is a line.
///
/// Steps count from 0. Forecasts may reach beyond the end of the series. The series has a gap where a value is infinite or NaN, and
/// so has a band or a line.
///
/// # Errors
/// [`Error::Setting`] if a level is not between 0 and 1, or not above the one before; [`Error::NothingToDraw`] if neither the series
/// nor a forecast has a finite value.
///
/// # Example
/// ```
/// use typenet::plot;
///
/// let series = [3.0, 4.0, 3.5, 4.5, 4.0];
/// // The 10 %, 50 % and 90 % quantiles of the steps 4 and 5.
/// let forecast = [[3.5, 4.2, 5.0], [3.0, 4.6, 6.0]];
/// let picture = plot::forecasts("two steps", &series, &[0.1, 0.5, 0.9], &[(4, &forecast)])?;
/// assert!(picture.to_svg().contains("10 % to 90 %"));
///
/// let path = std::env::temp_dir().join("typenet-forecasts.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn forecasts<T: Scalar, const Q: usize>(
    title: &str,
    series: &[T],
    levels: &[f64; Q],
    forecasts: &[(usize, &[[T; Q]])],
) -> Result<Picture> {
    check(levels)?;
    let last = forecasts.iter().map(|(first, steps)| first + steps.len()).fold(series.len(), usize::max);
    let series: Vec<Point> = series.iter().enumerate().map(|(step, value)| (step as f64, value.to_f64())).collect();
    let forecasts: Vec<Vec<(f64, [f64; Q])>> = forecasts.iter().map(|&(first, steps)| numbers(first, steps)).collect();
    let quantiles = || forecasts.iter().flatten();
    let values = series.iter().map(|point| point.1).chain(quantiles().flat_map(|(_, quantiles)| *quantiles));
    let Some(vertical) = Axis::around(Scale::Linear, values) else {
        return Err(Error::NothingToDraw { reason: "neither the series nor a forecast has a finite value" });
    };
    Ok(draw(title, (960, 460), |canvas| {
        let top = canvas.legend(&keys(levels), TITLE);
        let steps = ("step", Axis::steps(last.saturating_sub(1)));
        let field = Field::draw(canvas, (top, canvas.height), steps, ("", vertical));
        for forecast in &forecasts {
            for level in 0..Q / 2 {
                band(canvas, &field, forecast, level);
            }
        }
        field.curve(canvas, series.iter().copied(), Stroke::new(BLACK, 1.5));
        for forecast in forecasts.iter().filter(|_| Q % 2 == 1) {
            field.curve(canvas, forecast.iter().map(|(step, quantiles)| (*step, quantiles[Q / 2])), LINE);
        }
    }))
}

/// The line of the middle level.
const LINE: Stroke = Stroke { color: BLUE, width: 2.0, dashed: false };

/// Checks that levels are in order.
fn check(levels: &[f64]) -> Result<()> {
    let mut before = 0.0;
    for &value in levels {
        if !(value > before && value < 1.0) {
            return Err(Error::Setting {
                name: "level of a quantile",
                value,
                allowed: "below 1 and above the one before",
            });
        }
        before = value;
    }
    Ok(())
}

/// Returns the steps of a forecast with their quantiles.
fn numbers<T: Scalar, const Q: usize>(first: usize, steps: &[[T; Q]]) -> Vec<(f64, [f64; Q])> {
    let numbers = |(step, quantiles): (usize, &[T; Q])| ((first + step) as f64, quantiles.map(T::to_f64));
    steps.iter().enumerate().map(numbers).collect()
}

/// Returns the colour of the band from this level to its opposite: darker towards the middle.
fn color_of(level: usize, levels: usize) -> Color {
    between(WHITE, SKY, 0.2 + 0.45 * (level + 1) as f64 / (levels / 2) as f64)
}

fn keys(levels: &[f64]) -> Vec<(String, Key)> {
    // Without the rounding of the product.
    let texts: Vec<String> = levels.iter().map(|level| format!("{}", libm::round(1e9 * level) / 1e7)).collect();
    let mut keys = Vec::from([("series".into(), Key::Line(Stroke::new(BLACK, 1.5)))]);
    let count = levels.len();
    if count % 2 == 1 {
        let name = if levels[count / 2] == 0.5 { "median".into() } else { format!("{} %", texts[count / 2]) };
        keys.push((name, Key::Line(LINE)));
    }
    for level in 0..count / 2 {
        let name = format!("{} % to {} %", texts[level], texts[count - 1 - level]);
        keys.push((name, Key::Square(color_of(level, count))));
    }
    keys
}

/// Draws the band from a level to its opposite, in pieces of finite values.
fn band<const Q: usize>(canvas: &Canvas<'_>, field: &Field, forecast: &[(f64, [f64; Q])], level: usize) {
    let ends = |quantiles: &[f64; Q]| [quantiles[level], quantiles[Q - 1 - level]];
    let is_finite = |quantiles: &[f64; Q]| ends(quantiles).iter().all(|end| end.is_finite());
    for piece in forecast.split(|(_, quantiles)| !is_finite(quantiles)) {
        let edge = |end: usize| piece.iter().map(move |(step, quantiles)| field.at((*step, ends(quantiles)[end])));
        let corners: Vec<Point> = edge(0).chain(edge(1).rev()).collect();
        canvas.polygon(&corners, color_of(level, Q));
    }
}
