//! Where are the slots of an optimizer stored?

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::optimizer::{MAX_SLOTS, Slot};
use crate::scalar::Scalar;

/// The elements of all slots, one slot after the other.
#[derive(Clone, Debug)]
pub(super) struct SlotValues<T> {
    /// The names of all slots needed so far. A slot is kept while the setting that needs it is switched off.
    names: Vec<Cow<'static, str>>,
    /// The elements; consecutive slots start [`stride`] elements apart.
    values: Vec<T>,
    /// The number of parameters that the slots belong to, once it is known.
    parameters: Option<usize>,
}

/// Returns the number of elements from the start of one slot to the start of the next. A processor may take a load to depend on
/// a recent store if the lower twelve bits of the two addresses agree. Large slots therefore start at the same offset in their
/// 4 KiB pages, so that in each slot the loads run ahead of the stores.
const fn stride(count: usize) -> usize {
    if count < 4096 { count } else { count.next_multiple_of(1024) }
}

impl<T: Scalar> SlotValues<T> {
    pub(super) const EMPTY: Self = Self { names: Vec::new(), values: Vec::new(), parameters: None };

    /// Returns the number of parameters that the slots belong to, once it is known.
    pub(super) fn parameters(&self) -> Option<usize> {
        self.parameters
    }

    /// Sets the number of parameters that the slots belong to.
    pub(super) fn belongs_to(&mut self, parameters: usize) {
        self.parameters = Some(parameters);
    }

    /// Checks that the slots fit, and that their names are distinct.
    pub(super) fn check(&self, slots: &[Slot]) -> Result<()> {
        let new = slots.iter().filter(|slot| !self.names.iter().any(|name| name == slot.name())).count();
        let (name, value) = ("number of optimizer slots", (self.names.len() + new) as f64);
        if self.names.len() + new > MAX_SLOTS {
            return Err(Error::Setting { name, value, allowed: "at most 4" });
        }
        let is_first = |(index, slot): (usize, &Slot)| slots[..index].iter().all(|other| other.name() != slot.name());
        if !slots.iter().enumerate().all(is_first) {
            return Err(Error::Setting { name, value, allowed: "the number of distinct slot names" });
        }
        Ok(())
    }

    /// Makes room for slots of `count` parameters. Slots that exist already stay unchanged.
    pub(super) fn prepare(&mut self, slots: &[Slot], count: usize) {
        self.belongs_to(count);
        for slot in slots {
            if !self.names.iter().any(|name| name == slot.name()) {
                self.push(Cow::Borrowed(slot.name()), count);
            }
        }
    }

    /// Appends a slot of zeros.
    fn push(&mut self, name: Cow<'static, str>, count: usize) -> &mut [T] {
        self.names.push(name);
        let start = self.values.len();
        self.values.resize(start + stride(count), T::ZERO);
        &mut self.values[start..start + count]
    }

    /// Returns the given range of each of these slots, in their order. The remaining slices are empty.
    pub(super) fn pieces(&mut self, slots: &[Slot], range: &Range<usize>) -> [&mut [T]; MAX_SLOTS] {
        // `chunks` does not accept a size of zero.
        let stride = stride(self.parameters.unwrap_or(0)).max(1);
        let mut pieces: [&mut [T]; MAX_SLOTS] = core::array::from_fn(|_| &mut [][..]);
        for (name, values) in self.names.iter().zip(self.values.chunks_exact_mut(stride)) {
            if let Some(place) = slots.iter().position(|slot| name == slot.name()) {
                pieces[place] = &mut values[range.clone()];
            }
        }
        pieces
    }
}

#[cfg(feature = "safetensors")]
impl<T: Scalar> SlotValues<T> {
    /// Returns the name and the elements of each slot.
    pub(super) fn slots(&self) -> impl ExactSizeIterator<Item = (&str, &[T])> {
        let count = self.parameters.unwrap_or(0);
        let values = (0..self.names.len()).map(move |slot| &self.values[slot * stride(count)..][..count]);
        self.names.iter().map(|name| &**name).zip(values)
    }

    /// Creates the slots of `parameters` parameters from names and elements.
    pub(super) fn restored<'a>(parameters: usize, slots: impl Iterator<Item = (Cow<'static, str>, &'a [T])>) -> Self
    where
        T: 'a,
    {
        let mut memory = Self { parameters: Some(parameters), ..Self::EMPTY };
        for (name, values) in slots {
            memory.push(name, values.len()).copy_from_slice(values);
        }
        memory
    }
}
