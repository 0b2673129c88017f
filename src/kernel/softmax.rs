//! Softmax over the classes of each sample, its gradient, and the negative log-likelihood based on it.
//!
//! Sums over classes have a fixed order, whatever the registers: class k is added to partial sum k mod 16, and partial sums are
//! added in halves, 8 apart, then 4, 2 and 1.

mod naive;
mod vector;

pub(super) use vector::softmax_of_row;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// Softmax over the classes of each sample, and the losses based on it.
pub trait SoftmaxKernels: Scalar {
    /// Computes `y[s, c] = e^(x[s, c] - m) / Σ_k e^(x[s, k] - m)`, in place, where m is the largest element of the sample.
    ///
    /// Sums over classes have a fixed order: class k is added to partial sum k mod 16, and partial sums are added in halves.
    fn softmax<I: Isa>(isa: I, classes: usize, values: &mut [Self]) {
        naive::softmax(isa, classes, values);
    }

    /// The same as [`softmax`](SoftmaxKernels::softmax), from one slice to another.
    fn softmax_into<I: Isa>(isa: I, classes: usize, input: &[Self], output: &mut [Self]) {
        output.copy_from_slice(input);
        Self::softmax(isa, classes, output);
    }

    /// The same as [`softmax_into`](SoftmaxKernels::softmax_into) for one sample, inlined into the caller.
    #[inline(always)]
    fn softmax_alone<I: Isa>(isa: I, input: &[Self], output: &mut [Self]) {
        Self::softmax_into(isa, input.len(), input, output);
    }

    /// Computes `dx[s, c] = y[s, c] (g[s, c] - Σ_k g[s, k] y[s, k])`, in place of g, where y is the output of softmax.
    fn softmax_gradient<I: Isa>(isa: I, classes: usize, output: &[Self], gradient: &mut [Self]) {
        naive::softmax_gradient(isa, classes, output, gradient);
    }

    /// Returns the sum over the samples of the negative log-likelihood of each target class under the softmax of the logits, in
    /// nats, added in the order of the samples. If `gradient` is given, also writes the gradient with respect to the logits
    /// times `weight`. Sums over classes are computed as in [`softmax`](SoftmaxKernels::softmax), with the target class last.
    fn softmax_nll<I: Isa>(
        isa: I,
        logits: &[Self],
        targets: &[u32],
        weight: Self,
        gradient: Option<&mut [Self]>,
    ) -> Self {
        naive::softmax_nll(isa, logits, targets, weight, gradient)
    }
}

impl<T: NaiveKernels> SoftmaxKernels for T {}

/// The number of partial sums over classes.
const PARTS: usize = 16;

/// Checks that every target is a class, and returns the number of classes.
#[inline(always)]
fn check_rows<T>(logits: &[T], targets: &[u32], gradient: Option<&[T]>) -> usize {
    let classes = logits.len() / targets.len().max(1);
    assert_eq!(classes * targets.len(), logits.len(), "the same number of logits for each target");
    assert!(targets.iter().all(|&class| (class as usize) < classes), "a target is a class");
    assert!(gradient.is_none_or(|gradient| gradient.len() == logits.len()), "a gradient per logit");
    classes
}

macro_rules! softmax_kernels {
    ($float:ident) => {
        impl SoftmaxKernels for $float {
            #[inline]
            fn softmax<I: Isa>(_: I, classes: usize, values: &mut [$float]) {
                compiled!(I, |isa, classes: usize, values: &mut [$float]| -> () {
                    vector::softmax(isa, classes, values);
                });
            }

            #[inline]
            fn softmax_into<I: Isa>(_: I, classes: usize, input: &[$float], output: &mut [$float]) {
                compiled!(I, |isa, classes: usize, input: &[$float], output: &mut [$float]| -> () {
                    vector::softmax_into(isa, classes, input, output);
                });
            }

            #[inline(always)]
            fn softmax_alone<I: Isa>(isa: I, input: &[$float], output: &mut [$float]) {
                vector::softmax_into(isa, input.len(), input, output);
            }

            #[inline]
            fn softmax_nll<I: Isa>(
                _: I,
                logits: &[$float],
                targets: &[u32],
                weight: $float,
                gradient: Option<&mut [$float]>,
            ) -> $float {
                compiled!(I, |isa,
                              logits: &[$float],
                              targets: &[u32],
                              weight: $float,
                              gradient: Option<&mut [$float]>|
                 -> $float { vector::softmax_nll(isa, logits, targets, weight, gradient) })
            }

            #[inline]
            fn softmax_gradient<I: Isa>(_: I, classes: usize, output: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, classes: usize, output: &[$float], gradient: &mut [$float]| -> () {
                    naive::softmax_gradient(isa, classes, output, gradient);
                });
            }
        }
    };
}

for_floats!(softmax_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::SoftmaxKernels;
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
    fn the_gradient_of_a_sample_that_is_nearly_correct_keeps_its_precision() {
        // p = 1 - 2 e^-20 to the last digit of f32 and beyond: p - 1 would be 0.
        let mut gradient = [0.0; 3];
        dispatch(GradientOf(&[20.0, 0.0, 0.0], &mut gradient));
        let expected = -2.0 * f64::exp(-20.0) / (1.0 + 2.0 * f64::exp(-20.0));
        assert!((f64::from(gradient[0]) / expected - 1.0).abs() < 1e-6, "{gradient:?}");
    }

    /// All kernels of this file on one set of rows.
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

    /// Probabilities in place and in another slice, gradients, and the loss with and without them.
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
            super::naive::softmax(isa, *classes, &mut probabilities);
            let mut gradient = logits.clone();
            let loss = super::naive::softmax_nll(isa, logits, targets, T::from_f64(0.25), Some(&mut gradient));
            [probabilities.clone(), probabilities, gradient, vec![loss; 2]]
        }
    }

    /// Relative to the value. On both sides an exponential and a logarithm are within 1 ULP each, and up to 1000 of them are
    /// added, whose errors do not all have the same sign.
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
            assert_eq!(found[0], found[1], "{path:?}: the same bits in place and in another slice");
            assert_eq!(found[3][0], found[3][1], "{path:?}: the same loss with and without a gradient");
            if path != Path::Portable {
                let first = fused.get_or_insert_with(|| found.clone());
                assert_eq!(*first, found, "{path:?}: the same bits on all fused paths");
            }
        }
    }

    #[test]
    fn vector_kernels_match_the_naive_ones_at_the_edges_of_registers() {
        for classes in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 1000] {
            for samples in [1, 5, 32, 33] {
                assert_alike::<f32>(samples, classes, f64::from(f32::EPSILON));
                assert_alike::<f64>(samples, classes, f64::EPSILON);
            }
        }
    }

    proptest! {
        // Cases are slow without optimization, so one of four is drawn.
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(4), rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn vector_kernels_match_the_naive_ones(samples in 0_usize..70, classes in 1_usize..70) {
            assert_alike::<f32>(samples, classes, f64::from(f32::EPSILON));
            assert_alike::<f64>(samples, classes, f64::EPSILON);
        }
    }
}
