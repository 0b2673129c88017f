//! A confusion matrix as a picture.

use alloc::string::ToString;

use crate::error::{Error, Result};
use crate::metric::ConfusionMatrix;
use crate::plot::canvas::{Anchor, Canvas, NORMAL, SMALL, Stroke, draw};
use crate::plot::cells::Cells;
use crate::plot::color::{GREY, LIGHT, sequential, text_on};
use crate::plot::picture::Picture;
use crate::readable::Percent;
use crate::target::Class;

/// Draws the counts of a [`ConfusionMatrix`] with their shares, in a row per target class and a column per predicted class. The
/// larger the share of the target class, the darker the cell. Classes have the
/// [names](ConfusionMatrix::names) of the matrix, or their indices.
///
/// A share is relative to all samples of the target class. If some predictions are not finite, and so count as no class, a row
/// adds up to less than 100 %. If there are too many classes for the counts to fit, only the colours are shown.
///
/// # Errors
/// [`Error::NothingToDraw`] if the matrix has no samples.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 2>, Softmax);
/// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 0])?;
/// let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::new().names(["cat", "dog"]));
/// let picture = plot::confusion_matrix("a guess", &matrix)?;
/// assert!(picture.to_svg().contains("dog"));
///
/// let path = std::env::temp_dir().join("typenet-confusion.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn confusion_matrix<const K: usize>(title: &str, matrix: &ConfusionMatrix<K>) -> Result<Picture> {
    let supports: [u64; K] = core::array::from_fn(|class| Class::new(class).map_or(0, |class| matrix.support(class)));
    if supports.iter().sum::<u64>() == 0 {
        return Err(Error::NothingToDraw { reason: "the confusion matrix has no samples" });
    }
    let name = |class: usize| matrix.title(class);
    let longest = (0..K).map(|class| name(class).chars().count()).max().unwrap_or(0) as f64;
    let cells = Cells::of(K, longest, if longest > 3.0 { 84.0 } else { 56.0 });
    Ok(draw(title, cells.size, |canvas| {
        cells.names(canvas, ["prediction", "target"], name);
        for (row, (counts, support)) in matrix.counts().iter().zip(supports).enumerate() {
            for (column, &count) in counts.iter().enumerate() {
                cell(canvas, &cells, (column, row), count, count as f64 / support.max(1) as f64);
            }
        }
        cells.frame(canvas);
        cells.bar(canvas);
    }))
}

/// Draws a count and its share of the target class.
fn cell(canvas: &Canvas<'_>, cells: &Cells, place: (usize, usize), count: u64, share: f64) {
    let ((x, y), side) = (cells.corner_of(place), cells.side);
    let color = sequential(share);
    canvas.rect((x, y), (side, side), color);
    let (text, percent) = (count.to_string(), Percent(share).to_string());
    let fits = |text: &str, size: f64| canvas.text_width(text, size) < side - 4.0 && side >= 20.0;
    let middle = (x + side / 2.0, y + side / 2.0);
    let ink = if count == 0 { GREY } else { text_on(color) };
    if side >= 40.0 && count > 0 && fits(&text, NORMAL) && fits(&percent, SMALL - 1.0) {
        canvas.text(&text, (middle.0, middle.1 - 8.0), NORMAL, ink, Anchor::Middle);
        canvas.text(&percent, (middle.0, middle.1 + 9.0), SMALL - 1.0, ink, Anchor::Middle);
    } else if fits(&text, SMALL) {
        canvas.text(&text, middle, SMALL, ink, Anchor::Middle);
    }
    if side >= 20.0 {
        canvas.frame((x, y), (side, side), Stroke::new(LIGHT, 0.5));
    }
}
