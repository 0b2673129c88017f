//! For any bytes, an image is either read as values from 0 to 1 or rejected, without a panic and in bounded memory.
#![no_main]

use std::env::{temp_dir, var_os};
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use typenet::dataset::{ImageFolder, LabelledImages};
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;

use measuring::{bound, measured};

/// A byte of a PNG file may stand for 1032 bytes of eight pixels each, which become four bytes; a byte of a JPEG file for 512 pixels of
/// three colours, in bytes and in coefficients of two bytes.
const EXPANSION: usize = 2 * 1032 * 8 * 4;

fuzz_target!(|bytes: &[u8]| {
    let folder = var_os("FUZZ_FOLDER").map_or_else(temp_dir, PathBuf::from).join("images");
    let class = folder.join("class");
    std::fs::create_dir_all(&class).expect("the folder can be written to");
    std::fs::write(class.join("image"), bytes).expect("the folder can be written to");
    let images = ImageFolder::at(folder).resized();
    let (images, memory) = measured(|| images.read());
    assert!(memory <= bound(bytes.len()) + EXPANSION * bytes.len(), "{memory} bytes of memory for {}", bytes.len());
    if let Ok(images) = images {
        let images: LabelledImages<4, 3, 2, 1> = images;
        let values = <Image<4, 3, 2>>::flat_batch(images.data.inputs());
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
    }
});
