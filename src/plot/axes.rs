//! A field between two axes.

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

/// As plotters wants an axis: its numbers are those along the scale.
impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[allow(clippy::cast_possible_truncation, reason = "between the limits")]
    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let (low, high) = self.bounds();
        let share = ((value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).clamp(0.0, 1.0);
        first + libm::round(share * f64::from(last - first)) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks() }
    }

    fn range(&self) -> Range<f64> {
        let (low, high) = self.bounds();
        low..high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value)
    }
}

/// The least room for numbers beside an axis, so that fields below one another begin alike.
const LABELS: f64 = 36.0;

/// Where the field of two axes is, and what is where in it.
pub(super) struct Field {
    x: Axis,
    y: Axis,
    /// The top left corner and the size.
    corner: Point,
    size: Point,
}

impl Field {
    /// Draws axes with grid lines, numbers and names between `top` and `bottom`. A name may be empty.
    pub(super) fn draw(canvas: &Canvas<'_>, (top, bottom): (f64, f64), x: (&str, Axis), y: (&str, Axis)) -> Self {
        let ((x_name, x), (y_name, y)) = (x, y);
        let widest = y.ticks().into_iter().map(|tick| canvas.text_width(&y.label(tick), SMALL)).fold(LABELS, f64::max);
        let left = 16.0 + widest + if y_name.is_empty() { 0.0 } else { 22.0 };
        let below = if x_name.is_empty() { 26.0 } else { 48.0 };
        let area = canvas.area.clone().shrink((0, length(top)), (length(canvas.width), length(bottom - top)));
        let style = |size: f64| font(size * f64::from(DOTS)).color(&rgb(BLACK));
        let mut chart = ChartBuilder::on(&area)
            .margin_right(length(26.0))
            .margin_left(length(8.0))
            .margin_top(length(10.0))
            .x_label_area_size(length(below))
            .y_label_area_size(length(left))
            .build_cartesian_2d(x, y)
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

    /// The field without its axes drawn, in the same place.
    pub(super) fn corner_and_size(&self) -> (Point, Point) {
        (self.corner, self.size)
    }

    /// Where two numbers are on the canvas; NaN where one has no place.
    pub(super) fn at(&self, (x, y): Point) -> Point {
        (self.corner.0 + self.size.0 * self.x.place(x), self.corner.1 + self.size.1 * (1.0 - self.y.place(y)))
    }

    /// Whether a place on the canvas is in the field.
    pub(super) fn holds(&self, (x, y): Point) -> bool {
        let ((left, top), (width, height)) = (self.corner, self.size);
        (left - 0.5..=left + width + 0.5).contains(&x) && (top - 0.5..=top + height + 0.5).contains(&y)
    }

    /// A line through points, as far as it is in the field, with gaps where a number has no place.
    pub(super) fn curve(&self, canvas: &Canvas<'_>, points: impl IntoIterator<Item = Point>, stroke: Stroke) {
        let mut run: Vec<Point> = Vec::new();
        let mut before: Option<Point> = None;
        for point in points {
            let point = self.at(point);
            let piece = before.and_then(|before| self.clipped(before, point));
            if let Some((from, to)) = piece {
                if run.last() != Some(&from) {
                    canvas.path(&run, stroke);
                    run.clear();
                    run.push(from);
                }
                run.push(to);
            }
            before = (point.0.is_finite() && point.1.is_finite()).then_some(point);
        }
        canvas.path(&run, stroke);
    }

    /// The part of a line that is in the field.
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
