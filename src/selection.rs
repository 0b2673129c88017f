//! Which architecture and which settings are best? Cross-validation, a search among candidates, and ensembles.
//!
//! | question | call |
//! |---|---|
//! | how good is it on samples that it did not learn from? | [`Folds::cross_validate`](crate::dataset::Folds::cross_validate) |
//! | which candidate is best? | [`search`], with candidates of [`grid`] or drawn at random |
//! | how large may the learning rate be? | `Trainer::learning_rate_range` |
//! | how much better are several networks? | [`Ensemble`] |
//!
//! With the feature `rayon`, folds, candidates and members are trained at the same time. The number of threads does not change a bit
//! of any result.

mod parallel;
mod scores;

mod cross_validation;
mod ensemble;
mod grid;
mod search;

pub use ensemble::Ensemble;
pub use grid::{Grid, grid};
pub use scores::Scores;
pub use search::{Ranked, Ranking, search};
