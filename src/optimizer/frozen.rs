//! Which tensors are frozen at run time, in addition to those that the network's declaration freezes?

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::kernel::Kernels;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::scalar::Scalar;
use crate::tensor::TensorInfo;

/// Tensors frozen at run time, as ranges in memory order.
#[derive(Clone, Debug)]
pub(super) struct Frozen(Vec<Range<usize>>);

impl Frozen {
    pub(super) const NONE: Self = Self(Vec::new());

    fn freeze(&mut self, tensors: impl Iterator<Item = Range<usize>>) {
        for range in tensors {
            if let Err(place) = self.0.binary_search_by_key(&range.start, |frozen| frozen.start) {
                self.0.insert(place, range);
            }
        }
    }

    fn unfreeze(&mut self, tensors: impl Iterator<Item = Range<usize>>) {
        for range in tensors {
            self.0.retain(|frozen| *frozen != range);
        }
    }

    /// Calls `visit` with the parts of a segment that are not frozen.
    pub(super) fn for_each_free(&self, segment: Range<usize>, visit: &mut dyn FnMut(Range<usize>)) {
        let mut start = segment.start;
        for frozen in self.0.iter().filter(|frozen| frozen.start < segment.end && frozen.end > segment.start) {
            if start < frozen.start {
                visit(start..frozen.start);
            }
            start = frozen.end;
        }
        if start < segment.end {
            visit(start..segment.end);
        }
    }
}

impl<O: Optimizer, T: Kernels> OptimizerState<O, T> {
    /// Freezes a layer or tensor of the network from the next step on. The name is `hidden` for a whole layer, `hidden.weight`
    /// for a tensor, and `encoder.hidden` for a layer of a nested network.
    ///
    /// Steps ignore the gradient of a frozen tensor and keep its slots. What is frozen is a setting of the program and not part
    /// of a checkpoint. Prefer `#[frozen]` in the declaration for layers that never learn.
    ///
    /// The state stores positions among the parameters of `N`, not names, so it then belongs to one type of network. A network
    /// with a different number of parameters is refused from then on, also in a step ([`Error::ParameterCount`]), until
    /// [`reset`](Self::reset), which unfreezes everything. A different network with the same number of parameters is not
    /// detected: the same positions stay frozen, whatever they hold.
    ///
    /// # Errors
    /// [`Error::UnknownTensor`] if the network has no layer or tensor of that name; the error lists the names that it has.
    /// [`Error::ParameterCount`] if an earlier step or an earlier `freeze` had a different number of parameters.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Net = hidden: Dense<1, 1>, output: Dense<1, 1>);
    ///
    /// let (mut net, mut gradient) = (Net::zeroed(), Gradient::<Net>::zeroed());
    /// gradient.parameters_mut().fill(1.0);
    /// let mut optimizer = Sgd::new(0.5).state();
    /// optimizer.freeze::<Net>("hidden")?;
    /// optimizer.step(&mut *net, &*gradient)?;
    /// assert_eq!(net.parameters(), [0.0, 0.0, -0.5, -0.5]);
    ///
    /// optimizer.unfreeze::<Net>("hidden.bias")?;
    /// optimizer.step(&mut *net, &*gradient)?;
    /// assert_eq!(net.parameters(), [0.0, -0.5, -1.0, -1.0]);
    ///
    /// assert_eq!(
    ///     optimizer.freeze::<Net>("hiden").unwrap_err().to_string(),
    ///     "no layer or tensor is named `hiden`: the names are `hidden.weight`, `hidden.bias`, `output.weight`, `output.bias`"
    /// );
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let error = optimizer.step(&mut *Line::zeroed(), &*Gradient::<Line>::zeroed()).unwrap_err();
    /// assert_eq!(error, typenet::Error::ParameterCount { expected: 4, given: 2 });
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn freeze<N: FlatParameters<T>>(&mut self, name: &str) -> Result<()> {
        let tensors = self.named::<N>(name)?;
        self.memory.belongs_to(N::LEN);
        self.rates.frozen.freeze(tensors.into_iter().map(|tensor| tensor.range));
        Ok(())
    }

    /// Unfreezes a layer or tensor that [`freeze`](Self::freeze) froze, or part of one. A layer declared `#[frozen]` stays
    /// frozen.
    ///
    /// # Errors
    /// The same as [`freeze`](Self::freeze).
    pub fn unfreeze<N: FlatParameters<T>>(&mut self, name: &str) -> Result<()> {
        let tensors = self.named::<N>(name)?;
        self.rates.frozen.unfreeze(tensors.into_iter().map(|tensor| tensor.range));
        Ok(())
    }

    /// Sets the gradient of the tensors that [`freeze`](Self::freeze) froze to zero, so that they count in no norm. Custom
    /// loops that clip gradients call it first, as [`Trainer`](crate::train::Trainer) does.
    pub fn clear_frozen(&self, gradient: &mut impl FlatParameters<T>) {
        let values = gradient.parameters_mut();
        for range in &self.rates.frozen.0 {
            if let Some(values) = values.get_mut(range.clone()) {
                values.fill(<T as Scalar>::ZERO);
            }
        }
    }

    /// Returns the tensors that a name matches.
    fn named<N: FlatParameters<T>>(&self, name: &str) -> Result<Vec<TensorInfo>> {
        if let Some(expected) = self.memory.parameters().filter(|&expected| expected != N::LEN) {
            return Err(Error::ParameterCount { expected, given: N::LEN });
        }
        let mut tensors = N::TENSORS.list();
        let names: Vec<String> = tensors.iter().map(|tensor| tensor.name.clone()).collect();
        tensors.retain(|tensor| {
            tensor.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        if tensors.is_empty() { Err(Error::UnknownTensor { name: name.into(), names }) } else { Ok(tensors) }
    }
}
