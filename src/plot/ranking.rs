//! How well scores put yes before no, as curves.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::metric::Ranking;
use crate::plot::axes::Field;
use crate::plot::canvas::{Key, Point, Stroke, TITLE, draw, solid_first};
use crate::plot::color::GREY;
use crate::plot::picture::Picture;
use crate::plot::scale::Axis;
use crate::readable::Share;

/// Draws the receiver operating characteristic (ROC) curves of networks that predict yes or no: at each threshold, the share of yes
/// that is found, by the share of no that is taken for yes. The legend has the areas under the curves. On the dashed line are
/// networks that guess.
///
/// # Errors
/// [`Error::NothingToDraw`] if there are no rankings, or if one is without a yes or without a no.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0;
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.1], [0.4], [0.35], [0.8]], vec![[0.0], [0.0], [1.0], [1.0]])?;
/// let ranking = score.measure(&data, Ranking::new());
///
/// let path = std::env::temp_dir().join("typenet-roc.svg");
/// plot::roc_curves("four samples", &[("score", &ranking)])?.save(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("score: area 0.7500"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn roc_curves(title: &str, rankings: &[(&str, &Ranking)]) -> Result<Picture> {
    let curves = |(name, ranking): &(&str, &Ranking)| {
        let [no, yes] = ranking.counts();
        let key = format!("{name}: area {}", Share(ranking.roc_auc()));
        (no > 0 && yes > 0).then(|| (key, thinned(ranking.roc_curve())))
    };
    let guess = ("guess".into(), [(0.0, 0.0), (1.0, 1.0)]);
    picture(title, ["false positive rate", "true positive rate"], rankings.iter().map(curves).collect(), guess)
}

/// Draws the precision-recall curves of networks that predict yes or no: at each threshold, the share of the outputs predicted to be
/// yes that are, by the share of yes that is found. The legend has the average precisions. The dashed line is the share of yes among
/// all outputs of the first ranking, the precision of a network that guesses.
///
/// Between two thresholds, the curve has the precision of the lower one, so that the area below is the average precision.
///
/// # Errors
/// As [`roc_curves`].
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0;
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.1], [0.4], [0.35], [0.8]], vec![[0.0], [0.0], [1.0], [1.0]])?;
/// let ranking = score.measure(&data, Ranking::new());
///
/// let picture = plot::precision_recall_curves("four samples", &[("score", &ranking)])?;
/// assert!(picture.to_svg().contains("score: average precision 0.8333"));
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn precision_recall_curves(title: &str, rankings: &[(&str, &Ranking)]) -> Result<Picture> {
    let curves = |(name, ranking): &(&str, &Ranking)| {
        let [no, yes] = ranking.counts();
        let key = format!("{name}: average precision {}", Share(ranking.average_precision()));
        (no > 0 && yes > 0).then(|| (key, thinned(stepped(&ranking.precision_recall_curve()))))
    };
    let [no, yes] = rankings.first().map_or([0, 0], |(_, ranking)| ranking.counts());
    let share = yes as f64 / (no + yes) as f64;
    let guess = (format!("guess: {}", Share(share)), [(0.0, share), (1.0, share)]);
    picture(title, ["recall", "precision"], rankings.iter().map(curves).collect(), guess)
}

/// Draws curves of shares in a square field, after a line to compare them with.
fn picture(
    title: &str,
    [across, up]: [&str; 2],
    curves: Option<Vec<(String, Vec<Point>)>>,
    (guess, line): (String, [Point; 2]),
) -> Result<Picture> {
    let Some(curves) = curves.filter(|curves| !curves.is_empty()) else {
        return Err(Error::NothingToDraw { reason: "a ranking without a yes or without a no has no curve" });
    };
    Ok(draw(title, (560, 560), |canvas| {
        let dashed = Stroke { dashed: true, ..Stroke::new(GREY, 1.0) };
        let strokes = (0..curves.len()).map(|index| Stroke::of(index, 2.0));
        let mut keys: Vec<_> =
            curves.iter().zip(strokes).map(|((key, _), stroke)| (key.as_str(), Key::Line(stroke))).collect();
        keys.push((&guess, Key::Line(dashed)));
        let top = canvas.legend(&keys, TITLE);
        // Room for lines at 0 and 1.
        let shares = Axis::exact(-0.02, 1.02);
        let field = Field::draw(canvas, (top, canvas.height), (across, shares), (up, shares));
        field.curve(canvas, line, dashed);
        for index in solid_first(curves.len()) {
            field.curve(canvas, curves[index].1.iter().copied(), Stroke::of(index, 2.0));
        }
    }))
}

/// Returns the corners of the steps of a curve, each of which has the height of its right end.
fn stepped(points: &[Point]) -> Vec<Point> {
    let left = core::iter::once(0.0).chain(points.iter().map(|point| point.0));
    left.zip(points).flat_map(|(left, &(right, height))| [(left, height), (right, height)]).collect()
}

/// Leaves out points that cannot be told from the one before, so that the picture of many samples is small.
fn thinned(points: Vec<Point>) -> Vec<Point> {
    const NEAR: f64 = 1.0 / 2048.0;
    let last = points.len().saturating_sub(1);
    let mut kept: Vec<Point> = Vec::new();
    for (index, (x, y)) in points.into_iter().enumerate() {
        let is_near = |&(before_x, before_y): &Point| (x - before_x).abs() < NEAR && (y - before_y).abs() < NEAR;
        if index == last || !kept.last().is_some_and(is_near) {
            kept.push((x, y));
        }
    }
    kept
}
