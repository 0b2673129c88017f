//! Products of a batch with a weight block: forward, gradient of the input, gradient of weight and bias.
//!
//! The blocked kernels keep a block of outputs of some samples in registers while they run along the sum. Outputs are
//! contiguous in the weight, so no operand is packed. Block shapes are constants, sizes are arguments.

use super::{Isa, Program};
use crate::scalar::Scalar;

/// `y[s, o] = b[o] + Σ_i x[s, i] w[o, i]`, one output after the other.
#[inline(always)]
pub(super) fn naive_forward<T: Scalar, I: Isa>(isa: I, weight: &[T], bias: &[T], input: &[T], output: &mut [T]) {
    let (outputs, inputs) = sizes(weight, bias.len());
    check_batch(input.len(), inputs, output.len(), outputs);
    for (x, y) in input.chunks_exact(inputs).zip(output.chunks_exact_mut(outputs)) {
        for (o, y) in y.iter_mut().enumerate() {
            let mut sum = bias[o];
            for (i, &x) in x.iter().enumerate() {
                sum = isa.mul_add(x, weight[i * outputs + o], sum);
            }
            *y = sum;
        }
    }
}

/// `dx[s, i] = Σ_o g[s, o] w[o, i]`, one input after the other.
#[inline(always)]
pub(super) fn naive_input_gradient<T: Scalar, I: Isa>(
    isa: I,
    weight: &[T],
    outputs: usize,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let (outputs, inputs) = sizes(weight, outputs);
    check_batch(grad_input.len(), inputs, grad_output.len(), outputs);
    for (g, dx) in grad_output.chunks_exact(outputs).zip(grad_input.chunks_exact_mut(inputs)) {
        for (i, dx) in dx.iter_mut().enumerate() {
            let mut sum = T::ZERO;
            for (o, &g) in g.iter().enumerate() {
                sum = isa.mul_add(g, weight[i * outputs + o], sum);
            }
            *dx = sum;
        }
    }
}

/// `dw[o, i] += Σ_s g[s, o] x[s, i]`, `db[o] += Σ_s g[s, o]`, one weight after the other.
#[inline(always)]
pub(super) fn naive_weight_gradient<T: Scalar, I: Isa>(
    isa: I,
    input: &[T],
    grad_output: &[T],
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    let (outputs, inputs) = sizes(grad_weight, grad_bias.len());
    check_batch(input.len(), inputs, grad_output.len(), outputs);
    for (x, g) in input.chunks_exact(inputs).zip(grad_output.chunks_exact(outputs)) {
        for (o, &g) in g.iter().enumerate() {
            for (i, &x) in x.iter().enumerate() {
                let place = &mut grad_weight[i * outputs + o];
                *place = isa.mul_add(x, g, *place);
            }
            grad_bias[o] += g;
        }
    }
}

/// The numbers of outputs and inputs of a weight.
#[inline(always)]
fn sizes<T>(weight: &[T], outputs: usize) -> (usize, usize) {
    assert!(outputs > 0 && !weight.is_empty() && weight.len().is_multiple_of(outputs), "a weight is outputs × inputs");
    (outputs, weight.len() / outputs)
}

#[inline(always)]
fn check_batch(input_len: usize, inputs: usize, output_len: usize, outputs: usize) {
    assert!(
        input_len.is_multiple_of(inputs) && input_len / inputs * outputs == output_len,
        "inputs and outputs are of the same number of samples"
    );
}

/// Outputs that one block holds at most: two vectors of AVX2, one of AVX-512.
const WIDTH: usize = 16;
/// Samples (forward) or inputs (weight gradient) that one block holds at most: with `WIDTH`, 12 of AVX2's 16 registers.
const ROWS: usize = 6;
/// Samples and inputs that one block of the input gradient holds at most, as single numbers.
const SINGLES: usize = 4;

/// Calls `$block` with `$rows` constant, for as many rows as fit, and then row by row.
macro_rules! by_rows {
    ($count:expr, $most:expr, $start:ident, $rows:ident => $block:expr) => {{
        let mut $start = 0;
        while $start + $most <= $count {
            const $rows: usize = $most;
            $block;
            $start += $most;
        }
        while $start < $count {
            const $rows: usize = 1;
            $block;
            $start += 1;
        }
    }};
}

/// Calls `$block` with `$width` constant, over outputs: full blocks, then 8, 4, and one by one.
macro_rules! by_width {
    ($count:expr, $start:ident, $width:ident => $block:expr) => {{
        let mut $start = 0;
        while $start + WIDTH <= $count {
            const $width: usize = WIDTH;
            $block;
            $start += WIDTH;
        }
        if $start + 8 <= $count {
            const $width: usize = 8;
            $block;
            $start += 8;
        }
        if $start + 4 <= $count {
            const $width: usize = 4;
            $block;
            $start += 4;
        }
        while $start < $count {
            const $width: usize = 1;
            $block;
            $start += 1;
        }
    }};
}

/// The blocked twin of [`naive_forward`].
pub(super) struct Forward<'a, T> {
    pub(super) weight: &'a [T],
    pub(super) bias: &'a [T],
    pub(super) input: &'a [T],
    pub(super) output: &'a mut [T],
}

impl<T: Scalar> Program for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (outputs, inputs) = sizes(self.weight, self.bias.len());
        check_batch(self.input.len(), inputs, self.output.len(), outputs);
        let samples = self.input.len() / inputs;
        by_rows!(samples, ROWS, first, R => {
            let x = &self.input[first * inputs..(first + R) * inputs];
            let y = &mut self.output[first * outputs..(first + R) * outputs];
            by_width!(outputs, from, W => forward_block::<T, I, R, W>(isa, self.weight, self.bias, x, y, from));
        });
    }
}

/// `W` outputs, from number `from` on, of `R` samples.
#[inline(always)]
fn forward_block<T: Scalar, I: Isa, const R: usize, const W: usize>(
    isa: I,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
    from: usize,
) {
    let (inputs, outputs) = (input.len() / R, bias.len());
    let mut sums = [[T::ZERO; W]; R];
    for sums in &mut sums {
        sums.copy_from_slice(&bias[from..from + W]);
    }
    let samples: [&[T]; R] = core::array::from_fn(|row| &input[row * inputs..(row + 1) * inputs]);
    for (i, weights) in weight.chunks_exact(outputs).enumerate() {
        let weights: &[T; W] = fixed(&weights[from..from + W]);
        for (sums, sample) in sums.iter_mut().zip(&samples) {
            let x = sample[i];
            for (sum, &w) in sums.iter_mut().zip(weights) {
                *sum = isa.mul_add(x, w, *sum);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        output[row * outputs + from..row * outputs + from + W].copy_from_slice(sums);
    }
}

/// The blocked twin of [`naive_input_gradient`].
pub(super) struct InputGradient<'a, T> {
    pub(super) weight: &'a [T],
    pub(super) outputs: usize,
    pub(super) grad_output: &'a [T],
    pub(super) grad_input: &'a mut [T],
}

impl<T: Scalar> Program for InputGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (outputs, inputs) = sizes(self.weight, self.outputs);
        check_batch(self.grad_input.len(), inputs, self.grad_output.len(), outputs);
        let samples = self.grad_output.len() / outputs;
        by_rows!(samples, SINGLES, first, R => {
            let g = &self.grad_output[first * outputs..(first + R) * outputs];
            let dx = &mut self.grad_input[first * inputs..(first + R) * inputs];
            by_rows!(inputs, SINGLES, from, C => input_gradient_block::<T, I, R, C>(isa, self.weight, g, dx, from));
        });
    }
}

/// The gradients of `C` inputs, from number `from` on, of `R` samples.
#[inline(always)]
fn input_gradient_block<T: Scalar, I: Isa, const R: usize, const C: usize>(
    isa: I,
    weight: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
    from: usize,
) {
    let (outputs, inputs) = (grad_output.len() / R, grad_input.len() / R);
    let gradients: [&[T]; R] = core::array::from_fn(|row| &grad_output[row * outputs..(row + 1) * outputs]);
    let weights: [&[T]; C] =
        core::array::from_fn(|column| &weight[(from + column) * outputs..(from + column + 1) * outputs]);
    let mut sums = [[T::ZERO; C]; R];
    for o in 0..outputs {
        for (sums, gradient) in sums.iter_mut().zip(&gradients) {
            for (sum, weight) in sums.iter_mut().zip(&weights) {
                *sum = isa.mul_add(gradient[o], weight[o], *sum);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        grad_input[row * inputs + from..row * inputs + from + C].copy_from_slice(sums);
    }
}

/// The blocked twin of [`naive_weight_gradient`].
pub(super) struct WeightGradient<'a, T> {
    pub(super) input: &'a [T],
    pub(super) grad_output: &'a [T],
    pub(super) grad_weight: &'a mut [T],
    pub(super) grad_bias: &'a mut [T],
}

impl<T: Scalar> Program for WeightGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (outputs, inputs) = sizes(self.grad_weight, self.grad_bias.len());
        check_batch(self.input.len(), inputs, self.grad_output.len(), outputs);
        by_rows!(inputs, ROWS, first, R => {
            let dw = &mut self.grad_weight[first * outputs..(first + R) * outputs];
            by_width!(outputs, from, W => {
                weight_gradient_block::<T, I, R, W>(isa, self.input, self.grad_output, dw, inputs, first, from);
            });
        });
        for g in self.grad_output.chunks_exact(outputs) {
            for (db, &g) in self.grad_bias.iter_mut().zip(g) {
                *db += g;
            }
        }
    }
}

/// The gradients of the weights from `R` inputs, from number `first` on, to `W` outputs, from number `from` on.
#[inline(always)]
fn weight_gradient_block<T: Scalar, I: Isa, const R: usize, const W: usize>(
    isa: I,
    input: &[T],
    grad_output: &[T],
    grad_weight: &mut [T],
    inputs: usize,
    first: usize,
    from: usize,
) {
    let outputs = grad_weight.len() / R;
    let mut sums = [[T::ZERO; W]; R];
    for (row, sums) in sums.iter_mut().enumerate() {
        sums.copy_from_slice(&grad_weight[row * outputs + from..row * outputs + from + W]);
    }
    for (x, g) in input.chunks_exact(inputs).zip(grad_output.chunks_exact(outputs)) {
        let x: &[T; R] = fixed(&x[first..first + R]);
        let g: &[T; W] = fixed(&g[from..from + W]);
        for (sums, &x) in sums.iter_mut().zip(x) {
            for (sum, &g) in sums.iter_mut().zip(g) {
                *sum = isa.mul_add(x, g, *sum);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        grad_weight[row * outputs + from..row * outputs + from + W].copy_from_slice(sums);
    }
}

/// A slice of `W` numbers as an array, so that loops over it have a constant count.
#[inline(always)]
fn fixed<T, const W: usize>(slice: &[T]) -> &[T; W] {
    slice.first_chunk().expect("the slice was cut to this length")
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use crate::kernel::{Isa, Kernels, Path, Program};
    use crate::random;
    use crate::scalar::Scalar;

    /// All three kernels and their naive twins over one set of data.
    struct Compare<T> {
        samples: usize,
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
                samples,
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
            let Compare { samples, weight, bias, input, grad_output } = self;
            let outputs = bias.len();
            let zeros = |count: usize| vec![T::ZERO; count];

            let (mut y, mut naive_y) = (zeros(samples * outputs), zeros(samples * outputs));
            T::dense_forward(isa, weight, bias, input, &mut y);
            super::naive_forward(isa, weight, bias, input, &mut naive_y);

            let (mut dx, mut naive_dx) = (zeros(input.len()), zeros(input.len()));
            T::dense_input_gradient(isa, weight, outputs, grad_output, &mut dx);
            super::naive_input_gradient(isa, weight, outputs, grad_output, &mut naive_dx);

            // Gradients add to what is there, so they start from something.
            let (mut dw, mut naive_dw) = (weight.clone(), weight.clone());
            let (mut db, mut naive_db) = (bias.clone(), bias.clone());
            T::dense_weight_gradient(isa, input, grad_output, &mut dw, &mut db);
            super::naive_weight_gradient(isa, input, grad_output, &mut naive_dw, &mut naive_db);
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
