//! Rotary positions: queries and keys that turn with the step.

#[cfg(feature = "onnx")]
use alloc::vec::Vec;

use crate::kernel::AttentionSizes;
use crate::layer::rotation::Rotation;
use crate::scalar::Scalar;

/// The base of the frequencies, as in the source.
const BASE: f64 = 1e4;
/// The number of pairs that turn together. In `f32`, they fill a cache line.
const PAIRS: usize = 8;

/// Which way queries and keys turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// By the position.
    Ahead,
    /// Back, as their gradients do.
    Back,
}

/// Turns the pairs of elements 2i and 2i + 1 of every query and key by t / BASE^(2i / D), with D the number of elements of a head
/// and t the position of the step. Rows have a query, a key and a value; the first one of each sample is at position `first`.
pub(super) fn rotate<T: Scalar>(sizes: AttentionSizes, first: usize, turn: Turn, projected: &mut [T]) {
    let AttentionSizes { steps, heads, width, .. } = sizes;
    let features = heads * width;
    for start in (0..width / 2).step_by(PAIRS) {
        let (mut rotations, mut turns) = ([Rotation::default(); PAIRS], [[T::ZERO; 2]; PAIRS]);
        let len = PAIRS.min(width / 2 - start);
        for (pair, rotation) in (start..).zip(&mut rotations[..len]) {
            *rotation = Rotation::before(libm::pow(BASE, -((2 * pair) as f64) / width as f64), first);
        }
        for step in 0..steps {
            for (place, rotation) in turns.iter_mut().zip(&mut rotations[..len]) {
                let (sine, cosine) = rotation.move_to(first + step);
                *place = [if turn == Turn::Ahead { sine } else { -sine }, cosine].map(T::from_f64);
            }
            for sample in projected.chunks_exact_mut(steps * 3 * features) {
                let queries_and_keys = &mut sample[step * 3 * features..][..2 * features];
                for head in queries_and_keys.chunks_exact_mut(width) {
                    let pairs = head[2 * start..][..2 * len].as_chunks_mut().0;
                    for ([a, b], &[sine, cosine]) in pairs.iter_mut().zip(&turns) {
                        (*a, *b) = (*a * cosine - *b * sine, *a * sine + *b * cosine);
                    }
                }
            }
        }
    }
}

/// Returns the sines and the cosines by which the features of a head turn: for each step, those of each pair twice.
#[cfg(feature = "onnx")]
pub(super) fn turns(steps: usize, width: usize) -> [Vec<f64>; 2] {
    let mut turns = [Vec::new(), Vec::new()];
    let mut rotations: Vec<_> =
        (0..width / 2).map(|pair| Rotation::new(libm::pow(BASE, -((2 * pair) as f64) / width as f64))).collect();
    for step in 0..steps {
        for rotation in &mut rotations {
            let (sine, cosine) = rotation.move_to(step);
            turns[0].extend([sine; 2]);
            turns[1].extend([cosine; 2]);
        }
    }
    turns
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Turn, rotate};
    use crate::kernel::AttentionSizes;

    const SIZES: AttentionSizes = AttentionSizes { samples: 2, steps: 37, heads: 3, width: 22, is_causal: false };

    fn values() -> Vec<f64> {
        (0..SIZES.samples * SIZES.steps * 3 * SIZES.heads * SIZES.width).map(|k| (k as f64 * 0.7).sin()).collect()
    }

    #[test]
    fn angles_are_those_of_the_formula() {
        let (before, mut after) = (values(), values());
        rotate(SIZES, 5, Turn::Ahead, &mut after);
        let features = SIZES.heads * SIZES.width;
        for (index, (pair, turned)) in before.chunks(2).zip(after.chunks(2)).enumerate() {
            let (row, place) = (2 * index / (3 * features), 2 * index % (3 * features));
            if place >= 2 * features {
                assert_eq!(pair, turned, "values stay");
                continue;
            }
            let exponent = (place % SIZES.width) as f64 / SIZES.width as f64;
            let (sine, cosine) = libm::sincos((row % SIZES.steps + 5) as f64 / libm::pow(1e4, exponent));
            let expected = [pair[0] * cosine - pair[1] * sine, pair[0] * sine + pair[1] * cosine];
            assert!((turned[0] - expected[0]).abs() < 1e-13 && (turned[1] - expected[1]).abs() < 1e-13, "{index}");
        }
    }

    #[test]
    fn products_depend_on_the_distance_of_steps_alone() {
        let features = SIZES.heads * SIZES.width;
        let one = AttentionSizes { samples: 1, steps: 1, ..SIZES };
        let product = |query_at: usize, key_at: usize| -> f64 {
            let [mut query, mut key] = [0, 1].map(|row| values()[row * 3 * features..][..3 * features].to_vec());
            rotate(one, query_at, Turn::Ahead, &mut query);
            rotate(one, key_at, Turn::Ahead, &mut key);
            query[..features].iter().zip(&key[features..]).map(|(a, b)| a * b).sum()
        };
        assert!((product(7, 3) - product(104, 100)).abs() < 1e-12);
        assert!((product(3, 7) - product(100, 104)).abs() < 1e-12);
        assert!((product(7, 3) - product(3, 7)).abs() > 1e-3);
    }

    #[test]
    fn turning_back_undoes_the_turn() {
        let mut turned = values();
        rotate(SIZES, 0, Turn::Ahead, &mut turned);
        rotate(SIZES, 0, Turn::Back, &mut turned);
        assert!(turned.iter().zip(values()).all(|(a, b)| (a - b).abs() < 1e-14));
    }
}
