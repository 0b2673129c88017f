//! The kernels, computed in vector registers.
//!
//! The formula is in each loop once, since most of a kernel's code is the formula. Registers that reach beyond the end are loaded
//! and stored by their first lanes.
//!
//! If no input depends on where a sample begins, the elements of all samples are one run, and registers are full however short
//! the samples are. This holds without numbers of samples and shared elements, and for samples of one element.

use super::one::One;
use super::register::Register;
use super::{Formula, PARTS, Real, Reduction, put};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{Isa, Program};
use crate::scalar::Scalar;

/// The arguments of `formula_rows`.
pub(super) struct Rows<'a, T, F, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize> {
    pub(super) formula: &'a F,
    pub(super) samples: usize,
    pub(super) row: usize,
    pub(super) each: [&'a [T]; E],
    pub(super) sample: [&'a [T]; S],
    pub(super) shared: [&'a [T]; H],
    pub(super) outputs: [&'a mut [T]; O],
    pub(super) reduced: [&'a mut [T]; Q],
}

/// The arguments of `formula_columns`.
pub(super) struct Columns<'a, T, F, const E: usize, const S: usize, const H: usize, const Q: usize> {
    pub(super) formula: &'a F,
    pub(super) samples: usize,
    pub(super) row: usize,
    pub(super) each: [&'a [T]; E],
    pub(super) sample: [&'a [T]; S],
    pub(super) shared: [&'a [T]; H],
    pub(super) accumulate: bool,
    pub(super) sums: [&'a mut [T]; Q],
}

/// Loads the first `count` lanes of registers from a place in several slices.
///
/// # Safety
/// All slices have `count` elements from that place on, or as many as a register has lanes.
#[inline(always)]
unsafe fn load<V: Lanes, const N: usize>(
    isa: V::Isa,
    from: &[*const V::Element; N],
    place: usize,
    count: usize,
) -> [Register<V>; N] {
    let mut registers = [Register(V::splat(isa, V::Element::ZERO)); N];
    if count >= V::COUNT {
        for (register, from) in registers.iter_mut().zip(from) {
            // SAFETY: the caller's contract.
            register.0 = unsafe { V::load(isa, from.add(place)) };
        }
    } else {
        let first = V::first(isa, count);
        for (register, from) in registers.iter_mut().zip(from) {
            // SAFETY: the caller's contract.
            register.0 = unsafe { V::load_first(isa, first, from.add(place)) };
        }
    }
    registers
}

/// Loads one element of several slices into all lanes of registers.
///
/// # Safety
/// All slices have an element at that index.
#[inline(always)]
unsafe fn splat<V: Lanes, const N: usize>(
    isa: V::Isa,
    from: &[*const V::Element; N],
    index: usize,
) -> [Register<V>; N] {
    let mut registers = [Register(V::splat(isa, V::Element::ZERO)); N];
    for (register, from) in registers.iter_mut().zip(from) {
        // SAFETY: the caller's contract.
        register.0 = V::splat(isa, unsafe { *from.add(index) });
    }
    registers
}

/// Stores the first `count` lanes of registers at a place in several slices.
///
/// # Safety
/// Those of [`load`], for writes.
#[inline(always)]
unsafe fn store<V: Lanes, const N: usize>(
    isa: V::Isa,
    registers: [Register<V>; N],
    to: &[*mut V::Element; N],
    place: usize,
    count: usize,
) {
    if count >= V::COUNT {
        for (register, to) in registers.iter().zip(to) {
            // SAFETY: the caller's contract.
            unsafe { register.0.store(to.add(place)) };
        }
    } else {
        let first = V::first(isa, count);
        for (register, to) in registers.iter().zip(to) {
            // SAFETY: the caller's contract.
            unsafe { register.0.store_first(first, to.add(place)) };
        }
    }
}

/// Returns the lanes of a register, followed by zeros.
#[inline(always)]
fn lanes<V: Lanes>(register: V) -> [V::Element; 16] {
    let mut elements = [V::Element::ZERO; 16];
    // SAFETY: no register has more than 16 lanes.
    unsafe { register.store(elements.as_mut_ptr()) };
    elements
}

/// The parts of a reduction over a row of at least 16 elements. The first register is that of the next elements.
#[derive(Clone, Copy)]
struct Parts<V>([Register<V>; 4]);

impl<V: Lanes> Parts<V> {
    /// The number of registers that hold the parts.
    const REGISTERS: usize = PARTS / V::COUNT;

    #[inline(always)]
    fn new(reduction: Reduction, like: Register<V>) -> Self {
        const { assert!(V::COUNT >= 4 && V::COUNT <= PARTS) };
        Self([reduction.neutral(like); 4])
    }

    /// Adds the first `count` lanes of a register to the parts whose turn it is.
    #[inline(always)]
    fn add(&mut self, reduction: Reduction, elements: Register<V>, count: usize) {
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
    fn folded(mut self, reduction: Reduction, row: usize) -> V::Element {
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
struct Short<T, const Q: usize> {
    /// The results for the elements so far of the current row.
    totals: [T; Q],
    /// The number of elements of the current row so far.
    position: usize,
    /// The current row.
    sample: usize,
}

impl<T: Vectors, const Q: usize> Short<T, Q> {
    /// Combines the first `count` lanes of registers with those before them, and writes the results of each complete row.
    ///
    /// # Safety
    /// `reduced` are valid for writes of an element per row.
    #[inline(always)]
    unsafe fn add<V: Lanes<Element = T>>(
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
                *self = Self { totals: neutrals(reductions), position: 0, sample: self.sample + 1 };
            }
        }
    }
}

/// Returns the results for no elements.
#[inline(always)]
fn neutrals<T: Scalar, const Q: usize>(reductions: [Reduction; Q]) -> [T; Q] {
    reductions.map(|reduction| match reduction {
        Reduction::Sum => T::ZERO,
        Reduction::Largest => T::from_f64(f64::NEG_INFINITY),
    })
}

impl<
    T: Vectors,
    F: Formula<E, S, H, O, Q>,
    const E: usize,
    const S: usize,
    const H: usize,
    const O: usize,
    const Q: usize,
> Program for Rows<'_, T, F, E, S, H, O, Q>
{
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { formula, samples, row, each, sample, shared, outputs, mut reduced } = self;
        if row == 0 {
            for (reduced, neutral) in reduced.iter_mut().zip(neutrals(F::REDUCTIONS)) {
                reduced.fill(neutral);
            }
            return;
        }
        // SAFETY: the kernel has compared the lengths of all slices with the sizes.
        unsafe {
            rows::<T::In<I>, F, E, S, H, O, Q>(
                isa,
                formula,
                (samples, row),
                each.map(<[T]>::as_ptr),
                sample.map(<[T]>::as_ptr),
                shared.map(<[T]>::as_ptr),
                outputs.map(<[T]>::as_mut_ptr),
                reduced.map(<[T]>::as_mut_ptr),
            );
        }
    }
}

/// # Safety
/// `each` and `outputs` are valid for an element per sample and position, `sample` and `reduced` for one per sample, and `shared`
/// for one per position. There is at least one position.
#[allow(clippy::too_many_arguments, reason = "those of the kernel")]
#[inline(always)]
unsafe fn rows<
    V: Lanes,
    F: Formula<E, S, H, O, Q>,
    const E: usize,
    const S: usize,
    const H: usize,
    const O: usize,
    const Q: usize,
>(
    isa: V::Isa,
    formula: &F,
    (samples, row): (usize, usize),
    each: [*const V::Element; E],
    sample: [*const V::Element; S],
    shared: [*const V::Element; H],
    outputs: [*mut V::Element; O],
    reduced: [*mut V::Element; Q],
) {
    let like = Register(V::splat(isa, V::Element::ZERO));
    let old = outputs.map(<*mut V::Element>::cast_const);
    let flat = row == 1 || S == 0 && H == 0 && (Q == 0 || row < PARTS);
    let (runs, len) = if flat { (1, samples * row) } else { (samples, row) };
    let mut short = Short { totals: neutrals(F::REDUCTIONS), position: 0, sample: 0 };
    for run in 0..runs {
        let mut parts = [Parts::new(Reduction::Sum, like); Q];
        for (parts, reduction) in parts.iter_mut().zip(F::REDUCTIONS) {
            *parts = Parts::new(reduction, like);
        }
        let start = run * len;
        let mut place = 0;
        while place < len {
            let count = len - place;
            // SAFETY: the caller's contract. In a flat run there are no such inputs, or they are one per element, and one in all.
            let (each, old, sample, shared) = unsafe {
                (
                    load(isa, &each, start + place, count),
                    load(isa, &old, start + place, count),
                    if flat { load(isa, &sample, place, count) } else { splat(isa, &sample, run) },
                    if flat { splat(isa, &shared, 0) } else { load(isa, &shared, place, count) },
                )
            };
            let (results, elements) = formula.apply(like, each, sample, shared, old);
            // SAFETY: the caller's contract. Rows of one element are flat.
            unsafe {
                store(isa, results, &outputs, start + place, count);
                if Q > 0 && row == 1 {
                    let mut alone = elements;
                    for (alone, reduction) in alone.iter_mut().zip(F::REDUCTIONS) {
                        *alone = reduction.combined(reduction.neutral(like), *alone);
                    }
                    store(isa, alone, &reduced, place, count);
                } else if Q > 0 && row < PARTS {
                    short.add(F::REDUCTIONS, elements, (row, count), &reduced);
                } else {
                    for ((parts, reduction), elements) in parts.iter_mut().zip(F::REDUCTIONS).zip(elements) {
                        parts.add(reduction, elements, count);
                    }
                }
            }
            place += V::COUNT;
        }
        if row >= PARTS {
            for ((parts, reduction), reduced) in parts.into_iter().zip(F::REDUCTIONS).zip(reduced) {
                // SAFETY: the caller's contract.
                unsafe { *reduced.add(run) = parts.folded(reduction, row) };
            }
        }
    }
}

impl<T: Vectors, F: Formula<E, S, H, 0, Q>, const E: usize, const S: usize, const H: usize, const Q: usize> Program
    for Columns<'_, T, F, E, S, H, Q>
{
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { formula, samples, row, each, sample, shared, accumulate, sums } = self;
        let inputs = (each.map(<[T]>::as_ptr), sample.map(<[T]>::as_ptr), shared.map(<[T]>::as_ptr));
        // SAFETY: the kernel has compared the lengths of all slices with the sizes.
        unsafe { columns::<T::In<I>, F, E, S, H, Q>(isa, formula, (samples, row), inputs, accumulate, sums) };
    }
}

/// # Safety
/// The first inputs are valid for an element per sample and position, the second for one per sample, and the third for one per
/// position. `sums` have an element per position.
#[inline(always)]
unsafe fn columns<
    V: Lanes,
    F: Formula<E, S, H, 0, Q>,
    const E: usize,
    const S: usize,
    const H: usize,
    const Q: usize,
>(
    isa: V::Isa,
    formula: &F,
    (samples, row): (usize, usize),
    (each, sample, shared): ([*const V::Element; E], [*const V::Element; S], [*const V::Element; H]),
    accumulate: bool,
    mut sums: [&mut [V::Element]; Q],
) {
    let like = Register(V::splat(isa, V::Element::ZERO));
    let flat = row == 1 || S == 0 && H == 0 && row < PARTS;
    let elements = samples * row;
    let (blocks, steps) = if flat { (1, elements.div_ceil(V::COUNT)) } else { (row.div_ceil(V::COUNT), samples) };
    let (mut short, mut column) = ([[V::Element::ZERO; PARTS]; Q], 0);
    for block in 0..blocks {
        let mut totals = [like; Q];
        let position = block * V::COUNT;
        for step in 0..steps {
            let (place, count) = if flat {
                (step * V::COUNT, elements - step * V::COUNT)
            } else {
                (step * row + position, row - position)
            };
            // SAFETY: the caller's contract. In a flat run the last two are one per element, and one in all, or there are none.
            let (each, sample, shared) = unsafe {
                (
                    load(isa, &each, place, count),
                    if flat { load(isa, &sample, place, count) } else { splat(isa, &sample, step) },
                    if flat { splat(isa, &shared, 0) } else { load(isa, &shared, position, count) },
                )
            };
            let ([], results) = formula.apply(like, each, sample, shared, []);
            if flat {
                let mut elements = [[V::Element::ZERO; 16]; Q];
                for (elements, result) in elements.iter_mut().zip(results) {
                    *elements = lanes(result.0);
                }
                for lane in 0..count.min(V::COUNT) {
                    for (short, elements) in short.iter_mut().zip(&elements) {
                        short[column] += elements[lane];
                    }
                    column = if column + 1 == row { 0 } else { column + 1 };
                }
            } else {
                for (total, result) in totals.iter_mut().zip(results) {
                    *total = total.add(result);
                }
            }
        }
        for ((sum, total), short) in sums.iter_mut().zip(totals).zip(&short) {
            let total = lanes(total.0);
            let total = if flat { short } else { &total };
            for (sum, &total) in sum[position..].iter_mut().zip(&total[..if flat { row } else { V::COUNT }]) {
                put(sum, total, accumulate);
            }
        }
    }
}
