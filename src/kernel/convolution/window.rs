//! How do samples become the lanes of registers?
//!
//! A group of 16 samples is stored with the sample as the innermost index, so a register holds one element of several samples.
//! Every operation then acts on all of them alike, whatever the sizes of the images. Only the rows that are in use are stored so:
//! they are converted when they come into use, and overwrite those that went out of it.

use crate::kernel::lanes::{Lanes, transposed};
use crate::scalar::Scalar;

/// The number of samples in a group.
pub(super) const GROUP: usize = 16;

/// The images of up to [`GROUP`] samples, one after another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Images<'a, T> {
    pub(super) values: &'a [T],
    pub(super) channels: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// Rows of a group of samples, stored as `[row mod capacity][channel][column][sample]`.
#[derive(Debug)]
pub(super) struct Window<'a, T> {
    memory: &'a mut [T],
    channels: usize,
    /// The number of rows.
    pub(super) capacity: usize,
    /// The number of columns, of which the first `left` are never written.
    pub(super) columns: usize,
    left: usize,
    /// The number of rows of the image that were converted or skipped.
    ready: usize,
}

impl<'a, T: Scalar> Window<'a, T> {
    /// Creates a window in memory of [`len`](Self::len) elements.
    #[inline(always)]
    pub(super) fn new(memory: &'a mut [T], channels: usize, capacity: usize, columns: usize, left: usize) -> Self {
        assert_eq!(memory.len(), Self::len(channels, capacity, columns), "the length of a window");
        Self { memory, channels, capacity, columns, left, ready: 0 }
    }

    /// Returns the number of elements that a window needs.
    #[inline(always)]
    pub(super) const fn len(channels: usize, capacity: usize, columns: usize) -> usize {
        channels * capacity * columns * GROUP
    }

    /// Returns the start of the memory.
    #[inline(always)]
    pub(super) fn start(&self) -> *const T {
        self.memory.as_ptr()
    }

    /// Returns the number of elements between rows, and between channels.
    #[inline(always)]
    pub(super) const fn apart(&self) -> [usize; 2] {
        [self.channels * self.columns * GROUP, self.columns * GROUP]
    }

    /// Forgets all rows.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.ready = 0;
    }

    /// Makes the rows from `first` to `end` available, at most `capacity` of them. Calls must be in the order of rows.
    #[inline(always)]
    pub(super) fn show<V: Lanes<Element = T>>(&mut self, isa: V::Isa, images: Images<'_, T>, first: usize, end: usize) {
        assert!(images.channels == self.channels && end <= images.rows, "rows of the images");
        let columns = images.columns.min(self.columns.saturating_sub(self.left));
        for row in self.ready.max(first)..end {
            let [row_apart, channel_apart] = self.apart();
            let memory = &mut self.memory[row % self.capacity * row_apart..][..row_apart];
            for (channel, memory) in memory.chunks_exact_mut(channel_apart).enumerate() {
                let from = &images.values[(channel * images.rows + row) * images.columns..];
                let apart = images.channels * images.rows * images.columns;
                let samples = images.values.len() / apart;
                to_lanes::<V>(isa, from, (samples, apart), &mut memory[self.left * GROUP..][..columns * GROUP]);
            }
        }
        self.ready = self.ready.max(end);
    }
}

/// Copies as many adjacent elements as `to` holds, for every sample. The lanes of samples that do not exist become zero.
#[inline(always)]
pub(super) fn to_lanes<V: Lanes>(
    isa: V::Isa,
    from: &[V::Element],
    (samples, apart): (usize, usize),
    to: &mut [V::Element],
) {
    let count = to.len() / GROUP;
    assert!(
        count == 0 || (1..=GROUP).contains(&samples) && from.len() >= (samples - 1) * apart + count,
        "elements of every sample"
    );
    for half in (0..GROUP).step_by(V::COUNT) {
        for start in (0..count).step_by(V::COUNT) {
            let here = V::COUNT.min(count - start);
            let first = V::first(isa, here);
            let mut square = [V::splat(isa, V::Element::ZERO); 16];
            // The usual case, without branches for each register.
            if here == V::COUNT && half + here <= samples {
                for lane in 0..V::COUNT {
                    // SAFETY: `COUNT` elements of each sample are within the slice, as asserted.
                    square[lane] = unsafe { V::load(isa, from.as_ptr().add((half + lane) * apart + start)) };
                }
                for (place, row) in transposed(square).enumerate() {
                    // SAFETY: `start + place` is below `count`, and `half + COUNT` at most 16.
                    unsafe { row.store(to.as_mut_ptr().add((start + place) * GROUP + half)) };
                }
                continue;
            }
            for (lane, row) in square[..V::COUNT].iter_mut().enumerate() {
                if half + lane < samples {
                    // SAFETY: `here` elements of each sample are within the slice, as asserted.
                    *row = unsafe {
                        let from = from.as_ptr().add((half + lane) * apart + start);
                        if here == V::COUNT { V::load(isa, from) } else { V::load_first(isa, first, from) }
                    };
                }
            }
            for (place, row) in transposed(square).enumerate() {
                if place < here {
                    // SAFETY: `start + place` is below `count`, and `half + COUNT` at most 16.
                    unsafe { row.store(to.as_mut_ptr().add((start + place) * GROUP + half)) };
                }
            }
        }
    }
}

/// Copies elements out of lanes: the inverse of [`to_lanes`].
#[inline(always)]
pub(super) fn from_lanes<V: Lanes>(
    isa: V::Isa,
    from: &[V::Element],
    to: &mut [V::Element],
    (samples, apart): (usize, usize),
) {
    let count = from.len() / GROUP;
    assert!(
        count == 0 || (1..=GROUP).contains(&samples) && to.len() >= (samples - 1) * apart + count,
        "elements of every sample"
    );
    for half in (0..samples).step_by(V::COUNT) {
        for start in (0..count).step_by(V::COUNT) {
            let here = V::COUNT.min(count - start);
            let first = V::first(isa, here);
            let mut square = [V::splat(isa, V::Element::ZERO); 16];
            // The usual case, without branches for each register.
            if here == V::COUNT && half + here <= samples {
                for place in 0..V::COUNT {
                    // SAFETY: `start + place` is below `count`, and `half + COUNT` at most 16.
                    square[place] = unsafe { V::load(isa, from.as_ptr().add((start + place) * GROUP + half)) };
                }
                for (lane, row) in transposed(square).enumerate() {
                    // SAFETY: `COUNT` elements of each sample are within the slice, as asserted.
                    unsafe { row.store(to.as_mut_ptr().add((half + lane) * apart + start)) };
                }
                continue;
            }
            for (place, row) in square[..V::COUNT].iter_mut().enumerate() {
                if place < here {
                    // SAFETY: `start + place` is below `count`, and `half + COUNT` at most 16.
                    *row = unsafe { V::load(isa, from.as_ptr().add((start + place) * GROUP + half)) };
                }
            }
            for (lane, row) in transposed(square).enumerate() {
                if half + lane < samples {
                    // SAFETY: `here` elements of each sample are within the slice, as asserted.
                    unsafe {
                        let to = to.as_mut_ptr().add((half + lane) * apart + start);
                        if here == V::COUNT { row.store(to) } else { row.store_first(first, to) }
                    }
                }
            }
        }
    }
}
