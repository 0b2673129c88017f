//! Series of numbers as curves.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::plot::axes::Field;
use crate::plot::canvas::{Key, Marker, Point, Stroke, TITLE, draw, solid_first};
use crate::plot::color::of_series;
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale};
use crate::scalar::Scalar;

/// Draws series of numbers over their steps, such as the states of recurrent units after each step of a sequence.
///
/// Steps count from 0. Every second curve is dashed, so that overlapping curves are distinguishable. A curve has a gap where a value
/// is infinite or NaN.
///
/// # Errors
/// [`Error::NothingToDraw`] if there is no finite value.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Memory (Sequence<30, 1>) = rnn: Rnn<1, 1>);
/// let mut memory = Memory::zeroed();
/// memory.rnn.weight_ih[0][0][0] = 1.0;
/// memory.rnn.weight_hh[0][0][0] = 0.9;
/// let inputs: [[f32; 1]; 30] = std::array::from_fn(|step| [if step == 4 { 1.0 } else { 0.0 }]);
///
/// let states = memory.predict(&inputs);
/// let picture = plot::series("a unit", &[("input", inputs.as_flattened()), ("state", states.as_flattened())])?;
/// let path = std::env::temp_dir().join("typenet-series.svg");
/// picture.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("state"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn series<T: Scalar>(title: &str, series: &[(&str, &[T])]) -> Result<Picture> {
    let point = |(step, value): (usize, &T)| (step as f64, value.to_f64());
    let curves: Vec<Vec<Point>> =
        series.iter().map(|(_, values)| values.iter().enumerate().map(point).collect()).collect();
    let values = curves.iter().flatten().map(|point| point.1);
    let Some(vertical) = Axis::around(Scale::Linear, values) else {
        return Err(Error::NothingToDraw { reason: "no series has a finite value" });
    };
    let last = curves.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    Ok(draw(title, (720, 400), |canvas| {
        let key = |(index, (name, _)): (usize, &(&str, _))| (name.to_string(), Key::Line(Stroke::of(index, 2.0)));
        let top = canvas.legend(&series.iter().enumerate().map(key).collect::<Vec<_>>(), TITLE);
        let field = Field::draw(canvas, (top, canvas.height), ("step", Axis::steps(last)), ("", vertical));
        for index in solid_first(curves.len()) {
            field.curve(canvas, curves[index].iter().copied(), Stroke::of(index, 2.0));
            // A single point has no line, so it is drawn as a marker.
            let shown: Vec<_> = curves[index].iter().filter(|point| point.1.is_finite()).collect();
            if let [point] = shown[..] {
                canvas.marker(Marker::of(index), field.at(*point), 4.0, of_series(index));
            }
        }
    }))
}
