//! What do several networks predict together?

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::dataset::Dataset;
use crate::error::Result;
use crate::metric::{Metric, MetricState, argmax};
use crate::network::{ClassOf, Each, FitsInput, GivesClasses, Network, Predict, Sample};
use crate::scalar::Scalar;
use crate::selection::parallel;
use crate::shape::Shape;
use crate::target::Holds;

/// Networks of one type that predict together: `Ensemble<Digits, 5>` has five.
///
/// The prediction is the mean of the predictions of the members,
///
/// ```text
/// p(x) = (1/K) Σ_k p_k(x)
/// ```
///
/// of the probabilities if the networks end in `Softmax`. Networks that start from different weights, or learn from different
/// samples, make different errors, and the mean has fewer of them.
///
/// # Errors
/// An ensemble without members does not compile.
///
/// # Numerics
/// The sum is computed in `f64`, in the order of the members, and rounded once.
///
/// # Source
/// L. K. Hansen and P. Salamon, "Neural network ensembles", 1990. B. Lakshminarayanan et al., "Simple and scalable predictive
/// uncertainty estimation using deep ensembles", 2017.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::selection::Ensemble;
///
/// network!(struct Xor = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0])?;
///
/// let ensemble = Ensemble::<Xor, 3>::train(|member| {
///     let mut network = Xor::init(&mut typenet::rng(member as u64));
///     Trainer::new(Nll, Sgd::new(0.5)).epochs(500).batch_size(4).fit(&mut network, &data)?;
///     Ok(network)
/// })?;
/// assert_eq!(ensemble.predict_class(&[1.0, 0.0]).index(), 1);
/// assert_eq!(ensemble.measure(&data, Accuracy), 1.0);
/// # Ok::<(), typenet::Error>(())
/// ```
pub struct Ensemble<N, const K: usize> {
    members: Vec<Box<N>>,
}

impl<N: Network, const K: usize> Ensemble<N, K> {
    const NOT_EMPTY: () = assert!(K > 0, "an ensemble has at least one member");

    /// Creates an ensemble of trained networks.
    #[must_use]
    pub fn new(members: [Box<N>; K]) -> Self {
        let () = Self::NOT_EMPTY;
        Self { members: Vec::from(members) }
    }

    /// Creates an ensemble whose members `train` returns for 0, .., K - 1, at the same time if threads are free.
    ///
    /// # Errors
    /// The error of the first member that has one.
    pub fn train(train: impl Fn(usize) -> Result<Box<N>> + Sync) -> Result<Self> {
        let () = Self::NOT_EMPTY;
        Ok(Self { members: parallel::all(K, &train)? })
    }

    /// Returns the members.
    #[must_use]
    pub fn members(&self) -> &[Box<N>] {
        &self.members
    }

    /// Returns the mean of the predictions of the members for one sample.
    #[must_use]
    pub fn predict(&self, input: &Sample<N, N::Input>) -> Sample<N, N::Output> {
        let mut sums = vec![0.0; N::Output::LEN];
        for member in &self.members {
            let output = member.predict(input);
            sums.iter_mut().zip(N::Output::flat(&output)).for_each(|(sum, value)| *sum += value.to_f64());
        }
        let mut mean = N::Output::zero();
        for (mean, sum) in N::Output::flat_mut(&mut mean).iter_mut().zip(sums) {
            *mean = N::Scalar::from_f64(sum / K as f64);
        }
        mean
    }

    /// Returns the most probable class for one sample, as [`Predict::predict_class`] does.
    #[must_use]
    pub fn predict_class(&self, input: &Sample<N, N::Input>) -> Each<N, ClassOf<N>>
    where
        N::Output: GivesClasses,
    {
        N::Output::each(&self.predict(input), |probabilities| N::Output::class(argmax(probabilities)))
    }

    /// Returns the value of a metric, or of a tuple of metrics, for the predictions on a data set.
    #[allow(clippy::needless_pass_by_value, reason = "as `Evaluate::measure`")]
    #[must_use]
    pub fn measure<X, Y, M>(&self, data: &Dataset<X, Y, N::Scalar>, metric: M) -> M::Value
    where
        M: Metric<N::Output>,
        X: FitsInput<N::Input>,
        Y: Holds<M::Target>,
    {
        let mut state = M::State::new();
        for (input, target) in X::arrays(data.inputs()).iter().zip(data.targets()) {
            metric.add(&mut state, N::Output::flat(&self.predict(input)), Y::inner(target));
        }
        metric.value(&state)
    }
}

impl<N, const K: usize> fmt::Debug for Ensemble<N, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ensemble").field("members", &K).finish_non_exhaustive()
    }
}
