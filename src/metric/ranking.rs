//! How well do scores put yes before no, at any threshold?

use alloc::vec::Vec;

use crate::metric::{Better, Metric};
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};

/// The scores of the outputs whose target is no, and of those whose target is yes.
type ScoresOf = [Vec<f64>; 2];

/// The area under the receiver operating characteristic (ROC) curve: the probability that an output whose target is yes has a larger
/// score than one whose target is no, where equal scores count half. All outputs of all samples are ranked together. Raw scores and
/// their probabilities have the same area. A target above 0.5 is yes.
///
/// An output that is not finite is ranked as wrong: below all others if its target is yes, and above them otherwise. The state
/// contains all scores, 8 bytes for each.
///
/// # Numerics
/// The counts are exact. Without a yes, or without a no, the area is NaN.
///
/// # Source
/// T. Fawcett, "An introduction to ROC analysis", 2006, algorithm 2; `roc_auc_score` of scikit-learn.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0;
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.1], [0.4], [0.35], [0.8]], vec![[0.0], [0.0], [1.0], [1.0]])?;
/// // Of the four pairs of a yes and a no, the score puts three in the right order.
/// assert_eq!(score.measure(&data, RocAuc), 0.75);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RocAuc;

/// The average precision, which is the area under the precision-recall curve without interpolation: the sum over all thresholds of
/// the precision times the increase of the recall. All outputs of all samples are ranked together. Where yes is rare, it says more
/// than [`RocAuc`]. A target above 0.5 is yes.
///
/// An output that is not finite is ranked as wrong, and the state contains all scores, as for [`RocAuc`].
///
/// # Numerics
/// Without a yes, it is 0, as in scikit-learn.
///
/// # Source
/// `average_precision_score` of scikit-learn.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0;
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.1], [0.4], [0.35], [0.8]], vec![[0.0], [0.0], [1.0], [1.0]])?;
/// // The first yes has the largest score; of the three largest, two are yes.
/// assert_eq!(score.measure(&data, AveragePrecision), (1.0 + 2.0 / 3.0) / 2.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AveragePrecision;

/// Adds the scores of a sample.
fn add<T: Scalar>([no, yes]: &mut ScoresOf, prediction: &[T], target: &[T]) {
    for (score, target) in prediction.iter().zip(target) {
        let (scores, wrong) =
            if target.to_f64() > 0.5 { (&mut *yes, f64::NEG_INFINITY) } else { (&mut *no, f64::INFINITY) };
        scores.push(if score.is_finite() { score.to_f64() } else { wrong });
    }
}

/// Calls `see` for each different score, from the largest on, with the numbers of outputs of no and of yes that have it.
fn each_threshold([no, yes]: &ScoresOf, mut see: impl FnMut([u64; 2])) {
    let of = |scores: &[f64], place: usize| scores.iter().map(move |&score| (score, place)).collect::<Vec<_>>();
    let mut ranked = [of(no, 0), of(yes, 1)].concat();
    // Both zeros are the same score.
    ranked.sort_unstable_by(|one, other| other.0.partial_cmp(&one.0).expect("no score is NaN"));
    for equal in ranked.chunk_by(|one, other| one.0 == other.0) {
        let yes: usize = equal.iter().map(|&(_, place)| place).sum();
        see([equal.len() - yes, yes].map(|count| count as u64));
    }
}

impl<const M: usize> Metric<Vector<M>> for RocAuc {
    type Target = Vector<M>;
    type State = ScoresOf;
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(&self, scores: &mut ScoresOf, prediction: &[T], target: &<Vector<M> as Shape>::Array<T>) {
        add(scores, prediction, target);
    }

    fn value(&self, scores: &ScoresOf) -> f64 {
        // Twice the number of pairs in which yes has the larger score, where equal scores count half.
        let (mut above, mut twice) = (0, 0_u128);
        each_threshold(scores, |[no, yes]| {
            twice += u128::from(no) * u128::from(2 * above + yes);
            above += yes;
        });
        let pairs = scores[0].len() as f64 * scores[1].len() as f64;
        twice as f64 / 2.0 / pairs
    }
}

impl<const M: usize> Metric<Vector<M>> for AveragePrecision {
    type Target = Vector<M>;
    type State = ScoresOf;
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(&self, scores: &mut ScoresOf, prediction: &[T], target: &<Vector<M> as Shape>::Array<T>) {
        add(scores, prediction, target);
    }

    fn value(&self, scores: &ScoresOf) -> f64 {
        let (mut above, mut sum) = ([0, 0], 0.0);
        each_threshold(scores, |[no, yes]| {
            above = [above[0] + no, above[1] + yes];
            sum += yes as f64 * (above[1] as f64 / (above[0] + above[1]) as f64);
        });
        if above[1] == 0 { 0.0 } else { sum / above[1] as f64 }
    }
}
