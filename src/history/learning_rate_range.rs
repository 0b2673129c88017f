//! How does the loss depend on the learning rate?

use alloc::vec::Vec;

/// The losses of training whose learning rate grows from step to step: see [`Trainer::learning_rate_range`](crate::Trainer::learning_rate_range).
#[derive(Clone, Debug, PartialEq)]
pub struct LearningRateRange {
    points: Vec<(f64, f64)>,
}

impl LearningRateRange {
    /// Creates it from at least one step.
    pub(crate) fn new(points: Vec<(f64, f64)>) -> Self {
        Self { points }
    }

    /// Returns the learning rate and the smoothed loss of each step. The learning rates grow by a constant factor.
    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// Returns the learning rate at which the smoothed loss falls fastest per factor of the learning rate: a good learning rate, or
    /// the largest one of a schedule. `None` if the loss never falls.
    ///
    /// The fall is that over a tenth of the steps, at most ten, so that single batches hardly matter; the first tenth, which smooths
    /// few losses, does not count.
    #[must_use]
    pub fn steepest(&self) -> Option<f64> {
        let span = (self.points.len() / 10).clamp(1, 10);
        let falls = self.points.windows(span + 1).skip(span);
        let falls = falls.map(|points| (points[span.div_ceil(2)].0, points[0].1 - points[span].1));
        let steepest = falls.fold((0.0, 0.0), |steepest, fall| if fall.1 > steepest.1 { fall } else { steepest });
        (steepest.1 > 0.0).then_some(steepest.0)
    }

    /// Returns the learning rate with the lowest smoothed loss, which is already too large to train with for long: take a tenth of
    /// it.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.points.iter().fold(self.points[0], |lowest, &point| if point.1 < lowest.1 { point } else { lowest }).0
    }
}
