//! Products of a batch with a weight: forward, gradient of the input, gradient of weight and bias.
//!
//! The naive kernels here say what is computed, and in which order it is added up. The files beside compute the same bits
//! in vector registers.
#![allow(
    clippy::needless_range_loop,
    reason = "blocks are written out per path: iterators take half as long again to compile"
)]

mod columns;
mod forward;
mod gradient;

pub(super) use forward::Forward;
pub(super) use gradient::{InputGradient, WeightGradient};

use super::{DenseSizes, Isa};
use crate::scalar::Scalar;

/// From this many inputs on an output is the sum of [`RUNS`] runs: a lone sample would wait for one long chain of additions.
const SPLIT_FROM: usize = 16;
/// Runs of inputs that the forward pass adds up on their own.
const RUNS: usize = 4;
/// Outputs that the gradient of an input adds up at a time: their weights are transposed into a panel.
const PANEL: usize = 128;

/// The runs that the inputs are cut into: their number, and the length of each; the last one takes what is left.
#[inline(always)]
const fn runs(inputs: usize) -> (usize, usize) {
    if inputs < SPLIT_FROM { (1, inputs) } else { (RUNS, inputs / RUNS) }
}

/// `y[s, o] = b[o] + Σ_i x[s, i] w[o, i]`, one output after the other.
#[inline(always)]
pub(super) fn naive_forward<T: Scalar, I: Isa>(
    isa: I,
    sizes: DenseSizes,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
) {
    sizes.check(weight.len(), Some(bias.len()), input.len(), output.len());
    let DenseSizes { inputs, outputs, .. } = sizes;
    for (x, y) in input.chunks_exact(inputs).zip(output.chunks_exact_mut(outputs)) {
        for (o, y) in y.iter_mut().enumerate() {
            let (runs, len) = runs(inputs);
            for run in 0..runs {
                let end = if run + 1 == runs { inputs } else { (run + 1) * len };
                let start = if run == 0 { bias[o] } else { T::ZERO };
                let sum = (run * len..end).fold(start, |sum, i| isa.mul_add(x[i], weight[i * outputs + o], sum));
                *y = if run == 0 { sum } else { *y + sum };
            }
        }
    }
}

/// `dx[s, i] = Σ_o g[s, o] w[o, i]`, one input after the other.
#[inline(always)]
pub(super) fn naive_input_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: DenseSizes,
    weight: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(weight.len(), None, grad_input.len(), grad_output.len());
    let DenseSizes { inputs, outputs, .. } = sizes;
    for (g, dx) in grad_output.chunks_exact(outputs).zip(grad_input.chunks_exact_mut(inputs)) {
        for (dx, weights) in dx.iter_mut().zip(weight.chunks_exact(outputs)) {
            let runs = g
                .chunks(PANEL)
                .zip(weights.chunks(PANEL))
                .map(|(g, weights)| g.iter().zip(weights).fold(T::ZERO, |sum, (&g, &w)| isa.mul_add(g, w, sum)));
            *dx = runs.reduce(|sum, run| sum + run).unwrap_or(T::ZERO);
        }
    }
}

/// `dw[o, i] = Σ_s g[s, o] x[s, i]`, `db[o] = Σ_s g[s, o]`, one weight after the other.
#[inline(always)]
pub(super) fn naive_weight_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: DenseSizes,
    input: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    sizes.check(grad_weight.len(), Some(grad_bias.len()), input.len(), grad_output.len());
    let DenseSizes { inputs, outputs, .. } = sizes;
    let samples = || input.chunks_exact(inputs).zip(grad_output.chunks_exact(outputs));
    let put = |place: &mut T, sum: T| *place = if accumulate { *place + sum } else { sum };
    for (i, weights) in grad_weight.chunks_exact_mut(outputs).enumerate() {
        for (o, place) in weights.iter_mut().enumerate() {
            put(place, samples().fold(T::ZERO, |sum, (x, g)| isa.mul_add(x[i], g[o], sum)));
        }
    }
    for (o, place) in grad_bias.iter_mut().enumerate() {
        put(place, samples().fold(T::ZERO, |sum, (_, g)| sum + g[o]));
    }
}

impl DenseSizes {
    /// A sample is at least one number, and the slices of a pass are as long as the sizes say.
    #[inline(always)]
    fn check(self, weight: usize, bias: Option<usize>, input: usize, output: usize) {
        let Self { samples, inputs, outputs } = self;
        let are = |len, rows: usize, columns: usize| rows.checked_mul(columns) == Some(len);
        assert!(inputs > 0 && outputs > 0 && are(weight, inputs, outputs), "a weight is inputs × outputs");
        assert!(bias.is_none_or(|bias| bias == outputs), "a bias per output");
        assert!(are(input, samples, inputs) && are(output, samples, outputs), "inputs and outputs of every sample");
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use crate::kernel::{DenseSizes, Isa, Kernels, Path, Program};
    use crate::random;
    use crate::scalar::Scalar;

    /// All three kernels and their naive twins over one set of data.
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
            super::naive_forward(isa, *sizes, weight, bias, input, &mut naive_y);

            let (mut dx, mut naive_dx) = (zeros(input.len()), zeros(input.len()));
            T::dense_input_gradient(isa, *sizes, weight, grad_output, &mut dx);
            super::naive_input_gradient(isa, *sizes, weight, grad_output, &mut naive_dx);

            // Gradients add to what is there, so they start from something.
            let (mut dw, mut naive_dw) = (weight.clone(), weight.clone());
            let (mut db, mut naive_db) = (bias.clone(), bias.clone());
            T::dense_weight_gradient(isa, *sizes, input, grad_output, true, &mut dw, &mut db);
            super::naive_weight_gradient(isa, *sizes, input, grad_output, true, &mut naive_dw, &mut naive_db);
            [(y, naive_y), (dx, naive_dx), (dw, naive_dw), (db, naive_db)]
        }
    }

    /// The order of additions is the same, so the bits are: no tolerance.
    fn assert_same<T: Kernels>(samples: usize, inputs: usize, outputs: usize) {
        let data = Compare::<T>::new(samples, inputs, outputs);
        for path in Path::available() {
            for (index, (blocked, naive)) in path.run(&data).into_iter().enumerate() {
                assert_eq!(blocked, naive, "kernel {index} on {path:?} with {samples}, {inputs}, {outputs}");
            }
        }
    }

    #[test]
    fn blocked_kernels_give_the_bits_of_the_naive_ones_at_the_edges_of_blocks() {
        for size in [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17, 31, 32, 33, 1000] {
            assert_same::<f32>(7, size, 10);
            assert_same::<f32>(7, 10, size);
            assert_same::<f64>(size, 11, 13);
        }
    }

    #[test]
    fn one_sample_has_the_bits_of_the_naive_kernel_whatever_its_width() {
        // Registers side by side, eight of them, and stripes; with and without runs, and with a rest.
        for outputs in [1, 3, 16, 31, 48, 64, 65, 128, 129, 520, 1000, 1031] {
            for inputs in [1, 15, 16, 17, 67, 130] {
                assert_same::<f32>(1, inputs, outputs);
                assert_same::<f64>(1, inputs, outputs);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn blocked_kernels_give_the_bits_of_the_naive_ones(
            samples in 0_usize..40, inputs in 1_usize..40, outputs in 1_usize..40,
        ) {
            assert_same::<f32>(samples, inputs, outputs);
            assert_same::<f64>(samples, inputs, outputs);
        }
    }
}
