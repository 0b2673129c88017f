//! What is the gradient of a network's loss?

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::gradient::Gradient;
use crate::kernel::dispatch;
use crate::layer::{CarriedStates, Pass};
use crate::loss::{Admits, Loss};
use crate::network::{
    Backward, BackwardMemory, FitsValue, Forward, Network, Parts, Sample, TrainingBatch, Workspace, check_batch,
    check_counts,
};
use crate::shape::{Differentiable, Shape};

/// The forward and backward pass of a network, for training loops without `Trainer`. Every [`Network`] implements the trait.
pub trait Differentiate: Network {
    /// Computes the logits of a batch, and stores in `workspace` what [`backward`](Self::backward) needs.
    ///
    /// # Errors
    /// [`Error::TooManySamples`] if the batch does not fit the workspace; [`gradient`](Self::gradient) accepts a batch of any
    /// size. [`Error::BatchTooSmall`] for a pass of training, if a layer normalizes over the batch and the batch has too few
    /// values.
    ///
    /// # Example
    /// See [`backward`](Self::backward).
    fn forward<'w>(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        pass: &Pass,
        workspace: &'w mut Workspace<'_, Self>,
    ) -> Result<&'w [Sample<Self, Self::Logits>]> {
        let input = Self::Input::flat_batch(inputs);
        check_batch::<Self>(inputs.len(), pass)?;
        let Parts { logits, cache, steps, statistics, states, .. } = workspace.begin(inputs.len())?;
        dispatch(Forward { network: self, pass, input, logits: &mut *logits, cache, steps, statistics, states });
        Ok(Self::Logits::batch(logits))
    }

    /// Adds the derivatives of a loss with respect to the parameters to `gradient`, computed from its derivatives with respect
    /// to the logits. Call [`forward`](Self::forward) before each call, with the same inputs and workspace: layers overwrite what
    /// they kept.
    ///
    /// The workspace records the number of samples of the forward pass, but not the samples. With other inputs, or another
    /// network of the same type, the gradient is wrong.
    ///
    /// # Errors
    /// [`Error::BackwardWithoutForward`] if the last forward pass had another number of samples; [`Error::CountMismatch`] if
    /// `inputs` and `grad_logits` differ in length.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<1, 1>);
    /// let line = Line::zeroed();
    /// let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    /// let (inputs, pass) = ([[1.0], [2.0]], Pass::training(37, 0));
    /// let outputs = line.forward(&inputs, &pass, &mut workspace)?;
    /// assert_eq!(outputs, [[0.0], [0.0]]);
    ///
    /// // A loss whose derivatives with respect to the two outputs are 3 and 5: dL/dw = 3 · 1 + 5 · 2, dL/db = 3 + 5.
    /// line.backward(&inputs, &[[3.0], [5.0]], &pass, &mut workspace, &mut gradient)?;
    /// assert_eq!((gradient.dense.weight[0], gradient.dense.bias[0]), (13.0, 8.0));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn backward(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        grad_logits: &[Sample<Self, Self::Logits>],
        pass: &Pass,
        workspace: &mut Workspace<'_, Self>,
        gradient: &mut Gradient<Self>,
    ) -> Result<()> {
        check_counts("inputs", inputs.len(), "gradients with respect to the logits", grad_logits.len())?;
        let Parts { logits, grad_logits: kept, cache, steps, statistics, states } = workspace.resume(inputs.len())?;
        kept.copy_from_slice(Self::Logits::flat_batch(grad_logits));
        let memory = BackwardMemory {
            network: self,
            pass,
            input: Self::Input::flat_batch(inputs),
            logits,
            grad_logits: kept,
            cache,
            steps,
            grad_input: None,
            accumulate: true,
            gradient,
        };
        dispatch(Backward { memory, statistics, states });
        Ok(())
    }

    /// Returns the derivatives of Σ g z with respect to the input, where z are the logits and g are the elements of
    /// `grad_logits`. With g = 1 for one class and 0 for the others, this is the saliency of each element of the input: how
    /// much it raises the score of the class.
    ///
    /// The pass is one of inference. Allocates a workspace for one sample and a gradient.
    ///
    /// # Source
    /// K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks", 2014, section 3.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Scores = dense: Dense<2, 3>, Softmax);
    /// let mut network = Scores::zeroed();
    /// (network.dense.weight[(1, 0)], network.dense.weight[(1, 1)]) = (5.0, -7.0);
    /// assert_eq!(network.input_gradient(&[1.0, 1.0], &[0.0, 1.0, 0.0]), [5.0, -7.0]);
    /// ```
    #[must_use]
    fn input_gradient(
        &self,
        input: &Sample<Self, Self::Input>,
        grad_logits: &Sample<Self, Self::Logits>,
    ) -> Sample<Self, Self::Input>
    where
        Self::Input: Differentiable,
    {
        let (mut workspace, pass) = (Workspace::<Self>::for_samples(1), &Pass::inference());
        let parts = workspace.begin(1).expect("the workspace has room for one sample");
        let Parts { logits, grad_logits: kept, cache, steps, statistics, states } = parts;
        let (mut gradient, mut sample) = (Self::zeroed(), Self::Input::zero::<Self::Scalar>());
        let input = Self::Input::flat(input);
        dispatch(Forward {
            network: self,
            pass,
            input,
            logits: &mut *logits,
            cache: &mut *cache,
            steps: &mut *steps,
            statistics: &mut *statistics,
            states,
        });
        kept.copy_from_slice(Self::Logits::flat(grad_logits));
        let memory = BackwardMemory {
            network: self,
            pass,
            input,
            logits,
            grad_logits: kept,
            cache,
            steps,
            grad_input: Some(Self::Input::flat_mut(&mut sample)),
            accumulate: false,
            gradient: &mut *gradient,
        };
        dispatch(Backward { memory, statistics, states: CarriedStates::none() });
        sample
    }

    /// Returns the mean loss of a batch of any size, and overwrites `gradient` with its gradient.
    ///
    /// The batch goes through the network tile by tile, and the gradients of tiles are added in a fixed order. For a batch of
    /// many tiles, the first call allocates up to three more gradients in the workspace. If a layer mixes samples, as
    /// `BatchNorm` does, it allocates memory for every tile and up to seven more gradients.
    ///
    /// With the feature `rayon`, the threads of the current pool share a large batch, and the bits are the same. The workspace
    /// then holds a tile and a gradient for each of up to seven further threads. Later calls inside `pool.install` do not
    /// allocate. A call that enters a pool from outside may allocate in rayon.
    ///
    /// # Errors
    /// [`Error::NonFiniteLoss`], with the layer and the step of `pass`, if the loss is not finite; [`Error::TargetOutOfRange`]
    /// if the loss does not accept a target; [`Error::CountMismatch`] if `inputs` and `targets` differ in length;
    /// [`Error::Empty`] if they are empty. If a layer normalizes over the batch: [`Error::BatchTooSmall`], or
    /// [`Error::WorkspaceTooSmall`] if lent memory has no room for all tiles of the batch.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<1, 1>);
    /// let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    /// let pass = Pass::training(37, 0);
    /// let line = Line::zeroed();
    /// let loss = line.gradient(&[[2.0]], &[[3.0]], &MeanSquaredError, &pass, &mut workspace, &mut gradient)?;
    /// // L = (2 w + b - 3)²: at zero its value is 9, and its derivatives are -12 and -6.
    /// assert_eq!((loss, gradient.dense.weight[0], gradient.dense.bias[0]), (9.0, -12.0, -6.0));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn gradient<L, V>(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        targets: &[V],
        loss: &L,
        pass: &Pass,
        workspace: &mut Workspace<'_, Self>,
        gradient: &mut Gradient<Self>,
    ) -> Result<Self::Scalar>
    where
        L: Loss<Self::Output, Takes: Admits<Self::Head>>,
        V: FitsValue<L::Target, Self::Scalar>,
    {
        let targets = V::values(targets);
        TrainingBatch { network: self, loss, inputs, targets, pass }.gradient(workspace, gradient, &mut [])
    }
}

impl<N: Network> Differentiate for N {}
