//! Paths of optimizers over contours.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::plot::axes::Field;
use crate::plot::canvas::{Canvas, Key, Marker, Point, Stroke, TITLE, draw};
use crate::plot::color::{BLACK, Color, SERIES, between, of_series};
use crate::plot::contours;
use crate::plot::picture::Picture;
use crate::plot::surface::{COLUMNS, ROWS, Surface};

/// The width and height of a picture in pixels.
pub(super) const SIZE: (u32, u32) = (720, 560);

/// Paths over the contours of a function, each with a name in the legend: the darker a contour, the lower it is. A ring marks
/// where a path starts, a diamond where it ends; steps have dots where they are few.
///
/// What is outside of the rectangle is not drawn. A path ends before its first place that is infinite or NaN.
///
/// # Errors
/// [`Error::NothingToDraw`] when there are no paths, or one has no place to start from.
///
/// # Example
/// ```
/// use typenet::plot::{self, Surface};
/// use typenet::{Optimizer, Sgd};
///
/// let ravine = |[x, y]: [f64; 2]| x * x + 20.0 * y * y;
/// let walk = |sgd: Sgd| -> typenet::Result<Vec<[f64; 2]>> {
///     let (mut optimizer, mut place) = (sgd.state(), [-1.5, 0.6]);
///     let mut path = vec![place];
///     for _ in 0..40 {
///         let [x, y] = place;
///         optimizer.step_slice(&mut place, &[2.0 * x, 40.0 * y])?;
///         path.push(place);
///     }
///     Ok(path)
/// };
/// let (plain, momentum) = (walk(Sgd::new(0.02))?, walk(Sgd::new(0.02).momentum(0.8))?);
///
/// let surface = Surface::new(-2.0..=2.0, -1.0..=1.0, ravine)?;
/// let picture = plot::paths("a ravine", &surface, &[("SGD", &plain), ("momentum", &momentum)])?;
/// let path = std::env::temp_dir().join("typenet-paths.svg");
/// picture.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("momentum"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn paths(title: &str, surface: &Surface, paths: &[(&str, &[[f64; 2]])]) -> Result<Picture> {
    let paths = finite(paths)?;
    Ok(draw(title, SIZE, |canvas| {
        let field = ground(canvas, surface, &paths);
        for (index, path) in paths.iter().enumerate() {
            field.curve(canvas, path.places.iter().copied(), stroke(index));
            steps(canvas, &field, index, &path.places);
        }
        for (index, path) in paths.iter().enumerate() {
            ends(canvas, &field, index, &path.places);
        }
    }))
}

/// A path as far as it is finite.
pub(super) struct Walk<'a> {
    name: &'a str,
    pub(super) places: Vec<Point>,
}

/// The paths up to the first place of each that is not finite.
pub(super) fn finite<'a>(paths: &[(&'a str, &[[f64; 2]])]) -> Result<Vec<Walk<'a>>> {
    let walk = |&(name, path): &(&'a str, &[[f64; 2]])| {
        let places = path.iter().map(|&[x, y]| (x, y)).take_while(|(x, y)| x.is_finite() && y.is_finite());
        Walk { name, places: places.collect() }
    };
    let walks: Vec<_> = paths.iter().map(walk).collect();
    if walks.is_empty() {
        return Err(Error::NothingToDraw { reason: "there are no paths" });
    }
    if walks.iter().any(|walk| walk.places.is_empty()) {
        return Err(Error::NothingToDraw { reason: "a path has no place to start from" });
    }
    Ok(walks)
}

/// Legend, axes and contours.
pub(super) fn ground(canvas: &Canvas<'_>, surface: &Surface, paths: &[Walk<'_>]) -> Field {
    let key = |(index, walk): (usize, &Walk<'_>)| (walk.name.to_string(), Key::Line(stroke(index)));
    let mut keys: Vec<_> = paths.iter().enumerate().map(key).collect();
    keys.push(("start".into(), Key::Marker(Marker::Ring, BLACK)));
    keys.push(("end".into(), Key::Marker(Marker::Diamond, BLACK)));
    let top = canvas.legend(&keys, TITLE);
    let (x, y) = surface.axes();
    let field = Field::draw(canvas, (top, canvas.height), ("first parameter", x), ("second parameter", y));
    let count = surface.contours().len();
    let (low, high) = (surface.x, surface.y);
    let along = |(low, high): (f64, f64), place: f64, count: usize| low + (high - low) * place / (count - 1) as f64;
    for (index, &level) in surface.contours().iter().enumerate() {
        let color = contour_color(index as f64 / count as f64);
        for line in contours::lines(&surface.values, COLUMNS, level) {
            let points = line.iter().map(|&(column, row)| (along(low, column, COLUMNS), along(high, row, ROWS)));
            field.curve(canvas, points, Stroke::new(color, 1.0));
        }
    }
    field
}

/// Dark where the function is low.
fn contour_color(share: f64) -> Color {
    between((105, 120, 140), (214, 220, 228), share)
}

pub(super) fn stroke(index: usize) -> Stroke {
    Stroke { dashed: index >= SERIES.len(), ..Stroke::new(of_series(index), 2.25) }
}

/// A dot for each step, where they are few.
fn steps(canvas: &Canvas<'_>, field: &Field, index: usize, places: &[Point]) {
    const FEW: usize = 120;
    if places.len() <= FEW {
        for at in places.iter().map(|&place| field.at(place)).filter(|&at| field.holds(at)) {
            canvas.disc(at, 2.5, of_series(index));
        }
    }
}

fn ends(canvas: &Canvas<'_>, field: &Field, index: usize, places: &[Point]) {
    for (marker, place) in [(Marker::Ring, places.first()), (Marker::Diamond, places.last())] {
        if let Some(at) = place.map(|&place| field.at(place)).filter(|&at| field.holds(at)) {
            canvas.marker(marker, at, 5.0, of_series(index));
        }
    }
}
