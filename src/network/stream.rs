//! How does a network read a sequence one step at a time?

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::error::{Error, Result};
use crate::kernel::dispatch;
use crate::layer::{NextStep, Plan};
use crate::network::{Network, PlanOf, Sample, Step};
use crate::scalar::Scalar;
use crate::shape::{Shape, Token};

/// A sequence that a network reads one step at a time: its state after the steps so far.
///
/// [`Predict::start`](crate::Predict::start) creates one. Each step gives the output at this step, with the same bits as the
/// prediction for the whole sequence has there. A step does not allocate, and it takes the same time at every position, except in
/// attention, which looks at all steps so far. [`LastStep`](crate::LastStep) gives the latest step, so the network predicts after
/// each step from the sequence so far.
///
/// A clone goes on from the same state by itself, as in a beam search.
///
/// # Shapes
/// One step of an input `Sequence<L, N>` is `[T; N]`, and one of `Tokens<L, V>` is a [`Token<V, T>`](crate::Token). One step of an
/// output `Sequence<L, N>` or `ProbabilitySequence<L, N>` is `[T; N]`. A vector or an image
/// is a single step. Recurrent networks read any
/// number of steps. Others read L: those with attention and with learned positions.
///
/// # Errors
/// A network with a layer that needs the whole sequence does not compile: a recurrent layer that starts at the last step,
/// attention that is not causal, a convolution, pooling, or `Flatten`.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Echo (Sequence<4, 2>) -> ProbabilitySequence<4, 3> = Gru<_, 5>, Dense<_, 3>, Softmax);
/// let echo = Echo::init(&mut typenet::rng(37));
/// let sequence = [[1.0, 0.0], [0.5, -1.0], [0.0, 0.0], [2.0, 1.0]];
///
/// let mut stream = echo.start();
/// let outputs = sequence.map(|step| stream.push(step));
/// assert_eq!(outputs, echo.predict(&sequence));
/// ```
pub struct Stream<'n, N: Network> {
    network: &'n N,
    memory: Vec<N::Scalar>,
    position: usize,
}

/// A step that a [`Stream`] reads: the array `Step`, or a token of a network that reads tokens.
#[diagnostic::on_unimplemented(
    message = "shape mismatch: the step is `{Self}`, but the network reads `{Step}`",
    label = "this step does not fit the network"
)]
pub trait IntoStep<Step> {
    /// Returns the step as an array.
    fn into_step(self) -> Step;
}

#[diagnostic::do_not_recommend]
impl<Step> IntoStep<Step> for Step {
    #[inline(always)]
    fn into_step(self) -> Step {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<const V: usize, T: Scalar> IntoStep<[Token<V, T>; 1]> for Token<V, T> {
    #[inline(always)]
    fn into_step(self) -> [Token<V, T>; 1] {
        [self]
    }
}

/// One step of a shape, in the scalar type of a network.
type StepOf<N, S> = Sample<N, <S as Shape>::Step>;

impl<'n, N: Network> Stream<'n, N> {
    /// The largest number of steps.
    const STEPS: usize = match <PlanOf<N> as Plan>::STREAM {
        Some(plan) => plan.steps,
        None => 0,
    };

    /// Creates a stream before its first step. Allocates its memory.
    #[must_use]
    pub fn new(network: &'n N) -> Self {
        Self { network, memory: vec![N::Scalar::ZERO; N::STREAM_LEN], position: 0 }
    }

    /// Reads the next step, and returns the output at this step. Does not allocate.
    ///
    /// # Panics
    /// Panics if the network has no more steps; [`steps_left`](Self::steps_left) says how many it has, and
    /// [`try_push`](Self::try_push) returns an error instead.
    #[track_caller]
    pub fn push(&mut self, step: impl IntoStep<StepOf<N, N::Input>>) -> StepOf<N, N::Output> {
        match self.try_push(step) {
            Ok(output) => output,
            Err(error) => panic!("{error}"),
        }
    }

    /// Reads the next step, and returns the output at this step. Does not allocate.
    ///
    /// # Errors
    /// [`Error::TooManySteps`] if the network has no more steps. The stream stays as it is.
    pub fn try_push(&mut self, step: impl IntoStep<StepOf<N, N::Input>>) -> Result<StepOf<N, N::Output>> {
        if self.position >= Self::STEPS {
            return Err(Error::TooManySteps { steps: Self::STEPS });
        }
        let (step, mut output) = (step.into_step(), <N::Output as Shape>::Step::zero());
        let state = <PlanOf<N> as Plan>::STREAM.map_or(0, |plan| plan.state);
        let (state, scratch) = self.memory.split_at_mut(state);
        let memory = NextStep {
            input: <N::Input as Shape>::Step::flat(&step),
            output: <N::Output as Shape>::Step::flat_mut(&mut output),
            state,
            scratch,
            position: self.position,
        };
        dispatch(Step { network: self.network, memory });
        self.position += 1;
        Ok(output)
    }

    /// Returns the number of steps so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns how many more steps the network can read, or `None` if any number.
    #[must_use]
    pub fn steps_left(&self) -> Option<usize> {
        (Self::STEPS < usize::MAX).then(|| Self::STEPS - self.position)
    }

    /// Starts again before the first step. Does not allocate.
    pub fn restart(&mut self) {
        self.memory.fill(N::Scalar::ZERO);
        self.position = 0;
    }
}

impl<N: Network> Clone for Stream<'_, N> {
    fn clone(&self) -> Self {
        Self { network: self.network, memory: self.memory.clone(), position: self.position }
    }

    /// Takes the state of another stream. Does not allocate.
    fn clone_from(&mut self, source: &Self) {
        self.network = source.network;
        self.memory.clone_from(&source.memory);
        self.position = source.position;
    }
}

/// Prints the network and the number of steps so far: `Stream { network: Echo, position: 4 }`.
impl<N: Network> fmt::Debug for Stream<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("network", &format_args!("{}", N::NAME))
            .field("position", &self.position)
            .finish()
    }
}
