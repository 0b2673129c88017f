//! How do the checks and the update rule of a step cover all segments, on all threads?

use crate::kernel::{Isa, Kernels, Program};
use crate::optimizer::decay::{couple, shrink};
use crate::optimizer::rates::{Rates, Segment};
use crate::optimizer::slot_values::SlotValues;
use crate::optimizer::{MAX_SLOTS, Optimizer, WeightDecay};
use crate::tensor::TensorTable;
use crate::threads;

/// The number of elements that decay together. It is small enough for the stack and the first-level cache, and large enough
/// that the cost of what an optimizer computes once per call, such as Adam's corrections, is negligible.
const DECAYED_TOGETHER: usize = 2048;

/// The number of elements that are checked from start to end.
const CHECKED_TOGETHER: usize = 4096;

/// Computes the largest magnitude of the trained elements, or only of those that decay. The result is `None` if one of them is
/// not finite.
pub(super) struct Largest<'a, T> {
    pub(super) values: &'a [T],
    pub(super) rates: &'a Rates,
    pub(super) table: TensorTable,
    pub(super) decaying: bool,
}

impl<T: Kernels> Program for Largest<'_, T> {
    type Output = Option<T>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<T> {
        let Self { values, rates, table, decaying } = self;
        let mut largest = Some(T::ZERO);
        rates.for_each_segment(table, values.len(), decaying, &mut |segment| {
            if segment.decays == decaying {
                let found = largest_of(isa, &values[segment.range]);
                largest = largest.zip(found).map(|(largest, found)| found.maximum(largest));
            }
        });
        largest
    }
}

/// Returns the largest magnitude in a segment, or `None` if an element is not finite. Threads share the work.
fn largest_of<T: Kernels, I: Isa>(isa: I, values: &[T]) -> Option<T> {
    let Some(middle) = threads::middle(values.len()) else {
        return isa.call(LargestOfPiece(values));
    };
    let (first, second) = values.split_at(middle);
    let (first, second) = threads::join(|| largest_of(isa, first), || largest_of(isa, second));
    first.zip(second).map(|(first, second)| second.maximum(first))
}

/// A separate program, because the closure that receives a segment is not compiled for an instruction set.
struct LargestOfPiece<'a, T>(&'a [T]);

impl<T: Kernels> Program for LargestOfPiece<'_, T> {
    type Output = Option<T>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<T> {
        // From the end to the start: the start is then in a cache when the update reads it.
        let mut largest = Some(T::ZERO);
        for values in self.0.rchunks(CHECKED_TOGETHER) {
            largest = largest.zip(T::largest_magnitude(isa, values)).map(|(largest, found)| found.maximum(largest));
        }
        largest
    }
}

/// A step whose gradient has been checked.
pub(super) struct Update<'a, O, T> {
    pub(super) optimizer: &'a O,
    pub(super) rates: &'a Rates,
    pub(super) step: u64,
    pub(super) memory: &'a mut SlotValues<T>,
    pub(super) parameters: &'a mut [T],
    pub(super) gradient: &'a [T],
    pub(super) table: TensorTable,
}

impl<O: Optimizer, T: Kernels> Program for Update<'_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { optimizer, rates, step, memory, parameters, gradient, table } = self;
        let count = parameters.len();
        let decays = !optimizer.decay().is_none();
        rates.for_each_segment(table, count, decays, &mut |Segment { range, factor, decays }| {
            let slots = memory.pieces(optimizer.slots(), &range);
            let (parameters, gradient) = (&mut parameters[range.clone()], &gradient[range]);
            let scaled = scaled(optimizer, factor);
            let optimizer = scaled.as_ref().unwrap_or(optimizer);
            let decay = if decays { optimizer.decay() } else { WeightDecay::None };
            update(isa, UpdateOfPiece { optimizer, step, decay, parameters, gradient, slots });
        });
    }
}

/// Returns the optimizer with its learning rate multiplied by `factor`, or `None` if that changes nothing.
pub(super) fn scaled<O: Optimizer>(optimizer: &O, factor: f64) -> Option<O> {
    let rate = optimizer.learning_rate().filter(|_| factor != 1.0)?;
    let mut scaled = optimizer.clone();
    scaled.set_learning_rate(rate * factor);
    Some(scaled)
}

/// Updates a segment. Threads share the work.
fn update<O: Optimizer, T: Kernels, I: Isa>(isa: I, segment: UpdateOfPiece<'_, O, T>) {
    let Some(middle) = threads::middle(segment.parameters.len()) else {
        return isa.call(segment);
    };
    let (mut first, mut second) = segment.split_at(middle);
    threads::join(|| update(isa, first.lent()), || update(isa, second.lent()));
}

/// A separate program, for the same reason as [`LargestOfPiece`].
struct UpdateOfPiece<'a, O, T> {
    optimizer: &'a O,
    step: u64,
    decay: WeightDecay,
    parameters: &'a mut [T],
    gradient: &'a [T],
    slots: [&'a mut [T]; MAX_SLOTS],
}

impl<O, T> UpdateOfPiece<'_, O, T> {
    /// Returns the same segment, for a shorter time.
    fn lent(&mut self) -> UpdateOfPiece<'_, O, T> {
        let Self { optimizer, step, decay, parameters, gradient, slots } = self;
        let slots = slots.each_mut().map(|slot| &mut **slot);
        UpdateOfPiece { optimizer, step: *step, decay: *decay, parameters, gradient, slots }
    }

    fn split_at(self, middle: usize) -> (Self, Self) {
        let Self { optimizer, step, decay, parameters, gradient, mut slots } = self;
        let ((parameters, other_parameters), (gradient, other_gradient)) =
            (parameters.split_at_mut(middle), gradient.split_at(middle));
        let mut other_slots: [&mut [T]; MAX_SLOTS] = core::array::from_fn(|_| &mut [][..]);
        for (slot, other_slot) in slots.iter_mut().zip(&mut other_slots) {
            // Slots that the optimizer does not use are empty.
            let whole = core::mem::take(slot);
            (*slot, *other_slot) = whole.split_at_mut(middle.min(whole.len()));
        }
        let other =
            Self { optimizer, step, decay, parameters: other_parameters, gradient: other_gradient, slots: other_slots };
        (Self { optimizer, step, decay, parameters, gradient, slots }, other)
    }
}

impl<O: Optimizer, T: Kernels> Program for UpdateOfPiece<'_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        if self.decay.is_none() {
            let Self { optimizer, step, parameters, gradient, mut slots, .. } = self;
            return optimizer.update(isa, step, parameters, gradient, &mut slots[..optimizer.slots().len()]);
        }
        let mut rest = self;
        while rest.parameters.len() > DECAYED_TOGETHER {
            let first;
            (first, rest) = rest.split_at(DECAYED_TOGETHER);
            first.decayed(isa);
        }
        rest.decayed(isa);
    }
}

impl<O: Optimizer, T: Kernels> UpdateOfPiece<'_, O, T> {
    /// Updates at most [`DECAYED_TOGETHER`] elements, with decay.
    #[inline(always)]
    fn decayed<I: Isa>(self, isa: I) {
        let Self { optimizer, step, decay, parameters, gradient, mut slots } = self;
        let slots = &mut slots[..optimizer.slots().len()];
        if let Some(lambda) = decay.coupled() {
            let sum = &mut [T::ZERO; DECAYED_TOGETHER][..gradient.len()];
            couple(isa, T::from_f64(lambda), parameters, gradient, sum);
            optimizer.update(isa, step, parameters, sum, slots);
            return;
        }
        if let WeightDecay::Decoupled(lambda) = decay {
            let rate = optimizer.learning_rate().unwrap_or(0.0);
            shrink(T::from_f64(1.0 - rate * lambda), parameters);
        }
        optimizer.update(isa, step, parameters, gradient, slots);
    }
}
