//! Tiles of products in vector registers.
//!
//! A tile consists of some rows (samples, or inputs for the gradient of the weight) and two registers of columns (outputs, or
//! inputs for the gradient of the input). Its sums stay in registers during the loop over the terms. For each term, the single
//! element of each row is multiplied by the two registers of columns. Columns are contiguous in memory, so a product of few
//! rows packs no operand. A product of many rows first copies the columns of all terms into a panel, and the gradient of the
//! input transposes weights into one. Sizes are arguments: constant sizes were not faster.
#![allow(
    clippy::needless_range_loop,
    reason = "tiles are spelled out per path: iterators take half as long again to compile"
)]

use core::mem::MaybeUninit;

use crate::kernel::lanes::Lanes;

/// The number of adjacent registers in a tile.
pub(in crate::kernel) const PAIR: usize = 2;
/// Registers of at least this many lanes are processed one at a time if fewer than two remain. This is 1.3 times as fast for 20
/// outputs. With shorter registers, 10 outputs, which need two of them, would take 1.6 times as long.
pub(in crate::kernel) const SINGLY_FROM: usize = 16;

/// Processes the rows in groups that share the loads of a register of columns, of at most this many rows.
macro_rules! by_rows {
    ($most:expr, $count:expr, $start:ident, $rows:ident => $block:expr) => {{
        let (count, mut $start) = ($count, 0);
        if $most >= 8 {
            while $start + 8 <= count {
                const $rows: usize = 8;
                $block;
                $start += 8;
            }
        }
        while $start + 4 <= count {
            const $rows: usize = 4;
            $block;
            $start += 4;
        }
        if $start + 2 <= count {
            const $rows: usize = 2;
            $block;
            $start += 2;
        }
        if $start < count {
            const $rows: usize = 1;
            $block;
        }
    }};
}

/// Processes the columns two registers at a time. The remainder is two registers or one, of which the last may be partial. Long
/// registers are processed one at a time there.
macro_rules! by_columns {
    ($isa:ident, $count:expr, $start:ident, $columns:ident, $full:ident => $block:expr) => {{
        let (count, mut $start) = ($count, 0);
        while $start + PAIR * V::COUNT <= count {
            let ($columns, $full) = (Columns::<V, PAIR, true>::new($isa, PAIR * V::COUNT), true);
            $block;
            $start += PAIR * V::COUNT;
        }
        if V::COUNT < SINGLY_FROM && $start + V::COUNT < count {
            let ($columns, $full) = (Columns::<V, PAIR, false>::new($isa, count - $start), false);
            $block;
        } else {
            while $start < count {
                let ($columns, $full) = (Columns::<V, 1, false>::new($isa, V::COUNT.min(count - $start)), false);
                $block;
                $start += V::COUNT;
            }
        }
    }};
}

/// Processes one register of `count` elements after another. The last one may be partial. A macro, since a closure would not be
/// compiled for the instruction set unless the compiler chose to inline it.
macro_rules! by_registers {
    ($isa:ident, $count:expr, $register:ident, $columns:ident => $block:expr) => {{
        let last = ($count - 1) / V::COUNT;
        for $register in 0..last {
            let $columns = Columns::<V, 1, true>::new($isa, V::COUNT);
            $block;
        }
        let ($register, $columns) = (last, Columns::<V, 1, false>::new($isa, $count - last * V::COUNT));
        $block;
    }};
}

/// The columns of a tile: `C` registers, of which the last is full or holds only its first lanes.
#[derive(Clone, Copy)]
pub(in crate::kernel) struct Columns<V: Lanes, const C: usize, const FULL: bool> {
    isa: V::Isa,
    last: V::First,
}

impl<V: Lanes, const C: usize, const FULL: bool> Columns<V, C, FULL> {
    #[inline(always)]
    pub(in crate::kernel) fn new(isa: V::Isa, count: usize) -> Self {
        Self { isa, last: V::first(isa, count - (C - 1) * V::COUNT) }
    }

    /// Returns the proof of the instructions.
    #[inline(always)]
    pub(in crate::kernel) fn isa(self) -> V::Isa {
        self.isa
    }

    #[inline(always)]
    pub(in crate::kernel) fn zeros(self) -> [V; C] {
        [V::splat(self.isa, V::Element::default()); C]
    }

    /// Prefetches the memory of the columns at `place`.
    #[inline(always)]
    pub(in crate::kernel) fn prefetch(self, place: *const V::Element) {
        for c in 0..C {
            V::prefetch(self.isa, place.wrapping_add(c * V::COUNT));
        }
    }

    /// # Safety
    /// `from` is valid for reads of the columns.
    #[inline(always)]
    pub(in crate::kernel) unsafe fn load(self, from: *const V::Element) -> [V; C] {
        let mut values = self.zeros();
        for c in 0..C {
            // SAFETY: the caller's contract.
            unsafe {
                let from = from.add(c * V::COUNT);
                values[c] =
                    if FULL || c + 1 < C { V::load(self.isa, from) } else { V::load_first(self.isa, self.last, from) };
            }
        }
        values
    }

    /// # Safety
    /// `to` is valid for writes of the columns.
    #[inline(always)]
    pub(in crate::kernel) unsafe fn store(self, values: [V; C], to: *mut V::Element) {
        for c in 0..C {
            // SAFETY: the caller's contract.
            unsafe {
                let to = to.add(c * V::COUNT);
                if FULL || c + 1 < C { values[c].store(to) } else { values[c].store_first(self.last, to) }
            }
        }
    }

    /// Copies the columns of each term into a panel, where they are contiguous. In a weight with 512 outputs, the columns of
    /// adjacent terms are 2 KiB apart and fall into two sets of the nearest cache, which hold 24 or fewer of their lines.
    ///
    /// # Safety
    /// For each term k, `columns + k · column_term` is valid for reads of the columns.
    #[inline(always)]
    pub(in crate::kernel) unsafe fn pack(
        self,
        panel: &mut [MaybeUninit<V>],
        terms: usize,
        (columns, column_term): (*const V::Element, usize),
    ) {
        for (term, places) in panel.chunks_exact_mut(C).take(terms).enumerate() {
            // SAFETY: the caller's contract.
            let values = unsafe { self.load(columns.add(term * column_term)) };
            for c in 0..C {
                places[c].write(values[c]);
            }
        }
    }

    /// Writes the values, or adds them to the existing ones.
    ///
    /// # Safety
    /// `to` is valid for reads and writes of the columns.
    #[inline(always)]
    pub(in crate::kernel) unsafe fn put(self, values: [V; C], add: bool, to: *mut V::Element) {
        // SAFETY: the caller's contract.
        unsafe {
            if add {
                self.store(sum_of(self.load(to), values), to);
            } else {
                self.store(values, to);
            }
        }
    }

    /// Adds to the sums of each row the product of the row's element and the columns, for each term.
    ///
    /// # Safety
    /// For each row r and term k, `rows + r · row + k · row_term` is valid for a read, and `columns + k · column_term` for
    /// reads of the columns.
    #[inline(always)]
    pub(in crate::kernel) unsafe fn multiply<const R: usize>(
        self,
        mut sums: [[V; C]; R],
        terms: usize,
        (rows, row, row_term): (*const V::Element, usize, usize),
        (columns, column_term): (*const V::Element, usize),
    ) -> [[V; C]; R] {
        for term in 0..terms {
            // SAFETY: the caller's contract.
            let column = unsafe { self.load(columns.add(term * column_term)) };
            for r in 0..R {
                // SAFETY: the caller's contract.
                let factor = V::splat(self.isa, unsafe { *rows.add(r * row + term * row_term) });
                for c in 0..C {
                    sums[r][c] = factor.mul_add(column[c], sums[r][c]);
                }
            }
        }
        sums
    }
}

#[inline(always)]
pub(in crate::kernel) fn sum_of<V: Lanes, const C: usize>(mut sums: [V; C], addends: [V; C]) -> [V; C] {
    for c in 0..C {
        sums[c] = sums[c].add(addends[c]);
    }
    sums
}

pub(in crate::kernel) use {by_columns, by_registers, by_rows};
