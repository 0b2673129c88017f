//! One history of training.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History, LOSS, VALIDATION};
use crate::metric::Better;
use crate::plot::axes::Field;
use crate::plot::canvas::{Canvas, Key, Marker, Point, Stroke, TITLE, draw};
use crate::plot::color::{BLACK, BLUE, Color, GREY, VERMILLION};
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale};

/// Draws the training loss by epoch and, if there is a validation set, the loss on it, and marks the best epoch. Below, draws
/// the same for every metric that was recorded.
///
/// The best epoch is [`History::best`]. A curve has a gap where a value is infinite or NaN. A metric without any finite value
/// is left out.
///
/// # Errors
/// [`Error::NothingToDraw`] if the history has no epochs, or if no loss is finite.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(RSquared).epochs(20).validation(&data);
/// let history = trainer.fit(&mut Line::init(&mut typenet::rng(1)), &data)?;
///
/// let path = std::env::temp_dir().join("typenet-history.svg");
/// plot::history("a line", &history)?.save(&path)?;
/// let svg = std::fs::read_to_string(&path).unwrap();
/// assert!(svg.contains("lowest val_loss: epoch 20") && svg.contains("r2_score"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn history(title: &str, history: &History) -> Result<Picture> {
    let Some(best) = history.best() else {
        let reason = if history.is_empty() { "the history has no epochs" } else { "the history has no finite loss" };
        return Err(Error::NothingToDraw { reason });
    };
    let mut panels = panels(history).into_iter();
    let Some(loss) = panels.next().filter(|panel| panel.name == LOSS) else {
        return Err(Error::NothingToDraw { reason: "the history has no finite loss" });
    };
    let metrics: Vec<Panel<'_>> = panels.collect();
    let epochs = Axis::epochs(history.len());
    let height = LOSS_HEIGHT + METRIC_HEIGHT * u32::try_from(metrics.len()).unwrap_or(u32::MAX / METRIC_HEIGHT);
    Ok(draw(title, (720, height), |canvas| {
        let top = canvas.legend(&keys(&best, &loss), TITLE);
        // The panel of the loss is a little higher than the others.
        let share = 11.0 / (11.0 + 9.0 * metrics.len() as f64);
        let mut bottom = top + share * (canvas.height - top);
        let field = loss.draw(canvas, (top, bottom), epochs, &best);
        let value = best.get(&[VALIDATION, LOSS].concat()).unwrap_or(best.loss);
        canvas.marker(Marker::Diamond, field.at((best.epoch as f64, value)), 5.0, BLACK);
        let each = (canvas.height - bottom) / metrics.len().max(1) as f64;
        for metric in &metrics {
            metric.draw(canvas, (bottom, bottom + each), epochs, &best);
            bottom += each;
        }
    }))
}

/// The height of the picture of the loss, and the height that each metric adds.
const LOSS_HEIGHT: u32 = 460;
const METRIC_HEIGHT: u32 = 240;

/// A measure of training and the same measure on the validation set, in one plot.
struct Panel<'a> {
    name: &'a str,
    training: Vec<Point>,
    validation: Vec<Point>,
    values: Axis,
}

/// Returns the panels, in the order in which their measures are recorded.
fn panels(history: &History) -> Vec<Panel<'_>> {
    let mut panels: Vec<Panel<'_>> = Vec::new();
    for measure in history.measures() {
        let name = measure.name.strip_prefix(VALIDATION).unwrap_or(&measure.name);
        if panels.iter().any(|panel| panel.name == name) {
            continue;
        }
        let (training, validation) = (curve(history, name), curve(history, &[VALIDATION, name].concat()));
        let points = || training.iter().chain(&validation).map(|point| point.1);
        if let Some(values) = Axis::around(Scale::Linear, points()) {
            let shares = measure.better == Some(Better::Larger) && points().all(|value| (0.0..=1.0).contains(&value));
            let values = if shares { values.within(0.0, 1.0) } else { values };
            panels.push(Panel { name, training, validation, values });
        }
    }
    panels
}

impl Panel<'_> {
    fn draw(&self, canvas: &Canvas<'_>, vertical: (f64, f64), epochs: Axis, best: &EpochRecord) -> Field {
        let field = Field::draw(canvas, vertical, ("epoch", epochs), (self.name, self.values));
        mark_best(canvas, &field, best, self.values);
        curve_with_points(canvas, &field, &self.training, BLUE);
        curve_with_points(canvas, &field, &self.validation, VERMILLION);
        field
    }
}

/// Returns the points of a measure; none if it is not recorded.
fn curve(history: &History, name: &str) -> Vec<Point> {
    let values = history.get(name).unwrap_or_default();
    history.epochs().zip(values).map(|(record, &value)| (record.epoch as f64, value)).collect()
}

fn keys(best: &EpochRecord, loss: &Panel<'_>) -> Vec<(String, Key)> {
    let mut keys = Vec::new();
    for (name, curve, color) in [("training", &loss.training, BLUE), ("validation", &loss.validation, VERMILLION)] {
        if !curve.is_empty() {
            keys.push((name.into(), Key::Line(Stroke::new(color, 2.0))));
        }
    }
    let name = if loss.validation.is_empty() { "loss" } else { "val_loss" };
    keys.push((format!("lowest {name}: epoch {}", best.epoch), Key::Marker(Marker::Diamond, BLACK)));
    keys
}

fn mark_best(canvas: &Canvas<'_>, field: &Field, best: &EpochRecord, vertical: Axis) {
    let (low, high) = vertical.bounds();
    let epoch = best.epoch as f64;
    field.curve(canvas, [(epoch, low), (epoch, high)], Stroke { dashed: true, ..Stroke::new(GREY, 1.0) });
}

/// Draws a curve, with a marker at each point if there are few.
fn curve_with_points(canvas: &Canvas<'_>, field: &Field, points: &[Point], color: Color) {
    const FEW: usize = 40;
    field.curve(canvas, points.iter().copied(), Stroke::new(color, 2.0));
    if points.len() <= FEW {
        for &(epoch, value) in points.iter().filter(|point| point.1.is_finite()) {
            canvas.marker(Marker::Disc, field.at((epoch, value)), 2.5, color);
        }
    }
}
