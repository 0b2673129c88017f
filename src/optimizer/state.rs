//! What does an optimizer remember between steps, and what does a step check?

#[cfg(feature = "safetensors")]
use alloc::borrow::Cow;
use alloc::string::String;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::kernel::{Kernels, dispatch};
use crate::optimizer::Optimizer;
use crate::optimizer::frozen::Frozen;
use crate::optimizer::rates::Rates;
use crate::optimizer::slot_values::SlotValues;
use crate::optimizer::step::{Largest, Update, scaled};
#[cfg(doc)]
use crate::optimizer::{RmsProp, Sgd};
use crate::tensor::TensorTable;

/// An optimizer together with what it remembers between steps.
///
/// # Errors
/// Each step first checks the gradient. It refuses a gradient that is not finite, or whose update would be too large to
/// represent. In that case neither the parameters nor the slots change.
#[derive(Clone, Debug)]
pub struct OptimizerState<O, T> {
    optimizer: O,
    pub(super) memory: SlotValues<T>,
    step: u64,
    pub(super) rates: Rates,
}

impl<O: Optimizer, T: Kernels> OptimizerState<O, T> {
    /// Creates the state before the first step. The slots are allocated by the first step.
    #[must_use]
    pub fn new(optimizer: O) -> Self {
        Self { optimizer, memory: SlotValues::EMPTY, step: 0, rates: Rates::ONE }
    }

    /// Returns the settings.
    #[must_use]
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }

    /// Returns the settings mutably, to change them between steps.
    #[must_use]
    pub fn optimizer_mut(&mut self) -> &mut O {
        &mut self.optimizer
    }

    /// Returns the number of steps made so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Multiplies the learning rate of all following steps by `factor`; the settings stay unchanged. This is how a
    /// [`Schedule`](crate::schedule::Schedule) is applied.
    ///
    /// Factors do not accumulate, and 1 restores the learning rate of the settings. With 0, a step updates the slots but not
    /// the parameters. The exception is a velocity that contains learning rates, as the momentum of [`Sgd`] and [`RmsProp`]
    /// does in the lecture's form: it keeps moving the parameters by what earlier steps left in it.
    ///
    /// # Example
    /// ```
    /// use typenet::schedule::{Exponential, Schedule};
    /// use typenet::{Optimizer, Sgd};
    ///
    /// // η is halved after each step: 1 + 1/2 + 1/4.
    /// let (mut optimizer, schedule) = (Sgd::new(1.0).state(), Exponential::new(0.5));
    /// let mut x = [0.0_f64];
    /// for _ in 0..3 {
    ///     optimizer.set_factor(schedule.factor(optimizer.steps()));
    ///     optimizer.step_slice(&mut x, &[-1.0])?;
    /// }
    /// assert_eq!(x, [1.75]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn set_factor(&mut self, factor: f64) {
        self.rates.all = factor;
    }

    /// Returns the learning rate of the next step, before layer factors, or `None` if the optimizer has none.
    #[must_use]
    pub fn learning_rate(&self) -> Option<f64> {
        self.optimizer.learning_rate().map(|rate| rate * self.rates.all)
    }

    /// Multiplies the learning rate of a layer or tensor, given by its dotted name, such as `hidden` or `encoder.hidden.bias`.
    /// If several names match a tensor, only the longest applies.
    ///
    /// Each step checks names and factors, and returns [`Error::UnknownLayer`] or [`Error::Setting`]. To stop a layer from
    /// learning at all, freeze it.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Two = first: Dense<1, 1>, last: Dense<1, 1>);
    ///
    /// let (mut network, mut gradient) = (Two::zeroed(), Gradient::<Two>::zeroed());
    /// (gradient.first.bias[0], gradient.last.bias[0]) = (1.0, 1.0);
    /// let mut optimizer = Sgd::new(1.0).state();
    /// optimizer.set_layer_factor("first", 0.125);
    /// optimizer.step(&mut *network, &*gradient)?;
    /// assert_eq!((network.first.bias[0], network.last.bias[0]), (-0.125, -1.0));
    ///
    /// optimizer.set_layer_factor("hidden", 0.125);
    /// let error = optimizer.step(&mut *network, &*gradient).unwrap_err();
    /// assert_eq!(error.to_string(), "no layer with parameters is named `hidden`: the names are `first`, `last`");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn set_layer_factor(&mut self, layer: &str, factor: f64) {
        self.rates.set(layer, factor);
    }

    /// Resets everything except the settings and the layer factors. Nothing stays frozen.
    pub fn reset(&mut self) {
        (self.memory, self.step, self.rates.all) = (SlotValues::EMPTY, 0, 1.0);
        self.rates.frozen = Frozen::NONE;
    }

    /// Returns the number of parameters that the slots belong to, once it is known.
    #[cfg(feature = "safetensors")]
    pub(crate) fn parameters(&self) -> Option<usize> {
        self.memory.parameters()
    }

    /// Returns the name and the elements of each slot.
    #[cfg(feature = "safetensors")]
    pub(crate) fn memory(&self) -> impl ExactSizeIterator<Item = (&str, &[T])> {
        self.memory.slots()
    }

    /// Restores the state after `step` steps, with these slots for a network of `parameters` parameters.
    #[cfg(feature = "safetensors")]
    pub(crate) fn restore<'a>(
        &mut self,
        step: u64,
        parameters: usize,
        slots: impl Iterator<Item = (Cow<'static, str>, &'a [T])>,
    ) where
        T: 'a,
    {
        (self.step, self.memory) = (step, SlotValues::restored(parameters, slots));
    }

    /// Returns whether a step with a zero gradient keeps the parameters finite. Slots read from a file may not, for example if
    /// a root is taken of a negative element.
    #[cfg(feature = "safetensors")]
    pub(crate) fn makes_finite_steps(&self, parameters: &[T], table: TensorTable) -> bool {
        let (mut copy, mut moved) = (self.clone(), parameters.to_vec());
        // Settings out of range are not an error of the file. They are refused when training starts.
        let step = copy.step_with_table(&mut moved, &alloc::vec![T::ZERO; parameters.len()], table);
        step.is_err() || moved.iter().all(|x| x.is_finite())
    }

    /// Moves the parameters of a network, or of any other [`FlatParameters`], one step along the gradient. Adds to statistics,
    /// such as a running mean, the change that the gradient has in their place. Frozen layers stay unchanged, including those
    /// frozen by [`freeze`](Self::freeze).
    ///
    /// # Errors
    /// [`Error::NonFiniteGradient`] or [`Error::UpdateTooLarge`], which name the tensor; [`Error::Setting`];
    /// [`Error::ParameterCount`] if an earlier step had a different number of parameters. Nothing changes in any of these
    /// cases.
    pub fn step<N: FlatParameters<T>>(&mut self, network: &mut N, gradient: &impl FlatParameters<T>) -> Result<()> {
        self.step_with_table(network.parameters_mut(), gradient.parameters(), N::TENSORS)
    }

    /// Makes a [`step`](Self::step) on plain slices.
    ///
    /// # Errors
    /// The same as [`step`](Self::step), where the tensor is named `parameters`.
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
        if let Some(expected) = self.memory.parameters().filter(|&expected| expected != count) {
            return Err(Error::ParameterCount { expected, given: count });
        }
        self.check(table)?;
        self.check_gradient(parameters, gradient, table)?;
        self.memory.prepare(self.optimizer.slots(), count);
        let Self { optimizer, rates, step, memory, .. } = self;
        dispatch(Update {
            optimizer: &*optimizer,
            rates,
            step: *step,
            memory,
            parameters: &mut *parameters,
            gradient,
            table,
        });
        rates.for_each_statistic(table, &mut |range| {
            for (value, &change) in parameters[range.clone()].iter_mut().zip(&gradient[range]) {
                *value += change;
            }
        });
        self.step += 1;
        Ok(())
    }

    /// Checks the settings, and the factors and names of layers against this table.
    pub(crate) fn check(&self, table: TensorTable) -> Result<()> {
        self.optimizer.check::<T>()?;
        self.memory.check(self.optimizer.slots())?;
        self.rates.check(table)?;
        let value = self.rates.largest();
        if value != 1.0 && self.optimizer.learning_rate().is_none() {
            let (name, allowed) =
                ("factor of the learning rate", "1 for an optimizer without `learning_rate` and `set_learning_rate`");
            return Err(Error::Setting { name, value, allowed });
        }
        // A rate below that of the settings, even zero, exceeds no bound.
        let largest = scaled(&self.optimizer, value.max(1.0));
        if let Some(largest) = &largest {
            largest.check::<T>()?;
        }
        let largest = largest.as_ref().unwrap_or(&self.optimizer);
        largest.decay().check::<T>(largest.learning_rate().unwrap_or(0.0))
    }

    fn check_gradient(&self, parameters: &[T], gradient: &[T], table: TensorTable) -> Result<()> {
        let (rates, step) = (&self.rates, self.step);
        let Some(largest) = dispatch(Largest { values: gradient, rates, table, decaying: false }) else {
            return Err(Error::NonFiniteGradient { tensor: owner(gradient, rates, table, |g| !g.is_finite()), step });
        };
        let mut infinite = None;
        rates.for_each_statistic(table, &mut |range| {
            let found = gradient[range.clone()].iter().position(|change| !change.is_finite());
            infinite = infinite.or_else(|| found.map(|position| range.start + position));
        });
        if let Some(position) = infinite {
            return Err(Error::NonFiniteGradient { tensor: name_of(position, table), step });
        }
        let mut magnitude = largest.to_f64();
        if let Some(lambda) = self.optimizer.decay().coupled() {
            let Some(weight) = dispatch(Largest { values: parameters, rates, table, decaying: true }) else {
                return Err(Error::NonFiniteParameter { tensor: owner(parameters, rates, table, |p| !p.is_finite()) });
            };
            magnitude += lambda * weight.to_f64();
        }
        // One step of this size from the largest finite value would still not reach infinity. The parameters that many such
        // steps could carry there make the loss overflow first, which is reported before the update.
        let fastest = scaled(&self.optimizer, rates.largest().max(1.0));
        let update = fastest.as_ref().unwrap_or(&self.optimizer).largest_update(magnitude);
        if update > T::LARGEST * 1e-8 || !update.is_finite() {
            let tensor = owner(gradient, rates, table, |g| g.absolute() >= largest);
            return Err(Error::UpdateTooLarge { tensor, update, step });
        }
        Ok(())
    }
}

/// Returns the dotted name of the first trained tensor with an element that satisfies `is_it`.
fn owner<T: Kernels>(values: &[T], rates: &Rates, table: TensorTable, is_it: impl Fn(T) -> bool) -> String {
    let mut position = None;
    rates.for_each_segment(table, values.len(), false, &mut |segment| {
        let start = segment.range.start;
        position = position.or_else(|| values[segment.range].iter().position(|&x| is_it(x)).map(|place| start + place));
    });
    position.map_or_else(|| String::from("parameters"), |position| name_of(position, table))
}

/// Returns the dotted name of the tensor that an element belongs to.
fn name_of(position: usize, table: TensorTable) -> String {
    let tensor = table.list().into_iter().find(|tensor| tensor.range.contains(&position));
    tensor.map_or_else(|| String::from("parameters"), |tensor| tensor.name)
}
