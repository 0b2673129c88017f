//! A canvas to draw on, with lengths in pixels from the top left.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::convert::Infallible;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::{
    Circle, DrawingArea, DrawingAreaErrorKind, FontTransform, IntoDrawingArea, PathElement, Polygon, RGBColor,
    Rectangle, ShapeStyle, Text,
};
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::plot::color::{BLACK, Color, WHITE, of_series};
use crate::plot::marks::{Recorder, font};
use crate::plot::picture::{DOTS, Picture};

/// A position or a size in pixels: across and down.
pub(super) type Point = (f64, f64);

/// Sizes of text, in pixels.
pub(super) const SMALL: f64 = 12.0;
pub(super) const NORMAL: f64 = 13.5;
pub(super) const LARGE: f64 = 18.0;

/// The height of a title with its margins.
pub(super) const TITLE: f64 = 40.0;

/// The height of one line of a legend.
const LEGEND_LINE: f64 = 22.0;

/// Which point of a text is at the given position. All texts are centred vertically.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// A marker for one point, distinguishable without colours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Disc,
    Square,
    Triangle,
    Diamond,
    Ring,
}

impl Marker {
    /// Returns the marker of the class or series with this index.
    pub(super) fn of(index: usize) -> Self {
        [Self::Disc, Self::Square, Self::Triangle, Self::Diamond][index % 4]
    }
}

/// The symbol of an entry in a legend.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Line(Stroke),
    Marker(Marker, Color),
    Square(Color),
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) color: Color,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

impl Stroke {
    pub(super) fn new(color: Color, width: f64) -> Self {
        Self { color, width, dashed: false }
    }

    /// Returns the stroke of the series with this index. There are seven colours, an odd number, so the first fourteen strokes
    /// differ.
    pub(super) fn of(index: usize, width: f64) -> Self {
        Self { dashed: index % 2 == 1, ..Self::new(of_series(index), width) }
    }

    fn style(self) -> ShapeStyle {
        ShapeStyle { color: rgb(self.color).to_rgba(), filled: false, stroke_width: length(self.width).max(1) }
    }
}

/// Returns the series in the order in which they are drawn: solid lines first, then dashed ones, so that solid lines are
/// visible between the dashes.
pub(super) fn solid_first(count: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(2).chain((1..count).step_by(2))
}

pub(super) struct Canvas<'a> {
    pub(super) area: DrawingArea<Recorder<'a>, Shift>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Draws a picture of a size in pixels, with its title at the top.
pub(super) fn draw(title: &str, size: (u32, u32), draw: impl FnOnce(&Canvas<'_>)) -> Picture {
    sheet(title, size, |canvas| {
        canvas.area.fill(&rgb(WHITE)).unwrap_or_else(never);
        let size = (LARGE * (canvas.width - 20.0) / canvas.text_width(title, LARGE).max(1.0)).clamp(SMALL, LARGE);
        let title = canvas.shortened(title, size, canvas.width - 20.0);
        canvas.text(&title, (canvas.width / 2.0, TITLE / 2.0), size, BLACK, Anchor::Middle);
        draw(canvas);
    })
}

/// Draws a picture without a background.
pub(super) fn sheet(title: &str, size: (u32, u32), draw: impl FnOnce(&Canvas<'_>)) -> Picture {
    Picture::record(title, size, |recorder| {
        let (width, height) = (f64::from(size.0), f64::from(size.1));
        draw(&Canvas { area: recorder.into_drawing_area(), width, height });
    })
}

/// Handles an error that cannot happen: the recorder accepts everything, and the font is a part of the library.
#[allow(clippy::needless_pass_by_value, reason = "`unwrap_or_else` passes values")]
pub(super) fn never<T>(error: DrawingAreaErrorKind<Infallible>) -> T {
    unreachable!("recording a picture failed: {error}")
}

pub(super) fn rgb((red, green, blue): Color) -> RGBColor {
    RGBColor(red, green, blue)
}

/// Converts pixels to the nearest dot. Positions far outside the picture are clamped to positions outside it.
#[allow(clippy::cast_possible_truncation, reason = "within a million dots")]
pub(super) fn dot(pixels: f64) -> i32 {
    libm::round(pixels * f64::from(DOTS)).clamp(-1e6, 1e6) as i32
}

fn dots((x, y): Point) -> (i32, i32) {
    (dot(x), dot(y))
}

/// Converts a length to dots.
pub(super) fn length(pixels: f64) -> u32 {
    dot(pixels).unsigned_abs()
}

impl Canvas<'_> {
    pub(super) fn text(&self, text: &str, at: Point, size: f64, color: Color, anchor: Anchor) {
        let across = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = font(size * f64::from(DOTS)).color(&rgb(color)).pos(Pos::new(across, VPos::Center));
        self.area.draw(&Text::new(text.to_string(), dots(at), style)).unwrap_or_else(never);
    }

    /// Draws a text from bottom to top, centred.
    pub(super) fn upright_text(&self, text: &str, at: Point, size: f64) {
        let font = font(size * f64::from(DOTS)).transform(FontTransform::Rotate270);
        let style = font.color(&rgb(BLACK)).pos(Pos::new(HPos::Center, VPos::Center));
        self.area.draw(&Text::new(text.to_string(), dots(at), style)).unwrap_or_else(never);
    }

    /// Returns the width of a text in pixels.
    pub(super) fn text_width(&self, text: &str, size: f64) -> f64 {
        let style = font(size * f64::from(DOTS)).color(&rgb(BLACK));
        let (width, _) = self.area.estimate_text_size(text, &style).unwrap_or_else(never);
        f64::from(width) / f64::from(DOTS)
    }

    /// Returns a text, shortened if it is wider than `room`.
    pub(super) fn shortened(&self, text: &str, size: f64, room: f64) -> String {
        if self.text_width(text, size) <= room {
            return text.to_string();
        }
        let mut kept: String = text.chars().take(500).collect();
        while kept.pop().is_some() && self.text_width(&kept, size) + self.text_width("…", size) > room {}
        kept.push('…');
        kept
    }

    pub(super) fn rect(&self, (x, y): Point, (width, height): Point, color: Color) {
        let corners = [dots((x, y)), dots((x + width, y + height))];
        self.area.draw(&Rectangle::new(corners, rgb(color).filled())).unwrap_or_else(never);
    }

    /// Draws the outline of a rectangle.
    pub(super) fn frame(&self, (x, y): Point, (width, height): Point, stroke: Stroke) {
        let (right, bottom) = (x + width, y + height);
        self.path(&[(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], stroke);
    }

    pub(super) fn polygon(&self, corners: &[Point], color: Color) {
        let corners: Vec<_> = corners.iter().copied().map(dots).collect();
        if corners.len() > 2 {
            self.area.draw(&Polygon::new(corners, rgb(color).filled())).unwrap_or_else(never);
        }
    }

    pub(super) fn path(&self, points: &[Point], stroke: Stroke) {
        let mut points: Vec<_> = points.iter().copied().map(dots).collect();
        points.dedup();
        if points.len() < 2 {
            return;
        }
        if stroke.dashed {
            let dash = length(3.0 * stroke.width + 1.0);
            let path = DashedPathElement::new(points, dash, dash, stroke.style());
            self.area.draw(&path).unwrap_or_else(never);
        } else {
            self.area.draw(&PathElement::new(points, stroke.style())).unwrap_or_else(never);
        }
    }

    /// Draws a marker with a white rim, so that overlapping markers are distinguishable.
    pub(super) fn marker(&self, marker: Marker, at: Point, radius: f64, color: Color) {
        const RIM: f64 = 1.0;
        if marker == Marker::Ring {
            self.disc(at, radius + RIM, WHITE);
            self.disc(at, radius, color);
            self.disc(at, radius - 2.0, WHITE);
        } else {
            self.sign(marker, at, radius + RIM, WHITE);
            self.sign(marker, at, radius, color);
        }
    }

    fn sign(&self, marker: Marker, (x, y): Point, radius: f64, color: Color) {
        let corners: &[Point] = match marker {
            Marker::Disc | Marker::Ring => return self.disc((x, y), radius, color),
            Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Marker::Triangle => &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
            Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        };
        let corners: Vec<_> = corners.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect();
        self.polygon(&corners, color);
    }

    /// Draws a disc without a rim.
    pub(super) fn disc(&self, at: Point, radius: f64, color: Color) {
        self.area.draw(&Circle::new(dots(at), length(radius), rgb(color).filled())).unwrap_or_else(never);
    }

    /// Draws a legend, centred, in as many lines as needed from `top` on. Returns its lower end.
    pub(super) fn legend<S: AsRef<str>>(&self, entries: &[(S, Key)], top: f64) -> f64 {
        const SIGN: f64 = 24.0;
        const GAP: f64 = 20.0;
        let room = self.width - SIGN - 3.0 * GAP;
        let fitting = |(name, key): &(S, Key)| (self.shortened(name.as_ref(), NORMAL, room), *key);
        let entries: Vec<(String, Key)> = entries.iter().map(fitting).collect();
        let width_of = |name: &str| SIGN + 6.0 + self.text_width(name, NORMAL) + GAP;
        let mut y = top + LEGEND_LINE / 2.0;
        let mut rest = &entries[..];
        while !rest.is_empty() {
            let (mut count, mut width) = (0, 0.0);
            while count < rest.len() && (count == 0 || width + width_of(&rest[count].0) < self.width - 2.0 * GAP) {
                width += width_of(&rest[count].0);
                count += 1;
            }
            let mut x = (self.width - width) / 2.0 + GAP / 2.0;
            for (name, key) in &rest[..count] {
                self.key(*key, (x + SIGN / 2.0, y));
                self.text(name, (x + SIGN + 6.0, y), NORMAL, BLACK, Anchor::Left);
                x += width_of(name);
            }
            (rest, y) = (&rest[count..], y + LEGEND_LINE);
        }
        y - LEGEND_LINE / 2.0
    }

    fn key(&self, key: Key, (x, y): Point) {
        match key {
            Key::Line(stroke) => self.path(&[(x - 12.0, y), (x + 12.0, y)], stroke),
            Key::Marker(marker, color) => self.marker(marker, (x + 4.0, y), 5.0, color),
            Key::Square(color) => self.rect((x - 2.0, y - 6.0), (12.0, 12.0), color),
        }
    }
}
