//! How do formulas move the elements of a sample, and multiply matrices of samples?
//!
//! Every function has as its first argument the number of rows in all samples, each of which it treats alike.

use crate::kernel::{DenseSizes, Isa, Kernels};
use crate::scalar::Scalar;

/// Writes each row `times` times: `output[r, t, i] = input[r, i]`.
pub fn repeat_rows<T: Scalar>(rows: usize, times: usize, row: usize, input: &[T], output: &mut [T]) {
    assert!(input.len() == rows * row && output.len() == rows * times * row, "a row for each repetition");
    for (input, output) in input.chunks_exact(row).zip(output.chunks_exact_mut(times * row)) {
        for output in output.chunks_exact_mut(row) {
            output.copy_from_slice(input);
        }
    }
}

/// Adds parts of a row, from zero and in their order: `output[r, i] = Σ_t input[r, t, i]`.
pub fn add_rows<T: Scalar>(rows: usize, times: usize, row: usize, input: &[T], output: &mut [T]) {
    assert!(input.len() == rows * times * row && output.len() == rows * row, "a sum for each row");
    output.fill(T::ZERO);
    for (input, output) in input.chunks_exact(times * row).zip(output.chunks_exact_mut(row)) {
        for input in input.chunks_exact(row) {
            for (sum, &term) in output.iter_mut().zip(input) {
                *sum += term;
            }
        }
    }
}

/// Exchanges the two axes of each row: `output[r, j, i] = input[r, i, j]`.
pub fn transpose_rows<T: Scalar>(rows: usize, [height, width]: [usize; 2], input: &[T], output: &mut [T]) {
    let len = height * width;
    assert!(input.len() == rows * len && output.len() == rows * len, "a matrix for each row");
    for (input, output) in input.chunks_exact(len).zip(output.chunks_exact_mut(len)) {
        for (column, output) in output.chunks_exact_mut(height).enumerate() {
            for (output, input) in output.iter_mut().zip(input.chunks_exact(width)) {
                *output = input[column];
            }
        }
    }
}

/// Copies `len` elements from `start` on of each row of `whole` elements.
pub fn slice_rows<T: Scalar>(rows: usize, [start, len, whole]: [usize; 3], input: &[T], output: &mut [T]) {
    assert!(input.len() == rows * whole && output.len() == rows * len, "a part of each row");
    for (input, output) in input.chunks_exact(whole).zip(output.chunks_exact_mut(len)) {
        output.copy_from_slice(&input[start..start + len]);
    }
}

/// Copies `len` elements to each row of `whole` elements, from `start` on. The others are zero.
pub fn pad_rows<T: Scalar>(rows: usize, [start, len, whole]: [usize; 3], input: &[T], output: &mut [T]) {
    assert!(input.len() == rows * len && output.len() == rows * whole, "a part of each row");
    output.fill(T::ZERO);
    for (input, output) in input.chunks_exact(len).zip(output.chunks_exact_mut(whole)) {
        output[start..start + len].copy_from_slice(input);
    }
}

/// Copies a row of the first input and then one of the second to each row.
pub fn concat_rows<T: Scalar>(rows: usize, [first, second]: [usize; 2], inputs: [&[T]; 2], output: &mut [T]) {
    let [left, right] = inputs;
    assert!(left.len() == rows * first && right.len() == rows * second, "both parts of each row");
    assert!(output.len() == rows * (first + second), "a row of both parts");
    let inputs = left.chunks_exact(first).zip(right.chunks_exact(second));
    for ((left, right), output) in inputs.zip(output.chunks_exact_mut(first + second)) {
        let (start, end) = output.split_at_mut(first);
        start.copy_from_slice(left);
        end.copy_from_slice(right);
    }
}

/// Multiplies two matrices of each row, the first or the second of which is transposed, but not both. The result has `height` rows
/// and `width` columns, each of which is a sum of `inner` products. The additions are ordered as in the kernels of `Dense`.
pub fn matrix_products<T: Kernels, I: Isa>(
    isa: I,
    rows: usize,
    [height, width, inner]: [usize; 3],
    are_transposed: [bool; 2],
    [left, right]: [&[T]; 2],
    output: &mut [T],
) {
    assert!(left.len() == rows * height * inner && right.len() == rows * inner * width, "two matrices for each row");
    assert!(output.len() == rows * height * width, "a matrix for each row");
    let inputs = left.chunks_exact(height * inner).zip(right.chunks_exact(inner * width));
    for ((left, right), output) in inputs.zip(output.chunks_exact_mut(height * width)) {
        // The memory of a matrix is that of a weight whose inputs are its rows.
        match are_transposed {
            [true, _] => {
                let sizes = DenseSizes { samples: inner, inputs: height, outputs: width };
                T::dense_weight_gradient(isa, sizes, left, right, false, output, &mut []);
            }
            [false, true] => {
                let sizes = DenseSizes { samples: height, inputs: width, outputs: inner };
                T::dense_input_gradient(isa, sizes, right, left, output);
            }
            [false, false] => {
                let sizes = DenseSizes { samples: height, inputs: inner, outputs: width };
                T::dense_forward(isa, sizes, right, &[], left, output);
            }
        }
    }
}

/// Adds the elements of `terms` to those of `sums`.
pub fn add_to<T: Scalar>(sums: &mut [T], terms: &[T]) {
    assert!(sums.len() == terms.len(), "a term for each sum");
    for (sum, &term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{add_rows, add_to, concat_rows, matrix_products, pad_rows, repeat_rows, slice_rows, transpose_rows};
    use crate::kernel::{Isa, Path, Program};

    const ROWS: usize = 3;

    /// Returns whole numbers, whose sums and products are exact.
    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|index| (index * 7 % 23) as f32 - 11.0).collect()
    }

    /// Returns what a function writes to memory that has other numbers before.
    fn written(len: usize, write: impl FnOnce(&mut [f32])) -> Vec<f32> {
        let mut output = vec![f32::NAN; len];
        write(&mut output);
        output
    }

    #[test]
    fn rows_are_repeated() {
        let output = written(8, |output| repeat_rows(2, 2, 2, &[1.0, 2.0, 3.0, 4.0], output));
        assert_eq!(output, [1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0]);
    }

    #[test]
    fn rows_are_added_in_their_order() {
        let output = written(4, |output| add_rows(2, 3, 2, &numbers(12), output));
        let input = numbers(12);
        let sum = |row: usize, element: usize| (0..3).map(|part| input[row * 6 + part * 2 + element]).sum::<f32>();
        assert_eq!(output, [sum(0, 0), sum(0, 1), sum(1, 0), sum(1, 1)]);
        // From zero, so that a sum of -0 is 0.
        let output = written(1, |output| add_rows(1, 2, 1, &[-0.0, -0.0], output));
        assert!(output[0].is_sign_positive());
        let output = written(1, |output| add_rows(1, 3, 1, &[1e8, 1.0, -1e8], output));
        assert_eq!(output, [0.0]);
    }

    #[test]
    fn axes_are_exchanged() {
        let output = written(12, |output| transpose_rows(2, [2, 3], &numbers(12), output));
        let input = numbers(12);
        for (row, (input, output)) in input.chunks(6).zip(output.chunks(6)).enumerate() {
            for (i, j) in (0..2).flat_map(|i| (0..3).map(move |j| (i, j))) {
                assert_eq!(output[j * 2 + i], input[i * 3 + j], "row {row}");
            }
        }
        let back = written(12, |back| transpose_rows(2, [3, 2], &output, back));
        assert_eq!(back, input);
    }

    #[test]
    fn a_part_is_copied_and_put_back() {
        for [start, len] in [[0, 2], [1, 3], [4, 1], [0, 5]] {
            let input = numbers(ROWS * 5);
            let part = written(ROWS * len, |output| slice_rows(ROWS, [start, len, 5], &input, output));
            let expected: Vec<_> = input.chunks(5).flat_map(|row| &row[start..start + len]).copied().collect();
            assert_eq!(part, expected);
            let whole = written(ROWS * 5, |output| pad_rows(ROWS, [start, len, 5], &part, output));
            for (position, (&found, &input)) in whole.iter().zip(&input).enumerate() {
                let is_inside = (start..start + len).contains(&(position % 5));
                assert_eq!(found, if is_inside { input } else { 0.0 }, "{position}");
            }
        }
    }

    #[test]
    fn rows_of_two_inputs_alternate() {
        let output = written(6, |output| concat_rows(2, [1, 2], [&[1.0, 2.0], &[3.0, 4.0, 5.0, 6.0]], output));
        assert_eq!(output, [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
    }

    /// The product of two matrices of each row.
    struct Product<'a> {
        sizes: [usize; 3],
        are_transposed: [bool; 2],
        inputs: [&'a [f32]; 2],
        output: &'a mut [f32],
    }

    impl Program for Product<'_> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            matrix_products(isa, ROWS, self.sizes, self.are_transposed, self.inputs, self.output);
        }
    }

    #[test]
    fn products_of_matrices_are_sums_of_products_on_every_path() {
        for [height, width, inner] in [[1, 1, 1], [2, 3, 4], [5, 1, 7], [17, 9, 3], [4, 33, 16]] {
            let (left, right) = (numbers(ROWS * height * inner), numbers(ROWS * inner * width));
            for are_transposed in [[false, false], [true, false], [false, true]] {
                let at = |side: &[f32], row: usize, [i, j]: [usize; 2], [rows, columns]: [usize; 2], transposed| {
                    let place = if transposed { j * rows + i } else { i * columns + j };
                    side[row * rows * columns + place]
                };
                let element = |row: usize, i: usize, j: usize| -> f32 {
                    let product = |n: usize| {
                        at(&left, row, [i, n], [height, inner], are_transposed[0])
                            * at(&right, row, [n, j], [inner, width], are_transposed[1])
                    };
                    (0..inner).map(product).sum()
                };
                let places = (0..ROWS).flat_map(|row| (0..height * width).map(move |place| (row, place)));
                let expected: Vec<_> = places.map(|(row, place)| element(row, place / width, place % width)).collect();
                for path in Path::available() {
                    let output = written(ROWS * height * width, |output| {
                        let (sizes, inputs) = ([height, width, inner], [&*left, &*right]);
                        path.run(Product { sizes, are_transposed, inputs, output });
                    });
                    assert_eq!(output, expected, "{height}x{inner}x{width} {are_transposed:?} {path:?}");
                }
            }
        }
    }

    #[test]
    fn terms_are_added_to_sums() {
        let mut sums = [1.0, 2.0];
        add_to(&mut sums, &[0.5, -2.0]);
        assert_eq!(sums, [1.5, 0.0]);
    }

    /// Asserts that a function refuses an input, and an output, of another length than these.
    fn assert_lengths<const N: usize>(inputs: [usize; N], output: usize, run: impl Fn([&[f32]; N], &mut [f32])) {
        let attempt = |inputs: [usize; N], output: usize| {
            let (inputs, mut output) = (inputs.map(numbers), vec![0.0; output]);
            std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
                run(inputs.each_ref().map(Vec::as_slice), &mut output);
            }))
        };
        assert!(attempt(inputs, output).is_ok());
        for longer in [output - 1, output + 1] {
            assert!(attempt(inputs, longer).is_err(), "an output of {longer}");
        }
        for index in 0..N {
            for len in [inputs[index] - 1, inputs[index] + 1] {
                let mut others = inputs;
                others[index] = len;
                assert!(attempt(others, output).is_err(), "an input of {len}");
            }
        }
    }

    #[test]
    fn lengths_that_do_not_fit_panic() {
        assert_lengths([6], 12, |[input], output| repeat_rows(ROWS, 2, 2, input, output));
        assert_lengths([12], 6, |[input], output| add_rows(ROWS, 2, 2, input, output));
        assert_lengths([18], 18, |[input], output| transpose_rows(ROWS, [2, 3], input, output));
        assert_lengths([15], 6, |[input], output| slice_rows(ROWS, [1, 2, 5], input, output));
        assert_lengths([6], 15, |[input], output| pad_rows(ROWS, [1, 2, 5], input, output));
        assert_lengths([3, 6], 9, |inputs, output| concat_rows(ROWS, [1, 2], inputs, output));
        assert_lengths([3], 3, |[terms], sums| add_to(sums, terms));
        for are_transposed in [[false, false], [true, false], [false, true]] {
            assert_lengths([24, 36], 18, |inputs, output| {
                Path::chosen().run(Product { sizes: [2, 3, 4], are_transposed, inputs, output });
            });
        }
    }

    #[test]
    #[should_panic(expected = "range end index 6 out of range for slice of length 5")]
    fn a_part_beyond_the_end_panics() {
        slice_rows(1, [4, 2, 5], &numbers(5), &mut [0.0; 2]);
    }
}
