//! How well do scores put yes before no, at any threshold?

use alloc::vec::Vec;
use core::fmt::{self, Display};

use crate::metric::{Better, Metric};
use crate::readable::Share;
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

/// The outputs of a network ranked by their scores, for the ROC curve and the precision-recall curve: what happens at each threshold.
/// `plot::roc_curves` and `plot::precision_recall_curves` draw it.
///
/// As a metric, pass an empty one. Outputs of all samples are ranked together. A target above 0.5 is yes. An output that is not finite
/// is ranked as wrong, as for [`RocAuc`].
///
/// # Source
/// `roc_curve` and `precision_recall_curve` of scikit-learn.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0;
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.1], [0.4], [0.35], [0.8]], vec![[0.0], [0.0], [1.0], [1.0]])?;
/// let ranking = score.measure(&data, Ranking::new());
/// assert_eq!(ranking.roc_curve(), [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0)]);
/// assert_eq!(ranking.precision_recall_curve(), [(0.5, 1.0), (0.5, 0.5), (1.0, 2.0 / 3.0), (1.0, 0.5)]);
/// assert_eq!(ranking.to_string(), "area under the ROC curve 0.7500, average precision 0.8333");
///
/// // The largest threshold at which both yes are found.
/// let point = ranking.points().iter().find(|point| point.true_positives >= 2).unwrap();
/// assert_eq!((point.threshold, point.false_positives), (f64::from(0.35_f32), 1));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranking {
    points: Vec<RankingPoint>,
}

/// The counts at a threshold of a [`Ranking`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RankingPoint {
    /// The score of an output; those of this score or above are predicted to be yes.
    pub threshold: f64,
    /// The number of outputs that are predicted to be yes, and are.
    pub true_positives: u64,
    /// The number of outputs that are predicted to be yes, but are no.
    pub false_positives: u64,
}

impl Ranking {
    /// Creates an empty ranking.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn of([no, yes]: &ScoresOf) -> Self {
        let of = |scores: &[f64], place: usize| scores.iter().map(move |&score| (score, place)).collect::<Vec<_>>();
        let mut ranked = [of(no, 0), of(yes, 1)].concat();
        // Both zeros are the same score.
        ranked.sort_unstable_by(|one, other| other.0.partial_cmp(&one.0).expect("no score is NaN"));
        let (mut true_positives, mut false_positives) = (0, 0);
        let points = ranked.chunk_by(|one, other| one.0 == other.0).map(|equal| {
            let yes: usize = equal.iter().map(|&(_, place)| place).sum();
            true_positives += yes as u64;
            false_positives += (equal.len() - yes) as u64;
            RankingPoint { threshold: equal[0].0, true_positives, false_positives }
        });
        Self { points: points.collect() }
    }

    /// Returns the counts at each different score, from the largest on.
    #[must_use]
    pub fn points(&self) -> &[RankingPoint] {
        &self.points
    }

    /// Returns the ROC curve: the share of no that is predicted to be yes, and the share of yes that is, from a threshold above all
    /// scores to the lowest. A share is NaN if there is no output of its kind.
    #[must_use]
    pub fn roc_curve(&self) -> Vec<(f64, f64)> {
        let [no, yes] = self.counts();
        let rates = |[false_positives, true_positives]: [u64; 2]| {
            (false_positives as f64 / no as f64, true_positives as f64 / yes as f64)
        };
        core::iter::once([0, 0]).chain(self.points.iter().map(RankingPoint::counts)).map(rates).collect()
    }

    /// Returns recall and precision at each threshold, from the largest on. The recall is NaN without a yes.
    #[must_use]
    pub fn precision_recall_curve(&self) -> Vec<(f64, f64)> {
        let [_, yes] = self.counts();
        let point = |point: &RankingPoint| (point.true_positives as f64 / yes as f64, point.precision());
        self.points.iter().map(point).collect()
    }

    /// Returns the area under the ROC curve, the value of [`RocAuc`].
    #[must_use]
    pub fn roc_auc(&self) -> f64 {
        let [no, yes] = self.counts();
        // Twice the number of pairs in which yes has the larger score, where equal scores count half.
        let twice = self.differences().map(|(point, [below, above])| {
            u128::from(point.false_positives - below) * u128::from(above + point.true_positives)
        });
        twice.sum::<u128>() as f64 / 2.0 / (no as f64 * yes as f64)
    }

    /// Returns the value of [`AveragePrecision`].
    #[must_use]
    pub fn average_precision(&self) -> f64 {
        let sum =
            self.differences().map(|(point, [_, above])| (point.true_positives - above) as f64 * point.precision());
        match self.counts() {
            [_, 0] => 0.0,
            [_, yes] => sum.sum::<f64>() / yes as f64,
        }
    }

    /// Returns the numbers of outputs of no and of yes.
    pub(crate) fn counts(&self) -> [u64; 2] {
        self.points.last().map_or([0, 0], RankingPoint::counts)
    }

    /// Returns each point with the counts of the point before.
    fn differences(&self) -> impl Iterator<Item = (&RankingPoint, [u64; 2])> {
        let before = core::iter::once([0, 0]).chain(self.points.iter().map(RankingPoint::counts));
        self.points.iter().zip(before)
    }
}

impl RankingPoint {
    fn counts(&self) -> [u64; 2] {
        [self.false_positives, self.true_positives]
    }

    fn precision(&self) -> f64 {
        self.true_positives as f64 / (self.true_positives + self.false_positives) as f64
    }
}

/// Prints both areas as [`Share`].
impl Display for Ranking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (area, precision) = (Share(self.roc_auc()), Share(self.average_precision()));
        write!(f, "area under the ROC curve {area}, average precision {precision}")
    }
}

impl<const M: usize> Metric<Vector<M>> for Ranking {
    type Target = Vector<M>;
    type State = ScoresOf;
    type Value = Self;

    fn add<T: Scalar>(&self, scores: &mut ScoresOf, prediction: &[T], target: &<Vector<M> as Shape>::Array<T>) {
        add(scores, prediction, target);
    }

    fn value(&self, scores: &ScoresOf) -> Self {
        Self::of(scores)
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
        Ranking::of(scores).roc_auc()
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
        Ranking::of(scores).average_precision()
    }
}
