//! The pixels of one image.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The largest number of pixels. A file of a few bytes can declare any number.
const MOST_PIXELS: usize = 1 << 26;

/// What is wrong with a file that lacks its end.
pub(super) const TRUNCATED: &str = "it ends before its image does";

/// An image as it is in its file: rows of pixels, each with the values of its channels.
pub(super) struct Picture {
    pub(super) height: usize,
    pub(super) width: usize,
    /// 1 for grey, 2 for grey and opacity, 3 for colours, 4 for colours and opacity.
    pub(super) channels: usize,
    pub(super) values: Values,
}

/// The values of all pixels, in one or two bytes.
pub(super) enum Values {
    Bytes(Vec<u8>),
    /// The most significant byte first.
    Words(Vec<u8>),
}

/// What a channel of the shape has of a pixel.
#[derive(Clone, Copy)]
pub(super) enum Plane {
    Channel(usize),
    /// The grey of a colour.
    Luma,
    /// Without opacity in the file.
    Opaque,
}

impl Plane {
    /// Returns the value of the channel at a pixel with these values.
    pub(super) fn value(self, pixel: &[f64]) -> f64 {
        match (self, pixel) {
            (Self::Channel(channel), _) => pixel[channel],
            (Self::Luma, &[red, green, blue, ..]) => 0.299 * red + 0.587 * green + 0.114 * blue,
            _ => 1.0,
        }
    }
}

impl Picture {
    /// Returns the values at an index, of all channels of all pixels, from 0 to 1.
    pub(super) fn value(&self, index: usize) -> f64 {
        match &self.values {
            Values::Bytes(bytes) => f64::from(bytes[index]) / 255.0,
            Values::Words(bytes) => f64::from(u16::from_be_bytes([bytes[2 * index], bytes[2 * index + 1]])) / 65535.0,
        }
    }

    /// Returns what each channel of a shape with `wanted` channels has of a pixel.
    pub(super) fn channels_as(&self, wanted: usize, is_grey: bool) -> Result<Vec<Plane>, String> {
        let has_colours = self.channels > 2;
        let opacity = self.channels.is_multiple_of(2).then_some(self.channels - 1);
        if wanted != 4 && opacity.is_some_and(|opacity| !self.is_filled(opacity)) {
            return Err("it has transparent pixels, for which `Image<4, H, W>` has a channel".to_owned());
        }
        let colours = match (has_colours, is_grey) {
            (true, false) if wanted == 1 => {
                return Err("it has colours, but the shape has one channel: make it grey with `grey()`".to_owned());
            }
            (true, false) => [0, 1, 2].map(Plane::Channel),
            (true, true) => [Plane::Luma; 3],
            (false, _) => [Plane::Channel(0); 3],
        };
        let mut planes = Vec::from(&colours[..wanted.min(3)]);
        if wanted == 4 {
            planes.push(opacity.map_or(Plane::Opaque, Plane::Channel));
        }
        Ok(planes)
    }

    /// Returns whether a channel is 1 everywhere.
    fn is_filled(&self, channel: usize) -> bool {
        (0..self.height * self.width).all(|pixel| self.value(pixel * self.channels + channel) == 1.0)
    }
}

/// Checks the height and the width of an image before memory is taken for its pixels. `wanted` is the size that it must have.
pub(super) fn require_size(height: usize, width: usize, wanted: Option<[usize; 2]>) -> Result<(), String> {
    if let Some([rows, columns]) = wanted
        && [rows, columns] != [height, width]
    {
        return Err(format!(
            "it has {height} rows and {width} columns, but the shape has {rows} and {columns}: use images of this size, or `resized()`"
        ));
    }
    if height.checked_mul(width).is_none_or(|pixels| pixels > MOST_PIXELS) {
        return Err(format!("it has {height} rows and {width} columns, which are more than {MOST_PIXELS} pixels"));
    }
    Ok(())
}
