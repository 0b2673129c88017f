//! A file of events that TensorBoard reads.
//!
//! # Source
//! TensorFlow, `core/lib/io/record_writer.cc` for the records; `core/util/event.proto`, `core/framework/summary.proto` and
//! `core/framework/tensor.proto` for the messages, whose numbers of fields stand below.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::train::tensor_board::checksum::masked;
use crate::train::tensor_board::histogram::Histogram;
use crate::train::tensor_board::message::Message;

/// A file that [TensorBoard](https://www.tensorflow.org/tensorboard) reads, for what a program wants to show there itself: values of
/// a custom loop, pictures during training. [`TensorBoard`](crate::train::TensorBoard) is the callback.
///
/// TensorBoard shows the folders under the one that it is started with, each as a run, and under a tag the values by step. A tag such
/// as `norm/hidden` is in the group `norm`. Each call writes to the file at once, so that a process that is killed loses nothing.
///
/// # Errors
/// [`Error::File`] if the folder or the file cannot be written.
///
/// # Example
/// A custom loop, and what TensorBoard shows of it.
/// ```
/// use typenet::prelude::*;
/// use typenet::train::EventFile;
///
/// network!(struct Line = Dense<1, 1>);
///
/// let folder = std::env::temp_dir().join(format!("typenet-events-{}", std::process::id()));
/// let mut events = EventFile::create(&folder)?;
/// events.text("note", 0, "a line through **two** points")?;
///
/// let (mut line, mut workspace, mut gradient) = (Line::zeroed(), Workspace::new(), Gradient::zeroed());
/// let mut optimizer = Sgd::new(0.1).state();
/// for _ in 0..10 {
///     let pass = Pass::training(0, optimizer.steps());
///     let loss = line.gradient(&[[0.0], [1.0]], &[[1.0], [3.0]], &MeanSquaredError, &pass, &mut workspace, &mut gradient)?;
///     optimizer.step(&mut *line, &*gradient)?;
///     events.scalar("loss", optimizer.steps(), loss.into())?;
///     events.histogram("gradient", optimizer.steps(), gradient.parameters())?;
/// }
/// assert!(std::fs::metadata(events.path()).unwrap().len() > 1000);
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Debug)]
pub struct EventFile {
    file: File,
    path: PathBuf,
}

impl EventFile {
    /// Creates a file in a folder, which is created with those above it if it does not exist. Files that are there stay: TensorBoard
    /// shows the values of all of them.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn create(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let (file, path) = create(folder).map_err(|error| failed(folder, &error))?;
        let mut events = Self { file, path };
        // What follows is of the second version.
        events.event(0, |event| event.text(3, "brain.Event:2"))?;
        Ok(events)
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says that the values of `step` and later steps are written again: TensorBoard no longer shows those in earlier files of the
    /// folder.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn restart(&mut self, step: u64) -> Result<()> {
        const START: u64 = 1;
        self.event(step, |event| event.message(7, &Message::default().integer(1, START)))
    }

    /// Writes a value, rounded to `f32`.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn scalar(&mut self, tag: &str, step: u64, value: f64) -> Result<()> {
        #[allow(clippy::cast_possible_truncation, reason = "the format has no more digits")]
        self.summary(tag, step, |summary| summary.float(2, value as f32))
    }

    /// Writes how values are distributed: how many are in each of 30 intervals between the smallest and the largest. Values that are
    /// not finite are left out, and nothing is written without any other.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn histogram<T: Scalar>(&mut self, tag: &str, step: u64, values: &[T]) -> Result<()> {
        Histogram::of(values).map_or(Ok(()), |histogram| self.counted(tag, step, &histogram))
    }

    /// Writes a histogram.
    pub(super) fn counted(&mut self, tag: &str, step: u64, histogram: &Histogram) -> Result<()> {
        self.summary(tag, step, |summary| summary.message(5, &histogram.message()))
    }

    /// Writes an image, as the bytes of a PNG file, such as those of `plot::Picture::to_png`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the bytes do not begin like a PNG file; [`Error::File`].
    pub fn png(&mut self, tag: &str, step: u64, png: &[u8]) -> Result<()> {
        /// Red, green and blue: what the image is shown as.
        const RGB: u64 = 3;
        let Some((width, height)) = png_size(png) else {
            return Err(Error::Unreadable {
                source: "the file in memory".to_string(),
                reason: "it does not begin like a PNG file".to_string(),
            });
        };
        let image = Message::default().integer(1, height).integer(2, width).integer(3, RGB).text(4, png);
        self.summary(tag, step, |summary| summary.message(4, &image))
    }

    /// Writes a text, in Markdown.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn text(&mut self, tag: &str, step: u64, markdown: &str) -> Result<()> {
        /// The kind of element, and the kind of data that the plugin expects.
        const STRING: u64 = 7;
        const TENSOR: u64 = 2;
        // One dimension of one element.
        let shape = Message::default().message(2, &Message::default().integer(1, 1));
        let tensor = Message::default().integer(1, STRING).message(2, &shape).text(8, markdown);
        let plugin = Message::default().text(1, "text");
        let metadata = Message::default().message(1, &plugin).integer(4, TENSOR);
        self.summary(tag, step, |summary| summary.message(9, &metadata).message(8, &tensor))
    }

    /// Writes a graph, the message `GraphDef`.
    pub(super) fn graph(&mut self, graph: &Message) -> Result<()> {
        self.event(0, |event| event.message(4, graph))
    }

    /// Writes a summary of one value with a tag.
    fn summary(&mut self, tag: &str, step: u64, value: impl FnOnce(Message) -> Message) -> Result<()> {
        let value = value(Message::default().text(1, tag));
        self.event(step, |event| event.message(5, &Message::default().message(1, &value)))
    }

    /// Writes an event of now: its length, the event, and a checksum after each of them, in one call of the system.
    fn event(&mut self, step: u64, what: impl FnOnce(Message) -> Message) -> Result<()> {
        let event = what(Message::default().double(1, now().as_secs_f64()).integer(2, step));
        let (event, length) = (event.bytes(), (event.bytes().len() as u64).to_le_bytes());
        let mut record = Vec::with_capacity(event.len() + 16);
        for part in [&length, event] {
            record.extend(part);
            record.extend(masked(part).to_le_bytes());
        }
        self.file.write_all(&record).map_err(|error| failed(&self.path, &error))
    }
}

/// Creates a file whose name comes after those of earlier files: TensorBoard reads them in the order of their names.
fn create(folder: &Path) -> io::Result<(File, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(folder)?;
    loop {
        let (now, number) = (now(), NEXT.fetch_add(1, Ordering::Relaxed));
        let time = format!("{:010}.{:09}", now.as_secs(), now.subsec_nanos());
        let path = folder.join(format!("events.out.tfevents.{time}.{}.{number}.typenet", std::process::id()));
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::File { verb: "write", path: path.display().to_string(), reason: error.to_string() }
}

/// Returns the time since 1970, or 0 on a clock before that.
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Returns the width and height in the header of a PNG file.
fn png_size(png: &[u8]) -> Option<(u64, u64)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let (width, rest) = header.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width).into(), u32::from_be_bytes(*height).into()))
}
