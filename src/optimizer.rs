//! How do parameters follow the gradient?
//!
//! An [`Optimizer`] is a set of settings and one formula over flat blocks; it holds no state. An [`OptimizerState`] holds
//! what the formula remembers between steps, and makes a step all or nothing.

mod adam;
mod frozen;
mod sgd;

pub use adam::{Adam, EpsilonForm};
pub use sgd::{MomentumForm, Sgd};

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::block::Block;
use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::scalar::Scalar;
use crate::tensor::TensorTable;
use crate::threads;

use frozen::Frozen;

/// The most blocks of memory that an optimizer may ask for.
pub const MAX_SLOTS: usize = 4;

/// The settings and the formula of an optimizer.
///
/// # Example
/// One step of plain gradient descent on a slice.
/// ```
/// use typenet::{Optimizer, Sgd};
///
/// let mut optimizer = Sgd::new(0.125).state();
/// let mut parameters = [1.0_f64, 2.0];
/// optimizer.step_slice(&mut parameters, &[8.0, 0.0])?;
/// assert_eq!(parameters, [0.0, 2.0]);
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// An optimizer of one's own: θ ← θ - η · sign(∇), which remembers nothing.
/// ```
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::prelude::*;
/// use typenet::{Error, Result, Scalar};
///
/// #[derive(Clone)]
/// struct SignDescent {
///     rate: f64,
/// }
///
/// impl Optimizer for SignDescent {
///     fn slots(&self) -> usize {
///         0
///     }
///
///     fn check<T: Scalar>(&self) -> Result<()> {
///         let (name, value) = ("rate", self.rate);
///         let right = value > 0.0 && value.is_finite();
///         if right { Ok(()) } else { Err(Error::Setting { name, value, allowed: "a finite number above 0" }) }
///     }
///
///     fn largest_update(&self, _: f64) -> f64 {
///         self.rate
///     }
///
///     fn update<T: Kernels, I: Isa>(&self, _: I, _: u64, parameters: &mut [T], gradient: &[T], _: &mut [&mut [T]]) {
///         let rate = T::from_f64(self.rate);
///         for (parameter, &g) in parameters.iter_mut().zip(gradient) {
///             *parameter -= if g > T::ZERO { rate } else if g < T::ZERO { -rate } else { T::ZERO };
///         }
///     }
/// }
///
/// let mut parameters = [1.0_f64, 1.0, 1.0];
/// SignDescent { rate: 0.5 }.state().step_slice(&mut parameters, &[1e-3, -7.0, 0.0])?;
/// assert_eq!(parameters, [0.5, 1.5, 1.0]);
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut line = Line::zeroed();
/// Trainer::new(MeanSquaredError, SignDescent { rate: 0.01 }).epochs(300).fit(&mut line, &data)?;
/// assert!((line.predict(&[1.0])[0] - 3.0).abs() < 0.1);
/// # Ok::<(), Error>(())
/// ```
pub trait Optimizer: Clone + Send + Sync {
    /// How many numbers per parameter it remembers, at most [`MAX_SLOTS`].
    fn slots(&self) -> usize;

    /// Refuses settings out of range, also those that are so only in numbers of type `T`.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first setting that is out of range.
    fn check<T: Scalar>(&self) -> Result<()>;

    /// The largest change of a parameter that gradients of at most this magnitude can cause, in one step or through what
    /// is remembered of it.
    fn largest_update(&self, largest_gradient: f64) -> f64;

    /// Changes the parameters. `slots` holds, for each number that is remembered, a value per parameter, zero at first.
    ///
    /// It is called for pieces of the parameters, which threads may share: how a parameter changes must depend on its own
    /// numbers alone.
    fn update<T: Kernels, I: Isa>(
        &self,
        isa: I,
        step: u64,
        parameters: &mut [T],
        gradient: &[T],
        slots: &mut [&mut [T]],
    );

    /// The optimizer with its memory, for a loop of one's own.
    #[must_use]
    fn state<T: Kernels>(self) -> OptimizerState<Self, T> {
        OptimizerState::new(self)
    }
}

/// An optimizer and what it remembers between steps.
///
/// # Errors
/// A step checks the gradient first, and refuses one that is not finite or would make an update that is too large to
/// represent. Then neither parameters nor memory have changed.
#[derive(Clone, Debug)]
pub struct OptimizerState<O, T> {
    optimizer: O,
    /// The slots one after the other, [`stride`] numbers apart, empty before the first step.
    memory: Vec<T>,
    /// The number of parameters that the memory belongs to.
    parameters: Option<usize>,
    step: u64,
    frozen: Frozen,
}

impl<O: Optimizer, T: Kernels> OptimizerState<O, T> {
    /// The optimizer before its first step. Memory is allocated then.
    #[must_use]
    pub fn new(optimizer: O) -> Self {
        Self { optimizer, memory: Vec::new(), parameters: None, step: 0, frozen: Frozen::default() }
    }

    /// The settings.
    #[must_use]
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }

    /// The settings, to be changed between steps.
    #[must_use]
    pub fn optimizer_mut(&mut self) -> &mut O {
        &mut self.optimizer
    }

    /// How many steps were made.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Forgets everything but the settings of the optimizer; nothing is frozen then.
    pub fn reset(&mut self) {
        *self = Self::new(self.optimizer.clone());
    }

    /// What is remembered, one slot after the other, and the number of parameters that it belongs to.
    #[cfg(feature = "safetensors")]
    pub(crate) fn memory(&self) -> (Option<usize>, impl ExactSizeIterator<Item = &[T]>) {
        let count = self.parameters.unwrap_or(0);
        (self.parameters, self.memory.chunks_exact(stride(count).max(1)).map(move |slot| &slot[..count]))
    }

    /// The state after `step` steps, the last of which left these slots, of `parameters` numbers each.
    #[cfg(feature = "safetensors")]
    pub(crate) fn restore(&mut self, step: u64, parameters: Option<usize>, slots: &[T]) {
        let count = parameters.unwrap_or(0);
        self.memory.clear();
        for slot in slots.chunks_exact(count.max(1)) {
            self.memory.extend_from_slice(slot);
            self.memory.resize(self.memory.len().next_multiple_of(stride(count).max(1)), T::ZERO);
        }
        (self.step, self.parameters) = (step, parameters);
    }

    /// Moves the parameters of a network, or of any other block, one step along its gradient. Statistics and frozen
    /// layers stay as they are, also those that [`freeze`](Self::freeze) froze.
    ///
    /// # Errors
    /// [`Error::NonFiniteGradient`] and [`Error::UpdateTooLarge`] name the tensor; [`Error::Setting`];
    /// [`Error::ParameterCount`] when an earlier step was for another number of parameters. Nothing has changed then.
    pub fn step<N: Block<T>>(&mut self, network: &mut N, gradient: &impl Block<T>) -> Result<()> {
        self.step_with_table(network.parameters_mut(), gradient.parameters(), N::TENSORS)
    }

    /// As [`step`](Self::step), on plain slices.
    ///
    /// # Errors
    /// As [`step`](Self::step); the tensor is named `parameters`.
    pub fn step_slice(&mut self, parameters: &mut [T], gradient: &[T]) -> Result<()> {
        self.step_with_table(parameters, gradient, TensorTable::EMPTY)
    }

    fn step_with_table(&mut self, parameters: &mut [T], gradient: &[T], table: TensorTable) -> Result<()> {
        let count = parameters.len();
        if gradient.len() != count {
            return Err(Error::CountMismatch {
                first: "parameters",
                first_count: count,
                second: "gradients",
                second_count: gradient.len(),
            });
        }
        if let Some(expected) = self.parameters.filter(|&expected| expected != count) {
            return Err(Error::ParameterCount { expected, given: count });
        }
        self.optimizer.check::<T>()?;
        if self.optimizer.slots() > MAX_SLOTS {
            let value = self.optimizer.slots() as f64;
            return Err(Error::Setting { name: "number of optimizer slots", value, allowed: "at most 4" });
        }
        self.check_gradient(gradient, table)?;
        // Longer than before when a setting that needs memory, such as momentum, was switched on between steps.
        let needed = stride(count) * self.optimizer.slots();
        if self.memory.len() < needed {
            self.memory.resize(needed, T::ZERO);
        }
        self.parameters = Some(count);
        dispatch(Update { state: self, parameters, gradient, table });
        self.step += 1;
        Ok(())
    }

    fn check_gradient(&self, gradient: &[T], table: TensorTable) -> Result<()> {
        let learned = Learned { table, count: gradient.len(), frozen: &self.frozen };
        let Some(largest) = dispatch(Largest { gradient, learned }) else {
            return Err(Error::NonFiniteGradient {
                tensor: owner(gradient, learned, |g| !g.is_finite()),
                step: self.step,
            });
        };
        // One step of this size from the largest finite number would still not reach infinity, and the parameters that
        // many steps of it could carry there make the loss overflow first, which is reported before the update.
        let update = self.optimizer.largest_update(largest.to_f64());
        if update > T::LARGEST * 1e-8 || !update.is_finite() {
            let tensor = owner(gradient, learned, |g| g.absolute() >= largest);
            return Err(Error::UpdateTooLarge { tensor, update, step: self.step });
        }
        Ok(())
    }
}

/// Numbers from one slot to the next. Processors take a load for one of what was just stored where the lower twelve bits
/// of the addresses agree, so large slots begin alike in their pages of 4 KiB: then loads are ahead of stores in all.
const fn stride(count: usize) -> usize {
    if count < 4096 { count } else { count.next_multiple_of(1024) }
}

/// The dotted name of the first learned tensor that has a number for which `is_it` holds.
fn owner<T: Kernels>(gradient: &[T], learned: Learned<'_>, is_it: impl Fn(T) -> bool) -> String {
    let mut position = None;
    learned.for_each_run(&mut |run| {
        let start = run.start;
        position = position.or_else(|| gradient[run].iter().position(|&g| is_it(g)).map(|place| start + place));
    });
    learned
        .table
        .list()
        .into_iter()
        .find(|tensor| position.is_some_and(|position| tensor.range.contains(&position)))
        .map_or_else(|| String::from("parameters"), |tensor| tensor.name)
}

/// The numbers that are learned: a table of nothing stands for plain slices, all of them.
#[derive(Clone, Copy)]
struct Learned<'a> {
    table: TensorTable,
    count: usize,
    frozen: &'a Frozen,
}

impl Learned<'_> {
    /// Calls `visit` with every run of them.
    fn for_each_run(&self, visit: &mut dyn FnMut(Range<usize>)) {
        if self.table.is_empty() {
            self.frozen.for_each_free(0..self.count, visit);
        } else {
            self.table.for_each_trainable(&mut |run| self.frozen.for_each_free(run, visit));
        }
    }
}

/// The largest magnitude in the learned runs of a gradient, or nothing when one is not finite.
struct Largest<'a, T> {
    gradient: &'a [T],
    learned: Learned<'a>,
}

impl<T: Kernels> Program for Largest<'_, T> {
    type Output = Option<T>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<T> {
        let mut largest = Some(T::ZERO);
        self.learned.for_each_run(&mut |run| {
            let found = largest_of(isa, &self.gradient[run]);
            largest = largest.zip(found).map(|(largest, found)| found.maximum(largest));
        });
        largest
    }
}

/// The largest magnitude in a run, or nothing when a number is not finite, shared by threads.
fn largest_of<T: Kernels, I: Isa>(isa: I, gradient: &[T]) -> Option<T> {
    let Some(middle) = threads::middle(gradient.len()) else {
        return isa.call(LargestOfPiece(gradient));
    };
    let (first, second) = gradient.split_at(middle);
    let (first, second) = threads::join(|| largest_of(isa, first), || largest_of(isa, second));
    first.zip(second).map(|(first, second)| second.maximum(first))
}

/// A program of its own, since what a run is handed to is compiled for no instruction set.
struct LargestOfPiece<'a, T>(&'a [T]);

impl<T: Kernels> Program for LargestOfPiece<'_, T> {
    type Output = Option<T>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<T> {
        T::largest_magnitude(isa, self.0)
    }
}

struct Update<'a, O, T> {
    state: &'a mut OptimizerState<O, T>,
    parameters: &'a mut [T],
    gradient: &'a [T],
    table: TensorTable,
}

impl<O: Optimizer, T: Kernels> Program for Update<'_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { state, parameters, gradient, table } = self;
        let count = parameters.len();
        let OptimizerState { optimizer, memory, step, frozen, .. } = state;
        Learned { table, count, frozen: &*frozen }.for_each_run(&mut |run| {
            let mut slots: [&mut [T]; MAX_SLOTS] = core::array::from_fn(|_| &mut [][..]);
            // `count` is not zero where there is memory to cut.
            for (slot, memory) in slots.iter_mut().zip(memory.chunks_exact_mut(stride(count).max(1))) {
                *slot = &mut memory[run.clone()];
            }
            let (parameters, gradient) = (&mut parameters[run.clone()], &gradient[run]);
            update(isa, UpdateOfPiece { optimizer: &*optimizer, step: *step, parameters, gradient, slots });
        });
    }
}

/// Updates a run, shared by threads.
fn update<O: Optimizer, T: Kernels, I: Isa>(isa: I, run: UpdateOfPiece<'_, O, T>) {
    let Some(middle) = threads::middle(run.parameters.len()) else {
        return isa.call(run);
    };
    let (first, second) = run.split_at(middle);
    threads::join(|| update(isa, first), || update(isa, second));
}

/// A program of its own, as [`LargestOfPiece`].
struct UpdateOfPiece<'a, O, T> {
    optimizer: &'a O,
    step: u64,
    parameters: &'a mut [T],
    gradient: &'a [T],
    slots: [&'a mut [T]; MAX_SLOTS],
}

impl<O, T> UpdateOfPiece<'_, O, T> {
    fn split_at(self, middle: usize) -> (Self, Self) {
        let Self { optimizer, step, parameters, gradient, mut slots } = self;
        let ((parameters, other_parameters), (gradient, other_gradient)) =
            (parameters.split_at_mut(middle), gradient.split_at(middle));
        let mut other_slots: [&mut [T]; MAX_SLOTS] = core::array::from_fn(|_| &mut [][..]);
        for (slot, other_slot) in slots.iter_mut().zip(&mut other_slots) {
            // Those that the optimizer does not use are empty.
            let whole = core::mem::take(slot);
            (*slot, *other_slot) = whole.split_at_mut(middle.min(whole.len()));
        }
        let other =
            Self { optimizer, step, parameters: other_parameters, gradient: other_gradient, slots: other_slots };
        (Self { optimizer, step, parameters, gradient, slots }, other)
    }
}

impl<O: Optimizer, T: Kernels> Program for UpdateOfPiece<'_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { optimizer, step, parameters, gradient, mut slots } = self;
        optimizer.update(isa, step, parameters, gradient, &mut slots[..optimizer.slots()]);
    }
}
