//! How is a random orthogonal matrix drawn? By decomposition of a matrix of normal values.

use alloc::vec;

use nalgebra::DMatrix;
use rand::Rng as RandomSource;

use crate::random::{self, normal};
use crate::scalar::Scalar;

/// Fills a matrix of `columns` columns, stored one after another, with gain · Q.
pub(super) fn fill<T: Scalar, R: RandomSource + ?Sized>(weights: &mut [T], columns: usize, gain: f64, rng: &mut R) {
    if weights.is_empty() {
        return;
    }
    let elements = weights.len();
    assert!(
        columns > 0 && elements.is_multiple_of(columns),
        "`Orthogonal` cannot initialize {elements} weights with {columns} inputs each, since they do not form a matrix"
    );
    let rows = elements / columns;
    let (long, short) = (rows.max(columns), rows.min(columns));
    let mut drawn = vec![0.0; elements];
    random::fill(&mut drawn, || normal(rng));
    let q = orthonormal(DMatrix::from_vec(long, short, drawn));
    for (column, weights) in weights.chunks_exact_mut(rows).enumerate() {
        for (row, weight) in weights.iter_mut().enumerate() {
            // A wide matrix is the transpose.
            let place = if rows == long { (row, column) } else { (column, row) };
            *weight = T::from_f64(gain * q[place]);
        }
    }
}

/// Returns Q of the decomposition Q R with a non-negative diagonal of R, for a matrix with at most as many columns as rows.
///
/// nalgebra's decomposition uses Householder reflections, whose sums have a fixed order. Neither its features nor the machine's
/// instructions change a bit.
fn orthonormal(matrix: DMatrix<f64>) -> DMatrix<f64> {
    matrix.qr().q()
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use nalgebra::DMatrix;

    use super::{fill, orthonormal};
    use crate::initializer::Initializer;
    use crate::random::rng;
    use crate::scalar::Scalar;

    /// For sums of a few hundred products of values below 1.
    const TOLERANCE: f64 = 1e-12;
    /// The same after rounding the values to `f32`.
    const TOLERANCE_SINGLE: f64 = 1e-6;

    /// Returns the largest error relative to gain²: the difference between the products of all rows, or of all columns if they
    /// are fewer, and those of gain · Q.
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
            [(1, 1), (1, 2), (2, 1), (3, 3), (7, 20), (20, 7), (64, 64), (33, 32), (32, 33), (50, 130), (130, 50)]
        {
            for gain in [1.0, 0.1, 2.0_f64.sqrt()] {
                let (double, single) = (error::<f64>(rows, columns, gain), error::<f32>(rows, columns, gain));
                assert!(double <= TOLERANCE, "{rows} by {columns}, gain {gain}: {double}");
                assert!(single <= TOLERANCE_SINGLE, "{rows} by {columns}, gain {gain} in f32: {single}");
            }
        }
    }

    /// The values of PyTorch 2.15.0: `torch.nn.init.orthogonal_` with these in place of its normal values.
    #[test]
    fn a_matrix_becomes_that_of_pytorch() {
        let columns = [[1.0, 4.0, -2.0, 0.25], [-2.0, 0.5, 3.0, 1.0], [3.0, -1.0, 1.0, -3.0]];
        let matrix = orthonormal(DMatrix::from_column_slice(4, 3, columns.as_flattened()));
        let expected = [
            [0.217_893_884_281_137_32, 0.871_575_537_124_549_3, -0.435_787_768_562_274_64, 0.054_473_471_070_284_33],
            [-0.484_985_644_300_599_1, 0.447_070_099_943_765_5, 0.689_146_267_760_473_5, 0.299_991_120_185_937_65],
            [0.558_448_402_848_471_9, 0.170_324_714_602_574_1, 0.544_611_226_675_521, -0.602_099_231_630_906],
        ];
        for (value, expected) in matrix.iter().zip(expected.as_flattened()) {
            assert!((value - expected).abs() < 1e-15, "{value} is not {expected}");
        }
    }

    #[test]
    fn what_is_orthonormal_already_stays() {
        let matrix = DMatrix::from_column_slice(3, 2, &[0.0, -1.0, 0.0, 1.0, 0.0, 0.0]);
        assert!((orthonormal(matrix.clone()) - matrix).abs().max() < 1e-15);
    }

    /// Random values never produce this case, but it must not give NaN.
    #[test]
    fn a_matrix_of_zeros_becomes_the_identity() {
        assert_eq!(orthonormal(DMatrix::zeros(2, 2)), DMatrix::identity(2, 2));
    }

    /// Determinants are 1 and -1 equally often, and so is the sign of any element: the matrix is not a product of a fixed
    /// number of reflections.
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
    #[should_panic(expected = "cannot initialize 7 weights with 3 inputs each, since they do not form a matrix")]
    fn weights_that_do_not_form_a_matrix_are_rejected() {
        Initializer::Orthogonal { gain: 1.0 }.fill(&mut [0.0_f32; 7], 3, 2, &mut rng(1));
    }
}
