//! One measure of several histories.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::History;
use crate::plot::axes::Field;
use crate::plot::canvas::{Key, Marker, Point, Stroke, TITLE, draw, solid_first};
use crate::plot::color::of_series;
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale};

/// Draws one measure of several histories, to compare learning rates, optimizers or initializers: `"loss"`, `"val_accuracy"`,
/// or any other measure that they contain.
///
/// Every second curve is dashed, so that overlapping curves are distinguishable. For training that diverged, pass
/// `Trainer::history`, which has the epochs up to that point. A history without epochs appears only in the legend. A curve has
/// a gap where a value is not finite, or is not positive on a logarithmic scale.
///
/// # Errors
/// [`Error::NothingToDraw`] if there are no histories, or if none has a value that can be drawn; [`Error::UnknownMeasure`] if a
/// history has epochs but not the measure.
///
/// # Example
/// ```
/// use typenet::plot::{self, Scale};
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut histories = Vec::new();
/// for rate in [0.01, 0.1, 0.5] {
///     let mut line = Line::init(&mut typenet::rng(1));
///     let history = Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(30).fit(&mut line, &data)?;
///     histories.push((format!("η = {rate}"), history));
/// }
/// let histories: Vec<_> = histories.iter().map(|(name, history)| (name.as_str(), history)).collect();
/// let picture = plot::histories("learning rates", &histories, "loss", Scale::Logarithmic)?;
///
/// let path = std::env::temp_dir().join("typenet-histories.svg");
/// picture.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("η = 0.1"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn histories(title: &str, histories: &[(&str, &History)], measure: &str, scale: Scale) -> Result<Picture> {
    let curves = histories.iter().map(|(_, history)| curve(history, measure)).collect::<Result<Vec<_>>>()?;
    let values = curves.iter().flatten().map(|point| point.1);
    let last = histories.iter().map(|(_, history)| history.len()).max().unwrap_or(0);
    let Some(vertical) = Axis::around(scale, values) else {
        return Err(Error::NothingToDraw { reason: "no history has a value that the scale can show" });
    };
    Ok(draw(title, (720, 480), |canvas| {
        let strokes = (0..histories.len()).map(|index| Stroke::of(index, 2.0));
        let keys: Vec<_> = histories.iter().zip(strokes).map(|((name, _), stroke)| (name, Key::Line(stroke))).collect();
        let keys: Vec<_> = keys.into_iter().map(|(name, key)| (name.to_string(), key)).collect();
        let top = canvas.legend(&keys, TITLE);
        let epochs = ("epoch", Axis::epochs(last));
        let field = Field::draw(canvas, (top, canvas.height), epochs, (measure, vertical));
        for index in solid_first(curves.len()) {
            let curve = &curves[index];
            field.curve(canvas, curve.iter().copied(), Stroke::of(index, 2.0));
            // A single point has no line, so it is drawn as a marker.
            let shown: Vec<_> = curve.iter().filter(|point| scale.shows(point.1)).collect();
            if let [point] = shown[..] {
                canvas.marker(Marker::of(index), field.at(*point), 4.0, of_series(index));
            }
        }
    }))
}

fn curve(history: &History, measure: &str) -> Result<Vec<Point>> {
    let Some(values) = history.get(measure).or_else(|| history.is_empty().then_some(&[][..])) else {
        let names = history.measures().iter().map(|measure| measure.name.clone()).collect();
        return Err(Error::UnknownMeasure { name: measure.to_string(), names });
    };
    Ok(history.epochs().zip(values).map(|(record, &value)| (record.epoch as f64, value)).collect())
}
