//! Where is what an optimizer remembers?

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::optimizer::{MAX_SLOTS, Slot};
use crate::scalar::Scalar;

/// What an optimizer remembers, slot after slot.
#[derive(Clone, Debug)]
pub(super) struct SlotValues<T> {
    /// The names of all slots that were needed so far. What a setting needs is kept while the setting is switched off.
    names: Vec<Cow<'static, str>>,
    /// Their elements, the slots [`stride`] apart.
    values: Vec<T>,
    /// The number of parameters that they belong to, as soon as it is known.
    parameters: Option<usize>,
}

/// Elements from one slot to the next. Processors take a load for one of what was just stored where the lower twelve bits
/// of the addresses agree, so large slots begin alike in their pages of 4 KiB: then loads are ahead of stores in all.
const fn stride(count: usize) -> usize {
    if count < 4096 { count } else { count.next_multiple_of(1024) }
}

impl<T: Scalar> SlotValues<T> {
    pub(super) const EMPTY: Self = Self { names: Vec::new(), values: Vec::new(), parameters: None };

    /// The number of parameters that the memory belongs to, as soon as it is known.
    pub(super) fn parameters(&self) -> Option<usize> {
        self.parameters
    }

    /// The memory is that of so many parameters.
    pub(super) fn belongs_to(&mut self, parameters: usize) {
        self.parameters = Some(parameters);
    }

    /// Refuses slots that there is no place for.
    pub(super) fn check(&self, slots: &[Slot]) -> Result<()> {
        let new = slots.iter().filter(|slot| !self.names.iter().any(|name| name == slot.name())).count();
        let (name, value) = ("number of optimizer slots", (self.names.len() + new) as f64);
        if self.names.len() + new > MAX_SLOTS {
            return Err(Error::Setting { name, value, allowed: "at most 4" });
        }
        let is_first = |(index, slot): (usize, &Slot)| slots[..index].iter().all(|other| other.name() != slot.name());
        if !slots.iter().enumerate().all(is_first) {
            return Err(Error::Setting { name, value, allowed: "that of their names: each has a name of its own" });
        }
        Ok(())
    }

    /// Makes room for slots of `count` parameters; those that were there stay as they are.
    pub(super) fn prepare(&mut self, slots: &[Slot], count: usize) {
        self.belongs_to(count);
        for slot in slots {
            if !self.names.iter().any(|name| name == slot.name()) {
                self.push(Cow::Borrowed(slot.name()), count);
            }
        }
    }

    /// A new slot of zeros.
    fn push(&mut self, name: Cow<'static, str>, count: usize) -> &mut [T] {
        self.names.push(name);
        let start = self.values.len();
        self.values.resize(start + stride(count), T::ZERO);
        &mut self.values[start..start + count]
    }

    /// A range of each of these slots, in their order; the others are empty.
    pub(super) fn pieces(&mut self, slots: &[Slot], range: &Range<usize>) -> [&mut [T]; MAX_SLOTS] {
        // Not zero where there is nothing to cut.
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
    /// The slots by name.
    pub(super) fn slots(&self) -> impl ExactSizeIterator<Item = (&str, &[T])> {
        let count = self.parameters.unwrap_or(0);
        let values = (0..self.names.len()).map(move |slot| &self.values[slot * stride(count)..][..count]);
        self.names.iter().map(|name| &**name).zip(values)
    }

    /// The memory of so many parameters, with slots of these names and elements.
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
