//! A palette of 255 colours for images with more colours.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use std::collections::HashMap;

use crate::plot::color::{self, Color};

/// The index that stands for transparency.
pub(super) const CLEAR: u8 = 255;

/// Up to 255 colours, and the nearest of them for each other colour.
pub(super) struct Palette {
    colors: Vec<Color>,
    indices: HashMap<Color, u8>,
}

impl Palette {
    /// Creates a palette of the colours of the series, followed by the most frequent colours of these images. The images are
    /// drawings, not photographs: nearly all of their pixels have one of a few dozen colours, and the others are at the edges
    /// of lines.
    pub(super) fn of<'a>(images: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut counts: BTreeMap<Color, u32> = color::all().map(|color| (color, u32::MAX)).collect();
        for &[red, green, blue] in images.into_iter().flat_map(|image| image.as_chunks::<3>().0) {
            let count = counts.entry((red, green, blue)).or_default();
            *count = count.saturating_add(1);
        }
        let mut colors: Vec<_> = counts.into_iter().collect();
        colors.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        colors.truncate(usize::from(CLEAR));
        Self { colors: colors.into_iter().map(|(color, _)| color).collect(), indices: HashMap::new() }
    }

    /// Returns red, green and blue of 256 colours, with the transparent one last.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.colors.iter().flat_map(|&(red, green, blue)| [red, green, blue]).collect();
        bytes.resize(3 * 256, 0);
        bytes
    }

    /// Returns the index of the nearest colour for every pixel.
    pub(super) fn indices(&mut self, image: &[u8]) -> Vec<u8> {
        image.as_chunks::<3>().0.iter().map(|&[red, green, blue]| self.index((red, green, blue))).collect()
    }

    fn index(&mut self, color: Color) -> u8 {
        let colors = &self.colors;
        *self.indices.entry(color).or_insert_with(|| {
            let nearest = (0_u8..=254).zip(colors).min_by_key(|(_, other)| distance(color, **other));
            nearest.map_or(0, |(index, _)| index)
        })
    }
}

fn distance(one: Color, other: Color) -> u32 {
    let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    square(one.0, other.0) + square(one.1, other.1) + square(one.2, other.2)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{CLEAR, Palette};

    #[test]
    fn frequent_colours_are_kept_and_rare_ones_become_the_nearest_of_them() {
        // 400 shades once each, and another colour often.
        let mut image: Vec<u8> = (0..20).flat_map(|red| (0..20).flat_map(move |green| [red, green, 77])).collect();
        image.extend([9, 9, 9].repeat(100));
        let mut palette = Palette::of([&image[..]]);
        let indices = palette.indices(&image);
        assert!(indices.iter().all(|&index| index != CLEAR));
        assert_eq!(palette.bytes().len(), 768);
        let last = usize::from(indices[indices.len() - 1]);
        assert_eq!(palette.bytes()[3 * last..3 * last + 3], [9, 9, 9]);
    }
}
