//! Products of a batch and a weight: forward pass, gradient of the input, gradient of weight and bias.
//!
//! The naive kernels define what is computed, and in which reduction order. The others compute the same bits in vector
//! registers.
#![allow(
    clippy::needless_range_loop,
    reason = "tiles are spelled out per path: iterators take half as long again to compile"
)]

mod forward;
mod gradient;
mod naive;

use forward::Forward;
use gradient::{InputGradient, WeightGradient};

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels, Program};
use crate::scalar::Scalar;

/// Products of a batch and a weight. The outputs of a weight with `H` outputs and `N` inputs are contiguous: element (o, i) is
/// at `i * H + o`.
pub trait DenseKernels: Scalar {
    /// Computes `y[s, o] = b[o] + Σ_i x[s, i] w[o, i]`. Starts with the bias, or with zero if `bias` is empty, and adds the terms
    /// in the order of i. From 16 inputs on, they are split into four ranges of ⌊N/4⌋, the last of which also takes the remainder. Each range except the
    /// first is summed from zero, and the sums of the ranges are added one after another.
    fn dense_forward<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        naive::forward(isa, sizes, weight, bias, input, output);
    }

    /// The same as [`dense_forward`](DenseKernels::dense_forward) for one sample, inlined into the caller: for layers so small
    /// that the cost of a call matters.
    #[inline(always)]
    fn dense_forward_alone<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        Self::dense_forward(isa, sizes, weight, bias, input, output);
    }

    /// Computes `dx[s, i] = Σ_o g[s, o] w[o, i]`, added in the order of o, in ranges of 128. Each range is summed from zero,
    /// and the sums of the ranges are added one after another.
    fn dense_input_gradient<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        weight: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        naive::input_gradient(isa, sizes, weight, grad_output, grad_input);
    }

    /// Computes `dw[o, i] = Σ_s g[s, o] x[s, i]` and `db[o] = Σ_s g[s, o]`, summed from zero in the order of s. Adds the sums
    /// to the gradients if `accumulate` is true, and overwrites the gradients otherwise. Computes no db if `grad_bias` is empty.
    fn dense_weight_gradient<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        input: &[Self],
        grad_output: &[Self],
        accumulate: bool,
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        naive::weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
    }
}

impl<T: NaiveKernels> DenseKernels for T {}

/// The sizes of a product of a batch and a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenseSizes {
    /// The number of samples.
    pub samples: usize,
    /// The number of inputs per sample, N.
    pub inputs: usize,
    /// The number of outputs per sample, H.
    pub outputs: usize,
}

impl DenseSizes {
    /// Checks that a sample has at least one element, and that the lengths of the slices match the sizes.
    #[inline(always)]
    fn check(self, weight: usize, bias: Option<usize>, input: usize, output: usize) {
        let Self { samples, inputs, outputs } = self;
        let are = |len, rows: usize, columns: usize| rows.checked_mul(columns) == Some(len);
        assert!(inputs > 0 && outputs > 0 && are(weight, inputs, outputs), "a weight is inputs × outputs");
        assert!(bias.is_none_or(|bias| bias == outputs || bias == 0), "a bias per output, or none");
        assert!(are(input, samples, inputs) && are(output, samples, outputs), "inputs and outputs of every sample");
    }
}

/// From this many inputs on, an output is the sum of [`RANGES`] ranges, since a single sample would wait for one long chain of
/// additions.
const SPLIT_FROM: usize = 16;
/// The number of ranges of inputs that the forward pass sums separately.
const RANGES: usize = 4;
/// The number of outputs that the gradient of the input sums at a time. Their weights are transposed into a panel.
const PANEL: usize = 128;

/// Returns the number of ranges into which the inputs are split, and their length. The last range also takes the remainder.
#[inline(always)]
const fn ranges(inputs: usize) -> (usize, usize) {
    if inputs < SPLIT_FROM { (1, inputs) } else { (RANGES, inputs / RANGES) }
}

/// Returns the first input of a range and the number of its inputs.
#[inline(always)]
const fn range_of(inputs: usize, range: usize) -> (usize, usize) {
    let (ranges, len) = ranges(inputs);
    let start = range * len;
    (start, if range + 1 == ranges { inputs - start } else { len })
}

macro_rules! dense_kernels {
    ($float:ident) => {
        impl DenseKernels for $float {
            #[inline]
            fn dense_forward<I: Isa>(
                _: I,
                sizes: DenseSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                // Separate values, since a struct would go through memory and lose its constants on the way.
                let DenseSizes { samples, inputs, outputs } = sizes;
                compiled!(I, |isa,
                              samples: usize,
                              inputs: usize,
                              outputs: usize,
                              weight: &[$float],
                              bias: &[$float],
                              input: &[$float],
                              output: &mut [$float]|
                 -> () {
                    Forward { sizes: DenseSizes { samples, inputs, outputs }, weight, bias, input, output }.run(isa);
                });
            }

            #[inline(always)]
            fn dense_forward_alone<I: Isa>(
                isa: I,
                sizes: DenseSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                Forward { sizes, weight, bias, input, output }.run_alone(isa);
            }

            #[inline]
            fn dense_input_gradient<I: Isa>(
                _: I,
                sizes: DenseSizes,
                weight: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                // Separate values, since a struct would go through memory and lose its constants on the way.
                let DenseSizes { samples, inputs, outputs } = sizes;
                compiled!(I, |isa,
                              samples: usize,
                              inputs: usize,
                              outputs: usize,
                              weight: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    InputGradient { sizes: DenseSizes { samples, inputs, outputs }, weight, grad_output, grad_input }
                        .run(isa);
                });
            }

            #[inline]
            fn dense_weight_gradient<I: Isa>(
                _: I,
                sizes: DenseSizes,
                input: &[$float],
                grad_output: &[$float],
                accumulate: bool,
                grad_weight: &mut [$float],
                grad_bias: &mut [$float],
            ) {
                // Separate values, since a struct would go through memory and lose its constants on the way.
                let DenseSizes { samples, inputs, outputs } = sizes;
                compiled!(I, |isa,
                              samples: usize,
                              inputs: usize,
                              outputs: usize,
                              input: &[$float],
                              grad_output: &[$float],
                              accumulate: bool,
                              grad_weight: &mut [$float],
                              grad_bias: &mut [$float]|
                 -> () {
                    WeightGradient {
                        sizes: DenseSizes { samples, inputs, outputs },
                        input,
                        grad_output,
                        accumulate,
                        grad_weight,
                        grad_bias,
                    }
                    .run(isa);
                });
            }
        }
    };
}

for_floats!(dense_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::DenseSizes;
    use crate::kernel::{Isa, Kernels, Path, Program};
    use crate::random;
    use crate::scalar::Scalar;

    /// All three kernels and their naive twins on one set of values.
    struct Compare<T> {
        sizes: DenseSizes,
        weight: Vec<T>,
        bias: Vec<T>,
        input: Vec<T>,
        grad_output: Vec<T>,
    }

    impl<T: Scalar> Compare<T> {
        fn new(samples: usize, inputs: usize, outputs: usize) -> Self {
            let mut rng = crate::rng((samples * 10_007 + inputs * 101 + outputs) as u64);
            let mut draw =
                |count: usize| -> Vec<T> { (0..count).map(|_| T::from_f64(random::uniform(&mut rng) - 0.5)).collect() };
            Self {
                sizes: DenseSizes { samples, inputs, outputs },
                weight: draw(inputs * outputs),
                bias: draw(outputs),
                input: draw(samples * inputs),
                grad_output: draw(samples * outputs),
            }
        }
    }

    impl<T: Kernels> Program for &Compare<T> {
        type Output = [(Vec<T>, Vec<T>); 4];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Self::Output {
            let Compare { sizes, weight, bias, input, grad_output } = self;
            let zeros = |count: usize| vec![T::ZERO; count];

            let (mut y, mut naive_y) = (zeros(grad_output.len()), zeros(grad_output.len()));
            T::dense_forward(isa, *sizes, weight, bias, input, &mut y);
            super::naive::forward(isa, *sizes, weight, bias, input, &mut naive_y);

            let (mut dx, mut naive_dx) = (zeros(input.len()), zeros(input.len()));
            T::dense_input_gradient(isa, *sizes, weight, grad_output, &mut dx);
            super::naive::input_gradient(isa, *sizes, weight, grad_output, &mut naive_dx);

            // Gradients are added to previous values, so they start from some.
            let (mut dw, mut naive_dw) = (weight.clone(), weight.clone());
            let (mut db, mut naive_db) = (bias.clone(), bias.clone());
            T::dense_weight_gradient(isa, *sizes, input, grad_output, true, &mut dw, &mut db);
            super::naive::weight_gradient(isa, *sizes, input, grad_output, true, &mut naive_dw, &mut naive_db);
            [(y, naive_y), (dx, naive_dx), (dw, naive_dw), (db, naive_db)]
        }
    }

    /// The reduction order is the same, so the bits must be: no tolerance.
    fn assert_same<T: Kernels>(samples: usize, inputs: usize, outputs: usize) {
        let mut data = Compare::<T>::new(samples, inputs, outputs);
        for bias in [core::mem::take(&mut data.bias), Vec::new()] {
            data.bias = bias;
            for path in Path::available() {
                for (index, (tiled, naive)) in path.run(&data).into_iter().enumerate() {
                    let biases = data.bias.len();
                    assert_eq!(tiled, naive, "kernel {index} on {path:?}, {samples}, {inputs}, {outputs}, {biases}");
                }
            }
        }
    }

    #[test]
    fn an_empty_bias_is_none() {
        let mut data = Compare::<f64>::new(7, 20, 33);
        data.bias.fill(0.0);
        let zero = Path::Portable.run(&data);
        data.bias.clear();
        let none = Path::Portable.run(&data);
        assert_eq!((&zero[0], &zero[2]), (&none[0], &none[2]));
        assert!(none[3].0.is_empty() && zero[3].0.len() == 33);
    }

    #[test]
    fn tiled_kernels_give_the_bits_of_the_naive_ones_at_the_edges_of_tiles() {
        for size in [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17, 31, 32, 33, 1000] {
            assert_same::<f32>(7, size, 10);
            assert_same::<f32>(7, 10, size);
            assert_same::<f64>(size, 11, 13);
        }
    }

    #[test]
    fn packed_products_have_the_bits_of_the_naive_ones() {
        // Below and above the numbers of samples, inputs and outputs from which columns are packed, and up to which, each with the
        // others within these bounds.
        let few = [(47, 48, 65), (48, 47, 65), (48, 48, 33), (48, 48, 65), (53, 67, 128), (128, 48, 65), (129, 48, 65)];
        for (samples, inputs, outputs) in few {
            assert_same::<f32>(samples, inputs, outputs);
            assert_same::<f64>(samples, inputs, outputs);
        }
        assert_same::<f32>(53, 1030, 34);
    }

    #[test]
    fn one_sample_has_the_bits_of_the_naive_kernel_whatever_its_width() {
        // Adjacent registers, eight of them, and stripes; with and without ranges, and with a remainder.
        for outputs in [1, 3, 16, 31, 48, 64, 65, 128, 129, 520, 1031] {
            for inputs in [1, 15, 16, 17, 67, 130] {
                assert_same::<f32>(1, inputs, outputs);
                assert_same::<f64>(1, inputs, outputs);
            }
        }
    }

    proptest! {
        // Cases are slow without optimization, so one of four is drawn.
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(4), rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn tiled_kernels_give_the_bits_of_the_naive_ones(
            samples in 0_usize..40, inputs in 1_usize..40, outputs in 1_usize..40,
        ) {
            assert_same::<f32>(samples, inputs, outputs);
            assert_same::<f64>(samples, inputs, outputs);
        }
    }
}
