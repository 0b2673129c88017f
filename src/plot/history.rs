//! One training run.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History};
use crate::plot::axes::Field;
use crate::plot::canvas::{Canvas, Key, Marker, Point, Stroke, TITLE, draw};
use crate::plot::color::{BLACK, BLUE, Color, GREY, VERMILLION};
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale};

/// Loss by epoch, of training and, where there is one, on the validation set, with the best epoch marked. Below it, where it
/// was measured, the accuracy on the validation set.
///
/// The best epoch is [`History::best`]. Where a loss is infinite its curve has a gap.
///
/// # Errors
/// [`Error::NothingToDraw`] for a run of no epochs, or when no loss is finite.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).validation(&data);
/// let history = trainer.fit(&mut Line::init(&mut typenet::rng(1)), &data)?;
///
/// let path = std::env::temp_dir().join("typenet-history.svg");
/// plot::history("a line", &history)?.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("best: epoch 20"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn history(title: &str, history: &History) -> Result<Picture> {
    let records = history.epochs();
    let Some(best) = history.best() else {
        return Err(Error::NothingToDraw { reason: "the history has no epochs" });
    };
    let training: Vec<Point> = curve(records, |record| Some(record.loss));
    let validation: Vec<Point> = curve(records, |record| Some(record.validation?.loss));
    let accuracy: Vec<Point> = curve(records, |record| record.validation?.accuracy);
    let losses = training.iter().chain(&validation).map(|point| point.1);
    let Some(losses) = Axis::around(Scale::Linear, losses) else {
        return Err(Error::NothingToDraw { reason: "the history has no finite loss" });
    };
    let epochs = Axis::epochs(records.len());
    let height = if accuracy.is_empty() { 460 } else { 700 };
    Ok(draw(title, (720, height), |canvas| {
        let top = canvas.legend(&keys(best, &training, &validation), TITLE);
        let bottom = if accuracy.is_empty() { canvas.height } else { top + 0.55 * (canvas.height - top) };
        let field = Field::draw(canvas, (top, bottom), ("epoch", epochs), ("loss", losses));
        mark_best(canvas, &field, best, losses);
        curve_with_points(canvas, &field, &training, BLUE);
        curve_with_points(canvas, &field, &validation, VERMILLION);
        let loss = best.validation.map_or(best.loss, |validation| validation.loss);
        canvas.marker(Marker::Diamond, field.at((best.epoch as f64, loss)), 5.0, BLACK);
        if let Some(shares) = Axis::around(Scale::Linear, accuracy.iter().map(|point| point.1)) {
            let shares = shares.within(0.0, 1.0);
            let field =
                Field::draw(canvas, (bottom, canvas.height), ("epoch", epochs), ("validation accuracy", shares));
            mark_best(canvas, &field, best, shares);
            curve_with_points(canvas, &field, &accuracy, VERMILLION);
        }
    }))
}

/// The points of a measure, where it was taken.
fn curve(records: &[EpochRecord], measure: impl Fn(&EpochRecord) -> Option<f64>) -> Vec<Point> {
    records.iter().filter_map(|record| Some((record.epoch as f64, measure(record)?))).collect()
}

fn keys(best: &EpochRecord, training: &[Point], validation: &[Point]) -> Vec<(String, Key)> {
    let mut keys = Vec::new();
    for (name, curve, color) in [("training", training, BLUE), ("validation", validation, VERMILLION)] {
        if !curve.is_empty() {
            keys.push((name.into(), Key::Line(Stroke::new(color, 2.0))));
        }
    }
    keys.push((format!("best: epoch {}", best.epoch), Key::Marker(Marker::Diamond, BLACK)));
    keys
}

fn mark_best(canvas: &Canvas<'_>, field: &Field, best: &EpochRecord, vertical: Axis) {
    let (low, high) = vertical.bounds();
    let epoch = best.epoch as f64;
    field.curve(canvas, [(epoch, low), (epoch, high)], Stroke { dashed: true, ..Stroke::new(GREY, 1.0) });
}

/// A curve, with a sign at each point where these are few.
fn curve_with_points(canvas: &Canvas<'_>, field: &Field, points: &[Point], color: Color) {
    const FEW: usize = 40;
    field.curve(canvas, points.iter().copied(), Stroke::new(color, 2.0));
    if points.len() <= FEW {
        for &(epoch, value) in points.iter().filter(|point| point.1.is_finite()) {
            canvas.marker(Marker::Disc, field.at((epoch, value)), 2.5, color);
        }
    }
}
