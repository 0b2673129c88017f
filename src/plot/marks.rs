//! A recording of what was drawn, to be drawn again by other backends.

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use std::sync::Once;

use plotters::prelude::{Color as _, FontDesc, FontFamily, FontTransform, RGBColor};
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

/// The font of all texts. An SVG viewer without the first font uses the next.
pub(super) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

/// How a backend of plotters handles texts and lines.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// The height that it takes as the size of a font, in ems: the height of a line for dots, and a constant of the backend for
    /// SVG.
    font: f64,
    /// The distances above their positions at which it draws texts that are anchored at the top, middle and bottom, in ems.
    above: [f64; 3],
    /// Whether lines are drawn piece by piece, because the backend draws spikes at sharp turns.
    in_pieces: bool,
}

/// The distances are relative to SVG, where half of an x is 0.27 em.
pub(super) const DOTTED: Manner = Manner { font: 1.164, above: [0.18, 0.16, 0.08], in_pieces: true };
pub(super) const SVG: Manner = Manner { font: 1.24, above: [0.0; 3], in_pieces: false };

/// One shape or text that was drawn, in dots.
#[derive(Clone, PartialEq)]
pub(super) enum Mark {
    Rect(BackendCoord, BackendCoord, Pen, bool),
    Path(Vec<BackendCoord>, Pen),
    Polygon(Vec<BackendCoord>, Pen),
    Circle(BackendCoord, u32, Pen, bool),
    Text(String, BackendCoord, Letters),
}

#[derive(Clone, Copy, PartialEq)]
pub(super) struct Pen {
    rgb: (u8, u8, u8),
    width: u32,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) struct Letters {
    rgb: (u8, u8, u8),
    /// The height of an em in dots.
    size: f64,
    across: HorizontalPlace,
    down: VerticalPlace,
    /// Whether the text goes from bottom to top.
    turned: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum HorizontalPlace {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, PartialEq)]
enum VerticalPlace {
    Top,
    Middle,
    Bottom,
}

impl Pen {
    fn of(style: &impl BackendStyle) -> Self {
        Self { rgb: style.color().rgb, width: style.stroke_width() }
    }
}

impl BackendStyle for Pen {
    fn color(&self) -> BackendColor {
        BackendColor { alpha: 1.0, rgb: self.rgb }
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

impl Letters {
    fn of(style: &impl BackendTextStyle) -> Self {
        let anchor = style.anchor();
        Self {
            rgb: style.color().rgb,
            size: style.size() / DOTTED.font,
            across: match anchor.h_pos {
                HPos::Left => HorizontalPlace::Left,
                HPos::Center => HorizontalPlace::Middle,
                HPos::Right => HorizontalPlace::Right,
            },
            down: match anchor.v_pos {
                VPos::Top => VerticalPlace::Top,
                VPos::Center => VerticalPlace::Middle,
                VPos::Bottom => VerticalPlace::Bottom,
            },
            turned: matches!(style.transform(), FontTransform::Rotate270),
        }
    }

    /// Returns the position at which a backend must draw a text so that it appears at `(x, y)`.
    fn place(self, (x, y): BackendCoord, manner: Manner) -> BackendCoord {
        let above = match self.down {
            VerticalPlace::Top => manner.above[0],
            VerticalPlace::Middle => manner.above[1],
            VerticalPlace::Bottom => manner.above[2],
        };
        #[allow(clippy::cast_possible_truncation, reason = "a part of a letter")]
        let down = libm::round(above * self.size) as i32;
        if self.turned { (x + down, y) } else { (x, y + down) }
    }

    fn style(self, font: f64) -> plotters::style::TextStyle<'static> {
        let across = match self.across {
            HorizontalPlace::Left => HPos::Left,
            HorizontalPlace::Middle => HPos::Center,
            HorizontalPlace::Right => HPos::Right,
        };
        let down = match self.down {
            VerticalPlace::Top => VPos::Top,
            VerticalPlace::Middle => VPos::Center,
            VerticalPlace::Bottom => VPos::Bottom,
        };
        let turn = if self.turned { FontTransform::Rotate270 } else { FontTransform::None };
        let (r, g, b) = self.rgb;
        plotters_font(self.size * font).transform(turn).color(&RGBColor(r, g, b).to_rgba()).pos(Pos::new(across, down))
    }
}

fn plotters_font(size: f64) -> FontDesc<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let known = register_font(FONT, FontStyle::Normal, include_bytes!("dejavu_sans.ttf"));
        debug_assert!(known.is_ok(), "the file is a font");
    });
    FontDesc::new(FontFamily::Name(FONT), size, FontStyle::Normal)
}

/// Returns the font as it is recorded, with its size in dots.
pub(super) fn font(size: f64) -> FontDesc<'static> {
    plotters_font(size * DOTTED.font)
}

impl Mark {
    /// Draws the mark on a backend that begins `above` dots below the top.
    pub(super) fn replay<B: DrawingBackend>(
        &self,
        backend: &mut B,
        manner: Manner,
        above: i32,
    ) -> core::result::Result<(), DrawingErrorKind<B::ErrorType>> {
        let up = |(x, y): BackendCoord| (x, y - above);
        match self {
            Self::Rect(from, to, pen, fill) => backend.draw_rect(up(*from), up(*to), pen, *fill),
            Self::Path(points, pen) if manner.in_pieces && pen.width > 2 => {
                draw_pieces(backend, &points.iter().copied().map(up).collect::<Vec<_>>(), *pen)
            }
            Self::Path(points, pen) => backend.draw_path(points.iter().copied().map(up), pen),
            Self::Polygon(points, pen) => backend.fill_polygon(points.iter().copied().map(up), pen),
            Self::Circle(center, radius, pen, fill) => backend.draw_circle(up(*center), *radius, pen, *fill),
            Self::Text(text, at, letters) => {
                backend.draw_text(text, &letters.style(manner.font), letters.place(up(*at), manner))
            }
        }
    }
}

/// Draws a wide line as a rectangle for each piece and a disc at each turn.
fn draw_pieces<B: DrawingBackend>(
    backend: &mut B,
    points: &[BackendCoord],
    pen: Pen,
) -> core::result::Result<(), DrawingErrorKind<B::ErrorType>> {
    let half = f64::from(pen.width) / 2.0;
    for piece in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (piece[0], piece[1]);
        let (across, down) = (f64::from(to_x - x), f64::from(to_y - y));
        let length = libm::hypot(across, down).max(1.0);
        #[allow(clippy::cast_possible_truncation, reason = "half the width of a line")]
        let [dx, dy] = [-down, across].map(|part| libm::round(part * half / length) as i32);
        let corners = [(x + dx, y + dy), (to_x + dx, to_y + dy), (to_x - dx, to_y - dy), (x - dx, y - dy)];
        backend.fill_polygon(corners, &pen)?;
    }
    let turns = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
    turns.iter().try_for_each(|&turn| backend.draw_circle(turn, pen.width / 2, &pen, true))
}

/// A backend that records what is drawn.
pub(super) struct Recorder<'a> {
    /// The size in dots.
    pub(super) size: (u32, u32),
    pub(super) marks: &'a mut Vec<Mark>,
}

type Recorded = core::result::Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Recorder<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Recorded {
        Ok(())
    }

    fn present(&mut self) -> Recorded {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Recorded {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Recorded {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Recorded {
        self.marks.push(Mark::Rect(from, to, Pen::of(style), fill));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Recorded {
        let points: Vec<_> = path.into_iter().collect();
        // What should not be visible is drawn with an alpha of zero.
        if style.color().alpha > 0.0 {
            self.marks.push(Mark::Path(points, Pen::of(style)));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Recorded {
        self.marks.push(Mark::Circle(center, radius, Pen::of(style), fill));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Recorded {
        self.marks.push(Mark::Polygon(path.into_iter().collect(), Pen::of(style)));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Recorded {
        let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
        // An axis without a name would give an empty line in an SVG.
        if !text.is_empty() {
            self.marks.push(Mark::Text(text, at, Letters::of(style)));
        }
        Ok(())
    }
}
