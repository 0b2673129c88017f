//! How large may the learning rate be?

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::history::History;
use crate::kernel::Kernels;
use crate::loss::{Admits, Loss};
use crate::metric::{Evaluation, Measured};
use crate::network::{Evaluate, FitsInput, FitsTarget, Network};
use crate::optimizer::Optimizer;
#[cfg(doc)]
use crate::train::Callback;
use crate::train::{CallbackState, Hooks, Metrics, Trainer, Validation};

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Trains with the learning rate of the settings, a large one such as 0.1 or 1. As long as the training diverges, divides
    /// the learning rate by 10 and trains again from the original parameters, as the lecture advises. The learning rate that
    /// succeeded stays in the settings of [`optimizer`](Self::optimizer).
    ///
    /// Training diverges if a loss, gradient or update leaves its range, or if the loss of the network on the training set, as
    /// [`evaluate`](crate::Evaluate::evaluate) measures it, is higher after training than before. This method makes at most
    /// `attempts` attempts.
    ///
    /// Each attempt begins with the original state of the optimizer and the original number of epochs. The begin and end hooks
    /// of callbacks are called for every attempt; the state that a callback [saves](Callback::save) is restored to its value
    /// before the first attempt.
    ///
    /// # Errors
    /// The error of the last attempt, as for [`fit`](Self::fit); [`Error::StillDiverging`] if its losses were finite and the
    /// loss increased; [`Error::Setting`] if `attempts` is 0, or if the optimizer has no learning rate. The network is then as
    /// it was before the first attempt, and so is the optimizer, except for its learning rate.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[10.0], [20.0]], vec![[1.0], [2.0]])?;
    /// let mut line = Line::zeroed();
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).epochs(100);
    /// let history = trainer.fit_dividing_rate(&mut line, &data, 6)?;
    /// // Learning rates above 2 / 500 overshoot further and further: 1, 0.1 and 0.01 diverge.
    /// assert!((trainer.optimizer().optimizer().learning_rate - 0.001).abs() < 1e-12);
    /// assert!(history.final_loss() < Some(0.01));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn fit_dividing_rate<N, X, Y>(
        &mut self,
        network: &mut impl AsMut<N>,
        data: &Dataset<X, Y, T>,
        attempts: usize,
    ) -> Result<History>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured, Takes: Admits<N::Head>>,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
        V: Validation<N, L>,
        H: Hooks<N>,
        M: Metrics<N::Output, L::Target>,
    {
        let network = network.as_mut();
        let Some(rate) = self.optimizer().optimizer().learning_rate().filter(|_| attempts > 0) else {
            let (name, value) = ("number of attempts", attempts as f64);
            return Err(Error::Setting {
                name,
                value,
                allowed: "at least 1, with an optimizer that has a learning rate",
            });
        };
        let before = network.parameters().to_vec();
        let first = network.evaluate(data, &self.steps.loss).loss();
        let steps = (self.steps.optimizer.clone(), self.steps.learning_rate.clone(), self.steps.epochs_begun);
        let interrupted = self.interrupted.clone();
        let mut callbacks = CallbackState::default();
        self.hooks.save(&mut callbacks);
        let mut divisor = 1.0;
        for attempt in 1..=attempts {
            self.steps.optimizer.optimizer_mut().set_learning_rate(rate / divisor);
            let error = match self.fit(&mut Borrowed(network), data) {
                Ok(history) => {
                    let last = network.evaluate(data, &self.steps.loss).loss();
                    if history.is_empty() || last <= first {
                        return Ok(history);
                    }
                    Error::StillDiverging { first, last, rate: rate / divisor }
                }
                Err(error) => error,
            };
            network.parameters_mut().copy_from_slice(&before);
            (self.steps.optimizer, self.steps.learning_rate, self.steps.epochs_begun) = steps.clone();
            self.interrupted.clone_from(&interrupted);
            self.hooks.resume(&mut callbacks.clone())?;
            self.steps.optimizer.optimizer_mut().set_learning_rate(rate / divisor);
            if attempt == attempts || !is_divergence(&error) {
                return Err(error);
            }
            divisor *= 10.0;
        }
        unreachable!("the last attempt returns")
    }
}

/// A borrowed network, for `fit`.
struct Borrowed<'a, N>(&'a mut N);

impl<N> AsMut<N> for Borrowed<'_, N> {
    fn as_mut(&mut self) -> &mut N {
        self.0
    }
}

/// Returns whether a smaller learning rate may prevent the error.
pub(super) fn is_divergence(error: &Error) -> bool {
    matches!(
        error,
        Error::NonFiniteLoss { .. }
            | Error::NonFiniteGradient { .. }
            | Error::NonFiniteValidation { .. }
            | Error::UpdateTooLarge { .. }
            | Error::StillDiverging { .. }
    )
}
