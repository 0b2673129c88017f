//! PNG files.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use std::io::Cursor;

use png::{BitDepth, Decoder, Transformations};

use super::picture::{Picture, TRUNCATED, Values, require_size};

/// The largest number of bytes that a byte of compressed data stands for.
const DEFLATE: usize = 1032;

/// Reads a file, of which an animation shows its first image.
pub(super) fn decode(bytes: &[u8], size: Option<[usize; 2]>) -> Result<Picture, String> {
    let message = |error: png::DecodingError| match error {
        png::DecodingError::IoError(_) => TRUNCATED.to_owned(),
        other => format!("it is damaged: {other}"),
    };
    let mut decoder = Decoder::new(Cursor::new(bytes));
    // Palettes become colours, and values of less than a byte become bytes.
    decoder.set_transformations(Transformations::EXPAND);
    let info = decoder.read_header_info().map_err(message)?;
    let (height, width) = (info.height as usize, info.width as usize);
    require_size(height, width, size)?;
    // Before memory is taken: no file can be unpacked to more.
    if info.raw_bytes() / DEFLATE > bytes.len() {
        return Err(TRUNCATED.to_owned());
    }
    let mut reader = decoder.read_info().map_err(message)?;
    let Some(length) = reader.output_buffer_size() else { return Err(TRUNCATED.to_owned()) };
    let mut values = vec![0; length];
    let frame = reader.next_frame(&mut values).map_err(message)?;
    reader.finish().map_err(message)?;
    let channels = frame.color_type.samples();
    let values = if frame.bit_depth == BitDepth::Sixteen { Values::Words(values) } else { Values::Bytes(values) };
    Ok(Picture { height, width, channels, values })
}
