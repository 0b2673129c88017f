//! The decision regions of a classifier of two inputs.

use alloc::format;
use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::plot::axes::Field;
use crate::plot::canvas::{Canvas, Key, Marker, Point, TITLE, draw};
use crate::plot::color::{Color, WHITE, between, of_series};
use crate::plot::picture::Picture;
use crate::plot::scale::{Axis, Scale, interpolate};
use crate::scalar::Scalar;
use crate::shape::Vector;
use crate::target::Class;

/// The number of points across at which the classifier is called.
const COLUMNS: u32 = 320;
/// The number of points down.
const ROWS: u32 = 240;

/// Draws the regions in which a classifier predicts each class, in light colours, and the samples of a data set over them. A
/// sample in the region of another class is misclassified.
///
/// Calls `classify` at 320 × 240 points around the samples. For a network that was trained on scaled inputs, pass a closure
/// that scales, and the picture has the units of the data. Classes have colours and markers, which together repeat after 28.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);
/// // Exclusive or.
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0])?;
/// let mut network = Classifier::init(&mut typenet::rng(1));
/// Trainer::new(Nll, Sgd::new(0.5)).epochs(300).fit(&mut network, &data)?;
///
/// let picture = plot::decision_regions("exclusive or", &data, |x| network.predict_class(x));
/// let path = std::env::temp_dir().join("typenet-regions.svg");
/// picture.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("class 1"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[must_use]
pub fn decision_regions<const K: usize, T: Scalar>(
    title: &str,
    data: &Dataset<Vector<2>, Class<K>, T>,
    classify: impl Fn(&[T; 2]) -> Class<K>,
) -> Picture {
    let samples: Vec<Point> = data.inputs().iter().map(|[x, y]| (x.to_f64(), y.to_f64())).collect();
    let axis = |value: fn(&Point) -> f64| {
        let axis = Axis::around(Scale::Linear, samples.iter().map(value));
        axis.unwrap_or(Axis::exact(0.0, 1.0))
    };
    let (across, down) = (axis(|sample| sample.0), axis(|sample| sample.1));
    let predictions = predictions(across, down, classify);
    draw(title, (640, 560), |canvas| {
        let classes = occurring(&predictions, data);
        let key = |&class: &usize| (format!("class {class}"), Key::Marker(Marker::of(class), of_series(class)));
        let top = canvas.legend(&classes.iter().map(key).collect::<Vec<_>>(), TITLE);
        let field = Field::draw(canvas, (top, canvas.height), ("input 0", across), ("input 1", down));
        regions(canvas, &field, &predictions);
        for (sample, class) in samples.iter().zip(data.targets()) {
            let class = class.index();
            canvas.marker(Marker::of(class), field.at(*sample), 4.0, of_series(class));
        }
    })
}

/// Returns the predicted classes at the centres of all cells, row after row from the top.
fn predictions<const K: usize, T: Scalar>(
    across: Axis,
    down: Axis,
    classify: impl Fn(&[T; 2]) -> Class<K>,
) -> Vec<usize> {
    let middle = |axis: Axis, cell: u32, cells: u32| {
        let (low, high) = axis.bounds();
        T::from_f64(interpolate(low, high, (f64::from(cell) + 0.5) / f64::from(cells)))
    };
    let row = |row: u32| (0..COLUMNS).map(move |column| (column, ROWS - 1 - row));
    let cells = (0..ROWS).flat_map(row);
    cells.map(|(x, y)| classify(&[middle(across, x, COLUMNS), middle(down, y, ROWS)]).index()).collect()
}

/// Returns the classes that occur among the predictions or the targets, in order.
fn occurring<const K: usize, T: Scalar>(predictions: &[usize], data: &Dataset<Vector<2>, Class<K>, T>) -> Vec<usize> {
    let mut occurs = alloc::vec![false; K];
    for class in predictions.iter().copied().chain(data.targets().iter().map(|class| class.index())) {
        occurs[class] = true;
    }
    (0..K).filter(|&class| occurs[class]).collect()
}

/// Draws the regions in light colours, with one rectangle for each range of adjacent cells of one class in a row.
fn regions(canvas: &Canvas<'_>, field: &Field, predictions: &[usize]) {
    // Adjacent rectangles overlap a little, so that the background does not show between them.
    const OVERLAP: f64 = 0.5;
    let light = |class: usize| -> Color { between(WHITE, of_series(class), 0.3) };
    let ((left, top), (width, height)) = field.corner_and_size();
    let (cell, line) = (width / f64::from(COLUMNS), height / f64::from(ROWS));
    for (row, classes) in predictions.chunks_exact(COLUMNS as usize).enumerate() {
        let y = top + line * row as f64;
        let mut column = 0;
        for cells in classes.chunk_by(|one, other| one == other) {
            let (x, wide) = (left + cell * column as f64, cell * cells.len() as f64);
            let size = ((wide + OVERLAP).min(left + width - x), (line + OVERLAP).min(top + height - y));
            canvas.rect((x, y), size, light(cells[0]));
            column += cells.len();
        }
    }
}
