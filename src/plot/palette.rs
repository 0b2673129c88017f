//! The 255 colours of an image that has more.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use std::collections::HashMap;

use crate::plot::color::{self, Color};

/// The number that stands for no colour: what is behind shows.
pub(super) const CLEAR: u8 = 255;

/// Up to 255 colours, and which of them stands for which other.
pub(super) struct Palette {
    colors: Vec<Color>,
    numbers: HashMap<Color, u8>,
}

impl Palette {
    /// The colours of the series, and then the most frequent ones of these images. They are drawn, not photographed: nearly
    /// all of their pixels have a few dozen colours, and the rest is on the edges of lines.
    pub(super) fn of<'a>(images: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut counts: BTreeMap<Color, u32> = color::all().map(|color| (color, u32::MAX)).collect();
        for &[red, green, blue] in images.into_iter().flat_map(|image| image.as_chunks::<3>().0) {
            let count = counts.entry((red, green, blue)).or_default();
            *count = count.saturating_add(1);
        }
        let mut colors: Vec<_> = counts.into_iter().collect();
        colors.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        colors.truncate(usize::from(CLEAR));
        Self { colors: colors.into_iter().map(|(color, _)| color).collect(), numbers: HashMap::new() }
    }

    /// Red, green and blue of 256 colours, the clear one last.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.colors.iter().flat_map(|&(red, green, blue)| [red, green, blue]).collect();
        bytes.resize(3 * 256, 0);
        bytes
    }

    /// The number of the nearest colour for every pixel.
    pub(super) fn numbers(&mut self, image: &[u8]) -> Vec<u8> {
        image.as_chunks::<3>().0.iter().map(|&[red, green, blue]| self.number((red, green, blue))).collect()
    }

    fn number(&mut self, color: Color) -> u8 {
        let colors = &self.colors;
        *self.numbers.entry(color).or_insert_with(|| {
            let nearest = (0_u8..=254).zip(colors).min_by_key(|(_, other)| distance(color, **other));
            nearest.map_or(0, |(number, _)| number)
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
    fn frequent_colours_are_kept_and_rare_ones_become_their_neighbours() {
        // 400 shades once each, one of them often.
        let mut image: Vec<u8> = (0..20).flat_map(|red| (0..20).flat_map(move |green| [red, green, 77])).collect();
        image.extend([9, 9, 9].repeat(100));
        let mut palette = Palette::of([&image[..]]);
        let numbers = palette.numbers(&image);
        assert!(numbers.iter().all(|&number| number != CLEAR));
        assert_eq!(palette.bytes().len(), 768);
        let last = usize::from(numbers[numbers.len() - 1]);
        assert_eq!(palette.bytes()[3 * last..3 * last + 3], [9, 9, 9]);
    }
}
