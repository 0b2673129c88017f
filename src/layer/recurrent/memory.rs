//! How is the memory of a recurrent layer laid out?

use super::Sizes;

/// Returns a row of a matrix.
pub(in crate::layer) fn row<T>(rows: &[T], len: usize, index: usize) -> &[T] {
    &rows[index * len..][..len]
}

/// Returns a row of a matrix, mutably.
pub(in crate::layer) fn row_mut<T>(rows: &mut [T], len: usize, index: usize) -> &mut [T] {
    &mut rows[index * len..][..len]
}

/// Returns a row of a matrix, mutably, and another if there is one.
pub(super) fn row_and_other<T>(
    rows: &mut [T],
    len: usize,
    index: usize,
    other: Option<usize>,
) -> (&mut [T], Option<&[T]>) {
    let range = |index: usize| index * len..(index + 1) * len;
    let Some(other) = other.filter(|_| len > 0) else {
        return (&mut rows[range(index)], None);
    };
    let [row, other] = rows.get_disjoint_mut([range(index), range(other)]).expect("two rows");
    (row, Some(other))
}

/// The memory of a pass: of every sample and step the gates, what it kept and the state before, and scratch memory for one step.
pub(super) struct Memory<'a, T> {
    pub(super) gates: &'a mut [T],
    pub(super) kept: &'a mut [T],
    pub(super) previous: &'a mut [T],
    /// The product with the state.
    pub(super) product: &'a mut [T],
    /// The state, or the gradient with respect to it.
    pub(super) state: &'a mut [T],
    /// What [`StepBack::carried`](super::StepBack::carried) is.
    pub(super) carried: &'a mut [T],
}

impl<'a, T> Memory<'a, T> {
    /// Divides a cache that keeps `rows` steps, and `row` of what precedes a step.
    pub(super) fn new(sizes: Sizes, [kept, previous]: [usize; 2], cache: &'a mut [T]) -> Self {
        let Sizes { samples, steps, units, .. } = sizes;
        let (gates, rest) = cache.split_at_mut(samples * steps * sizes.gates);
        let (kept, rest) = rest.split_at_mut(samples * kept * sizes.kept);
        let (previous, rest) = rest.split_at_mut(samples * previous * units);
        let (product, rest) = rest.split_at_mut(samples * sizes.gates);
        let (state, carried) = rest.split_at_mut(samples * units);
        Self { gates, kept, previous, product, state, carried }
    }
}

/// The states in which the windows before ended: of every sample the state and, if the next step reads it, what the last step kept.
#[derive(Clone, Copy)]
pub(super) struct Before<'a, T> {
    pub(super) state: &'a [T],
    kept: &'a [T],
    kept_width: usize,
}

impl<'a, T: Copy> Before<'a, T> {
    /// Divides the states that a layer carries.
    pub(super) fn new(sizes: Sizes, carried: &'a [T]) -> Self {
        let (state, kept) = carried.split_at(sizes.samples * sizes.units);
        Self { state, kept, kept_width: sizes.kept }
    }

    /// Returns what the last step of a sample kept, if the next step reads it.
    pub(super) fn kept(self, sample: usize) -> Option<&'a [T]> {
        (!self.kept.is_empty()).then(|| row(self.kept, self.kept_width, sample))
    }
}

/// Writes the states in which windows end, laid out as [`Before`].
pub(super) fn carry<T: Copy>(sizes: Sizes, (state, kept): (&[T], &[T]), after: &mut [T]) {
    let (state_after, kept_after) = after.split_at_mut(state.len());
    state_after.copy_from_slice(state);
    for (sample, kept_after) in kept_after.chunks_exact_mut(sizes.kept.max(1)).enumerate() {
        kept_after.copy_from_slice(row(kept, sizes.kept, (sample + 1) * sizes.steps - 1));
    }
}
