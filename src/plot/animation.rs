//! Paths of optimizers, step by step.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use std::path::Path;

use gif::{DisposalMethod, Encoder, Frame, Repeat};

use crate::error::Result;
use crate::file::replace;
use crate::plot::axes::Field;
use crate::plot::canvas::{Anchor, Canvas, Marker, NORMAL, Stroke, draw, sheet, solid_first};
use crate::plot::color::{BLACK, WHITE, of_series};
use crate::plot::file_extension;
use crate::plot::palette::{CLEAR, Palette};
use crate::plot::paths::{SIZE, WIDTH, Walk, finite, ground};
use crate::plot::picture::{Picture, shrunk};
use crate::plot::surface::Surface;

/// The largest number of frames: the start and 120 steps. With more steps, a frame shows several.
const MOST: usize = 121;
/// The duration of a frame, in hundredths of a second.
const TIME: u16 = 6;
const LAST_TIME: u16 = 200;

/// A moving picture that is drawn but not yet written. It repeats forever.
#[derive(Clone, PartialEq)]
pub struct Animation {
    ground: Picture,
    /// What is drawn over the background in each frame.
    frames: Vec<Picture>,
}

/// Draws the picture of [`paths`](super::paths) in motion: all paths take their steps at the same time and leave their lines
/// behind. This compares optimizers around a saddle point or in a ravine.
///
/// The first frame is the start, and each further frame is a step, for up to 120 steps. Longer paths take several steps in a
/// frame. Points are left out as in [`paths`](super::paths).
///
/// # Errors
/// [`Error::NothingToDraw`](crate::Error::NothingToDraw) if there are no paths, or if a path has no finite start.
///
/// # Example
/// ```
/// use typenet::plot::{self, Surface};
/// use typenet::{Optimizer, Sgd};
///
/// let saddle = Surface::new(-1.5..=1.5, -1.0..=1.0, |[x, y]| x * x - y * y)?;
/// let (mut optimizer, mut place) = (Sgd::new(0.1).state(), [-1.2, 0.01]);
/// let mut path = vec![place];
/// for _ in 0..12 {
///     let [x, y] = place;
///     optimizer.step_slice(&mut place, &[2.0 * x, -2.0 * y])?;
///     path.push(place);
/// }
/// let animation = plot::animated_paths("around a saddle point", &saddle, &[("SGD", &path)])?;
/// assert_eq!(animation.frames(), 13);
///
/// let path = std::env::temp_dir().join("typenet-animation.gif");
/// animation.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn animated_paths(title: &str, surface: &Surface, paths: &[(&str, &[[f64; 2]])]) -> Result<Animation> {
    let paths = finite(paths)?;
    let longest = paths.iter().map(|walk| walk.places.len()).max().unwrap_or(1);
    let frames = longest.min(MOST);
    let mut field = None;
    let ground = draw(title, SIZE, |canvas| field = Some(ground(canvas, surface, &paths)));
    let step = |frame: usize| if frames == 1 { 0 } else { (frame * (longest - 1)).div_ceil(frames - 1) };
    let frame = |frame: usize| {
        sheet(title, SIZE, |canvas| {
            if let Some(field) = &field {
                draw_step(canvas, field, &paths, step(frame));
            }
        })
    };
    Ok(Animation { ground, frames: (0..frames).map(frame).collect() })
}

/// Draws all paths after a number of steps.
fn draw_step(canvas: &Canvas<'_>, field: &Field, paths: &[Walk<'_>], step: usize) {
    let made = |walk: &Walk<'_>| (step + 1).min(walk.places.len());
    for index in solid_first(paths.len()) {
        let walk = &paths[index];
        field.curve(canvas, walk.places[..made(walk)].iter().copied(), Stroke::of(index, WIDTH));
    }
    for (index, walk) in paths.iter().enumerate() {
        let (start, here) = (field.at(walk.places[0]), field.at(walk.places[made(walk) - 1]));
        if field.holds(start) {
            canvas.marker(Marker::Ring, start, 5.0, of_series(index));
        }
        let marker = if step + 1 < walk.places.len() { Marker::Disc } else { Marker::Diamond };
        if field.holds(here) {
            canvas.marker(marker, here, 6.0, of_series(index));
        }
    }
    let ((left, top), _) = field.corner_and_size();
    canvas.rect((left + 6.0, top + 6.0), (84.0, 24.0), WHITE);
    canvas.text(&format!("step {step}"), (left + 14.0, top + 18.0), NORMAL, BLACK, Anchor::Left);
}

impl Animation {
    /// Returns the number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// Returns the animation as the bytes of a GIF file of 255 colours.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "writing to memory cannot fail")]
    pub fn to_gif(&self) -> Vec<u8> {
        let (_, height) = self.ground.size();
        let ground = self.ground.dots(0, height);
        let image = |frame: &Picture| {
            let mut dots = ground.clone();
            frame.paint(&mut dots, 0, height);
            shrunk(&dots, self.ground.size(), 1)
        };
        let last = self.frames.last().map_or_else(Vec::new, image);
        let mut palette = Palette::of([&shrunk(&ground, self.ground.size(), 1)[..], &last]);
        let mut bytes = Vec::new();
        self.encode(&mut bytes, &mut palette, image).expect("frames of their own size in memory");
        bytes
    }

    fn encode(
        &self,
        bytes: &mut Vec<u8>,
        palette: &mut Palette,
        image: impl Fn(&Picture) -> Vec<u8>,
    ) -> core::result::Result<(), gif::EncodingError> {
        #[allow(clippy::cast_possible_truncation, reason = "a few hundred pixels")]
        let (width, height) = (self.ground.size().0 as u16, self.ground.size().1 as u16);
        let mut encoder = Encoder::new(bytes, width, height, &palette.bytes())?;
        encoder.set_repeat(Repeat::Infinite)?;
        let mut before: Option<Vec<u8>> = None;
        for (index, frame) in self.frames.iter().enumerate() {
            let indices = palette.indices(&image(frame));
            let mut part = changed(before.as_deref(), &indices, width);
            part.delay = if index + 1 == self.frames.len() { LAST_TIME } else { TIME };
            encoder.write_frame(&part)?;
            before = Some(indices);
        }
        Ok(())
    }

    /// Writes the animation to a file, whose path must have the extension `.gif`, in upper or lower case. The file is replaced
    /// as a whole.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File), which names the path, if the extension is another one or the file cannot be
    /// written: the folder does not exist, for example, or the disk is full.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file_extension::of(path, &["gif"])?;
        replace(path, &self.to_gif())
    }
}

impl fmt::Debug for Animation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Animation").field("ground", &self.ground).field("frames", &self.frames.len()).finish()
    }
}

/// Returns the rectangle in which a frame differs from the one before, transparent where it does not. Returns all of the first
/// frame.
fn changed(before: Option<&[u8]>, now: &[u8], width: u16) -> Frame<'static> {
    let columns = usize::from(width);
    let same = |place: usize| before.is_some_and(|before| before[place] == now[place]);
    let (mut left, mut right, mut top, mut bottom) = (columns, 0, now.len() / columns, 0);
    for place in (0..now.len()).filter(|&place| !same(place)) {
        let (column, row) = (place % columns, place / columns);
        (left, right) = (left.min(column), right.max(column + 1));
        (top, bottom) = (top.min(row), bottom.max(row + 1));
    }
    // A frame without a change is one pixel.
    if left >= right {
        (left, right, top, bottom) = (0, 1, 0, 1);
    }
    let places = (top..bottom).flat_map(|row| (left..right).map(move |column| row * columns + column));
    let buffer: Vec<u8> = places.map(|place| if same(place) { CLEAR } else { now[place] }).collect();
    #[allow(clippy::cast_possible_truncation, reason = "within an image of this type")]
    let [left, right, top, bottom] = [left, right, top, bottom].map(|place| place as u16);
    Frame {
        left,
        top,
        width: right - left,
        height: bottom - top,
        transparent: Some(CLEAR),
        dispose: DisposalMethod::Keep,
        buffer: buffer.into(),
        ..Frame::default()
    }
}
