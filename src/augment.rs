//! How do random changes make more images out of those that there are?
//!
//! Each function changes an image in place and draws from a generator, as
//! [`Dataset::augmented`](crate::dataset::Dataset::augmented) calls it:
//! ```
//! use typenet::prelude::*;
//! use typenet::augment;
//!
//! network!(struct Net (Image<1, 8, 8>) = Conv2d<_, 4, 3>, Relu, Flatten, Dense<_, 10>, Softmax);
//! let digits = datasets::digits();
//! let images: Vec<_> = digits.inputs().iter().map(|image| [core::array::from_fn(|row| {
//!     core::array::from_fn(|column| image[8 * row + column] / 16.0)
//! })]).collect();
//! let data: Dataset<Image<1, 8, 8>, Class<10>> = Dataset::new(images, digits.targets().to_vec())?;
//! let mut moved = data.augmented(|image: &mut [[[f32; 8]; 8]; 1], rng| {
//!     augment::shift(image, 1, rng);
//!     augment::erase(image, (2, 2), rng);
//! });
//! Trainer::new(Nll, Sgd::new(0.1)).epochs(1).fit_batches(&mut *Net::init(&mut typenet::rng(37)), &mut moved)?;
//! # Ok::<(), typenet::Error>(())
//! ```

use rand::Rng as RandomSource;

use crate::random::{below, uniform};
use crate::scalar::Scalar;

/// Shifts an image by a random number of rows and columns, each from -`most` to `most` with equal probability. Elements that
/// enter at the border are 0.
///
/// This is the random crop of Keras and PyTorch after padding by `most`.
///
/// # Example
/// ```
/// use typenet::augment;
///
/// let mut image = [[[1.0, 2.0, 3.0]; 3]];
/// augment::shift(&mut image, 0, &mut typenet::rng(37));
/// assert_eq!(image, [[[1.0, 2.0, 3.0]; 3]]);
/// ```
pub fn shift<T: Scalar, R: RandomSource + ?Sized, const C: usize, const H: usize, const W: usize>(
    image: &mut [[[T; W]; H]; C],
    most: usize,
    rng: &mut R,
) {
    let (down, right) = (below(rng, 2 * most + 1), below(rng, 2 * most + 1));
    let old = *image;
    // The place that moves here, if it is within the image.
    let origin = |place: usize, by: usize, size: usize| (place + most).checked_sub(by).filter(|&origin| origin < size);
    for (channel, old) in image.iter_mut().zip(&old) {
        for (row, elements) in channel.iter_mut().enumerate() {
            for (column, element) in elements.iter_mut().enumerate() {
                *element = match (origin(row, down, H), origin(column, right, W)) {
                    (Some(row), Some(column)) => old[row][column],
                    _ => T::ZERO,
                };
            }
        }
    }
}

/// Mirrors an image left to right with probability 1/2.
///
/// # Example
/// ```
/// use typenet::augment;
///
/// let (mut image, mut mirrored) = ([[[1.0, 2.0, 3.0]]], 0);
/// let mut rng = typenet::rng(37);
/// for _ in 0..100 {
///     augment::flip(&mut image, &mut rng);
///     mirrored += usize::from(image == [[[3.0, 2.0, 1.0]]]);
/// }
/// assert!((20..80).contains(&mirrored));
/// ```
pub fn flip<T: Scalar, R: RandomSource + ?Sized, const C: usize, const H: usize, const W: usize>(
    image: &mut [[[T; W]; H]; C],
    rng: &mut R,
) {
    if below(rng, 2) == 1 {
        image.as_flattened_mut().iter_mut().for_each(|row| row.reverse());
    }
}

/// Crops a random part of an image and enlarges it to the size of the image. The sides of the part are a random share of those
/// of the image, the same for both, from `least` to 1.
///
/// Elements between those of the image are interpolated linearly in both directions.
///
/// # Panics
/// Panics unless `least` is above 0 and at most 1.
///
/// # Example
/// ```
/// use typenet::augment;
///
/// let mut image = [[[1.0; 5]; 4]; 2];
/// augment::crop(&mut image, 0.5, &mut typenet::rng(37));
/// assert_eq!(image, [[[1.0; 5]; 4]; 2]);
/// ```
pub fn crop<T: Scalar, R: RandomSource + ?Sized, const C: usize, const H: usize, const W: usize>(
    image: &mut [[[T; W]; H]; C],
    least: f64,
    rng: &mut R,
) {
    assert!(least > 0.0 && least <= 1.0, "the least share of a crop must be above 0 and at most 1");
    let share = least + (1.0 - least) * uniform(rng);
    let (top, left) = (uniform(rng) * (1.0 - share), uniform(rng) * (1.0 - share));
    // The two places between which a place of the new image lies, and how far it is from the first.
    let between = |place: usize, start: f64, size: usize| {
        let last = size.saturating_sub(1);
        let position = (start + share * (place as f64 / last.max(1) as f64)).clamp(0.0, 1.0) * last as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position within the image")]
        let first = (position as usize).min(last);
        (first, (first + 1).min(last), T::from_f64(position - first as f64))
    };
    let mix = |from: T, to: T, share: T| from + share * (to - from);
    let old = *image;
    for (channel, old) in image.iter_mut().zip(&old) {
        for (row, elements) in channel.iter_mut().enumerate() {
            let (above, below, down) = between(row, top, H);
            for (column, element) in elements.iter_mut().enumerate() {
                let (before, behind, right) = between(column, left, W);
                let [upper, lower] = [above, below].map(|row| mix(old[row][before], old[row][behind], right));
                *element = mix(upper, lower, down);
            }
        }
    }
}

/// Sets a random rectangle of an image to 0 in all channels. Its sides are random from 1 to `largest`, rows and columns, and at
/// most those of the image.
///
/// # Source
/// Z. Zhong, L. Zheng, G. Kang, S. Li and Y. Yang, "Random erasing data augmentation", 2020; T. DeVries and G. W. Taylor,
/// "Improved regularization of convolutional neural networks with cutout", 2017.
///
/// # Example
/// ```
/// use typenet::augment;
///
/// let mut image = [[[1.0; 8]; 8]];
/// augment::erase(&mut image, (3, 3), &mut typenet::rng(37));
/// let erased = image[0].as_flattened().iter().filter(|&&element| element == 0.0).count();
/// assert!((1..=9).contains(&erased));
/// ```
pub fn erase<T: Scalar, R: RandomSource + ?Sized, const C: usize, const H: usize, const W: usize>(
    image: &mut [[[T; W]; H]; C],
    largest: (usize, usize),
    rng: &mut R,
) {
    let mut range = |largest: usize, size: usize| {
        let len = if largest.min(size) == 0 { 0 } else { 1 + below(rng, largest.min(size)) };
        let start = below(rng, size - len + 1);
        start..start + len
    };
    let (rows, columns) = (range(largest.0, H), range(largest.1, W));
    for channel in image {
        for row in &mut channel[rows.clone()] {
            row[columns.clone()].fill(T::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{crop, erase, flip, shift};

    /// Elements that name their place.
    fn image() -> [[[f64; 4]; 3]; 2] {
        core::array::from_fn(|c| core::array::from_fn(|h| core::array::from_fn(|w| (100 * c + 10 * h + w + 1) as f64)))
    }

    #[test]
    fn shifts_reach_every_distance_and_move_all_channels_alike() {
        let mut rng = crate::rng(37);
        let mut seen = [[false; 5]; 5];
        for _ in 0..500 {
            let mut moved = image();
            shift(&mut moved, 2, &mut rng);
            let found = (0..25_usize).map(|k| (k / 5, k % 5)).find(|&(down, right)| {
                moved.iter().zip(image()).all(|(moved, old)| {
                    (0..12_usize).map(|k| (k / 4, k % 4)).all(|(row, column)| {
                        let origin = ((row + 2).checked_sub(down), (column + 2).checked_sub(right));
                        let (Some(h), Some(w)) = origin else { return moved[row][column] == 0.0 };
                        moved[row][column] == old.get(h).and_then(|row| row.get(w)).map_or(0.0, |&element| element)
                    })
                })
            });
            let (down, right) = found.expect("a shift moves every element by the same distance");
            seen[down][right] = true;
        }
        assert_eq!(seen, [[true; 5]; 5]);
    }

    #[test]
    fn a_crop_of_everything_and_a_mirrored_mirror_change_nothing() {
        let (mut rng, mut whole) = (crate::rng(37), image());
        crop(&mut whole, 1.0, &mut rng);
        assert_eq!(whole, image());
        let mut mirrored = image();
        while mirrored == image() {
            flip(&mut mirrored, &mut rng);
        }
        assert_eq!(mirrored[1][2], [124.0, 123.0, 122.0, 121.0]);
        while mirrored != image() {
            flip(&mut mirrored, &mut rng);
        }
    }

    #[test]
    fn a_crop_of_a_plane_is_a_plane_within_its_range() {
        let mut rng = crate::rng(37);
        for _ in 0..100 {
            let mut part = image();
            crop(&mut part, 0.3, &mut rng);
            let (right, down) = (part[0][0][1] - part[0][0][0], part[0][1][0] - part[0][0][0]);
            assert!((0.3 - 1e-12..=1.0 + 1e-12).contains(&right) && (3.0 - 1e-12..=10.0 + 1e-12).contains(&down));
            for (row, column) in (0..12).map(|k| (k / 4, k % 4)) {
                let expected = part[0][0][0] + down * row as f64 + right * column as f64;
                assert!((part[0][row][column] - expected).abs() < 1e-12);
                assert!((part[1][row][column] - expected - 100.0).abs() < 1e-12);
                assert!((1.0..=24.0).contains(&part[0][row][column]));
            }
        }
    }

    #[test]
    fn erased_rectangles_are_within_the_image_and_the_bound() {
        let mut rng = crate::rng(37);
        for (largest, most) in [((2, 3), 6), ((9, 9), 12), ((0, 3), 0)] {
            let mut seen = 0;
            for _ in 0..300 {
                let mut erased = image();
                erase(&mut erased, largest, &mut rng);
                let [first, second] =
                    erased.map(|channel| channel.as_flattened().iter().filter(|&&x| x == 0.0).count());
                assert_eq!(first, second, "all channels alike");
                seen = first.max(seen);
            }
            assert_eq!(seen, most, "{largest:?}");
        }
    }
}
