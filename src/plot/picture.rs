//! A drawing that can be written as SVG or PNG.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use core::fmt;
use std::io::Write;
use std::path::Path;

use plotters::prelude::{BitMapBackend, SVGBackend};
use plotters_backend::{DrawingBackend, DrawingErrorKind};

use crate::error::Result;
use crate::file::replace;
use crate::markup::show;
use crate::plot::file_extension;
use crate::plot::marks::{DOTTED, Manner, Mark, Recorder, SVG};

/// The number of dots per pixel. Drawings are made in dots because the backends of plotters only accept whole numbers.
pub(super) const DOTS: u32 = 4;

/// A picture that is drawn but not yet written.
///
/// [`save`](Self::save) writes SVG or PNG, depending on the extension of the path. Both show the same drawing; the PNG has two
/// dots for each pixel of the SVG. Text in SVG is text, shown in a font of the reader's system. Text in PNG is in DejaVu Sans,
/// with Latin, Greek and Cyrillic letters and mathematical symbols, and a box for any other character. The same drawing has the
/// same bytes on every machine with the same instruction set.
///
/// # Example
/// ```
/// use typenet::plot;
///
/// let picture = plot::function("tanh", -4.0..=4.0, f64::tanh, |x| 1.0 - x.tanh().powi(2))?;
/// let folder = std::env::temp_dir();
/// for name in ["typenet-picture.svg", "typenet-picture.png"] {
///     picture.save(folder.join(name))?;
///     std::fs::remove_file(folder.join(name)).unwrap();
/// }
/// let error = picture.save("picture.jpeg").unwrap_err();
/// assert_eq!(error.to_string(), "cannot write `picture.jpeg`: its extension must be `.svg` or `.png`");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Picture {
    title: String,
    /// The size in pixels.
    size: (u32, u32),
    marks: Vec<Mark>,
}

impl Picture {
    /// Records what `draw` draws.
    pub(super) fn record(title: &str, size: (u32, u32), draw: impl FnOnce(Recorder<'_>)) -> Self {
        let mut marks = Vec::new();
        draw(Recorder { size: in_dots(size), marks: &mut marks });
        Self { title: title.to_string(), size, marks }
    }

    /// Returns the width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Returns the picture as the text of an SVG file.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut text = String::new();
        let mut backend = SVGBackend::with_string(&mut text, in_dots(self.size));
        // Only writing to a file can fail.
        let _ = self.replay(&mut backend, SVG, 0);
        let _ = backend.present();
        drop(backend);
        let ((width, height), (dots_across, dots_down)) = (self.size, in_dots(self.size));
        let body = text.split_once('\n').map_or("", |(_, body)| body);
        format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {dots_across} {dots_down}\" role=\"img\" \
             xmlns=\"http://www.w3.org/2000/svg\">\n<title>{}</title>\n{body}",
            escaped(&self.title)
        )
    }

    /// Returns the picture as the bytes of a PNG file of twice the [`size`](Self::size).
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "writing to memory cannot fail")]
    pub fn to_png(&self) -> Vec<u8> {
        const SHARP: u32 = 2;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.size.0 * SHARP, self.size.1 * SHARP);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            let mut pixels = writer.stream_writer()?;
            for (first, rows) in self.bands() {
                let dots = self.dots(first, rows);
                pixels.write_all(&shrunk(&dots, (self.size.0, rows), SHARP))?;
            }
            pixels.finish()
        });
        written.expect("an image of its own size in memory");
        bytes
    }

    /// Shows the picture in a notebook of Jupyter whose kernel is Evcxr, which calls this for the last value of a cell.
    pub fn evcxr_display(&self) {
        show(&self.to_svg());
    }

    /// Writes the picture to a file: SVG if the path has the extension `.svg`, PNG if it has the extension `.png`, in upper or
    /// lower case. The file is replaced as a whole: a temporary file in the same folder is renamed to it.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File), which names the path, if the extension is another one or the file cannot be
    /// written: the folder does not exist, for example, or the disk is full.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        match file_extension::of(path, &["svg", "png"])? {
            "svg" => replace(path, self.to_svg().as_bytes()),
            _ => replace(path, &self.to_png()),
        }
    }

    /// Returns the ranges of pixel rows that are painted together, as first row and count: nearly always all rows, otherwise as
    /// many as fit in 64 MiB.
    fn bands(&self) -> impl Iterator<Item = (u32, u32)> {
        const MOST: u32 = 64 << 20;
        let (width, height) = self.size;
        let rows = (MOST / (3 * DOTS * DOTS * width.max(1))).max(1);
        (0..height).step_by(rows as usize).map(move |first| (first, rows.min(height - first)))
    }

    /// Returns a white canvas with the picture on it, in dots of three bytes: all of it, or some rows of pixels.
    pub(super) fn dots(&self, first: u32, rows: u32) -> Vec<u8> {
        let (width, height) = in_dots((self.size.0, rows));
        let mut dots = vec![255; width as usize * height as usize * 3];
        self.paint(&mut dots, first, rows);
        dots
    }

    /// Paints over a canvas of dots: all of it, or some rows of pixels.
    pub(super) fn paint(&self, dots: &mut [u8], first: u32, rows: u32) {
        let mut backend = BitMapBackend::with_buffer(dots, in_dots((self.size.0, rows)));
        let above = i32::try_from(first * DOTS).unwrap_or(i32::MAX);
        // Dots outside are ignored, and nothing else can fail.
        let _ = self.replay(&mut backend, DOTTED, above);
        let _ = backend.present();
    }

    fn replay<B: DrawingBackend>(
        &self,
        backend: &mut B,
        manner: Manner,
        above: i32,
    ) -> core::result::Result<(), DrawingErrorKind<B::ErrorType>> {
        self.marks.iter().try_for_each(|mark| mark.replay(backend, manner, above))
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, size, .. } = self;
        f.debug_struct("Picture").field("title", title).field("size", size).finish_non_exhaustive()
    }
}

fn in_dots((width, height): (u32, u32)) -> (u32, u32) {
    (width * DOTS, height * DOTS)
}

/// Returns the mean colours of squares of dots, for an image with `sharp` dots per pixel.
pub(super) fn shrunk(dots: &[u8], (width, height): (u32, u32), sharp: u32) -> Vec<u8> {
    let side = (DOTS / sharp) as usize;
    let (columns, rows) = ((width * sharp) as usize, (height * sharp) as usize);
    let line = columns * side * 3;
    let mut sums = vec![0_u32; columns * 3];
    let mut pixels = Vec::with_capacity(rows * columns * 3);
    for lines in dots.chunks_exact(line * side) {
        sums.fill(0);
        for dot_line in lines.chunks_exact(line) {
            for (sum, square) in sums.chunks_exact_mut(3).zip(dot_line.chunks_exact(side * 3)) {
                for dot in square.chunks_exact(3) {
                    sum.iter_mut().zip(dot).for_each(|(sum, &part)| *sum += u32::from(part));
                }
            }
        }
        let count = u32::try_from(side * side).unwrap_or(u32::MAX);
        #[allow(clippy::cast_possible_truncation, reason = "a mean of bytes")]
        pixels.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
    }
    pixels
}

/// Escapes a text for XML. Leaves out control characters, which XML cannot contain.
fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::plot::canvas::{Anchor, Marker, Stroke, draw};
    use crate::plot::color::{BLACK, BLUE};

    #[test]
    fn bands_of_rows_make_the_picture() {
        let picture = draw("bands", (300, 120), |canvas| {
            canvas.text("a text across a border", (20.0, 60.0), 30.0, BLACK, Anchor::Left);
            canvas.upright_text("upright", (280.0, 60.0), 20.0);
            canvas.path(&[(0.0, 10.0), (300.0, 110.0), (20.0, 90.0)], Stroke::new(BLUE, 3.0));
            canvas.marker(Marker::Disc, (150.0, 60.0), 12.0, BLUE);
            canvas.frame((50.0, 50.0), (40.0, 40.0), Stroke::new(BLACK, 1.0));
        });
        let whole = picture.dots(0, 120);
        let parts = [picture.dots(0, 47), picture.dots(47, 13), picture.dots(60, 60)].concat();
        assert!(whole == parts);
        assert_eq!(picture.bands().collect::<alloc::vec::Vec<_>>(), [(0, 120)]);
    }
}
