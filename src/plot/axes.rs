//! A field with two axes.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::ChartBuilder;
use plotters::style::Color as _;

use crate::plot::canvas::{Canvas, NORMAL, Point, SMALL, Stroke, length, never, rgb};
use crate::plot::color::{BLACK, GREY, LIGHT};
use crate::plot::marks::font;
use crate::plot::picture::DOTS;
use crate::plot::scale::Axis;
use crate::plot::ticks::{Tick, ticks};

/// An axis with its tick labels, in the form that plotters expects. Its coordinates are those along the scale.
#[derive(Clone)]
struct Marked {
    axis: Axis,
    ticks: Vec<Tick>,
}

impl Ranged for Marked {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[allow(clippy::cast_possible_truncation, reason = "between the limits")]
    fn map(&self, along: &f64, (first, last): (i32, i32)) -> i32 {
        first + libm::round(self.axis.share(*along).clamp(0.0, 1.0) * f64::from(last - first)) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let places = self.ticks.iter().map(|tick| tick.place);
        if hint.weight().allow_light_points() { Vec::new() } else { places.collect() }
    }

    fn range(&self) -> Range<f64> {
        let (low, high) = self.axis.bounds();
        low..high
    }
}

impl ValueFormatter<f64> for Marked {
    fn format_ext(&self, along: &f64) -> String {
        let tick = self.ticks.iter().find(|tick| tick.place == *along);
        tick.map_or_else(String::new, |tick| tick.label.clone())
    }
}

/// Returns a vertical axis of this length with the tick labels that fit.
fn upright(axis: Axis, length: f64) -> Marked {
    const LINE: f64 = 1.25 * SMALL;
    let apart = |pair: &[Tick]| length * (axis.share(pair[1].place) - axis.share(pair[0].place)) >= LINE;
    Marked { axis, ticks: ticks(axis, |ticks| ticks.windows(2).all(apart)) }
}

/// Returns a horizontal axis of this length with the tick labels that fit, and the width of the widest.
fn level(canvas: &Canvas<'_>, axis: Axis, length: f64) -> (Marked, f64) {
    const GAP: f64 = 8.0;
    let width = |tick: &Tick| canvas.text_width(&tick.label, SMALL);
    let apart = |pair: &[Tick]| {
        let distance = length * (axis.share(pair[1].place) - axis.share(pair[0].place));
        distance >= f64::midpoint(width(&pair[0]), width(&pair[1])) + GAP
    };
    let ticks = ticks(axis, |ticks| ticks.windows(2).all(apart));
    let widest = ticks.iter().map(width).fold(0.0, f64::max);
    (Marked { axis, ticks }, widest)
}

/// The smallest width of the labels of a vertical axis, so that stacked plots are aligned.
const LABELS: f64 = 36.0;

/// The field of two axes: the mapping from values to positions on the canvas.
pub(super) struct Field {
    x: Axis,
    y: Axis,
    /// The top left corner, in pixels.
    corner: Point,
    size: Point,
}

impl Field {
    /// Draws the axes with grid lines, tick labels and names between `top` and `bottom`. A name may be empty.
    pub(super) fn draw(canvas: &Canvas<'_>, (top, bottom): (f64, f64), x: (&str, Axis), y: (&str, Axis)) -> Self {
        const LEFT: f64 = 8.0;
        const ABOVE: f64 = 10.0;
        let ((x_name, x), (y_name, y)) = (x, y);
        let below = if x_name.is_empty() { 26.0 } else { 48.0 };
        let marked_y = upright(y, bottom - top - below - ABOVE);
        let widest = marked_y.ticks.iter().map(|tick| canvas.text_width(&tick.label, SMALL)).fold(LABELS, f64::max);
        let left = 16.0 + widest + if y_name.is_empty() { 0.0 } else { 22.0 };
        // A label at the right end extends beyond the field by half of its width. The axis is then shorter, and has the same
        // labels or fewer.
        let (_, widest) = level(canvas, x, canvas.width - LEFT - left);
        let right = (widest / 2.0 + 4.0).max(26.0);
        let (marked_x, _) = level(canvas, x, canvas.width - LEFT - left - right);
        let area = canvas.area.clone().shrink((0, length(top)), (length(canvas.width), length(bottom - top)));
        let style = |size: f64| font(size * f64::from(DOTS)).color(&rgb(BLACK));
        let mut chart = ChartBuilder::on(&area)
            .margin_right(length(right))
            .margin_left(length(LEFT))
            .margin_top(length(ABOVE))
            .x_label_area_size(length(below))
            .y_label_area_size(length(left))
            .build_cartesian_2d(marked_x, marked_y)
            .unwrap_or_else(never);
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(rgb(LIGHT).stroke_width(length(1.0)))
            .axis_style(rgb(GREY).stroke_width(length(1.0)))
            .label_style(style(SMALL))
            .axis_desc_style(style(NORMAL))
            .x_desc(x_name)
            .y_desc(y_name)
            .set_all_tick_mark_size(length(5.0))
            .draw()
            .unwrap_or_else(never);
        let (across, down) = chart.plotting_area().get_pixel_range();
        let pixels = |dots: i32| f64::from(dots) / f64::from(DOTS);
        let corner = (pixels(across.start), pixels(down.start));
        Self { x, y, corner, size: (pixels(across.end) - corner.0, pixels(down.end) - corner.1) }
    }

    /// Returns the top left corner and the size of the field.
    pub(super) fn corner_and_size(&self) -> (Point, Point) {
        (self.corner, self.size)
    }

    /// Returns the position of two values on the canvas, which is NaN if a value has no position.
    pub(super) fn at(&self, (x, y): Point) -> Point {
        (self.corner.0 + self.size.0 * self.x.place(x), self.corner.1 + self.size.1 * (1.0 - self.y.place(y)))
    }

    /// Returns whether a position on the canvas is in the field.
    pub(super) fn holds(&self, (x, y): Point) -> bool {
        let ((left, top), (width, height)) = (self.corner, self.size);
        (left - 0.5..=left + width + 0.5).contains(&x) && (top - 0.5..=top + height + 0.5).contains(&y)
    }

    /// Draws a line through points, as far as it is in the field, with gaps where a value has no position.
    pub(super) fn curve(&self, canvas: &Canvas<'_>, points: impl IntoIterator<Item = Point>, stroke: Stroke) {
        let mut line: Vec<Point> = Vec::new();
        let mut before: Option<Point> = None;
        for point in points {
            let point = self.at(point);
            let piece = before.and_then(|before| self.clipped(before, point));
            if let Some((from, to)) = piece {
                if line.last() != Some(&from) {
                    canvas.path(&line, stroke);
                    line.clear();
                    line.push(from);
                }
                line.push(to);
            }
            before = (point.0.is_finite() && point.1.is_finite()).then_some(point);
        }
        canvas.path(&line, stroke);
    }

    /// Returns the part of a line that is in the field.
    ///
    /// # Source
    /// Y. Liang and B. Barsky, "A New Concept and Method for Line Clipping", 1984.
    fn clipped(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        if !(dx.is_finite() && dy.is_finite()) {
            return None;
        }
        let ((left, top), (width, height)) = (self.corner, self.size);
        let edges =
            [(-dx, from.0 - left), (dx, left + width - from.0), (-dy, from.1 - top), (dy, top + height - from.1)];
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (towards, room) in edges {
            if towards == 0.0 && room < 0.0 {
                return None;
            }
            if towards < 0.0 {
                enter = enter.max(room / towards);
            } else if towards > 0.0 {
                leave = leave.min(room / towards);
            }
        }
        let along = |share: f64| match share {
            0.0 => from,
            1.0 => to,
            _ => (from.0 + share * dx, from.1 + share * dy),
        };
        (enter <= leave).then(|| (along(enter), along(leave)))
    }
}
