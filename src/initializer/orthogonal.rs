//! How is a random orthogonal matrix drawn? By the decomposition of a normal one.
//!
//! The decomposition is written here, and not nalgebra's: with another crate's choice of features that one multiplies
//! matrices by instructions that the machine has, and draws have the same bits everywhere.

use alloc::vec;

use rand::Rng as RandomSource;

use crate::random::{self, normal};
use crate::scalar::Scalar;

/// Numbers that are summed side by side, so that the compiler has whole vectors to add. Part of the promised bits.
const LANES: usize = 8;

/// How many reflections go over a column at once: those of a thousand rows are an eighth of a MiB.
const PANEL: usize = 16;

/// Fills a matrix of `columns` columns, one after another, with gain · Q.
pub(super) fn fill<T: Scalar, R: RandomSource + ?Sized>(weights: &mut [T], columns: usize, gain: f64, rng: &mut R) {
    if weights.is_empty() {
        return;
    }
    let numbers = weights.len();
    assert!(
        columns > 0 && numbers.is_multiple_of(columns),
        "{numbers} weights of {columns} inputs each are not a matrix, which `Orthogonal` fills"
    );
    let rows = numbers / columns;
    let long = rows.max(columns);
    let mut matrix = vec![0.0; numbers];
    random::fill(&mut matrix, || normal(rng));
    orthonormalize(&mut matrix, long);
    for (column, weights) in weights.chunks_exact_mut(rows).enumerate() {
        for (row, weight) in weights.iter_mut().enumerate() {
            // A wide matrix is the transposed one.
            let at = if rows == long { column * long + row } else { row * long + column };
            *weight = T::from_f64(gain * matrix[at]);
        }
    }
}

/// Replaces a matrix of columns of `rows` numbers, no more columns than rows, by the Q of its decomposition Q R with a
/// positive diagonal of R.
///
/// Q = H₁ H₂ … with reflections H = I - τ v vᵀ, each of which brings a column of what is left to a multiple of its first
/// axis. A v takes the place of its column, from the diagonal on. A panel of reflections goes over each column behind it
/// while that is in the cache; every column sees the same reflections in the same order, whatever the panels.
///
/// # Source
/// G. Golub and C. Van Loan, "Matrix Computations", 4th edition, algorithms 5.1.1, 5.2.1 and section 5.1.6.
fn orthonormalize(matrix: &mut [f64], rows: usize) {
    let columns = matrix.len() / rows;
    let mut factors = vec![0.0; columns];
    let mut signs = vec![1.0; columns];
    let panels = (0..columns).step_by(PANEL).map(|start| start..columns.min(start + PANEL));
    for panel in panels.clone() {
        let (done, behind) = matrix.split_at_mut(panel.end * rows);
        for at in panel.clone() {
            let (vector, rest) = vector_and_rest(done, rows, at);
            (factors[at], signs[at]) = reflection(vector);
            for column in rest.chunks_exact_mut(rows) {
                reflect(&mut column[at..], vector, factors[at]);
            }
        }
        for column in behind.chunks_exact_mut(rows) {
            for at in panel.clone() {
                reflect(&mut column[at..], vector_of(done, rows, at), factors[at]);
            }
        }
    }
    // The axes, from the last reflection to the first: those before the k-th leave the k-th axis to it.
    for panel in panels.rev() {
        let (done, behind) = matrix.split_at_mut(panel.end * rows);
        for column in behind.chunks_exact_mut(rows) {
            for at in panel.clone().rev() {
                reflect(&mut column[at..], vector_of(done, rows, at), factors[at]);
            }
        }
        for at in panel.rev() {
            let (vector, rest) = vector_and_rest(done, rows, at);
            for column in rest.chunks_exact_mut(rows) {
                reflect(&mut column[at..], vector, factors[at]);
            }
            become_column(&mut done[at * rows..(at + 1) * rows], at, factors[at], signs[at]);
        }
    }
}

/// The v of a reflection.
fn vector_of(matrix: &[f64], rows: usize, at: usize) -> &[f64] {
    &matrix[at * rows + at..(at + 1) * rows]
}

/// The v of a reflection, and the columns behind it.
fn vector_and_rest(matrix: &mut [f64], rows: usize, at: usize) -> (&mut [f64], &mut [f64]) {
    let (done, rest) = matrix.split_at_mut((at + 1) * rows);
    (&mut done[at * rows + at..], rest)
}

/// Replaces the column of a v by the axis that the reflection takes to what is there, times the sign.
fn become_column(column: &mut [f64], at: usize, factor: f64, sign: f64) {
    column[..at].fill(0.0);
    for number in &mut column[at..] {
        *number *= -factor;
    }
    column[at] += 1.0;
    for number in &mut column[at..] {
        *number *= sign;
    }
}

/// Replaces x by the v with H x = r e₁, v₁ = 1, and gives τ and the sign of r.
fn reflection(x: &mut [f64]) -> (f64, f64) {
    let (first, square) = (x[0], dot(&x[1..], &x[1..]));
    x[0] = 1.0;
    // Nothing to bring to zero: H is the identity.
    if square == 0.0 {
        return (0.0, if first < 0.0 { -1.0 } else { 1.0 });
    }
    let length = libm::sqrt(first * first + square);
    // The sign opposite to that of x₁, so that the difference loses no digits.
    let r = if first < 0.0 { length } else { -length };
    for number in &mut x[1..] {
        *number /= first - r;
    }
    ((r - first) / r, r.signum())
}

/// x ← (I - τ v vᵀ) x
fn reflect(x: &mut [f64], v: &[f64], factor: f64) {
    let length = factor * dot(v, x);
    for (x, v) in x.iter_mut().zip(v) {
        *x -= length * v;
    }
}

/// Σ a b: lane by lane, the rest after them, then the lanes in order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{fill, orthonormalize};
    use crate::initializer::Initializer;
    use crate::random::rng;
    use crate::scalar::Scalar;

    /// Sums of a few hundred products of numbers below 1.
    const TOLERANCE: f64 = 1e-12;
    /// The same after the numbers were rounded to `f32`.
    const TOLERANCE_SINGLE: f64 = 1e-6;

    /// The largest difference of the products of all rows, or of all columns if they are fewer, from those of gain · Q,
    /// relative to gain².
    fn error<T: Scalar>(rows: usize, columns: usize, gain: f64) -> f64 {
        let mut weights = vec![T::ZERO; rows * columns];
        fill(&mut weights, columns, gain, &mut rng(21));
        let weight = |row: usize, column: usize| weights[column * rows + row].to_f64();
        let product = |a: usize, b: usize| -> f64 {
            if rows <= columns {
                (0..columns).map(|column| weight(a, column) * weight(b, column)).sum()
            } else {
                (0..rows).map(|row| weight(row, a) * weight(row, b)).sum()
            }
        };
        let count = rows.min(columns);
        let pairs = (0..count).flat_map(|a| (0..=a).map(move |b| (a, b)));
        pairs.fold(0.0, |largest, (a, b)| {
            let expected = if a == b { gain * gain } else { 0.0 };
            largest.max((product(a, b) - expected).abs() / (gain * gain))
        })
    }

    #[test]
    fn rows_or_columns_are_orthogonal_and_of_length_gain_in_any_shape() {
        for (rows, columns) in
            [(1, 1), (1, 2), (2, 1), (3, 3), (7, 20), (20, 7), (64, 64), (33, 32), (32, 33), (100, 300), (300, 100)]
        {
            for gain in [1.0, 0.1, 2.0_f64.sqrt()] {
                let (double, single) = (error::<f64>(rows, columns, gain), error::<f32>(rows, columns, gain));
                assert!(double <= TOLERANCE, "{rows} by {columns}, gain {gain}: {double}");
                assert!(single <= TOLERANCE_SINGLE, "{rows} by {columns}, gain {gain} in f32: {single}");
            }
        }
    }

    /// The numbers of PyTorch 2.15.0: `torch.nn.init.orthogonal_` with these in place of its normal draws.
    #[test]
    fn a_matrix_becomes_that_of_pytorch() {
        let mut matrix = [[1.0, 4.0, -2.0, 0.25], [-2.0, 0.5, 3.0, 1.0], [3.0, -1.0, 1.0, -3.0]];
        orthonormalize(matrix.as_flattened_mut(), 4);
        let expected = [
            [0.217_893_884_281_137_32, 0.871_575_537_124_549_3, -0.435_787_768_562_274_64, 0.054_473_471_070_284_33],
            [-0.484_985_644_300_599_1, 0.447_070_099_943_765_5, 0.689_146_267_760_473_5, 0.299_991_120_185_937_65],
            [0.558_448_402_848_471_9, 0.170_324_714_602_574_1, 0.544_611_226_675_521, -0.602_099_231_630_906],
        ];
        for (number, expected) in matrix.as_flattened().iter().zip(expected.as_flattened()) {
            assert!((number - expected).abs() < 1e-15, "{number} is not {expected}");
        }
    }

    #[test]
    fn what_is_orthonormal_already_stays() {
        let mut matrix = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]];
        orthonormalize(matrix.as_flattened_mut(), 3);
        assert_eq!(matrix, [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]);
    }

    /// Nothing that chance brings, but no reason for NaN.
    #[test]
    fn a_matrix_of_zeros_becomes_the_identity() {
        let mut matrix = [[0.0, 0.0], [0.0, 0.0]];
        orthonormalize(matrix.as_flattened_mut(), 2);
        assert_eq!(matrix, [[1.0, 0.0], [0.0, 1.0]]);
    }

    /// Determinants are 1 and -1 equally often, and so is any number positive and negative: the matrix is not a product
    /// of reflections of a fixed number.
    #[test]
    fn rotations_and_reflections_are_equally_likely() {
        let mut rng = rng(22);
        let (mut rotations, mut positive) = (0_u32, 0_u32);
        for _ in 0..2000 {
            let mut weights = [0.0_f64; 4];
            fill(&mut weights, 2, 1.0, &mut rng);
            let [a, b, c, d] = weights;
            rotations += u32::from(a * d - b * c > 0.0);
            positive += u32::from(a > 0.0);
        }
        // Five standard deviations of a binomial count around 1000.
        assert!(rotations.abs_diff(1000) < 112 && positive.abs_diff(1000) < 112, "{rotations}, {positive}");
    }

    #[test]
    fn no_weights_are_drawn_without_inputs() {
        let mut weights: Vec<f32> = Vec::new();
        Initializer::Orthogonal { gain: 1.0 }.fill(&mut weights, 0, 3, &mut rng(1));
    }

    #[test]
    #[should_panic(expected = "7 weights of 3 inputs each are not a matrix, which `Orthogonal` fills")]
    fn weights_that_are_no_matrix_are_refused() {
        Initializer::Orthogonal { gain: 1.0 }.fill(&mut [0.0_f32; 7], 3, 2, &mut rng(1));
    }
}
