//! The losses of training whose learning rate grows.

use alloc::format;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::LearningRateRange;
use crate::plot::axes::Field;
use crate::plot::canvas::{Key, Marker, Stroke, TITLE, draw};
use crate::plot::color::{BLUE, VERMILLION};
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale};
use crate::readable::Significant;

/// Draws the smoothed loss by learning rate, on a logarithmic axis, and marks the learning rate at which the loss falls fastest.
///
/// # Errors
/// [`Error::NothingToDraw`] if no loss is finite.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.5], [1.0]], vec![[1.0], [3.0]])?;
/// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
/// let range = trainer.learning_rate_range(&Line::<f32>::zeroed(), &data, 1e-4..=10.0, 100)?;
///
/// let path = std::env::temp_dir().join("typenet-learning-rates.svg");
/// plot::learning_rates("a line", &range)?.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("steepest"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn learning_rates(title: &str, range: &LearningRateRange) -> Result<Picture> {
    let points: Vec<_> = range.points().iter().copied().filter(|point| point.1.is_finite()).collect();
    let rates = Axis::around(Scale::Logarithmic, points.iter().map(|point| point.0));
    let (Some(rates), Some(losses)) = (rates, Axis::around(Scale::Linear, points.iter().map(|point| point.1))) else {
        return Err(Error::NothingToDraw { reason: "the range test has no finite loss" });
    };
    let steepest = range.steepest().and_then(|rate| points.iter().copied().find(|point| point.0 == rate));
    let mut keys = Vec::from([("smoothed loss".into(), Key::Line(Stroke::new(BLUE, 2.0)))]);
    if let Some((rate, _)) = steepest {
        keys.push((format!("steepest: {}", Significant(rate)), Key::Marker(Marker::Disc, VERMILLION)));
    }
    Ok(draw(title, (720, 400), |canvas| {
        let top = canvas.legend(&keys, TITLE);
        let field = Field::draw(canvas, (top, canvas.height), ("learning rate", rates), ("loss", losses));
        field.curve(canvas, points.iter().copied(), Stroke::new(BLUE, 2.0));
        if let Some(point) = steepest {
            canvas.marker(Marker::Disc, field.at(point), 5.0, VERMILLION);
        }
    }))
}
