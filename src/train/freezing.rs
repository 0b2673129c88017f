//! Which parts of a network does training leave unchanged?

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::kernel::Kernels;
use crate::network::Network;
use crate::optimizer::Optimizer;
#[cfg(doc)]
use crate::optimizer::OptimizerState;
use crate::train::Trainer;

impl<L, O: Optimizer, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Excludes a layer or tensor of the network from the updates in the next calls of `fit`: see [`OptimizerState::freeze`].
    ///
    /// # Errors
    /// [`Error::UnknownTensor`]; [`Error::ParameterCount`].
    ///
    /// # Example
    /// Trains only the new head of a network, and then the whole network.
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Net = hidden: Dense<1, 4>, Tanh, head: Dense<4, 1>);
    ///
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
    /// let mut network = Net::init(&mut typenet::rng(1));
    /// let before = network.hidden.weight;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(5);
    /// trainer.freeze::<Net>("hidden")?;
    /// trainer.fit(&mut network, &data)?;
    /// assert_eq!(network.hidden.weight, before);
    ///
    /// trainer.unfreeze::<Net>("hidden")?;
    /// trainer.fit(&mut network, &data)?;
    /// assert_ne!(network.hidden.weight, before);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn freeze<N: Network<Scalar = T>>(&mut self, name: &str) -> Result<()> {
        self.steps.optimizer.freeze::<N>(name)
    }

    /// Updates a layer or tensor again that was [frozen](Self::freeze): see [`OptimizerState::unfreeze`].
    ///
    /// # Errors
    /// The same as for [`freeze`](Self::freeze).
    pub fn unfreeze<N: Network<Scalar = T>>(&mut self, name: &str) -> Result<()> {
        self.steps.optimizer.unfreeze::<N>(name)
    }
}
