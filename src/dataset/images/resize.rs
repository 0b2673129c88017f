//! Images of another size.

use alloc::vec;
use alloc::vec::Vec;

use super::picture::Picture;

/// The pixels of a row or a column of which another one is the mean: the first, and the weight of each.
struct Window {
    first: usize,
    weights: Vec<f64>,
}

/// Returns the values of an image with another height and width, pixel by pixel: the weighted means of a window around each centre.
///
/// # Source
/// J. A. Clark and contributors, Pillow, `Resample.c`: the filter `BILINEAR`. Here, values are not rounded to bytes.
pub(super) fn resized(picture: &Picture, [height, width]: [usize; 2]) -> Vec<f64> {
    let channels = picture.channels;
    let (rows, columns) = (windows(picture.height, height), windows(picture.width, width));
    let mut result = vec![0.0; height * width * channels];
    let mut line = vec![0.0; width * channels];
    // Rows are added one after the other, so that no more than one is in memory beside the result.
    let mut first = 0;
    for row in 0..picture.height {
        let start = row * picture.width * channels;
        for (column, pixel) in columns.iter().zip(line.chunks_exact_mut(channels)) {
            for (channel, value) in pixel.iter_mut().enumerate() {
                let values = (column.first..).map(|column| picture.value(start + column * channels + channel));
                *value = column.weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
            }
        }
        while rows.get(first).is_some_and(|window| window.first + window.weights.len() <= row) {
            first += 1;
        }
        let reached = rows.iter().enumerate().skip(first).take_while(|(_, window)| window.first <= row);
        for (index, window) in reached {
            let Some(weight) = window.weights.get(row - window.first) else { continue };
            let sums = &mut result[index * width * channels..][..width * channels];
            sums.iter_mut().zip(&line).for_each(|(sum, value)| *sum += weight * value);
        }
    }
    result
}

/// Returns the windows of `new` pixels that replace `old` ones: triangles as wide as two of the larger of both, whose weights have the sum 1.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions between 0 and the number of pixels, rounded down"
)]
fn windows(old: usize, new: usize) -> Vec<Window> {
    let scale = old as f64 / new as f64;
    let reach = scale.max(1.0);
    let window = |pixel: usize| {
        let centre = (pixel as f64 + 0.5) * scale;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(old);
        let weight = |pixel: usize| (1.0 - ((pixel as f64 + 0.5 - centre) / reach).abs()).max(0.0);
        let weights: Vec<f64> = (first..end).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        Window { first, weights: weights.iter().map(|weight| weight / sum).collect() }
    };
    (0..new).map(window).collect()
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::super::picture::{Picture, Values};
    use super::{resized, windows};

    #[test]
    fn an_image_of_the_same_size_keeps_its_values() {
        let bytes: Vec<u8> = (0..60).map(|value| value * 4).collect();
        let picture = Picture { height: 4, width: 5, channels: 3, values: Values::Bytes(bytes) };
        let values = resized(&picture, [4, 5]);
        assert!((0..60).all(|index| values[index] == picture.value(index)));
    }

    #[test]
    fn weights_have_the_sum_one_and_a_constant_image_stays_constant() {
        for (old, new) in [(1, 7), (7, 1), (5, 3), (3, 5), (100, 9), (9, 100)] {
            for window in windows(old, new) {
                assert!((window.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12 && window.weights.len() <= old);
            }
        }
        let picture = Picture { height: 6, width: 3, channels: 1, values: Values::Words(vec![0x80; 36]) };
        let values = resized(&picture, [2, 8]);
        assert!(values.len() == 16 && values.iter().all(|value| (value - f64::from(0x8080) / 65535.0).abs() < 1e-12));
    }
}
