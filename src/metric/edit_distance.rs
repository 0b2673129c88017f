//! How many edits turn a predicted sequence into its target?

use alloc::string::String;
use core::any::type_name;

use crate::metric::sequences::{ClassSequence, ComparesSequences, CountOf, metric_of_sequences};
use crate::metric::{Better, Metric, snake_case};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence};
use crate::target::{Class, Masked};

/// The edit distance per token of the target, also called the token error rate.
///
/// Σ d(prediction, target) / Σ length of the target, over the samples
///
/// d is the Levenshtein distance: the smallest number of tokens that are inserted, removed or replaced to turn the classes that
/// are predicted into those of the target. Where a prediction is the target shifted by a step, each step may be wrong, but d is
/// at most 2. If several scores are equal, the first class is the prediction.
///
/// If the tokens are words, this is the word error rate, for characters the character error rate: `WordErrorRate` and
/// `CharErrorRate` of torchmetrics, whose `EditDistance` divides by the number of samples instead. It exceeds 1 if a prediction
/// needs more edits than its target has tokens.
///
/// `Masked(EditDistance)` leaves the steps without a target out of both sequences.
///
/// # Shapes
/// Network output: `ProbabilitySequence<L, K>` or `Sequence<L, K>`. Targets: `[Class<K>; L]`; for `Masked(EditDistance)`,
/// `[Option<Class<K>>; L]`.
///
/// # Numerics
/// Exact; a sample takes of the order of L² operations. A step with an element that is not finite equals no class. The distance of
/// no tokens is NaN.
///
/// # Source
/// V. I. Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966. The algorithm is that of
/// R. A. Wagner and M. J. Fischer, "The string-to-string correction problem", 1974.
///
/// # Example
/// ```
/// use typenet::metric::EditDistance;
/// use typenet::prelude::*;
///
/// network!(struct Given (Sequence<4, 3>) = Softmax);
/// let classes = |classes: [usize; 4]| classes.map(|class| core::array::from_fn(|k| f32::from(u8::from(k == class))));
/// let targets = vec![[1, 2, 0, 1].map(|class| Class::new(class).unwrap())];
/// let data: Dataset<Sequence<4, 3>, [Class<3>; 4]> = Dataset::new(vec![classes([0, 1, 2, 0])], targets)?;
/// // No step is right, but two edits are enough: remove the first 0, and append a 1.
/// assert_eq!(Given::zeroed().measure(&data, (Accuracy, EditDistance)), (0.0, 2.0 / 4.0));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditDistance;

impl ComparesSequences for EditDistance {
    const BETTER: Better = Better::Smaller;

    fn compare<const L: usize>((edits, tokens): &mut CountOf, found: &[Option<u32>], wanted: &[u32]) {
        *edits += u64::from(levenshtein(found, wanted, &mut [0; L][..wanted.len()]));
        *tokens += wanted.len() as u64;
    }
}

metric_of_sequences! {
    EditDistance:
    EditDistance, ProbabilitySequence<L, K>, [Class<K>; L];
    EditDistance, Sequence<L, K>, [Class<K>; L];
    Masked<EditDistance>, ProbabilitySequence<L, K>, [Option<Class<K>>; L];
    Masked<EditDistance>, Sequence<L, K>, [Option<Class<K>>; L];
}

/// Returns the Levenshtein distance. After each step of `found`, `row` has the distances from the steps so far to each beginning
/// of `wanted` but the empty one.
fn levenshtein(found: &[Option<u32>], wanted: &[u32], row: &mut [u32]) -> u32 {
    for (place, length) in row.iter_mut().zip(1..) {
        *place = length;
    }
    let mut steps = 0;
    for &class in found {
        let mut without_both = steps;
        steps += 1;
        let mut distance = steps;
        for (place, &other) in row.iter_mut().zip(wanted) {
            let replaced = without_both + u32::from(class != Some(other));
            without_both = *place;
            distance = replaced.min(distance + 1).min(*place + 1);
            *place = distance;
        }
    }
    row.last().copied().unwrap_or(steps)
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::levenshtein;

    /// The definition: the best of the last edits.
    fn by_definition(found: &[Option<u32>], wanted: &[u32]) -> u32 {
        match (found, wanted) {
            ([], rest) => u32::try_from(rest.len()).unwrap(),
            (rest, []) => u32::try_from(rest.len()).unwrap(),
            ([before @ .., class], [other_before @ .., other]) => {
                let replaced = by_definition(before, other_before) + u32::from(*class != Some(*other));
                let removed = by_definition(before, wanted) + 1;
                replaced.min(removed).min(by_definition(found, other_before) + 1)
            }
        }
    }

    fn distance(found: &[Option<u32>], wanted: &[u32]) -> u32 {
        levenshtein(found, wanted, &mut vec![9; wanted.len()])
    }

    #[test]
    fn known_distances() {
        let of = |found: &str, wanted: &str| {
            let wanted: Vec<u32> = wanted.chars().map(u32::from).collect();
            distance(&found.chars().map(|letter| Some(u32::from(letter))).collect::<Vec<_>>(), &wanted)
        };
        assert_eq!((of("kitten", "sitting"), of("sunday", "saturday"), of("", "abc"), of("abc", "")), (3, 3, 3, 3));
        assert_eq!((of("abcd", "bcda"), of("", "")), (2, 0));
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_definition(
            found in prop::collection::vec(prop::option::weighted(0.9, 0_u32..3), 0..6),
            wanted in prop::collection::vec(0_u32..3, 0..6),
        ) {
            prop_assert_eq!(distance(&found, &wanted), by_definition(&found, &wanted));
        }
    }
}
