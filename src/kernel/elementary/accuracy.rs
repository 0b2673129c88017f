//! How is a function tested? On every path, against a function of higher precision.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::kernel::Path;
use crate::kernel::lanes::Vectors;

/// A function under test.
pub(super) trait Function {
    /// Applies the function in place, and returns whether the path fuses multiplication and addition.
    fn apply<T: Vectors>(path: Path, values: &mut [T]) -> bool;

    /// Returns the value with the error of an `f64`.
    fn reference(x: f64) -> f64;

    /// The allowed error relative to the exact value, in ULP.
    const BOUND: f64;

    /// Results below this multiple of the smallest normal value may be zero.
    const FLUSHED: f64 = 0.0;

    /// Returns the value whose ULP is the unit of the error: the exact value, or the operand of a difference.
    fn magnitude(_x: f64, exact: f64) -> f64 {
        exact
    }
}

/// Implements [`Function`] for a function over lanes.
macro_rules! function {
    ($name:ident, $function:ident, $reference:expr, bound: $bound:expr, $($item:item)*) => {
        struct $name;

        impl crate::kernel::elementary::accuracy::Function for $name {
            fn apply<T: crate::kernel::lanes::Vectors>(path: crate::kernel::Path, values: &mut [T]) -> bool {
                struct Apply<'a, T>(&'a mut [T]);

                impl<T: crate::kernel::lanes::Vectors> crate::kernel::Program for Apply<'_, T> {
                    type Output = bool;

                    #[inline(always)]
                    fn run<I: crate::kernel::Isa>(self, isa: I) -> bool {
                        use crate::kernel::lanes::Lanes as _;

                        let Self(values) = self;
                        crate::kernel::elementary::map!(T::In<I>, isa, values, |x| $function(x));
                        I::FUSED
                    }
                }
                path.run(Apply(values))
            }

            fn reference(x: f64) -> f64 {
                $reference(x)
            }

            const BOUND: f64 = $bound;
            $($item)*
        }
    };
}

pub(super) use function;

/// Returns the spacing of `f32` values around a value.
fn single_unit(value: f64) -> f64 {
    let exponent = (value.abs().to_bits() >> 52).max(1023 - 126);
    f64::from_bits((exponent - 23) << 52)
}

/// Returns the spacing of `f64` values around a value, which is itself subnormal for small values.
fn double_unit(value: f64) -> f64 {
    let exponent = value.abs().to_bits() >> 52;
    if exponent > 52 { f64::from_bits((exponent - 52) << 52) } else { f64::from_bits(1 << exponent.saturating_sub(1)) }
}

/// Returns the error of a result in `f32`, in ULP.
#[allow(clippy::cast_possible_truncation, reason = "rounding to the type is the point")]
fn single_error<F: Function>(x: f32, ours: f32, exact: f64) -> f64 {
    let flushed = exact.abs() < F::FLUSHED * f64::from(f32::MIN_POSITIVE) && ours == 0.0;
    if ours == exact as f32 || ours.is_nan() && exact.is_nan() || flushed {
        return 0.0;
    }
    // Infinity stands for the value after the largest finite one.
    let (infinity, ours) = (f64::exp2(128.0), f64::from(ours));
    let ours = if ours.is_infinite() { infinity.copysign(ours) } else { ours };
    let error = (ours - exact.clamp(-infinity, infinity)).abs() / single_unit(F::magnitude(x.into(), exact));
    if error.is_nan() { f64::INFINITY } else { error }
}

/// Returns the name and the results of each path whose results differ from those before. Fused paths must agree bit for bit.
fn results<F: Function, T: Vectors>(inputs: &[T], same: impl Fn(T, T) -> bool) -> Vec<(Path, Vec<T>)> {
    let mut all: Vec<(Path, Vec<T>)> = Vec::new();
    let mut fused = None;
    for path in Path::available() {
        let mut results = inputs.to_vec();
        if F::apply(path, &mut results) {
            if let Some(first) = fused {
                let (first, expected): &(Path, Vec<T>) = &all[first];
                let same = expected.iter().zip(&results).all(|(&a, &b)| same(a, b));
                assert!(same, "{path:?} has the bits of {first:?}");
                continue;
            }
            fused = Some(all.len());
        }
        all.push((path, results));
    }
    all
}

/// Raises the largest error of each path to that of the inputs, and checks that it is within the bound.
pub(super) fn check_singles<F: Function>(inputs: &[f32], largest: &mut BTreeMap<u8, f64>) {
    let exact: Vec<f64> = inputs.iter().map(|&x| F::reference(x.into())).collect();
    for (path, results) in results::<F, f32>(inputs, |a, b| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()) {
        for ((&x, ours), &exact) in inputs.iter().zip(results).zip(&exact) {
            let error = single_error::<F>(x, ours, exact);
            assert!(error <= F::BOUND, "{error} ULP at {x:e} on {path:?}: {ours:e}, not {exact:e}");
            let largest = largest.entry(path as u8).or_default();
            *largest = error.max(*largest);
        }
    }
}

/// Checks every `stride`th float. Prints the largest error of each path, without paths that have the bits of another.
pub(super) fn check_every<F: Function>(stride: usize) {
    let mut largest = BTreeMap::new();
    let mut inputs = Vec::with_capacity(1 << 16);
    for bits in (0..=u32::MAX).step_by(stride) {
        inputs.push(f32::from_bits(bits));
        if inputs.len() == inputs.capacity() {
            check_singles::<F>(&inputs, &mut largest);
            inputs.clear();
        }
    }
    check_singles::<F>(&inputs, &mut largest);
    std::println!("largest errors in f32, in ULP: {largest:.3?}");
}

/// Compares `f64` results with exact ones that are rounded. The table holds the bits of x and y, and no NaN.
pub(super) fn check_table<F: Function>(table: &[(u64, u64)]) {
    for path in Path::available() {
        let mut results: Vec<f64> = table.iter().map(|&(x, _)| f64::from_bits(x)).collect();
        F::apply(path, &mut results);
        for (&(x, y), ours) in table.iter().zip(results) {
            let (x, y) = (f64::from_bits(x), f64::from_bits(y));
            if y.abs() < F::FLUSHED * f64::MIN_POSITIVE && ours == 0.0 {
                continue;
            }
            let error = if ours == y { 0.0 } else { (ours - y).abs() / double_unit(F::magnitude(x, y)) };
            // The error of the table is up to half a unit.
            assert!(error <= F::BOUND + 0.5, "{error} ULP at {x:e} on {path:?}: {ours:e}, not {y:e}");
        }
    }
}

/// Compares `f64` results, between two bounds and over all exponents, with a reference that is itself within one ULP. Fused
/// paths must agree bit for bit.
pub(super) fn check_doubles<F: Function>(low: f64, high: f64) {
    const COUNT: u32 = 20_000;
    let even = (0..=COUNT).map(|k| low + (high - low) * (f64::from(k) / f64::from(COUNT)));
    // Odd, so that all bits vary.
    let scattered = (0..u64::from(COUNT)).map(|k| f64::from_bits(k.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let inputs: Vec<f64> = even.chain(scattered).collect();
    for (path, results) in results::<F, f64>(&inputs, |a, b| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()) {
        for (&x, ours) in inputs.iter().zip(results) {
            let y = F::reference(x);
            let zero = y.abs() < F::FLUSHED * f64::MIN_POSITIVE && ours == 0.0;
            if ours == y || ours.is_nan() && y.is_nan() || zero {
                continue;
            }
            let error = (ours - y).abs() / double_unit(F::magnitude(x, y));
            assert!(error <= F::BOUND + 1.0, "{error} ULP at {x:e} on {path:?}: {ours:e}, not {y:e}");
        }
    }
}

/// Checks that a slice of any length gives the same results as its elements one by one.
pub(super) fn check_tails<F: Function>() {
    fn check<F: Function, T: Vectors>() {
        for path in Path::available() {
            let inputs: Vec<T> = (0..50_u8).map(|k| T::from_f64(f64::from(k) / 7.0 - 4.0)).collect();
            let mut alone = inputs.clone();
            for input in &mut alone {
                F::apply(path, core::slice::from_mut(input));
            }
            for len in 0..=inputs.len() {
                let mut results = inputs.clone();
                F::apply(path, &mut results[..len]);
                let same = |(a, b): (&T, &T)| a == b || a.to_f64().is_nan() && b.to_f64().is_nan();
                assert!(results[..len].iter().zip(&alone).all(same), "{len} inputs on {path:?}");
                assert!(results[len..] == inputs[len..], "inputs after the slice are untouched");
            }
        }
    }
    check::<F, f32>();
    check::<F, f64>();
}

/// Returns the results for one element on every path.
pub(super) fn at<F: Function, T: Vectors>(x: T) -> Vec<T> {
    Path::available()
        .map(|path| {
            let mut result = [x];
            F::apply(path, &mut result);
            result[0]
        })
        .collect()
}

/// The tests that every function has.
macro_rules! accuracy_tests {
    ($function:ident, doubles: $low:literal..$high:literal) => {
        #[test]
        fn a_sample_of_floats_is_within_the_bound() {
            crate::kernel::elementary::accuracy::check_every::<$function>(8_191);
        }

        #[test]
        #[ignore = "all floats: minutes in a release build"]
        fn all_floats_are_within_the_bound() {
            crate::kernel::elementary::accuracy::check_every::<$function>(1);
        }

        #[test]
        fn doubles_are_within_the_bound() {
            crate::kernel::elementary::accuracy::check_table::<$function>(&EXACT);
            crate::kernel::elementary::accuracy::check_doubles::<$function>($low, $high);
        }

        #[test]
        fn tails_give_the_results_of_single_elements() {
            crate::kernel::elementary::accuracy::check_tails::<$function>();
        }
    };
}

pub(super) use accuracy_tests;
