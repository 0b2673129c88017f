//! Which candidate is best?

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use crate::error::{Error, Result};
use crate::metric::Better;
use crate::readable::Significant;
use crate::selection::parallel;

/// A candidate and its score.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ranked<C> {
    /// The candidate.
    pub candidate: C,
    /// Its score, or why it has none.
    pub score: Result<f64>,
}

/// The candidates of a search, the best one first.
///
/// Candidates with the same score are in their original order. Those whose score is NaN come after all others, and those that
/// failed are last. Printed, each candidate has a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking<C> {
    candidates: Vec<Ranked<C>>,
}

impl<C> Ranking<C> {
    /// Returns the best candidate.
    #[must_use]
    pub fn best(&self) -> &C {
        &self.candidates[0].candidate
    }

    /// Returns all candidates with their scores, the best one first.
    #[must_use]
    pub fn candidates(&self) -> &[Ranked<C>] {
        &self.candidates
    }
}

impl<C: fmt::Debug> fmt::Display for Ranking<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Ranked { candidate, score }) in self.candidates.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            match score {
                Ok(score) => write!(f, "{separator}{:<9}  {candidate:?}", Significant(*score))?,
                Err(error) => write!(f, "{separator}failed     {candidate:?}: {error}")?,
            }
        }
        Ok(())
    }
}

/// Returns the candidates in the order of their scores. `score` may train a network with the settings of the candidate, or
/// [cross-validate](crate::dataset::Folds::cross_validate) it; `better` says whether the best score is the largest or the smallest.
///
/// A candidate may have any type. For a search on a grid, [`grid`](crate::selection::grid) returns the candidates; for a random
/// search, draw them. If the architecture differs, match on the candidate.
///
/// # Errors
/// [`Error::Setting`] if there are no candidates, and the error of the first one if all failed. If only some failed, for example
/// because training diverges with a large learning rate, they are the last of the ranking.
///
/// # Example
/// ```
/// use typenet::metric::Better;
/// use typenet::prelude::*;
/// use typenet::selection::{grid, search};
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0], [2.0]], vec![[1.0], [3.0], [5.0]])?;
///
/// let ranking = search(grid(([1e-3, 0.1, 1e3], [1, 3])), Better::Smaller, |&(rate, batch_size)| {
///     let mut line = Line::zeroed();
///     Trainer::new(MeanSquaredError, Sgd::new(rate)).batch_size(batch_size).epochs(30).fit(&mut line, &data)?;
///     Ok(line.evaluate(&data, &MeanSquaredError).loss)
/// })?;
/// assert_eq!(ranking.best(), &(0.1, 1));
/// assert!(ranking.candidates()[5].score.is_err()); // a learning rate of 1,000 diverges
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn search<C: Send + Sync>(
    candidates: impl IntoIterator<Item = C>,
    better: Better,
    score: impl Fn(&C) -> Result<f64> + Sync,
) -> Result<Ranking<C>> {
    let candidates: Vec<C> = candidates.into_iter().collect();
    let scores = parallel::each(candidates.len(), &|index| score(&candidates[index]));
    match scores.iter().find(|score| score.is_ok()).or(scores.first()) {
        None => return Err(Error::Setting { name: "number of candidates", value: 0.0, allowed: "at least 1" }),
        Some(Err(error)) => return Err(error.clone()),
        Some(Ok(_)) => {}
    }
    let mut candidates: Vec<_> =
        candidates.into_iter().zip(scores).map(|(candidate, score)| Ranked { candidate, score }).collect();
    candidates.sort_by(|one, other| order(better, &one.score, &other.score));
    Ok(Ranking { candidates })
}

/// Compares two scores: the better one is less.
fn order(better: Better, one: &Result<f64>, other: &Result<f64>) -> Ordering {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            let compared = one.partial_cmp(other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()));
            if better == Better::Larger && !one.is_nan() && !other.is_nan() { compared.reverse() } else { compared }
        }
        _ => one.is_err().cmp(&other.is_err()),
    }
}
