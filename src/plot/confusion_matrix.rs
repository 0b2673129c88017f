//! A confusion matrix as a picture.

use alloc::string::{String, ToString};

use crate::error::{Error, Result};
use crate::metric::ConfusionMatrix;
use crate::plot::canvas::{Anchor, Canvas, NORMAL, Point, SMALL, Stroke, TITLE, draw};
use crate::plot::color::{BLACK, GREY, LIGHT, sequential, text_on};
use crate::plot::picture::Picture;
use crate::readable::Percent;
use crate::target::Class;

/// Draws the counts of a [`ConfusionMatrix`] with their shares, in a row per target class and a column per predicted class. The
/// larger the share of the target class, the darker the cell. `names` are the names of the classes; without them, classes are
/// labelled with their indices.
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
/// let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::default());
/// let picture = plot::confusion_matrix("a guess", &matrix, Some(&["cat", "dog"]))?;
/// assert!(picture.to_svg().contains("dog"));
///
/// let path = std::env::temp_dir().join("typenet-confusion.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn confusion_matrix<const K: usize>(
    title: &str,
    matrix: &ConfusionMatrix<K>,
    names: Option<&[&str; K]>,
) -> Result<Picture> {
    let supports: [u64; K] = core::array::from_fn(|class| Class::new(class).map_or(0, |class| matrix.support(class)));
    if supports.iter().sum::<u64>() == 0 {
        return Err(Error::NothingToDraw { reason: "the confusion matrix has no samples" });
    }
    let name = |class: usize| names.map_or_else(|| class.to_string(), |names| names[class].to_string());
    let longest = (0..K).map(|class| name(class).chars().count()).max().unwrap_or(0) as f64;
    let layout = Layout::of(K, longest);
    Ok(draw(title, layout.size, |canvas| {
        layout.names(canvas, K, name);
        for (row, (counts, support)) in matrix.counts().iter().zip(supports).enumerate() {
            for (column, &count) in counts.iter().enumerate() {
                layout.cell(canvas, (column, row), count, count as f64 / support.max(1) as f64);
            }
        }
        let (width, _) = layout.corner_of((K, K));
        canvas.frame(layout.corner, (width - layout.corner.0, layout.cell * K as f64), Stroke::new(GREY, 1.0));
        layout.bar(canvas, K);
    }))
}

/// The layout of the cells.
struct Layout {
    size: (u32, u32),
    corner: Point,
    cell: f64,
}

/// The approximate width of a letter, for the size of the margin with names.
const LETTER: f64 = 7.5;

impl Layout {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand at most")]
    fn of(classes: usize, longest: f64) -> Self {
        const LEGEND: f64 = 90.0;
        let most = if longest > 3.0 { 84.0 } else { 56.0 };
        let cell = libm::floor(1200.0 / classes.max(1) as f64).clamp(2.0, most);
        let corner = (50.0 + LETTER * longest.clamp(2.0, 30.0), TITLE + 50.0);
        let side = cell * classes as f64;
        let width = (corner.0 + side + LEGEND).max(320.0);
        Self { size: (width as u32, (corner.1 + side.max(120.0) + 24.0) as u32), corner, cell }
    }

    fn corner_of(&self, (column, row): (usize, usize)) -> Point {
        (self.corner.0 + self.cell * column as f64, self.corner.1 + self.cell * row as f64)
    }

    fn names(&self, canvas: &Canvas<'_>, classes: usize, name: impl Fn(usize) -> String) {
        let (left, top) = self.corner;
        let middle = self.cell * classes as f64 / 2.0;
        canvas.text("prediction", (left + middle, top - 38.0), NORMAL, BLACK, Anchor::Middle);
        canvas.upright_text("target", (18.0, top + middle), NORMAL);
        // With many classes, only some are labelled, so that labels do not overlap.
        let every = libm::ceil(16.0 / self.cell).max(1.0);
        for class in (0..classes).filter(|&class| (class as f64) % every == 0.0) {
            let (x, y) = self.corner_of((class, class));
            let middle = self.cell / 2.0;
            let name = name(class);
            let beside = canvas.shortened(&name, NORMAL, left - 40.0);
            canvas.text(&beside, (left - 8.0, y + middle), NORMAL, BLACK, Anchor::Right);
            let over = canvas.shortened(&name, NORMAL, self.cell * every - 2.0);
            canvas.text(&over, (x + middle, top - 14.0), NORMAL, BLACK, Anchor::Middle);
        }
    }

    fn cell(&self, canvas: &Canvas<'_>, place: (usize, usize), count: u64, share: f64) {
        let (x, y) = self.corner_of(place);
        let color = sequential(share);
        canvas.rect((x, y), (self.cell, self.cell), color);
        let (text, percent) = (count.to_string(), Percent(share).to_string());
        let fits = |text: &str, size: f64| canvas.text_width(text, size) < self.cell - 4.0 && self.cell >= 20.0;
        let middle = (x + self.cell / 2.0, y + self.cell / 2.0);
        let ink = if count == 0 { GREY } else { text_on(color) };
        if self.cell >= 40.0 && count > 0 && fits(&text, NORMAL) && fits(&percent, SMALL - 1.0) {
            canvas.text(&text, (middle.0, middle.1 - 8.0), NORMAL, ink, Anchor::Middle);
            canvas.text(&percent, (middle.0, middle.1 + 9.0), SMALL - 1.0, ink, Anchor::Middle);
        } else if fits(&text, SMALL) {
            canvas.text(&text, middle, SMALL, ink, Anchor::Middle);
        }
        if self.cell >= 20.0 {
            canvas.frame((x, y), (self.cell, self.cell), Stroke::new(LIGHT, 0.5));
        }
    }

    /// Draws the colour bar.
    fn bar(&self, canvas: &Canvas<'_>, classes: usize) {
        const STEPS: u32 = 50;
        let side = (self.cell * classes as f64).max(120.0);
        let (x, top) = (self.corner_of((classes, 0)).0 + 20.0, self.corner.1);
        let height = side.min(300.0);
        for step in 0..STEPS {
            let share = 1.0 - (f64::from(step) + 0.5) / f64::from(STEPS);
            let y = top + height * f64::from(step) / f64::from(STEPS);
            canvas.rect((x, y), (14.0, height / f64::from(STEPS) + 0.25), sequential(share));
        }
        canvas.frame((x, top), (14.0, height), Stroke::new(GREY, 1.0));
        for share in [0.0, 0.5, 1.0] {
            let y = top + height * (1.0 - share);
            canvas.text(&Percent(share).to_string(), (x + 20.0, y), SMALL, BLACK, Anchor::Left);
        }
    }
}
