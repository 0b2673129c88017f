//! Where do random values come from, so that a seed gives the same values in every release and on every machine?
//!
//! From a named generator, xoshiro256++ seeded by SplitMix64, and from the library's own samplers. Neither changes between
//! releases.

use alloc::vec::Vec;

use rand::Rng as RandomSource;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::scalar::Scalar;

/// The library's random generator: xoshiro256++.
///
/// # Source
/// D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on Mathematical
/// Software 47 (2021).
pub type Rng = Xoshiro256PlusPlus;

/// Creates the library's random generator, seeded by SplitMix64 from `seed`.
///
/// # Example
/// ```
/// use typenet::random;
///
/// let mut rng = typenet::rng(37);
/// let mut same = typenet::rng(37);
/// assert_eq!(random::uniform(&mut rng), random::uniform(&mut same));
/// ```
#[must_use]
pub fn rng(seed: u64) -> Rng {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// 2⁶⁴ divided by the golden ratio. Its multiples are spread evenly.
pub(crate) const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Scrambles `bits` so that every bit of the result depends on every bit of the input: one step of SplitMix64.
///
/// # Source
/// G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", 2014, with the constants of D. Stafford's
/// variant 13.
#[inline(always)]
pub(crate) const fn mix(bits: u64) -> u64 {
    let mut bits = bits.wrapping_add(GOLDEN);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Draws a value uniformly from [0, 1), as a multiple of 2⁻⁵³.
///
/// # Example
/// ```
/// let x = typenet::random::uniform(&mut typenet::rng(1));
/// assert!((0.0..1.0).contains(&x));
/// ```
pub fn uniform<R: RandomSource + ?Sized>(rng: &mut R) -> f64 {
    // The upper 53 bits fill the mantissa exactly.
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// Draws from the standard normal distribution, by the Box-Muller transform.
///
/// # Numerics
/// Two uniform draws give one value, whose magnitude is below 8.6. Cosine and logarithm come from `libm`, so the bits are the
/// same on every machine.
///
/// # Source
/// G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates", 1958.
///
/// # Example
/// ```
/// let mut rng = typenet::rng(5);
/// let mean = (0..10_000).map(|_| typenet::random::normal(&mut rng)).sum::<f64>() / 10_000.0;
/// assert!(mean.abs() < 0.05);
/// ```
pub fn normal<R: RandomSource + ?Sized>(rng: &mut R) -> f64 {
    // 1 - u is in (0, 1], so the logarithm is finite.
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - uniform(rng)));
    radius * libm::cos(core::f64::consts::TAU * uniform(rng))
}

/// Draws an integer uniformly from 0 to `bound` - 1.
///
/// # Panics
/// Panics if `bound` is 0.
///
/// # Source
/// D. Lemire, "Fast random integer generation in an interval", 2019: multiplies, and rejects the few products that would favor
/// small results.
///
/// # Example
/// ```
/// assert!(typenet::random::below(&mut typenet::rng(5), 6) < 6);
/// ```
#[allow(clippy::cast_possible_truncation, reason = "the two halves of the product are used separately")]
pub fn below<R: RandomSource + ?Sized>(rng: &mut R, bound: usize) -> usize {
    assert!(bound > 0, "the bound must be above 0");
    let bound = bound as u64;
    let rejected = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        if product as u64 >= rejected {
            return (product >> 64) as usize;
        }
    }
}

/// Shuffles `items`, with every order equally likely (Fisher and Yates).
///
/// # Example
/// ```
/// let mut items = [1, 2, 3, 4];
/// typenet::random::shuffle(&mut items, &mut typenet::rng(5));
/// items.sort();
/// assert_eq!(items, [1, 2, 3, 4]);
/// ```
pub fn shuffle<I, R: RandomSource + ?Sized>(items: &mut [I], rng: &mut R) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}

/// Returns the integers from 0 to `count` - 1 in random order.
#[must_use]
pub fn permutation<R: RandomSource + ?Sized>(count: usize, rng: &mut R) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    shuffle(&mut order, rng);
    order
}

/// Fills `values` with draws of `sample`.
pub(crate) fn fill<T: Scalar>(values: &mut [T], mut sample: impl FnMut() -> f64) {
    for value in values {
        *value = T::from_f64(sample());
    }
}

#[cfg(test)]
mod tests {
    use super::{RandomSource, below, normal, rng, shuffle, uniform};

    /// The library promises that the stream never changes.
    #[test]
    fn the_stream_of_seed_37_is_pinned() {
        let mut generator = rng(37);
        let first: [u64; 3] = core::array::from_fn(|_| generator.next_u64());
        assert_eq!(first, [4_589_755_557_739_839_997, 9_986_947_137_185_464_052, 8_407_147_552_097_923_681]);
    }

    #[test]
    fn normal_draws_have_mean_zero_and_variance_one() {
        let mut generator = rng(1);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..100_000 {
            let x = normal(&mut generator);
            sum += x;
            squares += x * x;
        }
        // Four standard errors of 1/sqrt(n) and sqrt(2/n).
        assert!((sum / 1e5).abs() < 0.0127);
        assert!((squares / 1e5 - 1.0).abs() < 0.0179);
    }

    #[test]
    fn below_reaches_every_integer_equally_often() {
        let mut generator = rng(2);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[below(&mut generator, 7)] += 1;
        }
        // Five standard deviations of a binomial count around 10,000.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 463), "{counts:?}");
    }

    #[test]
    fn uniform_draws_stay_below_one() {
        let mut generator = rng(3);
        assert!((0..10_000).all(|_| (0.0..1.0).contains(&uniform(&mut generator))));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: [usize; 100] = core::array::from_fn(|i| i);
        shuffle(&mut items, &mut rng(4));
        assert_ne!(items, core::array::from_fn(|i| i));
        items.sort_unstable();
        assert_eq!(items, core::array::from_fn(|i| i));
    }
}
