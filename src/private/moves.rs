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
