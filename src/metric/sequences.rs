//! How does a metric compare the classes of a whole sequence with those of its target?

use crate::metric::{Better, predicted};
use crate::scalar::Scalar;
use crate::target::{Class, ClassTarget, Target};

/// A count, and the number that it is a share of.
pub(super) type CountOf = (u64, u64);

/// A metric that compares two sequences of classes.
pub(super) trait ComparesSequences {
    /// Which values are better.
    const BETTER: Better;

    /// Adds a sample to the counts. A step of the prediction without a class equals no class. No sequence has more than `L` steps.
    fn compare<const L: usize>(counts: &mut CountOf, found: &[Option<u32>], wanted: &[u32]);
}

/// A kind of target that is a sequence of classes.
pub(super) trait ClassSequence: Target {
    /// Writes the classes that are predicted, and those of the target, to the front of both slices. Returns how many they are, or
    /// `None` if the sample does not count.
    fn write_classes<T: Scalar>(
        prediction: &[T],
        target: &Self::Value<T>,
        found: &mut [Option<u32>],
        wanted: &mut [u32],
    ) -> Option<(usize, usize)>;
}

impl<const L: usize, const K: usize> ClassSequence for [Class<K>; L] {
    fn write_classes<T: Scalar>(
        prediction: &[T],
        target: &Self,
        found: &mut [Option<u32>],
        wanted: &mut [u32],
    ) -> Option<(usize, usize)> {
        for (step, (scores, class)) in prediction.chunks_exact(K).zip(target).enumerate() {
            (found[step], wanted[step]) = (predicted_number(scores), number(*class));
        }
        Some((L, L))
    }
}

/// The steps without a target are left out of both sequences, and so is a sample without any target.
impl<const L: usize, const K: usize> ClassSequence for [Option<Class<K>>; L] {
    fn write_classes<T: Scalar>(
        prediction: &[T],
        target: &Self,
        found: &mut [Option<u32>],
        wanted: &mut [u32],
    ) -> Option<(usize, usize)> {
        let steps = prediction.chunks_exact(K).zip(target);
        let mut count = 0;
        for (scores, class) in steps.filter_map(|(scores, class)| Some((scores, (*class)?))) {
            (found[count], wanted[count]) = (predicted_number(scores), number(class));
            count += 1;
        }
        (count > 0).then_some((count, count))
    }
}

/// Returns the index of the most probable class, or `None` if a score is not finite.
pub(super) fn predicted_number<T: Scalar>(scores: &[T]) -> Option<u32> {
    predicted(scores).and_then(|class| u32::try_from(class).ok())
}

/// Returns the index of a class.
pub(super) fn number<const K: usize>(class: Class<K>) -> u32 {
    <Class<K> as ClassTarget>::number::<f32>(&class, 0)
}

/// Implements the metric for a kind of target of each output. Sixteen bytes of stack for each step are the only memory.
macro_rules! metric_of_sequences {
    ($metric:ident: $($of:ty, $output:ty, $target:ty;)*) => {$(
        impl<const L: usize, const K: usize> Metric<$output> for $of {
            type Target = $target;
            type State = CountOf;
            type Value = f64;

            fn name(&self) -> String {
                snake_case(type_name::<$metric>())
            }

            fn better(&self) -> Option<Better> {
                Some(<$metric as ComparesSequences>::BETTER)
            }

            fn add<T: Scalar>(&self, counts: &mut CountOf, prediction: &[T], target: &$target) {
                let (mut found, mut wanted) = ([None; L], [0; L]);
                let lengths = <$target as ClassSequence>::write_classes(prediction, target, &mut found, &mut wanted);
                if let Some((of_found, of_wanted)) = lengths {
                    <$metric as ComparesSequences>::compare::<L>(counts, &found[..of_found], &wanted[..of_wanted]);
                }
            }

            fn value(&self, &(count, all): &CountOf) -> f64 {
                count as f64 / all as f64
            }
        }
    )*};
}

pub(super) use metric_of_sequences;
