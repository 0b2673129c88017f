//! The kernels, computed in vector registers.
//!
//! The formula is in each loop once, since most of a kernel's code is the formula. Registers that reach beyond the end are loaded
//! and stored by their first lanes.
//!
//! If no input depends on where a sample begins, the elements of all samples are one run, and registers are full however short
//! the samples are. This holds without numbers of samples and shared elements, and for samples of one element.

use super::reduction::{ColumnSums, RowReductions, neutrals};
use super::register::{Register, load, splat, store};
use super::{Formula, PARTS};
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
        let flat = row == 1 || S == 0 && H == 0 && (Q == 0 || row < PARTS);
        let inputs = Inputs::new(each, sample, shared, flat);
        let (outputs, reduced) = (outputs.map(<[T]>::as_mut_ptr), reduced.map(<[T]>::as_mut_ptr));
        // SAFETY: the kernel has compared the lengths of all slices with the sizes.
        unsafe { rows::<T::In<I>, F, E, S, H, O, Q>(isa, formula, (samples, row), &inputs, outputs, reduced) };
    }
}

/// Where the inputs of a formula are.
struct Inputs<T, const E: usize, const S: usize, const H: usize> {
    each: [*const T; E],
    sample: [*const T; S],
    shared: [*const T; H],
    /// Whether the elements of all samples are one run.
    flat: bool,
}

/// The inputs of a formula in registers: elements, numbers of the sample and shared elements.
type Loaded<V, const E: usize, const S: usize, const H: usize> = ([Register<V>; E], [Register<V>; S], [Register<V>; H]);

impl<T: Vectors, const E: usize, const S: usize, const H: usize> Inputs<T, E, S, H> {
    #[inline(always)]
    fn new(each: [&[T]; E], sample: [&[T]; S], shared: [&[T]; H], flat: bool) -> Self {
        Self {
            each: each.map(<[T]>::as_ptr),
            sample: sample.map(<[T]>::as_ptr),
            shared: shared.map(<[T]>::as_ptr),
            flat,
        }
    }

    /// Loads `count` elements from a place on, which are at a position of a sample.
    ///
    /// # Safety
    /// The inputs have these elements.
    #[inline(always)]
    unsafe fn load<V: Lanes<Element = T>>(
        &self,
        isa: V::Isa,
        (place, count): (usize, usize),
        (sample, position): (usize, usize),
    ) -> Loaded<V, E, S, H> {
        // SAFETY: the caller's contract. In one run, the last two are one per element, and one in all, or there are none.
        unsafe {
            (
                load(isa, &self.each, place, count),
                if self.flat { load(isa, &self.sample, place, count) } else { splat(isa, &self.sample, sample) },
                if self.flat { splat(isa, &self.shared, 0) } else { load(isa, &self.shared, position, count) },
            )
        }
    }
}

/// # Safety
/// The inputs and `outputs` are valid for these sizes, and `reduced` for an element per sample. There is at least one position.
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
    inputs: &Inputs<V::Element, E, S, H>,
    outputs: [*mut V::Element; O],
    reduced: [*mut V::Element; Q],
) {
    let like = Register(V::splat(isa, V::Element::ZERO));
    let olds = outputs.map(<*mut V::Element>::cast_const);
    let (runs, len) = if inputs.flat { (1, samples * row) } else { (samples, row) };
    let mut reductions = RowReductions::new(F::REDUCTIONS, row, like);
    for run in 0..runs {
        let start = run * len;
        let mut position = 0;
        while position < len {
            let (place, count) = (start + position, len - position);
            // SAFETY: the caller's contract.
            unsafe {
                let (each, sample, shared) = inputs.load(isa, (place, count), (run, position));
                let old = load(isa, &olds, place, count);
                let (results, elements) = formula.apply(like, each, sample, shared, old);
                store(isa, results, &outputs, place, count);
                reductions.add(elements, (place, count), &reduced);
            }
            position += V::COUNT;
        }
        // SAFETY: as above.
        unsafe { reductions.finish(run, &reduced) };
        reductions.start(like);
    }
}

impl<T: Vectors, F: Formula<E, S, H, 0, Q>, const E: usize, const S: usize, const H: usize, const Q: usize> Program
    for Columns<'_, T, F, E, S, H, Q>
{
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { formula, samples, row, each, sample, shared, accumulate, sums } = self;
        let flat = row == 1 || S == 0 && H == 0 && row < PARTS;
        let inputs = Inputs::new(each, sample, shared, flat);
        // SAFETY: the kernel has compared the lengths of all slices with the sizes.
        unsafe { columns::<T::In<I>, F, E, S, H, Q>(isa, formula, (samples, row), &inputs, accumulate, sums) };
    }
}

/// # Safety
/// The inputs are valid for these sizes.
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
    inputs: &Inputs<V::Element, E, S, H>,
    accumulate: bool,
    mut sums: [&mut [V::Element]; Q],
) {
    let like = Register(V::splat(isa, V::Element::ZERO));
    let len = samples * row;
    let (blocks, steps) = if inputs.flat { (1, len.div_ceil(V::COUNT)) } else { (row.div_ceil(V::COUNT), samples) };
    for block in 0..blocks {
        let position = block * V::COUNT;
        let mut totals = ColumnSums::new(inputs.flat.then_some(row), like);
        for step in 0..steps {
            let (place, count) = if inputs.flat {
                (step * V::COUNT, len - step * V::COUNT)
            } else {
                (step * row + position, row - position)
            };
            // SAFETY: the caller's contract.
            let (each, sample, shared) = unsafe { inputs.load(isa, (place, count), (step, position)) };
            let ([], results) = formula.apply(like, each, sample, shared, []);
            totals.add(results, count);
        }
        totals.finish(position, accumulate, &mut sums);
    }
}
