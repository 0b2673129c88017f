//! How are the results of a sample combined, in the same order whatever the registers?

use super::one::One;
use super::register::{Register, lanes_of, store};
use super::{PARTS, Real, Reduction, put};
use crate::kernel::lanes::Lanes;
use crate::scalar::Scalar;

impl Reduction {
    /// Returns the result for no elements.
    #[inline(always)]
    pub(super) fn neutral<R: Real>(self, like: R) -> R {
        like.constant(match self {
            Self::Sum => 0.0,
            Self::Largest => f64::NEG_INFINITY,
        })
    }

    /// Adds an element to the result for those before it.
    #[inline(always)]
    pub(super) fn combined<R: Real>(self, before: R, element: R) -> R {
        match self {
            Self::Sum => before.add(element),
            Self::Largest => before.maximum(element),
        }
    }

    /// Combines the results of the parts in halves.
    #[inline(always)]
    pub(super) fn folded<R: Real>(self, mut parts: [R; PARTS]) -> R {
        for half in [8, 4, 2, 1] {
            for part in 0..half {
                parts[part] = self.combined(parts[part], parts[part + half]);
            }
        }
        parts[0]
    }
}

/// The parts of a reduction over a row of at least 16 elements. The first register is that of the next elements.
#[derive(Clone, Copy)]
pub(super) struct Parts<V>([Register<V>; 4]);

impl<V: Lanes> Parts<V> {
    /// The number of registers that hold the parts.
    const REGISTERS: usize = PARTS / V::COUNT;

    #[inline(always)]
    pub(super) fn new(reduction: Reduction, like: Register<V>) -> Self {
        const { assert!(V::COUNT >= 4 && V::COUNT <= PARTS) };
        Self([reduction.neutral(like); 4])
    }

    /// Adds the first `count` lanes of a register to the parts whose turn it is.
    #[inline(always)]
    pub(super) fn add(&mut self, reduction: Reduction, elements: Register<V>, count: usize) {
        let elements = if count >= V::COUNT {
            elements
        } else {
            let isa = elements.0.isa();
            Register(elements.0.first_or(V::first(isa, count), reduction.neutral(elements).0))
        };
        let sum = reduction.combined(self.0[0], elements);
        self.turn(sum);
    }

    /// Replaces the first register, and moves it to the end.
    #[inline(always)]
    fn turn(&mut self, first: Register<V>) {
        let [_, b, c, d] = self.0;
        self.0 = match Self::REGISTERS {
            1 => [first, b, c, d],
            2 => [b, first, c, d],
            _ => [b, c, d, first],
        };
    }

    /// Returns the result for a row of `row` elements.
    #[inline(always)]
    pub(super) fn folded(mut self, reduction: Reduction, row: usize) -> V::Element {
        let mut registers = row.div_ceil(V::COUNT);
        while !registers.is_multiple_of(Self::REGISTERS) {
            self.turn(self.0[0]);
            registers += 1;
        }
        let [mut a, mut b, c, d] = self.0;
        if Self::REGISTERS >= 4 {
            (a, b) = (reduction.combined(a, c), reduction.combined(b, d));
        }
        if Self::REGISTERS >= 2 {
            a = reduction.combined(a, b);
        }
        match reduction {
            Reduction::Sum => a.0.sum(),
            Reduction::Largest => {
                // Equal lanes of the rest do not change the largest.
                let isa = a.0.isa();
                let [elements] = lanes_of([a]);
                let mut elements = elements.0.map(|element| One(element, isa));
                for place in V::COUNT..PARTS {
                    elements[place] = elements[place % V::COUNT];
                }
                reduction.folded(elements).0
            }
        }
    }
}

/// The reductions of rows, one after another.
pub(super) struct RowReductions<V: Lanes, const Q: usize> {
    reductions: [Reduction; Q],
    /// The number of elements of each row.
    row: usize,
    /// The parts of the current row, if it is long.
    parts: [Parts<V>; Q],
    /// The results for the elements so far of the current row, if it is short.
    totals: [V::Element; Q],
    /// The number of these elements.
    position: usize,
    /// The number of short rows before the current one.
    sample: usize,
}

impl<V: Lanes, const Q: usize> RowReductions<V, Q> {
    #[inline(always)]
    pub(super) fn new(reductions: [Reduction; Q], row: usize, like: Register<V>) -> Self {
        let parts = [Parts::new(Reduction::Sum, like); Q];
        let mut new = Self { reductions, row, parts, totals: neutrals(reductions), position: 0, sample: 0 };
        new.start(like);
        new
    }

    /// Starts a long row.
    #[inline(always)]
    pub(super) fn start(&mut self, like: Register<V>) {
        for (parts, reduction) in self.parts.iter_mut().zip(self.reductions) {
            *parts = Parts::new(reduction, like);
        }
    }

    /// Combines the first `count` lanes of registers, of elements from a place on, with those before them. Writes the results
    /// of each short row that is complete.
    ///
    /// # Safety
    /// `reduced` are valid for writes of an element per row.
    #[inline(always)]
    pub(super) unsafe fn add(
        &mut self,
        elements: [Register<V>; Q],
        (place, count): (usize, usize),
        reduced: &[*mut V::Element; Q],
    ) {
        if Q == 0 {
        } else if self.row == 1 {
            let mut alone = elements;
            for (alone, reduction) in alone.iter_mut().zip(self.reductions) {
                *alone = reduction.combined(reduction.neutral(*alone), *alone);
            }
            // SAFETY: the caller's contract. An element is a row.
            unsafe { store(elements[0].0.isa(), alone, reduced, place, count) };
        } else if self.row < PARTS {
            // SAFETY: the caller's contract.
            unsafe { self.add_one_by_one(elements, count, reduced) };
        } else {
            for ((parts, reduction), elements) in self.parts.iter_mut().zip(self.reductions).zip(elements) {
                parts.add(reduction, elements, count);
            }
        }
    }

    /// Those of [`add`](Self::add), for short rows.
    ///
    /// # Safety
    /// Those of [`add`](Self::add).
    #[inline(always)]
    unsafe fn add_one_by_one(&mut self, registers: [Register<V>; Q], count: usize, reduced: &[*mut V::Element; Q]) {
        let isa = registers[0].0.isa();
        let elements = lanes_of(registers);
        // Copies, which stay in registers.
        let (mut totals, mut position, mut sample) = (self.totals, self.position, self.sample);
        let mut lane = 0;
        while lane < count.min(V::COUNT) {
            for ((total, elements), reduction) in totals.iter_mut().zip(&elements).zip(self.reductions) {
                *total = reduction.combined(One(*total, isa), One(elements.0[lane], isa)).0;
            }
            lane += 1;
            position += 1;
            if position == self.row {
                for (reduced, total) in reduced.iter().zip(totals) {
                    // SAFETY: the caller's contract.
                    unsafe { *reduced.add(sample) = total };
                }
                (totals, position, sample) = (neutrals(self.reductions), 0, sample + 1);
            }
        }
        (self.totals, self.position, self.sample) = (totals, position, sample);
    }

    /// Writes the results of the current row, if it is long.
    ///
    /// # Safety
    /// `reduced` are valid for a write at that row.
    #[inline(always)]
    pub(super) unsafe fn finish(&self, row: usize, reduced: &[*mut V::Element; Q]) {
        if self.row < PARTS {
            return;
        }
        for ((parts, reduction), reduced) in self.parts.into_iter().zip(self.reductions).zip(reduced) {
            // SAFETY: the caller's contract.
            unsafe { *reduced.add(row) = parts.folded(reduction, self.row) };
        }
    }
}

/// Returns the results for no elements.
#[inline(always)]
pub(super) fn neutrals<T: Scalar, const Q: usize>(reductions: [Reduction; Q]) -> [T; Q] {
    reductions.map(|reduction| match reduction {
        Reduction::Sum => T::ZERO,
        Reduction::Largest => T::from_f64(f64::NEG_INFINITY),
    })
}

/// Sums over the samples of some positions.
pub(super) struct ColumnSums<V: Lanes, const Q: usize> {
    /// The number of positions, if the samples are one run of elements.
    flat: Option<usize>,
    /// The sums of adjacent positions.
    totals: [Register<V>; Q],
    /// The sums of all positions, if the samples are one run.
    short: [[V::Element; PARTS]; Q],
    /// The position of the next element of the run.
    column: usize,
}

impl<V: Lanes, const Q: usize> ColumnSums<V, Q> {
    #[inline(always)]
    pub(super) fn new(flat: Option<usize>, like: Register<V>) -> Self {
        Self { flat, totals: [like.constant(0.0); Q], short: [[V::Element::ZERO; PARTS]; Q], column: 0 }
    }

    /// Adds the first `count` lanes of registers.
    #[inline(always)]
    pub(super) fn add(&mut self, results: [Register<V>; Q], count: usize) {
        let Some(row) = self.flat else {
            for (total, result) in self.totals.iter_mut().zip(results) {
                *total = total.add(result);
            }
            return;
        };
        let elements = lanes_of(results);
        let mut lane = 0;
        while lane < count.min(V::COUNT) {
            for (short, elements) in self.short.iter_mut().zip(&elements) {
                short[self.column] += elements.0[lane];
            }
            self.column = if self.column + 1 == row { 0 } else { self.column + 1 };
            lane += 1;
        }
    }

    /// Writes or adds the sums to those from a position on.
    #[inline(always)]
    pub(super) fn finish(&self, position: usize, accumulate: bool, sums: &mut [&mut [V::Element]; Q]) {
        let totals = lanes_of(self.totals);
        for ((sums, total), short) in sums.iter_mut().zip(&totals).zip(&self.short) {
            let totals = if let Some(row) = self.flat { &short[..row] } else { &total.0[..V::COUNT] };
            for (sum, &total) in sums[position..].iter_mut().zip(totals) {
                put(sum, total, accumulate);
            }
        }
    }
}
