//! How are the results of a sample combined, in the same order whatever the registers?

use super::one::One;
use super::register::{Register, lanes};
use super::{PARTS, Real, Reduction};
use crate::kernel::lanes::{Lanes, Vectors};
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
                let mut elements = lanes(a.0).map(|element| One(element, isa));
                for place in V::COUNT..PARTS {
                    elements[place] = elements[place % V::COUNT];
                }
                reduction.folded(elements).0
            }
        }
    }
}

/// Results of short rows, combined one after another.
pub(super) struct Short<T, const Q: usize> {
    /// The results for the elements so far of the current row.
    totals: [T; Q],
    /// The number of elements of the current row so far.
    position: usize,
    /// The current row.
    sample: usize,
}

impl<T: Vectors, const Q: usize> Short<T, Q> {
    #[inline(always)]
    pub(super) fn new(reductions: [Reduction; Q]) -> Self {
        Self { totals: neutrals(reductions), position: 0, sample: 0 }
    }

    /// Combines the first `count` lanes of registers with those before them, and writes the results of each complete row.
    ///
    /// # Safety
    /// `reduced` are valid for writes of an element per row.
    #[inline(always)]
    pub(super) unsafe fn add<V: Lanes<Element = T>>(
        &mut self,
        reductions: [Reduction; Q],
        registers: [Register<V>; Q],
        (row, count): (usize, usize),
        reduced: &[*mut T; Q],
    ) {
        let mut elements = [[T::ZERO; 16]; Q];
        for (elements, register) in elements.iter_mut().zip(registers) {
            *elements = lanes(register.0);
        }
        for lane in 0..count.min(V::COUNT) {
            for q in 0..Q {
                let like = registers[q].0.isa();
                let total = reductions[q].combined(One(self.totals[q], like), One(elements[q][lane], like));
                self.totals[q] = total.0;
            }
            self.position += 1;
            if self.position == row {
                for q in 0..Q {
                    // SAFETY: the caller's contract.
                    unsafe { *reduced[q].add(self.sample) = self.totals[q] };
                }
                *self = Self { sample: self.sample + 1, ..Self::new(reductions) };
            }
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
