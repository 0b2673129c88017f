//! Paths of optimizers over contours.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::plot::axes::Field;
use crate::plot::canvas::{Anchor, Canvas, Key, Marker, Point, SMALL, Stroke, TITLE, draw, solid_first};
use crate::plot::color::{BLACK, Color, GREY, WHITE, between, of_series};
use crate::plot::contours;
use crate::plot::decimal::distinct_texts;
use crate::plot::picture::Picture;
use crate::plot::scale::interpolate;
use crate::plot::surface::{COLUMNS, ROWS, Surface};

/// The width and height of a picture in pixels.
pub(super) const SIZE: (u32, u32) = (720, 560);
/// The width of a path.
pub(super) const WIDTH: f64 = 2.25;

/// Draws paths over the contours of a function, with the name of each path in the legend. Darker contours are lower. Every
/// third contour is labelled with its value, with four digits or as many more as are needed to distinguish the labels. Every
/// second path is dashed, so that overlapping paths are distinguishable. A ring marks the start of a path and a diamond its
/// end. Steps are marked with dots if there are few.
///
/// Points outside the rectangle are not drawn. A path ends before its first point with an infinite or NaN coordinate.
///
/// # Errors
/// [`Error::NothingToDraw`] if there are no paths, or if a path has no finite start.
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
        for index in solid_first(paths.len()) {
            field.curve(canvas, paths[index].places.iter().copied(), Stroke::of(index, WIDTH));
            steps(canvas, &field, index, &paths[index].places);
        }
        for (index, path) in paths.iter().enumerate() {
            ends(canvas, &field, index, &path.places);
        }
    }))
}

/// A path up to its first point that is not finite.
pub(super) struct Walk<'a> {
    name: &'a str,
    pub(super) places: Vec<Point>,
}

/// Returns the paths, each up to its first point that is not finite.
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
        return Err(Error::NothingToDraw { reason: "a path has no finite start" });
    }
    Ok(walks)
}

/// Draws the legend, the axes and the contours.
pub(super) fn ground(canvas: &Canvas<'_>, surface: &Surface, paths: &[Walk<'_>]) -> Field {
    let key = |(index, walk): (usize, &Walk<'_>)| (walk.name.to_string(), Key::Line(Stroke::of(index, WIDTH)));
    let mut keys: Vec<_> = paths.iter().enumerate().map(key).collect();
    keys.push(("start".into(), Key::Marker(Marker::Ring, BLACK)));
    keys.push(("end".into(), Key::Marker(Marker::Diamond, BLACK)));
    let top = canvas.legend(&keys, TITLE);
    let (x, y) = surface.axes();
    let field = Field::draw(canvas, (top, canvas.height), ("first parameter", x), ("second parameter", y));
    let places = paths.iter().flat_map(|walk| &walk.places).map(|&place| field.at(place)).collect::<Vec<_>>();
    draw_contours(canvas, &field, surface, &places);
    field
}

/// Draws the contours, and labels those that have room next to what will be drawn at `taken`.
fn draw_contours(canvas: &Canvas<'_>, field: &Field, surface: &Surface, taken: &[Point]) {
    /// With a label on every contour there would be more labels than visible lines.
    const LABELLED: usize = 3;
    let (count, texts) = (surface.contours().len(), distinct_texts(surface.contours()));
    let along = |(low, high): (f64, f64), place: f64, count: usize| interpolate(low, high, place / (count - 1) as f64);
    let mut labels: Vec<Label<'_>> = Vec::new();
    for (index, &level) in surface.contours().iter().enumerate() {
        let color = contour_color(index as f64 / count as f64);
        for line in contours::lines(&surface.values, COLUMNS, level) {
            let point = |&(column, row): &Point| (along(surface.x, column, COLUMNS), along(surface.y, row, ROWS));
            let line: Vec<Point> = line.iter().map(point).collect();
            field.curve(canvas, line.iter().copied(), Stroke::new(color, 1.0));
            if index % LABELLED != 1 % count {
                continue;
            }
            let text = texts[index].as_str();
            let width = canvas.text_width(text, SMALL - 1.0) + 4.0;
            let free = |label: &Label<'_>| label.is_inside(field) && label.is_clear_of(&labels, taken);
            let label = line.iter().map(|&place| Label { text, at: field.at(place), width }).find(free);
            labels.extend(label);
        }
    }
    // Labels are drawn over all lines.
    for Label { text, at, width } in labels {
        canvas.rect((at.0 - width / 2.0, at.1 - 7.0), (width, 14.0), WHITE);
        canvas.text(text, at, SMALL - 1.0, GREY, Anchor::Middle);
    }
}

/// The label of a contour, centred on it.
struct Label<'a> {
    text: &'a str,
    at: Point,
    width: f64,
}

impl Label<'_> {
    /// Returns whether the label fits between the edges of the field.
    fn is_inside(&self, field: &Field) -> bool {
        let ((x, y), half) = (self.at, self.width / 2.0 + 8.0);
        [(x - half, y - 12.0), (x + half, y + 12.0)].into_iter().all(|corner| field.holds(corner))
    }

    /// Returns whether the label is legible next to other labels and what will be drawn over it.
    fn is_clear_of(&self, others: &[Label<'_>], places: &[Point]) -> bool {
        let apart = |(x, y): Point, width: f64| {
            let room = f64::midpoint(self.width, width) + 24.0;
            (x - self.at.0).abs() >= room || (y - self.at.1).abs() >= 24.0
        };
        others.iter().all(|other| apart(other.at, other.width)) && places.iter().all(|&place| apart(place, 0.0))
    }
}

/// Returns a darker colour where the function is lower.
fn contour_color(share: f64) -> Color {
    between((105, 120, 140), (214, 220, 228), share)
}

/// Draws a dot for each step if there are few.
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
