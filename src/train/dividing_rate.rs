//! How large may the learning rate be?

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::history::History;
use crate::kernel::Kernels;
use crate::loss::Loss;
use crate::metric::{Evaluation, Measured};
use crate::network::{Evaluate, FitsInput, FitsTarget, Network};
use crate::optimizer::Optimizer;
#[cfg(doc)]
use crate::train::Callback;
use crate::train::{CallbackState, Hooks, Metrics, Trainer, Validation};

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// The lecture's advice: trains with the learning rate of the settings, a large one such as 0.1 or 1, and as long as the
    /// training diverges, divides it by 10 and trains again from where the network was. The rate that went well stays in the
    /// settings of [`optimizer`](Self::optimizer).
    ///
    /// Training diverges when a loss, gradient or update leaves its range, or when the loss of the network on the training set,
    /// as [`evaluate`](crate::Evaluate::evaluate) measures it, is after training above that before it. It makes at
    /// most `attempts`.
    ///
    /// Each attempt begins with the state of the optimizer and the number of epochs as they are. Callbacks see the begin and the
    /// end of every attempt; what a callback [saves](Callback::save) is as before the first again.
    ///
    /// # Errors
    /// That of the last attempt, as [`fit`](Self::fit); [`Error::StillDiverging`] where its losses were finite and the
    /// network ended above the first; [`Error::Setting`] for no attempt, or an optimizer without a learning rate. The
    /// network is then as it was before the first attempt, and so is the optimizer, except for its learning rate.
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
    /// // Steps above 2 / 500 overshoot further and further: 1, 0.1 and 0.01 diverge.
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
        L: Loss<N::Output, Target: Measured>,
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

/// A network that is borrowed, for `fit`.
struct Borrowed<'a, N>(&'a mut N);

impl<N> AsMut<N> for Borrowed<'_, N> {
    fn as_mut(&mut self) -> &mut N {
        self.0
    }
}

/// A smaller rate may help.
fn is_divergence(error: &Error) -> bool {
    matches!(
        error,
        Error::NonFiniteLoss { .. }
            | Error::NonFiniteGradient { .. }
            | Error::NonFiniteValidation { .. }
            | Error::UpdateTooLarge { .. }
            | Error::StillDiverging { .. }
    )
}
