//! How often is a whole sequence right?

use alloc::string::String;
use core::any::type_name;

use crate::metric::sequences::{ClassSequence, ComparesSequences, CountOf, metric_of_sequences};
use crate::metric::{Better, Metric, snake_case};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence};
use crate::target::{Class, Masked};

/// The share of samples that are right at every step: whose target class has the largest score at each of them. If several scores
/// are equal, the first class is the prediction.
///
/// [`Accuracy`](crate::metric::Accuracy) is the share of steps, which says little where one wrong step makes a sequence worthless.
/// The two agree for sequences of one step.
///
/// `Masked(SequenceAccuracy)` looks at the steps that have a target, and leaves out samples without any.
///
/// # Shapes
/// Network output: `ProbabilitySequence<L, K>` or `Sequence<L, K>`. Targets: `[Class<K>; L]`; for `Masked(SequenceAccuracy)`,
/// `[Option<Class<K>>; L]`.
///
/// # Numerics
/// A step with an element that is not finite is wrong. The accuracy of no samples is NaN.
///
/// # Example
/// ```
/// use typenet::metric::SequenceAccuracy;
/// use typenet::prelude::*;
///
/// network!(struct Given (Sequence<2, 3>) = Softmax);
/// let inputs = [[0.0, 1.0, 0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0, 1.0, 0.0]];
/// // The last step of the second sequence is wrong.
/// let data = Dataset::<Sequence<2, 3>, [Class<3>; 2]>::labelled(inputs, [[1, 0], [2, 2]])?;
/// assert_eq!(Given::zeroed().measure(&data, (Accuracy, SequenceAccuracy)), (0.75, 0.5));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SequenceAccuracy;

impl ComparesSequences for SequenceAccuracy {
    const BETTER: Better = Better::Larger;

    fn compare<const L: usize>((correct, all): &mut CountOf, found: &[Option<u32>], wanted: &[u32]) {
        *correct += u64::from(found.iter().copied().eq(wanted.iter().map(|&class| Some(class))));
        *all += 1;
    }
}

metric_of_sequences! {
    SequenceAccuracy:
    SequenceAccuracy, ProbabilitySequence<L, K>, [Class<K>; L];
    SequenceAccuracy, Sequence<L, K>, [Class<K>; L];
    Masked<SequenceAccuracy>, ProbabilitySequence<L, K>, [Option<Class<K>>; L];
    Masked<SequenceAccuracy>, Sequence<L, K>, [Option<Class<K>>; L];
}
