//! Softmax over the classes of each sample, its gradient, and the negative log likelihood on top of it.
//!
//! Sums over classes have a fixed order, whatever the registers: class k joins partial sum k mod 16, and partial sums are
//! added in halves, 8 apart, then 4, 2 and 1.

use super::Isa;
use super::function::{exponential_of_non_positive, logarithm};
use super::lanes::{Lanes, Vectors};
use crate::scalar::Scalar;

/// Partial sums over classes.
const PARTS: usize = 16;

/// The sum of partial sums.
#[inline(always)]
fn folded<T: Scalar>(mut parts: [T; PARTS]) -> T {
    for half in [8, 4, 2, 1] {
        for part in 0..half {
            parts[part] += parts[part + half];
        }
    }
    parts[0]
}

#[inline(always)]
fn naive_sum<T: Scalar>(values: impl Iterator<Item = T>) -> T {
    let mut parts = [T::ZERO; PARTS];
    for (class, value) in values.enumerate() {
        parts[class % PARTS] += value;
    }
    folded(parts)
}

#[inline(always)]
fn naive_largest<T: Scalar>(values: &[T]) -> T {
    // A NaN is lost here, but stays in the sum of the exponentials.
    values.iter().fold(values[0], |largest, &value| value.maximum(largest))
}

#[inline(always)]
pub(super) fn naive_softmax<T: Scalar, I: Isa>(_: I, classes: usize, values: &mut [T]) {
    for row in values.chunks_exact_mut(classes) {
        let largest = naive_largest(row);
        for value in row.iter_mut() {
            *value = (*value - largest).exp();
        }
        let sum = naive_sum(row.iter().copied());
        for value in row {
            *value /= sum;
        }
    }
}

#[inline(always)]
pub(super) fn softmax_gradient<T: Scalar, I: Isa>(isa: I, classes: usize, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (y, g) in output.chunks_exact(classes).zip(gradient.chunks_exact_mut(classes)) {
        let mean = y.iter().zip(&*g).fold(T::ZERO, |sum, (&y, &g)| isa.mul_add(g, y, sum));
        for (g, &y) in g.iter_mut().zip(y) {
            *g = y * (*g - mean);
        }
    }
}

/// -ln softmax(z)_c = ln Σ e^(z_k - m) - (z_c - m): no exponential overflows, and no logarithm sees zero, since the
/// largest logit contributes one.
///
/// The probability of the class minus one is minus the probabilities of the others: their sum keeps its digits where the
/// difference of a probability near one would lose them.
#[inline(always)]
pub(super) fn naive_softmax_nll<T: Scalar, I: Isa>(
    _: I,
    logits: &[T],
    targets: &[u32],
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T {
    let classes = check_rows(logits, targets, gradient.as_deref());
    let mut loss = T::ZERO;
    for (row, &class) in targets.iter().enumerate() {
        let class = class as usize;
        let logits = &logits[row * classes..(row + 1) * classes];
        let largest = naive_largest(logits);
        let exponentials = || logits.iter().map(|&z| (z - largest).exp()).enumerate();
        let others = naive_sum(exponentials().map(|(k, e)| if k == class { T::ZERO } else { e }));
        let sum = others + (logits[class] - largest).exp();
        if let Some(gradient) = gradient.as_deref_mut() {
            let gradient = &mut gradient[row * classes..(row + 1) * classes];
            let factor = weight / sum;
            for (k, e) in exponentials() {
                gradient[k] = if k == class { -(others * factor) } else { e * factor };
            }
        }
        loss += sum.ln() - (logits[class] - largest);
    }
    loss
}

/// The number of classes; every target is one of them.
#[inline(always)]
fn check_rows<T>(logits: &[T], targets: &[u32], gradient: Option<&[T]>) -> usize {
    let classes = logits.len() / targets.len().max(1);
    assert_eq!(classes * targets.len(), logits.len(), "as many logits for each target");
    assert!(targets.iter().all(|&class| (class as usize) < classes), "a target is a class");
    assert!(gradient.is_none_or(|gradient| gradient.len() == logits.len()), "a gradient per logit");
    classes
}

/// One register of a row of classes after the other, with its place, the number of its partial sum's register, and the
/// lanes that exist. A macro, since a closure would be compiled for no instruction set.
macro_rules! by_registers {
    ($isa:ident, $classes:expr, $start:ident, $part:ident, $first:ident => $block:expr) => {{
        let (mut $start, mut $part) = (0, 0);
        while $start < $classes {
            let $first = V::first($isa, $classes - $start);
            $block;
            $start += V::COUNT;
            $part = if ($part + 1) * V::COUNT == PARTS { 0 } else { $part + 1 };
        }
    }};
}

/// The row's largest number.
///
/// # Safety
/// `row` is valid for reads of `classes` numbers.
#[inline(always)]
unsafe fn largest<V: Lanes>(isa: V::Isa, row: *const V::Number, classes: usize) -> V {
    // SAFETY: a row has at least one number, by the caller's promise.
    let start = V::splat(isa, unsafe { *row });
    let mut largest = start;
    by_registers!(isa, classes, place, _part, first => {
        // SAFETY: the lanes that exist lie within the row.
        let values = unsafe { V::load_first(isa, first, row.add(place)) }.first_or(first, start);
        largest = values.maximum(largest);
    });
    V::splat(isa, largest.largest())
}

/// The sum of partial sums in registers.
#[inline(always)]
fn folded_registers<V: Lanes>(mut parts: [V; 4]) -> V::Number {
    if V::COUNT <= 4 {
        (parts[0], parts[1]) = (parts[0].add(parts[2]), parts[1].add(parts[3]));
    }
    if V::COUNT <= 8 {
        parts[0] = parts[0].add(parts[1]);
    }
    parts[0].sum()
}

/// The vector twin of [`naive_softmax`].
#[inline(always)]
pub(super) fn softmax<T: Vectors, I: Isa>(isa: I, classes: usize, values: &mut [T]) {
    assert!(classes > 0 && values.len().is_multiple_of(classes), "whole rows of classes");
    let (from, to) = (values.as_ptr(), values.as_mut_ptr());
    for row in (0..values.len()).step_by(classes) {
        // SAFETY: the row lies within the slice.
        unsafe { softmax_of_row::<T::In<I>>(isa, classes, from.add(row), to.add(row)) };
    }
}

/// As [`softmax`], from one place to another.
#[inline(always)]
pub(super) fn softmax_into<T: Vectors, I: Isa>(isa: I, classes: usize, input: &[T], output: &mut [T]) {
    assert!(classes > 0 && input.len().is_multiple_of(classes), "whole rows of classes");
    assert_eq!(input.len(), output.len(), "an output per input");
    for row in (0..input.len()).step_by(classes) {
        // SAFETY: the row lies within both slices.
        unsafe { softmax_of_row::<T::In<I>>(isa, classes, input.as_ptr().add(row), output.as_mut_ptr().add(row)) };
    }
}

/// # Safety
/// `from` and `to` are valid for reads and writes of `classes` numbers; they may be the same.
#[inline(always)]
unsafe fn softmax_of_row<V: Lanes>(isa: V::Isa, classes: usize, from: *const V::Number, to: *mut V::Number) {
    let zero = V::splat(isa, V::Number::ZERO);
    if classes <= V::COUNT {
        // The row stays in its register: what was written through a mask comes back late when it is read.
        let first = V::first(isa, classes);
        // SAFETY: the first lanes are the row.
        unsafe {
            let values = V::load_first(isa, first, from);
            let largest = values.first_or(first, V::splat(isa, *from)).largest();
            let exponential = exponential_of_non_positive(values.sub(V::splat(isa, largest)));
            let sum = folded_registers([exponential.first_or(first, zero), zero, zero, zero]);
            exponential.div(V::splat(isa, sum)).store_first(first, to);
        }
        return;
    }
    let mut parts = [zero; 4];
    // SAFETY: the lanes that exist lie within the row, here and below.
    let largest = unsafe { largest::<V>(isa, from, classes) };
    by_registers!(isa, classes, place, part, first => {
        // SAFETY: as above.
        let exponential = unsafe {
            let e = exponential_of_non_positive(V::load_first(isa, first, from.add(place)).sub(largest));
            e.store_first(first, to.add(place));
            e
        };
        parts[part] = parts[part].add(exponential.first_or(first, zero));
    });
    let sum = V::splat(isa, folded_registers(parts));
    by_registers!(isa, classes, place, _part, first => {
        // SAFETY: as above.
        unsafe { V::load_first(isa, first, to.add(place)).div(sum).store_first(first, to.add(place)) };
    });
}

/// Rows whose logarithms are taken together.
const ROWS: usize = 32;

/// The vector twin of [`naive_softmax_nll`].
#[inline(always)]
pub(super) fn softmax_nll<T: Vectors, I: Isa>(
    isa: I,
    logits: &[T],
    targets: &[u32],
    weight: T,
    gradient: Option<&mut [T]>,
) -> T {
    softmax_nll_of_rows::<T::In<I>>(isa, logits, targets, weight, gradient)
}

#[inline(always)]
fn softmax_nll_of_rows<V: Lanes>(
    isa: V::Isa,
    logits: &[V::Number],
    targets: &[u32],
    weight: V::Number,
    mut gradient: Option<&mut [V::Number]>,
) -> V::Number {
    let classes = check_rows(logits, targets, gradient.as_deref());
    let mut loss = V::Number::ZERO;
    for (chunk, targets) in targets.chunks(ROWS).enumerate() {
        // Sums of exponentials, one where there is no row, and what is subtracted from their logarithms.
        let (mut sums, mut shifts) = ([V::Number::ONE; ROWS], [V::Number::ZERO; ROWS]);
        for (row, &class) in targets.iter().enumerate() {
            let start = (chunk * ROWS + row) * classes;
            let gradient = gradient.as_deref_mut().map(|gradient| gradient[start..start + classes].as_mut_ptr());
            // SAFETY: `check_rows` compared the lengths of the slices, and found the class in range.
            (sums[row], shifts[row]) = unsafe {
                let row = (logits[start..].as_ptr(), classes);
                nll_of_row::<V>(isa, row, class as usize, weight, gradient)
            };
        }
        for place in (0..targets.len()).step_by(V::COUNT) {
            // SAFETY: the number of rows is a multiple of every register's.
            unsafe {
                let logarithms = logarithm(V::load(isa, sums.as_ptr().add(place)));
                logarithms.sub(V::load(isa, shifts.as_ptr().add(place))).store(sums.as_mut_ptr().add(place));
            }
        }
        for &row in &sums[..targets.len()] {
            loss += row;
        }
    }
    loss
}

/// The sum of the exponentials of a row, and its logit of the class; both after the largest was subtracted. Where wanted,
/// the gradient is written.
///
/// # Safety
/// `logits` and `gradient` are valid for reads and writes of as many classes; the class is one of them.
#[inline(always)]
unsafe fn nll_of_row<V: Lanes>(
    isa: V::Isa,
    (logits, classes): (*const V::Number, usize),
    class: usize,
    weight: V::Number,
    gradient: Option<*mut V::Number>,
) -> (V::Number, V::Number) {
    if classes <= V::COUNT {
        // SAFETY: the caller's promise.
        return unsafe { nll_of_short_row::<V>(isa, (logits, classes), class, weight, gradient) };
    }
    let zero = V::splat(isa, V::Number::ZERO);
    let mut parts = [zero; 4];
    // SAFETY: the caller's promise; the lanes that exist lie within the row, here and below.
    let (largest, wanted) = unsafe { (largest::<V>(isa, logits, classes), V::splat(isa, *logits.add(class))) };
    let shift = wanted.sub(largest);
    by_registers!(isa, classes, place, part, first => {
        // SAFETY: as above.
        let exponential = unsafe {
            let e = exponential_of_non_positive(V::load_first(isa, first, logits.add(place)).sub(largest));
            if let Some(gradient) = gradient {
                e.store_first(first, gradient.add(place));
            }
            e
        };
        // All lanes that exist but the one of the class: those before it, and those after it.
        let before = exponential.first_or(V::first(isa, class.saturating_sub(place)), zero);
        let after = zero.first_or(V::first(isa, (class + 1).saturating_sub(place)), exponential);
        parts[part] = parts[part].add(before.add(after).first_or(first, zero));
    });
    let others = folded_registers(parts);
    let of_class = exponential_of_non_positive(shift).lane_zero();
    let sum = others + of_class;
    if let Some(gradient) = gradient {
        let factor = weight / sum;
        let factors = V::splat(isa, factor);
        // SAFETY: as above.
        unsafe {
            by_registers!(isa, classes, place, _part, first => {
                let exponential = V::load_first(isa, first, gradient.add(place));
                exponential.mul(factors).store_first(first, gradient.add(place));
            });
            *gradient.add(class) = -(others * factor);
        }
    }
    (sum, shift.lane_zero())
}

/// As [`nll_of_row`], for a row that one register holds.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn nll_of_short_row<V: Lanes>(
    isa: V::Isa,
    (logits, classes): (*const V::Number, usize),
    class: usize,
    weight: V::Number,
    gradient: Option<*mut V::Number>,
) -> (V::Number, V::Number) {
    let (first, zero) = (V::first(isa, classes), V::splat(isa, V::Number::ZERO));
    let (before, through) = (V::first(isa, class), V::first(isa, class + 1));
    // SAFETY: the caller's promise; the first lanes are the row.
    let (values, start, wanted) = unsafe { (V::load_first(isa, first, logits), *logits, *logits.add(class)) };
    let largest = values.first_or(first, V::splat(isa, start)).largest();
    let exponential = exponential_of_non_positive(values.sub(V::splat(isa, largest)));
    // All lanes that exist but the one of the class, and that lane alone.
    let rest = exponential.first_or(before, zero.first_or(through, exponential)).first_or(first, zero);
    let own = zero.first_or(before, exponential.first_or(through, zero));
    let others = folded_registers([rest, zero, zero, zero]);
    // Adding zeros changes no bits: it brings the lane's number out of the register.
    let sum = others + own.sum();
    if let Some(gradient) = gradient {
        let minus = zero.first_or(before, V::splat(isa, -others).first_or(through, zero));
        let factor = V::splat(isa, weight / sum);
        // SAFETY: as above.
        unsafe { rest.add(minus).mul(factor).store_first(first, gradient) };
    }
    (sum, wanted - largest)
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use crate::kernel::{Isa, Kernels, Path, Program, dispatch};
    use crate::random;
    use crate::scalar::Scalar;

    struct GradientOf<'a>(&'a [f32], &'a mut [f32]);

    impl Program for GradientOf<'_> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            f32::softmax_nll(isa, self.0, &[0], 1.0, Some(self.1));
        }
    }

    #[test]
    fn the_gradient_of_a_sample_that_is_nearly_right_keeps_its_digits() {
        // p = 1 - 2 e^-20 to the last digit of f32 and beyond: p - 1 would be 0.
        let mut gradient = [0.0; 3];
        dispatch(GradientOf(&[20.0, 0.0, 0.0], &mut gradient));
        let expected = -2.0 * f64::exp(-20.0) / (1.0 + 2.0 * f64::exp(-20.0));
        assert!((f64::from(gradient[0]) / expected - 1.0).abs() < 1e-6, "{gradient:?}");
    }

    /// All kernels of this file over one set of rows.
    struct Rows<T> {
        classes: usize,
        logits: Vec<T>,
        targets: Vec<u32>,
    }

    impl<T: Scalar> Rows<T> {
        fn new(samples: usize, classes: usize) -> Self {
            let mut rng = crate::rng((samples * 10_007 + classes) as u64);
            let mut draw = || T::from_f64(40.0 * random::uniform(&mut rng) - 20.0);
            let logits = (0..samples * classes).map(|_| draw()).collect();
            let targets = (0..samples).map(|sample| u32::try_from(sample * 31 % classes).unwrap()).collect();
            Self { classes, logits, targets }
        }
    }

    /// Probabilities in place and at another place, gradients, and the loss with and without them.
    type Results<T> = [Vec<T>; 4];

    impl<T: Kernels> Program for &Rows<T> {
        type Output = Results<T>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Results<T> {
            let Rows { classes, logits, targets } = self;
            let (mut probabilities, mut elsewhere) = (logits.clone(), logits.clone());
            T::softmax(isa, *classes, &mut probabilities);
            T::softmax_into(isa, *classes, logits, &mut elsewhere);
            let mut gradient = logits.clone();
            let loss = T::softmax_nll(isa, logits, targets, T::from_f64(0.25), Some(&mut gradient));
            let alone = T::softmax_nll(isa, logits, targets, T::from_f64(0.25), None);
            [probabilities, elsewhere, gradient, vec![loss, alone]]
        }
    }

    struct Naive<'a, T>(&'a Rows<T>);

    impl<T: Kernels> Program for Naive<'_, T> {
        type Output = Results<T>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Results<T> {
            let Rows { classes, logits, targets } = self.0;
            let mut probabilities = logits.clone();
            super::naive_softmax(isa, *classes, &mut probabilities);
            let mut gradient = logits.clone();
            let loss = super::naive_softmax_nll(isa, logits, targets, T::from_f64(0.25), Some(&mut gradient));
            [probabilities.clone(), probabilities, gradient, vec![loss; 2]]
        }
    }

    /// Relative to the value: an exponential and a logarithm are within 1 ULP each on both sides, and up to 1000 of them
    /// are added, whose errors do not all have one sign.
    const TOLERANCE_IN_ULPS: f64 = 16.0;

    fn assert_alike<T: Kernels>(samples: usize, classes: usize, epsilon: f64) {
        let rows = Rows::<T>::new(samples, classes);
        let mut fused: Option<Results<T>> = None;
        for path in Path::available() {
            let (found, naive) = (path.run(&rows), path.run(Naive(&rows)));
            for (kernel, (found, naive)) in found.iter().zip(&naive).enumerate() {
                for (&found, &naive) in found.iter().zip(naive) {
                    let (found, naive) = (found.to_f64(), naive.to_f64());
                    let off = (found - naive).abs() / naive.abs().max(f64::MIN_POSITIVE);
                    assert!(
                        off <= TOLERANCE_IN_ULPS * epsilon,
                        "kernel {kernel} on {path:?}, {samples} x {classes}: {found} is not {naive}"
                    );
                }
            }
            assert_eq!(found[0], found[1], "{path:?}: the same bits in place and at another place");
            assert_eq!(found[3][0], found[3][1], "{path:?}: the same loss with and without a gradient");
            if path != Path::Portable {
                let first = fused.get_or_insert_with(|| found.clone());
                assert_eq!(*first, found, "{path:?}: the same bits with all fused instructions");
            }
        }
    }

    #[test]
    fn vector_kernels_are_the_naive_ones_at_the_edges_of_registers() {
        for classes in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 1000] {
            for samples in [1, 5, 32, 33] {
                assert_alike::<f32>(samples, classes, f64::from(f32::EPSILON));
                assert_alike::<f64>(samples, classes, f64::EPSILON);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn vector_kernels_are_the_naive_ones(samples in 0_usize..70, classes in 1_usize..70) {
            assert_alike::<f32>(samples, classes, f64::from(f32::EPSILON));
            assert_alike::<f64>(samples, classes, f64::EPSILON);
        }
    }
}
