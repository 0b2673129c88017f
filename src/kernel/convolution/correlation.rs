//! The forward pass and the gradient of the input, for groups of samples in the lanes of registers.
//!
//! The gradient of the input is the same sum with the kernel reversed and the channels of input and output exchanged. A block
//! consists of some filters and some adjacent positions. Its sums stay in registers during the loop over the terms.

use super::axis::{Axis, Phase, Terms};
use super::window::{GROUP, Images, Window, from_lanes};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{Isa, Program};
use crate::scalar::Scalar;

/// The tiled twin of the loops of the forward pass. Filters and channels are those of the sum: for the gradient of the input, a
/// filter is a channel of the input.
#[derive(Debug)]
pub(super) struct Correlation<'a, T> {
    pub(super) samples: usize,
    pub(super) channels: usize,
    pub(super) filters: usize,
    pub(super) groups: usize,
    pub(super) kernel: [usize; 2],
    pub(super) axes: [Axis; 2],
    pub(super) weight: &'a [T],
    /// Empty, or one element per filter.
    pub(super) bias: &'a [T],
    pub(super) input: &'a [T],
    pub(super) output: &'a mut [T],
    /// Memory of [`memory_len`](Self::memory_len) elements.
    pub(super) memory: &'a mut [T],
}

/// What the blocks of one row of the output and one group of channels share.
#[derive(Clone, Copy)]
struct Row<T> {
    /// The first weight of channel 0, and the distance between channels.
    weight: *const T,
    weights_apart: usize,
    bias: Option<*const T>,
    /// The first channel of the window, the distance between channels and between rows, and the number of rows.
    window: *const T,
    channels_apart: usize,
    rows_apart: usize,
    capacity: usize,
    channels: usize,
    /// The terms along the rows. Their inputs are indices of rows in the window.
    rows: Terms,
    /// The sums, and the distance between filters.
    output: *mut T,
    filters_apart: usize,
}

impl<T: Vectors> Program for Correlation<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.in_groups::<T::In<I>>(isa);
    }
}

/// Processes the filters in groups that share the loads of an input. Six leave no rest where four would leave two.
macro_rules! by_filters {
    ($count:expr, $filter:ident, $filters:ident in [$($size:literal),*] => $block:expr) => {{
        let (count, mut $filter) = ($count, 0);
        while $filter < count {
            let rest = count - $filter;
            $(
                if rest >= $size && ($size != 6 || rest % 4 != 0) {
                    const $filters: usize = $size;
                    $block;
                    $filter += $size;
                    continue;
                }
            )*
        }
    }};
}

/// Returns the number of rows of the output that leave the lanes together: so many that their elements fill registers, if few do.
#[inline(always)]
fn rows_together(rows: Axis, columns: Axis) -> usize {
    const MOST: usize = 4;
    // The number of positions is odd, or divisible by 2, 4, 8 or 16.
    let together = GROUP >> columns.output.trailing_zeros().min(GROUP.trailing_zeros());
    together.min(MOST).min(rows.output)
}

impl<T: Vectors> Correlation<'_, T> {
    /// Returns the number of elements of memory: rows of the input and one row of the output, in lanes.
    #[inline(always)]
    pub(super) fn memory_len(channels: usize, filters: usize, [rows, columns]: [Axis; 2]) -> usize {
        Window::<T>::len(channels, rows.span(), columns.input)
            + filters * rows_together(rows, columns) * columns.output * GROUP
    }

    #[inline(always)]
    fn in_groups<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let Self { samples, channels, filters, groups, kernel: [kh, kw], axes: [rows, columns], .. } = self;
        let [input_len, output_len] = [channels * rows.input * columns.input, filters * rows.output * columns.output];
        assert!(self.input.len() == samples * input_len && self.output.len() == samples * output_len, "all samples");
        assert!(self.weight.len() == channels / groups * kh * kw * filters, "all weights");
        assert!(self.bias.is_empty() || self.bias.len() == filters, "a bias per filter");
        let window_len = Window::<T>::len(channels, rows.span(), columns.input);
        let (window, sums) = self.memory.split_at_mut(window_len);
        let mut window = Window::new(window, channels, rows.span(), columns.input, 0);
        let together = rows_together(rows, columns);
        let filters_apart = together * columns.output * GROUP;
        assert_eq!(sums.len(), filters * filters_apart, "some rows of the output");
        let [rows_apart, channels_apart] = window.apart();

        let inputs = self.input.chunks(GROUP * input_len);
        for (input, output) in inputs.zip(self.output.chunks_mut(GROUP * output_len)) {
            window.clear();
            let images = Images { values: input, channels, rows: rows.input, columns: columns.input };
            for y in 0..rows.output {
                let phase = rows.phase(y % rows.phases());
                let mut terms = Terms::at(phase, y / rows.phases(), kw * filters);
                if terms.count > 0 {
                    // The next positions may need rows between those that this one needs.
                    let end = terms.input + (terms.count - 1) * terms.inputs_apart + 1;
                    window.show::<V>(isa, images, end.saturating_sub(window.capacity), end);
                }
                terms.input %= window.capacity;
                for group in 0..groups {
                    let first = group * (filters / groups);
                    let row = Row {
                        weight: self.weight.as_ptr().wrapping_add(first + terms.weight),
                        weights_apart: kh * kw * filters,
                        bias: (!self.bias.is_empty()).then(|| self.bias.as_ptr().wrapping_add(first)),
                        window: window.start().wrapping_add(group * (channels / groups) * channels_apart),
                        channels_apart,
                        rows_apart,
                        capacity: window.capacity,
                        channels: channels / groups,
                        rows: terms,
                        output: sums
                            .as_mut_ptr()
                            .wrapping_add(first * filters_apart + y % together * columns.output * GROUP),
                        filters_apart,
                    };
                    // SAFETY: the lengths of weight, bias, window and sums were checked. `Terms` are within the kernel and the
                    // image, and the window has the rows of `terms`.
                    unsafe { of_row::<V>(isa, row, columns, filters / groups, filters) };
                }
                let done = y % together + 1;
                if done == together || y + 1 == rows.output {
                    for (filter, sums) in sums.chunks_exact(filters_apart).enumerate() {
                        let output = &mut output[(filter * rows.output + y + 1 - done) * columns.output..];
                        let sums = &sums[..done * columns.output * GROUP];
                        from_lanes::<V>(isa, sums, output, (input.len() / input_len, output_len));
                    }
                }
            }
        }
    }
}

/// Some positions of the output and their terms along the columns.
#[derive(Clone, Copy)]
struct Place<const P: usize> {
    /// The elements of the kernel at each position. Their starts and ends do not increase, and all of them meet or touch.
    starts: [usize; P],
    ends: [usize; P],
    /// The weight of element 0, and the distance between elements.
    weight: usize,
    weights_apart: usize,
    /// The input of element 0 at the first position, which may be outside the image, and the distances between elements and
    /// between positions.
    input: isize,
    inputs_apart: usize,
    positions_apart: usize,
    /// The sum of the first position, and the distance between positions.
    output: usize,
    outputs_apart: usize,
}

impl<const P: usize> Place<P> {
    /// Returns the place of `P` positions from `position` on, or `None` if there are fewer, or if their elements do not meet.
    /// Weights of adjacent columns of the kernel are `apart` elements apart. If `are_inside`, all elements are at all positions.
    #[inline(always)]
    fn at(columns: Axis, phase: Phase, position: usize, apart: usize, are_inside: bool) -> Option<Self> {
        if position + P > phase.positions {
            return None;
        }
        let (mut starts, mut ends) = ([0; P], [phase.elements; P]);
        if !are_inside {
            for p in 0..P {
                let elements = phase.elements_at(position + p);
                (starts[p], ends[p]) = (elements.start, elements.end);
            }
        }
        (starts[0] <= ends[P - 1]).then_some(Self {
            starts,
            ends,
            weight: phase.element * apart,
            weights_apart: phase.elements_apart * apart,
            input: phase.origin(position) * GROUP.cast_signed(),
            inputs_apart: phase.places_apart * GROUP,
            positions_apart: phase.stride * GROUP,
            output: (phase.first + position * columns.phases()) * GROUP,
            outputs_apart: columns.phases() * GROUP,
        })
    }
}

/// Computes a row of `count` filters, whose weights are `apart` elements from those of the next column of the kernel.
///
/// # Safety
/// The row is valid for these filters and for the terms at all positions of `columns`.
#[inline(always)]
unsafe fn of_row<V: Lanes>(isa: V::Isa, row: Row<V::Element>, columns: Axis, count: usize, apart: usize) {
    for phase in (0..columns.phases()).map(|first| columns.phase(first)) {
        let inside = phase.inside();
        let mut position = 0;
        while position < phase.positions {
            let alike = if inside.contains(&position) { inside.end - position } else { 0 };
            macro_rules! blocks {
                ($p:literal, [$($r:literal),*]) => {
                    if let Some(place) = Place::<$p>::at(columns, phase, position, apart, alike >= $p) {
                        // SAFETY: the caller's contract.
                        unsafe {
                            if alike >= $p {
                                by_filters!(count, filter, R in [$($r),*] =>
                                    block::<V, R, $p, false>(isa, row, filter, place));
                            } else {
                                // Edges are short: fewer instances compile in less time.
                                by_filters!(count, filter, R in [6, 4, 1] =>
                                    block::<V, R, $p, true>(isa, row, filter, place));
                            }
                        }
                        position += $p;
                        continue;
                    }
                };
            }
            if V::ROWS >= 8 {
                blocks!(4, [6, 4, 2, 1]);
            } else {
                blocks!(2, [4, 2, 1]);
            }
            if let Some(place) = Place::<1>::at(columns, phase, position, apart, alike >= 1) {
                // SAFETY: the caller's contract.
                unsafe {
                    by_filters!(count, filter, R in [8, 4, 1] =>
                        block::<V, R, 1, false>(isa, row, filter, place));
                }
            }
            position += 1;
        }
    }
}

/// Computes the sums of `R` filters at `P` positions. If `EDGE` is false, all positions have the same elements.
///
/// # Safety
/// The row is valid for these filters, and for the terms at these positions.
#[inline(always)]
unsafe fn block<V: Lanes, const R: usize, const P: usize, const EDGE: bool>(
    isa: V::Isa,
    row: Row<V::Element>,
    filter: usize,
    place: Place<P>,
) {
    let rows = row.rows;
    let (starts, ends) = (place.starts, place.ends);
    for half in (0..GROUP).step_by(V::COUNT) {
        let mut sums = [[V::splat(isa, V::Element::ZERO); P]; R];
        if let Some(bias) = row.bias {
            for r in 0..R {
                // SAFETY: the caller's contract.
                sums[r] = [V::splat(isa, unsafe { *bias.add(filter + r) }); P];
            }
        }
        let mut weights = row.weight.wrapping_add(filter + place.weight);
        let mut channel = row.window.wrapping_offset(place.input).wrapping_add(half);
        for _ in 0..row.channels {
            let (mut index, mut weights_of_row) = (rows.input, weights);
            for _ in 0..rows.count {
                let input = channel.wrapping_add(index * row.rows_apart);
                macro_rules! elements {
                    ($start:expr, $end:expr, $from:literal, $to:expr) => {
                        // SAFETY: the caller's contract. The positions `from` to `to` have the elements from start to end.
                        unsafe {
                            let terms = (weights_of_row, input, $start, $end);
                            add_elements::<V, R, P, $from, { $to }>(isa, &mut sums, place, terms);
                        }
                    };
                }
                // At the left edge, the last positions have more elements before those that all positions have; at the right
                // edge, the first positions have more after them.
                if EDGE && P == 4 {
                    elements!(starts[3 % P], starts[2 % P], 3, 4);
                    elements!(starts[2 % P], starts[1 % P], 2, 4);
                }
                if EDGE {
                    elements!(starts[1 % P], starts[0], 1, P);
                }
                elements!(starts[0], ends[P - 1], 0, P);
                if EDGE && P == 4 {
                    elements!(ends[3 % P], ends[2 % P], 0, 3);
                    elements!(ends[2 % P], ends[1 % P], 0, 2);
                }
                if EDGE {
                    elements!(ends[1 % P], ends[0], 0, 1);
                }
                weights_of_row = weights_of_row.wrapping_add(rows.weights_apart);
                // The window is at least as long as the distance of two rows in it.
                index += rows.inputs_apart;
                if index >= row.capacity {
                    index -= row.capacity;
                }
            }
            weights = weights.wrapping_add(row.weights_apart);
            channel = channel.wrapping_add(row.channels_apart);
        }
        for r in 0..R {
            for p in 0..P {
                let sum = row.output.wrapping_add((filter + r) * row.filters_apart);
                // SAFETY: the caller's contract.
                unsafe { sums[r][p].store(sum.add(place.output + p * place.outputs_apart + half)) };
            }
        }
    }
}

/// Adds the terms of some elements of the kernel, from `start` to `end`, to the sums of the positions from `FROM` to `TO`.
///
/// # Safety
/// The weights and inputs exist. `weights` and `input` point at those of element 0.
#[inline(always)]
unsafe fn add_elements<V: Lanes, const R: usize, const P: usize, const FROM: usize, const TO: usize>(
    isa: V::Isa,
    sums: &mut [[V; P]; R],
    place: Place<P>,
    (weights, input, start, end): (*const V::Element, *const V::Element, usize, usize),
) {
    let mut weights = weights.wrapping_add(start * place.weights_apart);
    let mut input = input.wrapping_add(start * place.inputs_apart);
    for _ in start..end {
        let mut inputs = [V::splat(isa, V::Element::ZERO); P];
        for p in FROM..TO {
            // SAFETY: the caller's contract.
            inputs[p] = unsafe { V::load(isa, input.wrapping_add(p * place.positions_apart)) };
        }
        for r in 0..R {
            // SAFETY: the caller's contract.
            let weight = V::splat(isa, unsafe { *weights.add(r) });
            for p in FROM..TO {
                sums[r][p] = weight.mul_add(inputs[p], sums[r][p]);
            }
        }
        weights = weights.wrapping_add(place.weights_apart);
        input = input.wrapping_add(place.inputs_apart);
    }
}
