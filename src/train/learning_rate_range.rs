//! Which learning rates make the loss fall?

use alloc::vec::Vec;
use core::ops::{ControlFlow, RangeInclusive};

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::history::{History, LearningRateRange};
use crate::kernel::Kernels;
use crate::loss::{Admits, Loss};
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network};
use crate::optimizer::Optimizer;
use crate::train::dividing_rate::is_divergence;
use crate::train::learning_rate::LearningRate;
use crate::train::{Trainer, on_step};

/// The weight of the losses so far in a smoothed loss.
const SMOOTHING: f64 = 0.9;
/// The test ends when the smoothed loss is this many times the lowest one.
const DIVERGENCE: f64 = 4.0;

impl<L, O, T, V, H, M> Trainer<L, O, T, V, H, M>
where
    L: Clone,
    O: Optimizer,
    T: Kernels,
{
    /// Trains a copy of the network with a learning rate that grows by a constant factor after each step, from the start to the end
    /// of `rates` in `steps` steps, and returns the losses. The network and the trainer do not change.
    ///
    /// The test ends earlier when training diverges: when a loss, gradient or update leaves its range, or the smoothed loss is four
    /// times the lowest one. Batches, clipping, layer factors and the state of the optimizer are those of the trainer; schedules,
    /// callbacks, metrics and the validation set are not used. A small learning rate at the start and a large one at the end, such as
    /// 10⁻⁶ and 10, with a few hundred steps show the whole range.
    ///
    /// # Numerics
    /// The loss ℓₜ of step t, over its batch and before its update, is smoothed to sₜ / (1 - 0.9ᵗ) with sₜ = 0.9 sₜ₋₁ + 0.1 ℓₜ.
    ///
    /// # Errors
    /// [`Error::Setting`] if the start of `rates` is not above 0, its end is not above its start, or `steps` is below 2; and the errors of [`fit`](Self::fit) before the first step, or if the first step diverges.
    ///
    /// # Source
    /// L. N. Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let inputs: Vec<[f64; 1]> = (0..64).map(|sample| [f64::from(sample) / 64.0]).collect();
    /// let targets = inputs.iter().map(|[x]| [3.0 * x - 1.0]).collect();
    /// let data = Dataset::<Vector<1>, Vector<1>, f64>::new(inputs, targets)?;
    ///
    /// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).batch_size(8);
    /// let range = trainer.learning_rate_range(&Line::<f64>::zeroed(), &data, 1e-4..=10.0, 100)?;
    /// assert!(range.points().len() < 100); // training diverged before the end
    /// assert!(range.lowest() > 0.1 && range.lowest() < 10.0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn learning_rate_range<N, X, Y>(
        &self,
        network: &impl AsRef<N>,
        data: &Dataset<X, Y, T>,
        rates: RangeInclusive<f64>,
        steps: usize,
    ) -> Result<LearningRateRange>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured, Takes: Admits<N::Head>>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
    {
        let ratio = ratio(&rates, steps)?;
        let (start, begun) = (*rates.start(), self.steps.optimizer.steps());
        let rate = move |step: u64| start * libm::pow(ratio, step as f64);
        let mut settings = self.steps.clone();
        settings.optimizer.optimizer_mut().set_learning_rate(1.0);
        let schedule = move |step: u64| rate(step.saturating_sub(begun));
        settings.learning_rate = LearningRate::default().with_schedule(schedule, false);
        settings.check(N::TENSORS)?;
        let epochs = steps.div_ceil(settings.steps_of(data.len()));

        let (mut losses, mut smoothed) = (Vec::new(), Smoothed::default());
        let watch = on_step(|_: &N, record| {
            losses.push(smoothed.next(record.loss));
            let ended = losses.len() == steps || smoothed.diverges();
            if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let mut copy = N::zeroed();
        copy.parameters_mut().copy_from_slice(network.as_ref().parameters());
        let trained = Trainer {
            steps: settings,
            epochs,
            threads: self.threads,
            validation: (),
            hooks: ((), watch),
            metrics: (),
            history: History::default(),
            interrupted: None,
        }
        .fit(&mut copy, data);
        match trained {
            Err(error) if losses.is_empty() || !is_divergence(&error) => Err(error),
            _ => Ok(LearningRateRange::new((0..).map(rate).zip(losses).collect())),
        }
    }
}

/// Returns the factor between the learning rates of two steps.
fn ratio(rates: &RangeInclusive<f64>, steps: usize) -> Result<f64> {
    let (&start, &end) = (rates.start(), rates.end());
    let setting = |name, value, allowed| Err(Error::Setting { name, value, allowed });
    if !(start.is_finite() && start > 0.0) {
        return setting("first learning rate", start, "a finite number above 0");
    }
    if !(end.is_finite() && end > start) {
        return setting("last learning rate", end, "a finite number above the first learning rate");
    }
    if steps < 2 {
        return setting("number of steps", steps as f64, "at least 2");
    }
    Ok(libm::pow(end / start, 1.0 / (steps as f64 - 1.0)))
}

/// An exponential average of losses, without the zero at which it starts.
#[derive(Default)]
struct Smoothed {
    sum: f64,
    weight: f64,
    lowest: Option<f64>,
}

impl Smoothed {
    fn next(&mut self, loss: f64) -> f64 {
        self.sum = SMOOTHING * self.sum + (1.0 - SMOOTHING) * loss;
        self.weight = SMOOTHING * self.weight + (1.0 - SMOOTHING);
        let lowest = self.lowest.map_or(self.value(), |lowest| lowest.min(self.value()));
        self.lowest = Some(lowest);
        self.value()
    }

    fn value(&self) -> f64 {
        self.sum / self.weight
    }

    /// Returns whether the loss is far above the lowest one, both above 0.
    fn diverges(&self) -> bool {
        self.lowest.is_some_and(|lowest| lowest > 0.0 && self.value() > DIVERGENCE * lowest)
    }
}
