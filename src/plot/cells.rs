//! The layout of a matrix whose rows and columns have names.

use alloc::string::{String, ToString};

use crate::plot::canvas::{Anchor, Canvas, NORMAL, Point, SMALL, Stroke, TITLE};
use crate::plot::color::{BLACK, GREY, sequential};
use crate::readable::Percent;

/// Square cells, as many in a row as in a column, below a title and beside a colour bar.
pub(super) struct Cells {
    count: usize,
    /// The size of the picture in pixels.
    pub(super) size: (u32, u32),
    corner: Point,
    /// The side of a cell.
    pub(super) side: f64,
}

/// The approximate width of a letter, for the size of the margin with names.
const LETTER: f64 = 7.5;

impl Cells {
    /// Creates the layout of `count` rows and columns, whose names have at most `longest` letters, with cells of a side of at most
    /// `most`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand at most")]
    pub(super) fn of(count: usize, longest: f64, most: f64) -> Self {
        const LEGEND: f64 = 90.0;
        let side = libm::floor(1200.0 / count.max(1) as f64).clamp(2.0, most);
        let corner = (50.0 + LETTER * longest.clamp(2.0, 30.0), TITLE + 50.0);
        let all = side * count as f64;
        let width = (corner.0 + all + LEGEND).max(320.0);
        Self { count, size: (width as u32, (corner.1 + all.max(120.0) + 24.0) as u32), corner, side }
    }

    /// Returns the top left corner of the cell in a column and a row.
    pub(super) fn corner_of(&self, (column, row): (usize, usize)) -> Point {
        (self.corner.0 + self.side * column as f64, self.corner.1 + self.side * row as f64)
    }

    /// Draws what columns and rows are, and the name of each. If there are many, only some have names, so that they do not overlap.
    pub(super) fn names(&self, canvas: &Canvas<'_>, [across, down]: [&str; 2], name: impl Fn(usize) -> String) {
        let (left, top) = self.corner;
        let middle = self.side * self.count as f64 / 2.0;
        canvas.text(across, (left + middle, top - 38.0), NORMAL, BLACK, Anchor::Middle);
        canvas.upright_text(down, (18.0, top + middle), NORMAL);
        let every = libm::ceil(16.0 / self.side).max(1.0);
        for index in (0..self.count).filter(|&index| (index as f64) % every == 0.0) {
            let (x, y) = self.corner_of((index, index));
            let middle = self.side / 2.0;
            let name = name(index);
            let beside = canvas.shortened(&name, NORMAL, left - 40.0);
            canvas.text(&beside, (left - 8.0, y + middle), NORMAL, BLACK, Anchor::Right);
            let over = canvas.shortened(&name, NORMAL, self.side * every - 2.0);
            canvas.text(&over, (x + middle, top - 14.0), NORMAL, BLACK, Anchor::Middle);
        }
    }

    /// Draws the frame around all cells.
    pub(super) fn frame(&self, canvas: &Canvas<'_>) {
        let all = self.side * self.count as f64;
        canvas.frame(self.corner, (all, all), Stroke::new(GREY, 1.0));
    }

    /// Draws the colour bar of shares.
    pub(super) fn bar(&self, canvas: &Canvas<'_>) {
        const STEPS: u32 = 50;
        let (x, top) = (self.corner_of((self.count, 0)).0 + 20.0, self.corner.1);
        let height = (self.side * self.count as f64).clamp(120.0, 300.0);
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
