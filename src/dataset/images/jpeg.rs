//! JPEG files.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::picture::{Picture, TRUNCATED, Values, require_size};

/// The marker before the pixels, and the one after all of them. Pixels contain neither.
const SCAN: [u8; 2] = [0xff, 0xda];
const END: [u8; 2] = [0xff, 0xd9];
/// The number of pixels in a block.
const BLOCK: usize = 64;

/// Reads a file.
pub(super) fn decode(bytes: &[u8], size: Option<[usize; 2]>) -> Result<Picture, String> {
    // The decoder does not notice what is missing from the last rows.
    if last(bytes, SCAN) >= last(bytes, END) {
        return Err(TRUNCATED.to_owned());
    }
    let message = |error: DecodeErrors| match error {
        DecodeErrors::ExhaustedData => TRUNCATED.to_owned(),
        other => format!("it is damaged: {other}"),
    };
    // Strict: a file that ends early would be filled with grey.
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(65535).set_max_height(65535);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(message)?;
    let (Some((width, height)), Some(space)) = (decoder.dimensions(), decoder.input_colorspace()) else {
        return Err("it has no image".to_owned());
    };
    require_size(height, width, size)?;
    // Before memory is taken: each block takes a bit at least.
    if height * width / (8 * BLOCK) > bytes.len() {
        return Err(TRUNCATED.to_owned());
    }
    let (space, channels) = if space == ColorSpace::Luma { (ColorSpace::Luma, 1) } else { (ColorSpace::RGB, 3) };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let values = decoder.decode().map_err(message)?;
    if values.len() != height * width * channels {
        return Err(format!("it is damaged: it has {} values", values.len()));
    }
    Ok(Picture { height, width, channels, values: Values::Bytes(values) })
}

/// Returns the position of the last marker of a kind.
fn last(bytes: &[u8], marker: [u8; 2]) -> Option<usize> {
    bytes.windows(2).rposition(|pair| pair == marker)
}
